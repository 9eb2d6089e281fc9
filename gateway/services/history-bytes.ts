// The bytes of a history, checked as their receiver will. A large one takes seconds of work, which
// a thread of its own does: this one has others to answer.
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import { MAX_JSON_BYTES } from '../../chaincode/core/limits.js';
import type { VerifierCache } from '../evidence/checkpoint-check.js';
import { formatHistory, type History } from '../evidence/history.js';
import type { Trust } from '../evidence/trust.js';
import { verifyHistory } from '../evidence/verify-history.js';
import { withhold } from '../evidence/withhold.js';
import { Turns } from '../turns.js';
import { Lanes } from './lanes.js';

/** Histories of more events go to a thread; these take some milliseconds. */
const FEW_EVENTS = 128;
/** Chains that wait for the thread: four of the longest that fit into a file. */
const MAX_HELD_BYTES = 4 * MAX_JSON_BYTES;
/** Events that are handed over at once. */
const EVENTS_AT_ONCE = 256;

export interface HistoryCheck {
  readonly trust: Trust;
  readonly cache?: VerifierCache;
  readonly recordKey: Uint8Array;
}

export interface HistoryBytesOptions {
  /** Private members that stay closed. */
  readonly withheld?: readonly string[];
  /** Left out, the bytes are not checked. */
  readonly check?: HistoryCheck & { readonly trustFile: Uint8Array };
  /** Aborted when nobody waits for them any more. */
  readonly gone?: AbortSignal;
}

/** With what the thread begins. */
export interface HistorySetting {
  /** Without its chain. */
  readonly history: History;
  readonly withheld: readonly string[];
  readonly check: { readonly trustFile: Uint8Array; readonly recordKey: Uint8Array } | undefined;
}

/** The next events of the chain; an empty part is its end. */
export type HistoryPart = Required<Pick<History, 'leaves' | 'entries' | 'openings'>>;

export type HistoryAnswer =
  | { readonly bytes: Uint8Array }
  | { readonly code: ErrorCode; readonly message: string };

/** Throws STORE_CORRUPT for what would not verify, TOO_LARGE. */
export function checkedBytes(
  history: History,
  withheld: readonly string[],
  check: HistoryCheck | undefined,
): Uint8Array {
  const bytes = formatHistory(withhold(history, { members: withheld }));
  if (check === undefined) return bytes;
  if (verifyHistory({ history: bytes, ...check }).verdict.startsWith('complete')) return bytes;
  throw new ChartsealError('STORE_CORRUPT', 'the history does not hold; it is not given out');
}

async function handOver(history: History, worker: Worker): Promise<void> {
  const { leaves, entries, openings = entries.map(() => null) } = history;
  const turns = new Turns();
  for (let from = 0; from < leaves.length + EVENTS_AT_ONCE; from += EVENTS_AT_ONCE) {
    const part = <T>(list: readonly T[]) => list.slice(from, from + EVENTS_AT_ONCE);
    const next: HistoryPart = {
      leaves: part(leaves),
      entries: part(entries),
      openings: part(openings),
    };
    worker.postMessage(next);
    await turns.next();
  }
}

// One at a time: there are few processors, and a thread holds many times what it is given.
const lane = new Lanes();
/** Of all chains that wait or are worked on. */
let heldBytes = 0;

/** Base64 of the chain, which is nearly all of a large history. */
const bytesOf = ({ leaves, entries }: History) =>
  [...leaves, ...entries].reduce((sum, text) => sum + (text?.length ?? 0), 0);

/** Throws RATE_LIMITED while too much waits. */
async function inTurn(history: History, options: HistoryBytesOptions): Promise<Uint8Array> {
  const bytes = bytesOf(history);
  if (heldBytes + bytes > MAX_HELD_BYTES) {
    throw new ChartsealError('RATE_LIMITED', 'too many large histories wait to be made');
  }
  heldBytes += bytes;
  try {
    return await lane.take('history', () => bytesOfThread(history, options));
  } finally {
    heldBytes -= bytes;
  }
}

async function bytesOfThread(
  history: History,
  { withheld = [], check, gone }: HistoryBytesOptions,
): Promise<Uint8Array> {
  gone?.throwIfAborted();
  const { openings: _, ...shown } = history;
  const setting: HistorySetting = {
    history: { ...shown, leaves: [], entries: [] },
    withheld,
    check: check && { trustFile: check.trustFile, recordKey: check.recordKey },
  };
  const worker = new Worker(join(__dirname, 'history-worker.js'), { workerData: setting });
  try {
    const until = gone === undefined ? {} : { signal: gone };
    const answered = once(worker, 'message', until) as Promise<[HistoryAnswer]>;
    const [[answer]] = await Promise.all([answered, handOver(history, worker)]);
    if ('bytes' in answer) return answer.bytes;
    throw new ChartsealError(answer.code, answer.message);
  } finally {
    await worker.terminate();
  }
}

/**
 * Throws STORE_CORRUPT for what would not verify, TOO_LARGE, RATE_LIMITED, and an AbortError when
 * nobody waits any more.
 */
export async function historyBytes(
  history: History,
  options: HistoryBytesOptions = {},
): Promise<Uint8Array> {
  const { withheld = [], check } = options;
  if (history.leaves.length > FEW_EVENTS) return inTurn(history, options);
  return checkedBytes(history, withheld, check);
}
