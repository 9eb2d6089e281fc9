// What was sent and is not in the log: refused records and files that could not be anchored, kept
// so that a person can mend them. Whoever sent them is answered all the same, whatever becomes of
// this: a feed that cannot be written refuses nothing.
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import { Lanes } from '../lanes.js';
import type { AsideCause } from './facts.js';
import type { FailedFacts, Failure } from './failed-rows.js';
import type { Anchoring, FailedCounts } from './failed-shelf.js';
import type { Feed } from './feed.js';

/** Refusals of what was sent, which a person can mend; others end by themselves. */
const MENDABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ACT_REFUSED',
  'BAD_INPUT',
  'DIGEST_MISMATCH',
  'FILE_CHANGED',
  'FILE_MISSING',
  'FILE_UNREADABLE',
  'IDEMPOTENCY_CONFLICT',
  'NAME_NOT_UTF8',
  'PATIENT_NOT_NORMAL',
  'RECORD_ID_TAKEN',
  'REQUEST_CONFLICT',
  'TOO_LARGE',
  'VERSION_CONFLICT',
]);

export function isMendable(error: unknown): error is ChartsealError {
  return error instanceof ChartsealError && MENDABLE.has(error.code);
}

export interface FailedItem {
  readonly facts: FailedFacts;
  /** Empty where none is kept. */
  readonly content: Uint8Array;
}

export class Failed {
  readonly #feed: Feed;
  readonly #lanes = new Lanes();
  #notKept = 0;

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  /** What this process could not keep: there was no room, or the feed could not be written. */
  get notKept(): number {
    return this.#notKept;
  }

  /** Never rejects for faults of the feed. */
  async keep(failures: readonly Failure[]): Promise<void> {
    if (failures.length === 0) return;
    const keeping = this.#feed.useFailed((failed, now) => failed.keep(failures, now));
    const left = await orFault(keeping, failures.length);
    this.#notKept += left;
  }

  /** Takes away what failed before and is in the log now. Never rejects for faults of the feed. */
  async anchored(anchorings: readonly Anchoring[]): Promise<void> {
    if (anchorings.length === 0) return;
    await orFault(this.#takeAway(anchorings), undefined);
  }

  async #takeAway(anchorings: readonly Anchoring[]): Promise<void> {
    if (this.#feed.isUnused) return;
    const open = this.#feed.failed;
    const solving =
      open === undefined ? anchorings : anchorings.filter((one) => open.concerns(one));
    // What stays is found to be in the log when it is tried again.
    if (solving.length === 0) return;
    await this.#feed.useFailed((failed) => failed.anchored(solving));
  }

  /** Throws FEED_CORRUPT, FEED_FAILED. */
  async counts(): Promise<FailedCounts> {
    if (this.#feed.isUnused) return { record: 0, file: 0 };
    return this.#feed.useFailed(({ counts }) => counts);
  }

  /** From a number on, in their order. Throws FEED_CORRUPT, FEED_FAILED. */
  async list(from: number, limit: number): Promise<readonly FailedFacts[]> {
    if (this.#feed.isUnused) return [];
    return this.#feed.useFailed((failed) => failed.list(from, limit));
  }

  /** Undefined for what is neither a record nor a file. */
  async find(id: number): Promise<FailedItem | undefined> {
    if (this.#feed.isUnused) return undefined;
    return this.#feed.useFailed((failed) =>
      failed.has(id) ? { facts: failed.readFacts(id), content: failed.readContent(id) } : undefined,
    );
  }

  refuseAgain(id: number, cause: AsideCause): Promise<void> {
    return this.#feed.useFailed((failed, now) => failed.refuseAgain(id, cause, now));
  }

  /** It is in the log; it may have been taken away for that already. */
  settle(id: number): Promise<void> {
    return this.#feed.useFailed(async (failed) => {
      if (failed.has(id)) await failed.settle(id);
    });
  }

  /** Whoever tries the same thing again, or gives it up, waits for who was first; events too. */
  inTurn<T>(id: number, act: () => Promise<T>): Promise<T> {
    return this.#lanes.take(String(id), act);
  }
}

/** Faults of the feed are told where the feed is looked at, and by the doctor. */
async function orFault<T>(using: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await using;
  } catch (error) {
    if (error instanceof ChartsealError) return otherwise;
    throw error;
  }
}
