// The proof of the list: loads the history file and the trust file, has them verified on this
// device, and holds what the page showed against what is proven.
import type { HistoryVerification } from '../../evidence/verify-history.js';
import {
  countDifferingSteps,
  countUnknownSteps,
  type Thread,
  threadsOf,
  withNewerSteps,
} from '../inquiries/thread.js';
import { codeOf, getBytes } from '../session/api.js';
import type { Verifier } from '../verify/verifier.js';
import { fromHistory, isSameEntry, type ShownEntry } from './access.js';

export const HISTORY_PATH = '/v1/patients/me/access-history/file';
/** The same without what the entries say. */
export const BARE_HISTORY_PATH = `${HISTORY_PATH}?entries=withheld`;
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
  /** The proven questions; those entered since stand beside them. */
  readonly threads?: readonly Thread[];
  /** Whether the list was too long for one file: its fingerprints alone are proven. */
  readonly isBare: boolean;
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

interface ProvenEntry {
  /** Hex. */
  readonly leafHash: string;
  /** Undefined where the file does not show the contents. */
  readonly entry: ShownEntry | undefined;
}

const COMPARED_AT_ONCE = 1000;

/** How many shown entries the proof does not have, or has otherwise. */
async function countDiffering(
  shown: readonly ShownEntry[],
  proven: ReadonlyMap<number, ProvenEntry>,
): Promise<number> {
  let differing = 0;
  for (const [at, entry] of shown.entries()) {
    // The page goes on answering its reader.
    if (at % COMPARED_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
    const other = proven.get(entry.sequence);
    // An entry whose contents the file does not show is compared by its fingerprint alone.
    const isSame =
      other?.entry === undefined
        ? other?.leafHash === entry.leafHash
        : isSameEntry(entry, other.entry);
    if (!isSame) differing++;
  }
  return differing;
}

/** The questions that the page showed. */
export interface ShownQuestions {
  /** Undefined where they could not be loaded. */
  readonly threads: readonly Thread[] | undefined;
  /** Entries of the chain before they were asked for. */
  readonly count: number;
}

/** @param proven undefined where fingerprints alone are proven */
function countDifferingThreads(
  { events }: HistoryVerification,
  proven: readonly Thread[] | undefined,
  { threads, count }: ShownQuestions,
): number {
  const counts = { shown: count, proven: events.length };
  if (threads === undefined) return 0;
  if (proven === undefined) return countUnknownSteps(threads, events, counts);
  const hidden = new Set(events.flatMap(({ entry, leafHash }) => (entry ? [] : [leafHash])));
  return countDifferingSteps(threads, proven, { ...counts, hidden });
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

/** How a check is watched and stopped. */
export interface Control {
  readonly signal: AbortSignal;
  readonly loaded: (bytes: number) => void;
  readonly checked: (done: number, of?: number) => void;
}

/** The whole file; for a list that is too long for one, fingerprints without contents. */
async function loadHistory({ signal, loaded }: Control) {
  try {
    return { history: await getBytes(HISTORY_PATH, signal, loaded), isBare: false };
  } catch (error) {
    if (codeOf(error) !== 'TOO_LARGE') throw error;
    return { history: await getBytes(BARE_HISTORY_PATH, signal, loaded), isBare: true };
  }
}

/**
 * @param shown what the page showed, and `questions` beside it
 * Throws ProblemError, and RefusedError of the worker.
 */
export async function checkList(
  verifier: Verifier,
  patient: Patient,
  shown: readonly ShownEntry[],
  questions: ShownQuestions,
  control: Control,
): Promise<Proof> {
  const [{ history, isBare }, trust] = await Promise.all([
    loadHistory(control),
    getBytes(TRUST_PATH, control.signal),
  ]);
  const { file } = await verifier.ask('trust', trust);
  const verification = await verifier.ask('history', { history, trust }, control.checked, [
    history,
  ]);
  const isSingle = file.ordering === 'embedded';
  const outcome = outcomeOf(verification, patient);
  const isProven = ['complete', 'partly', 'nobody'].includes(outcome);
  const found = { verification, isSingle, isBare, proven: undefined };
  if (!isProven) return { ...found, outcome, differing: 0 };
  const entries = verification.events.map((event) => [event.sequence, fromHistory(event)] as const);
  const fingerprints = verification.events.map(({ leafHash }) => leafHash);
  const provenEntries = new Map(
    entries.map(([sequence, entry]) => {
      return [sequence, { leafHash: fingerprints[sequence] ?? '', entry }];
    }),
  );
  if (isBare) {
    const differing =
      (await countDiffering(shown, provenEntries)) +
      countDifferingThreads(verification, undefined, questions);
    return { ...found, outcome: differing > 0 ? 'differs' : outcome, differing };
  }
  const threads = threadsOf(verification.events, Date.now());
  const differing =
    (await countDiffering(shown, provenEntries)) +
    countDifferingThreads(verification, threads, questions);
  const signs = new Map(shown.map(({ sequence, person }) => [sequence, person]));
  const proven = entries
    .flatMap(([sequence, entry]) => {
      const person = signs.get(sequence);
      if (entry === undefined) return [];
      return person === undefined ? [entry] : [{ ...entry, person }];
    })
    .reverse();
  const count = verification.events.length;
  return {
    threads: withNewerSteps(threads, questions.threads ?? [], count, Date.now()),
    ...found,
    outcome: differing > 0 ? 'differs' : outcome,
    differing,
    proven,
  };
}
