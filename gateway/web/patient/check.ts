// The proof of the list: loads the history file and the trust file, has them verified on this
// device, and holds what the page showed against what is proven.
import type { HistoryVerification } from '../../evidence/verify-history.js';
import { getBytes } from '../session/api.js';
import type { Verifier } from '../verify/verifier.js';
import { fromHistory, isSameEntry, type ShownEntry } from './access.js';

export const HISTORY_PATH = '/v1/patients/me/access-history/file';
export const TRUST_PATH = '/v1/log/trust';

export type Outcome =
  | 'complete'
  | 'partly'
  | 'nobody'
  | 'incomplete'
  | 'not proven'
  | 'not checked'
  | 'other file'
  | 'differs';

export interface Proof {
  readonly outcome: Outcome;
  readonly verification: HistoryVerification;
  /** Entries that the page showed otherwise than they are proven. */
  readonly differing: number;
  /** The proven list, newest first; undefined when nothing is proven. */
  readonly proven: readonly ShownEntry[] | undefined;
  /** Whether one organisation alone runs the log. */
  readonly isSingle: boolean;
}

export interface Patient {
  readonly system: string;
  readonly value: string;
}

function isAbout({ subject }: HistoryVerification, { system, value }: Patient): boolean {
  return subject?.kind === 'patient' && subject.system === system && subject.value === value;
}

/** How many shown entries the proof does not have, or has otherwise. */
function countDiffering(
  shown: readonly ShownEntry[],
  proven: ReadonlyMap<number, ShownEntry | undefined>,
): number {
  return shown.filter((entry) => {
    const other = proven.get(entry.sequence);
    // An entry whose contents the file does not show is compared by its fingerprint alone.
    if (other === undefined) return !proven.has(entry.sequence);
    return !isSameEntry(entry, other);
  }).length;
}

function outcomeOf(verification: HistoryVerification, patient: Patient): Outcome {
  const { verdict, events } = verification;
  if (verdict === 'incomplete' || verdict === 'not proven' || verdict === 'not checked') {
    return verdict;
  }
  if (!isAbout(verification, patient)) return 'other file';
  if (events.length === 0) return 'nobody';
  return verdict === 'complete' ? 'complete' : 'partly';
}

/** @param shown what the page showed. Throws ProblemError, and RefusedError of the worker. */
export async function checkList(
  verifier: Verifier,
  patient: Patient,
  shown: readonly ShownEntry[],
): Promise<Proof> {
  const [history, trust] = await Promise.all([getBytes(HISTORY_PATH), getBytes(TRUST_PATH)]);
  const { file } = await verifier.ask('trust', trust);
  const verification = await verifier.ask('history', { history, trust });
  const isSingle = file.ordering === 'embedded';
  const outcome = outcomeOf(verification, patient);
  const isProven = ['complete', 'partly', 'nobody'].includes(outcome);
  if (!isProven) return { outcome, verification, differing: 0, proven: undefined, isSingle };
  const entries = verification.events.map((event) => [event.sequence, fromHistory(event)] as const);
  const differing = countDiffering(shown, new Map(entries));
  const proven = entries.flatMap(([, entry]) => entry ?? []).reverse();
  return {
    outcome: differing > 0 ? 'differs' : outcome,
    verification,
    differing,
    proven,
    isSingle,
  };
}
