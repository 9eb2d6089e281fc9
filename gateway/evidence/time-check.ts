// The step about time: what was said when, and by whom it is vouched for.
import { MAX_CLOCK_SKEW_MS } from '../../chaincode/core/limits.js';
import { formatTime, parseTime } from '../../chaincode/core/time.js';
import type { CheckpointAnswer } from './answer.js';
import { type Finding, failed, needs, notChecked, ok } from './steps.js';

/** Until when a history is complete. */
export interface Completeness {
  /** In ms since 1970. */
  readonly upTo: number;
  /** Whether this very millisecond is in it; not where the next append may have the same time. */
  readonly isIncluded: boolean;
}

/**
 * Of a complete history of this checkpoint.
 * @param mustBePinned whether keys are not enough: `asOf` is their word, `endorsedAt` of a history
 * stands in the tree
 */
export function completenessOf(answer: CheckpointAnswer, mustBePinned: boolean): Completeness {
  const isIncluded = isNewest(answer) && !mustBePinned;
  return { upTo: isIncluded ? answer.asOf : answer.endorsedAt, isIncluded };
}

/** Whether the log had nothing newer at `asOf`. */
export function isNewest(answer: CheckpointAnswer): boolean {
  return answer.headSize === answer.size;
}

/** What a caller asks about the completeness of a history. */
export interface HistoryTime {
  /** Up to when it is to be complete. */
  readonly asOf: number | undefined;
  readonly mustBePinned: boolean;
}

function checkCompleteness(
  answer: CheckpointAnswer,
  { asOf, mustBePinned }: HistoryTime,
): Finding | undefined {
  if (mustBePinned && answer.size === 0) {
    return notChecked('Until when the log was empty is not held by a pin.');
  }
  const { upTo, isIncluded } = completenessOf(answer, mustBePinned);
  if (asOf === undefined || (isIncluded ? asOf <= upTo : asOf < upTo)) return undefined;
  const end = `${isIncluded ? 'up to' : 'before'} ${formatTime(upTo)}`;
  return failed(`The history is complete ${end} only, not up to ${formatTime(asOf)}.`);
}

/**
 * @param answer of the attestation, undefined when that step is not OK
 * @param times `at` of the entries that could be read
 * @param history what is asked, of a history
 * @param before what an entry says came before its `at`, such as `created 2026-…`
 */
export function checkTime(
  answer: CheckpointAnswer | undefined,
  times: readonly string[],
  history?: HistoryTime,
  before?: string,
): Finding {
  if (answer === undefined) return needs('attestation');
  const { endorsedAt } = answer;
  if (answer.asOf < endorsedAt) {
    return failed('The answer is older than the checkpoint that it states.');
  }
  const late = times.find((at) => parseTime(at, 'at') > endorsedAt + MAX_CLOCK_SKEW_MS);
  if (late !== undefined) {
    return failed(`An entry says ${late}, after the log endorsed it at ${formatTime(endorsedAt)}.`);
  }
  const incomplete = history && checkCompleteness(answer, history);
  if (incomplete !== undefined) return incomplete;
  const earlier = before === undefined ? '' : `${before}, `;
  const said = times.length === 1 ? `The hospital says ${earlier}accepted ${times[0]}; ` : '';
  const newest = isNewest(answer)
    ? 'the log had nothing newer'
    : `the log had grown to ${answer.headSize} leaves`;
  return ok(
    `${said}endorsed by ${formatTime(endorsedAt)}; as of ${formatTime(answer.asOf)} ${newest}.`,
  );
}
