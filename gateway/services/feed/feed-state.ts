// An open feed: counts of all sources in memory as they stand in their rows, and the totals of
// what is kept aside. Every change is one batch; when it fails, the whole is opened anew.
import { encodeHex, uint64 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { type Database, type RowBatch, readRow } from '../../store/database.js';
import { keyNumber, parseKeyNumber } from '../../store/keys.js';
import { parseOrdinal } from '../../store/rows.js';
import {
  type Arrival,
  type Aside,
  boundedCause,
  countArrival,
  type FeedSource,
  type LetterFacts,
  type SourceFacts,
} from './facts.js';
import { FailedShelf } from './failed-shelf.js';
import {
  bytesKey,
  digestKey,
  FEED_META_KEY,
  type FeedMeta,
  formatFacts,
  formatFeedMeta,
  LETTERS,
  letterKey,
  openFeedRows,
  parseLetterFacts,
  parseSourceFacts,
  SOURCES,
  sourceKey,
  sourceRowKey,
} from './feed-rows.js';
import { type FeedBounds, SOURCE_SHARE } from './limits.js';

/** Events kept aside, and their bytes. */
export interface Held {
  readonly count: number;
  readonly bytes: number;
}

const NONE: Held = { count: 0, bytes: 0 };
/** All that is beyond the bound of sources. */
const OTHERS: FeedSource = { via: 'others', caller: { id: '', mspId: '' } };

export class FeedState {
  readonly db: Database;
  readonly sources = new Map<string, SourceFacts>();
  /** What was sent and could not be anchored. */
  readonly failed: FailedShelf;
  readonly #held = new Map<string, Held>();
  readonly #bounds: FeedBounds;
  #meta: FeedMeta;
  total: Held = NONE;
  #isSynced = true;

  private constructor(db: Database, meta: FeedMeta, bounds: FeedBounds) {
    this.db = db;
    this.#meta = meta;
    this.#bounds = bounds;
    this.failed = new FailedShelf(db, bounds, (batch) => this.#takeNumber(batch));
  }

  /** Throws FEED_CORRUPT, FEED_FAILED, NEWER_VERSION, and the store's codes for damaged rows. */
  static async open(folder: string, logId: string, bounds: FeedBounds): Promise<FeedState> {
    const { db, meta } = await openFeedRows(folder, logId);
    const state = new FeedState(db, meta, bounds);
    try {
      for await (const [, row] of db.rows(SOURCES)) {
        const facts = parseSourceFacts(row);
        state.sources.set(sourceKey(facts), facts);
      }
      for await (const [, row] of db.rows(LETTERS)) {
        const { source, size } = parseLetterFacts(row);
        state.#hold(sourceKey(source), 1, size);
      }
      await state.failed.load();
      return state;
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  /** What of a source is kept aside, by {@link sourceKey}. */
  heldOf(key: string): Held {
    return this.#held.get(key) ?? NONE;
  }

  /** Counts events; survives the end of this process, and with `sync` that of the machine. */
  async count(arrivals: readonly Arrival[], sync: boolean): Promise<void> {
    const batch = this.db.batch();
    this.#putCounts(batch, arrivals);
    await batch.write(sync);
    this.#isSynced = sync;
  }

  /** Counts a refused event and keeps it aside, both or none. Throws FEED_FULL. */
  async keepAside(aside: Aside, at: number): Promise<number> {
    const digest = encodeHex(sha256(aside.bytes));
    const known = this.db.find(digestKey(aside.source, digest));
    const before = known === undefined ? undefined : this.readFacts(parseOrdinal(known));
    const { source, cause } = aside;
    if (before === undefined) this.#checkRoom(source, aside.bytes.length);
    const batch = this.db.batch();
    const facts =
      before === undefined
        ? this.#newLetter(this.#takeNumber(batch), aside, digest)
        : again(before, aside);
    this.#putCounts(batch, [{ source, outcome: cause.code, at }]);
    batch.put(letterKey(facts.id), formatFacts(facts));
    if (before === undefined) {
      batch.put(bytesKey(facts.id), aside.bytes);
      batch.put(digestKey(source, digest), uint64(facts.id));
    }
    await batch.write();
    if (before === undefined) this.#hold(sourceKey(source), 1, facts.size);
    return facts.id;
  }

  /** Removes an event kept aside, and counts how it ended. */
  async settle(id: number, how: 'replayed' | 'discarded'): Promise<void> {
    const { source, digest, size } = this.readFacts(id);
    const key = sourceKey(source);
    const batch = this.db.batch();
    const facts = this.sources.get(this.sources.has(key) ? key : sourceKey(OTHERS));
    if (facts !== undefined) {
      const after = { ...facts, [how]: facts[how] + 1 };
      this.#putSource(batch, after);
    }
    batch.del(letterKey(id)).del(bytesKey(id)).del(digestKey(source, digest));
    await batch.write();
    this.#hold(key, -1, -size);
  }

  /** Notes that a replay was refused. */
  async refuseAgain(id: number, cause: LetterFacts['cause'], at: number): Promise<void> {
    const facts = this.readFacts(id);
    const after = {
      ...facts,
      cause: boundedCause(cause),
      tries: facts.tries + 1,
      lastTriedAt: at,
    };
    await this.db.batch().put(letterKey(id), formatFacts(after)).write();
  }

  /** Throws NOT_FOUND. */
  readFacts(id: number): LetterFacts {
    const row = this.db.find(letterKey(id));
    if (row === undefined) {
      throw new ChartsealError(
        'NOT_FOUND',
        'no event with this number is kept aside; chartseal feed refused lists them',
      );
    }
    return parseLetterFacts(row);
  }

  readBytes(id: number): Uint8Array {
    return Uint8Array.from(readRow(this.db, bytesKey(id)));
  }

  /** Events kept aside from a number on, oldest first. */
  async letters(from: number, limit: number): Promise<readonly LetterFacts[]> {
    const found: LetterFacts[] = [];
    if (limit === 0) return found;
    for await (const [key, row] of this.db.rows(LETTERS, keyNumber(from))) {
      const facts = parseLetterFacts(row);
      if (facts.id !== parseKeyNumber(key)) {
        throw new ChartsealError('STORE_CORRUPT', 'an event kept aside has another number');
      }
      found.push(facts);
      if (found.length === limit) break;
    }
    return found;
  }

  /** Forces what was counted to the disk. */
  async close(): Promise<void> {
    try {
      if (this.#isSynced) return;
      await this.db.batch().put(FEED_META_KEY, formatFeedMeta(this.#meta)).write();
    } finally {
      await this.db.close();
    }
  }

  #putCounts(batch: RowBatch, arrivals: readonly Arrival[]): void {
    const changed = new Set<string>();
    for (const arrival of arrivals) {
      const [key, source] = this.#placeOf(arrival.source);
      this.sources.set(key, countArrival(this.sources.get(key), { ...arrival, source }));
      changed.add(key);
    }
    for (const key of changed) this.#putSource(batch, this.sources.get(key) as SourceFacts);
  }

  #putSource(batch: RowBatch, facts: SourceFacts): void {
    const key = sourceKey(facts);
    this.sources.set(key, facts);
    batch.put(sourceRowKey(key), formatFacts(facts));
  }

  #placeOf(source: FeedSource): readonly [string, FeedSource] {
    const key = sourceKey(source);
    if (this.sources.has(key) || this.sources.size < this.#bounds.sources) return [key, source];
    return [sourceKey(OTHERS), OTHERS];
  }

  /** Throws FEED_FULL. */
  #checkRoom(source: FeedSource, size: number): void {
    const { letters, lettersBytes } = this.#bounds;
    const own = this.heldOf(sourceKey(source));
    const fits = (held: Held, share: number) =>
      held.count + 1 <= letters * share && held.bytes + size <= lettersBytes * share;
    if (!fits(this.total, 1)) {
      throw new ChartsealError('FEED_FULL', 'there is no room to keep refused events aside');
    }
    if (!fits(own, SOURCE_SHARE)) {
      const text = 'this source has filled its part of the room for refused events';
      throw new ChartsealError('FEED_FULL', text);
    }
  }

  /** When the batch fails, the whole is opened anew, and the number is free again. */
  #takeNumber(batch: RowBatch): number {
    const { next } = this.#meta;
    this.#meta = { ...this.#meta, next: next + 1 };
    batch.put(FEED_META_KEY, formatFeedMeta(this.#meta));
    return next;
  }

  #newLetter(id: number, aside: Aside, digest: string): LetterFacts {
    const { source, receivedAt, mediaType, profile, cause, bytes } = aside;
    return {
      id,
      source,
      receivedAt,
      lastReceivedAt: receivedAt,
      mediaType,
      ...(profile === undefined ? {} : { profile }),
      cause: boundedCause(cause),
      size: bytes.length,
      digest,
      times: 1,
      tries: 0,
    };
  }

  #hold(key: string, count: number, bytes: number): void {
    const plus = (held: Held): Held => ({ count: held.count + count, bytes: held.bytes + bytes });
    const own = plus(this.heldOf(key));
    if (own.count === 0) this.#held.delete(key);
    else this.#held.set(key, own);
    this.total = plus(this.total);
  }
}

function again(before: LetterFacts, { receivedAt, cause, profile }: Aside): LetterFacts {
  const { profile: _, ...facts } = before;
  return {
    ...facts,
    ...(profile === undefined ? {} : { profile }),
    cause: boundedCause(cause),
    lastReceivedAt: receivedAt,
    times: before.times + 1,
  };
}
