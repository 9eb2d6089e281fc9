// The feed of a log: what each source sent, what of it was refused and why, how long it was
// silent; and refused events kept aside until they are replayed. The log itself never waits for a
// feed that cannot be used: then events are counted when it can be used again, or as missed.
import { lstatSync } from 'node:fs';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { closeEach } from '../close-each.js';
import { isSystemError } from '../file-error.js';
import {
  type Arrival,
  type Aside,
  type AsideCause,
  arrivedOf,
  type FeedOutcome,
  type FeedSource,
  type Letter,
  type LetterFacts,
  refusedOf,
  type SourceFacts,
  wellFormed,
} from './facts.js';
import { Failed } from './failed.js';
import type { FailedCounts, FailedShelf } from './failed-shelf.js';
import { feedFailure } from './feed-rows.js';
import { FeedState, type Held } from './feed-state.js';
import {
  FEED_BOUNDS,
  type FeedBounds,
  MAX_LETTER_BYTES,
  MAX_WAITING_ARRIVALS,
  RETRY_MS,
  SYNC_MS,
} from './limits.js';

export interface FeedOptions {
  /** DATA/feed; need not be there. */
  readonly folder: string;
  readonly logId: string;
  readonly bounds?: Partial<FeedBounds>;
  readonly now?: () => number;
}

export interface SourceStatus extends SourceFacts {
  readonly arrived: number;
  readonly refusedCount: number;
  /** Kept aside now. */
  readonly waiting: Held;
}

export interface FeedStatus {
  /** In the order in which they first came. */
  readonly sources: readonly SourceStatus[];
  readonly waiting: Held;
  readonly bounds: FeedBounds;
  /** When the oldest event kept aside came. */
  readonly oldestAt?: number;
  /** Events that this process could not count. */
  readonly missed: number;
  /** Records and files that were sent and are not in the log. */
  readonly unanchored: FailedCounts;
}

/** Refusals that say nothing of the folder. */
const OF_THE_EVENT: ReadonlySet<string> = new Set(['FEED_FULL', 'NOT_FOUND', 'TOO_LARGE']);

export class Feed {
  /** Records and files that were sent and are not in the log. */
  readonly unanchored = new Failed(this);
  readonly #options: FeedOptions;
  readonly #bounds: FeedBounds;
  readonly #now: () => number;
  #state: FeedState | undefined;
  /** Everything that touches the folder, one after the other. */
  #lane: Promise<unknown> = Promise.resolve();
  readonly #queue: Arrival[] = [];
  #drain: Promise<void> | undefined;
  #failed: { readonly error: ChartsealError; readonly at: number } | undefined;
  #syncedAt = 0;
  #missed = 0;
  #isClosed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#bounds = { ...FEED_BOUNDS, ...options.bounds };
    this.#now = options.now ?? Date.now;
  }

  /** Why the feed cannot be used now. */
  get fault(): ChartsealError | undefined {
    return this.#failed?.error;
  }

  /**
   * Counts one event whose outcome is known; before its sender is answered. When it resolves, the
   * count survives the end of this process. Never rejects: see {@link fault}.
   * @param eventAt when the event happened, by its own word
   */
  arrived(source: FeedSource, outcome: FeedOutcome, eventAt?: number): Promise<void> {
    if (this.#isClosed || this.#queue.length >= MAX_WAITING_ARRIVALS) {
      this.#missed++;
      return Promise.resolve();
    }
    this.#queue.push({ source: wellFormed(source), outcome, at: this.#now(), eventAt });
    this.#drain ??= this.#inTurn(() => this.#countWaiting());
    return this.#drain;
  }

  /** Throws why, when events that came could not be counted: FEED_FAILED, FEED_CORRUPT. */
  checkCounted(): Promise<void> {
    return this.#inTurn(() => this.#countAll());
  }

  /**
   * Counts a refused event and keeps its bytes, both or none; do not call {@link arrived} for it
   * too. Durable when it resolves with the number of what is kept. The same bytes of the same
   * source are kept once. Throws FEED_FULL, FEED_FAILED, FEED_CORRUPT, TOO_LARGE: then the event is
   * counted under that code, nothing is kept, and its sender must be told to send it again.
   */
  async keepAside(aside: Aside): Promise<number> {
    try {
      if (aside.bytes.length > MAX_LETTER_BYTES) {
        const message = `an event that is kept aside has at most ${MAX_LETTER_BYTES} bytes`;
        throw new ChartsealError('TOO_LARGE', message);
      }
      const source = wellFormed(aside.source);
      return await this.#use((state) => state.keepAside({ ...aside, source }, this.#now()));
    } catch (error) {
      const { code } = feedFailure(error);
      await this.arrived(aside.source, code);
      throw error;
    }
  }

  /** Makes no folder where there is none. Throws FEED_CORRUPT, FEED_FAILED. */
  async status(): Promise<FeedStatus> {
    const [bounds, missed] = [this.#bounds, this.#missed];
    if (this.isUnused) {
      const unanchored = { record: 0, file: 0 };
      return { sources: [], waiting: { count: 0, bytes: 0 }, bounds, missed, unanchored };
    }
    return this.#use(async (state) => {
      const [oldest] = await state.letters(0, 1);
      const sources = [...state.sources].map(([key, facts]) => ({
        ...facts,
        arrived: arrivedOf(facts),
        refusedCount: refusedOf(facts),
        waiting: state.heldOf(key),
      }));
      return {
        sources: sources.sort((a, b) => a.firstAt - b.firstAt),
        waiting: state.total,
        bounds,
        ...(oldest === undefined ? {} : { oldestAt: oldest.receivedAt }),
        missed,
        unanchored: state.failed.counts,
      };
    });
  }

  /** Events kept aside from a number on, oldest first, without their bytes. */
  async letters(from: number, limit: number): Promise<readonly LetterFacts[]> {
    if (this.isUnused) return [];
    return this.#use((state) => state.letters(from, limit));
  }

  /** One event kept aside. Throws NOT_FOUND. */
  readLetter(id: number): Promise<Letter> {
    return this.#use(async (state) => ({
      facts: state.readFacts(id),
      bytes: state.readBytes(id),
    }));
  }

  /** Removes an event that was accepted at last, or that an operator gives up. Throws NOT_FOUND. */
  settle(id: number, how: 'replayed' | 'discarded'): Promise<void> {
    return this.#use((state) =>
      state.failed.has(id) ? state.failed.settle(id) : state.settle(id, how),
    );
  }

  /** Notes that a replay was refused again. Throws NOT_FOUND. */
  refuseAgain(id: number, cause: AsideCause): Promise<void> {
    return this.#use((state) => state.refuseAgain(id, cause, this.#now()));
  }

  /** What could not be anchored, where the feed is open already. */
  get failed(): FailedShelf | undefined {
    return this.#state?.failed;
  }

  /** Nothing was ever kept here, and no folder was made for it. Throws FEED_FAILED. */
  get isUnused(): boolean {
    if (this.#state !== undefined || this.#queue.length > 0) return false;
    try {
      return lstatSync(this.#options.folder, { throwIfNoEntry: false }) === undefined;
    } catch (error) {
      if (isSystemError(error, 'ENOTDIR')) return true;
      throw feedFailure(error);
    }
  }

  /** Makes the folder where there is none. Throws FEED_CORRUPT, FEED_FAILED, what `act` throws. */
  useFailed<T>(act: (failed: FailedShelf, now: number) => Promise<T> | T): Promise<T> {
    if (this.#isClosed) {
      return Promise.reject(new ChartsealError('FEED_FAILED', 'the feed is closed'));
    }
    return this.#use(async (state) => act(state.failed, this.#now()));
  }

  /** Nothing is counted any more. Throws as {@link checkCounted} does: nobody can ask later. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#inTurn(() => closeEach([() => this.#countAll(), () => this.#closeState()]));
  }

  async #closeState(): Promise<void> {
    const state = this.#state;
    this.#state = undefined;
    try {
      await state?.close();
    } catch (error) {
      throw feedFailure(error);
    }
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#lane.then(act);
    this.#lane = turn.catch(() => undefined);
    return turn;
  }

  #use<T>(act: (state: FeedState) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      await this.#countWaiting();
      const state = await this.#opened();
      try {
        return await act(state);
      } catch (error) {
        const failure = feedFailure(error);
        if (!OF_THE_EVENT.has(failure.code)) await this.#fail(failure);
        throw failure;
      }
    });
  }

  /** Once more, however short ago it failed: a fault that passed loses nothing. */
  async #countAll(): Promise<void> {
    if (this.#failed !== undefined) this.#failed = { ...this.#failed, at: -Infinity };
    await this.#countWaiting();
    const uncounted = this.#missed + this.#queue.length;
    if (uncounted === 0) return;
    const { code, message } = this.fault ?? new ChartsealError('FEED_FAILED', 'it was too slow');
    const what = uncounted === 1 ? '1 event is' : `${uncounted} events are`;
    throw new ChartsealError(code, `${what} answered and not counted: ${message}`);
  }

  /** Never rejects. */
  async #countWaiting(): Promise<void> {
    // Those who come from now on wait for the next time.
    this.#drain = undefined;
    if (this.#queue.length === 0 || this.#isResting()) return;
    const arrivals = this.#queue.slice();
    try {
      const state = await this.#opened();
      const now = this.#now();
      const sync = Math.abs(now - this.#syncedAt) >= SYNC_MS;
      await state.count(arrivals, sync);
      this.#queue.splice(0, arrivals.length);
      if (sync) this.#syncedAt = now;
    } catch (error) {
      await this.#fail(feedFailure(error));
    }
  }

  #isResting(): boolean {
    return this.#failed !== undefined && Math.abs(this.#now() - this.#failed.at) < RETRY_MS;
  }

  async #opened(): Promise<FeedState> {
    if (this.#state !== undefined) return this.#state;
    if (this.#failed !== undefined && this.#isResting()) throw this.#failed.error;
    const { folder, logId } = this.#options;
    try {
      this.#state = await FeedState.open(folder, logId, this.#bounds);
    } catch (error) {
      const failure = feedFailure(error);
      await this.#fail(failure);
      throw failure;
    }
    this.#failed = undefined;
    return this.#state;
  }

  /** A database that could not be written takes nothing more until it is opened anew. */
  async #fail(error: ChartsealError): Promise<void> {
    const state = this.#state;
    this.#state = undefined;
    this.#failed = { error, at: this.#now() };
    await state?.db.close().catch(() => undefined);
  }
}
