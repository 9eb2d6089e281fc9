// The step about time: what was said when, and by whom it is vouched for.
import { MAX_CLOCK_SKEW_MS } from '../../chaincode/core/limits.js';
import { formatTime, parseTime } from '../../chaincode/core/time.js';
import type { CheckpointAnswer } from './answer.js';
import { type Finding, failed, needs, ok } from './steps.js';

/**
 * Until when a complete history of this checkpoint is complete, in ms since 1970; this very
 * millisecond included only when {@link isNewest}, for the next append may have the same time.
 */
export function completeUpTo(answer: CheckpointAnswer): number {
  return isNewest(answer) ? answer.asOf : answer.endorsedAt;
}

/** Whether the log had nothing newer at `asOf`. */
export function isNewest(answer: CheckpointAnswer): boolean {
  return answer.headSize === answer.size;
}

/**
 * @param answer of the attestation, undefined when that step is not OK
 * @param times `at` of the entries that could be read
 * @param asOf up to when the caller wants completeness
 * @param before what an entry says came before its `at`, such as `created 2026-…`
 */
export function checkTime(
  answer: CheckpointAnswer | undefined,
  times: readonly string[],
  asOf?: number,
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
  const until = completeUpTo(answer);
  if (asOf !== undefined && (isNewest(answer) ? asOf > until : asOf >= until)) {
    const end = `${isNewest(answer) ? 'up to' : 'before'} ${formatTime(until)}`;
    return failed(`The history is complete ${end} only, not up to ${formatTime(asOf)}.`);
  }
  const earlier = before === undefined ? '' : `${before}, `;
  const said = times.length === 1 ? `The hospital says ${earlier}accepted ${times[0]}; ` : '';
  const newest = isNewest(answer)
    ? 'the log had nothing newer'
    : `the log had grown to ${answer.headSize} leaves`;
  return ok(
    `${said}endorsed by ${formatTime(endorsedAt)}; as of ${formatTime(answer.asOf)} ${newest}.`,
  );
}
