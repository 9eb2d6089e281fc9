// Records by the beginning of their identifier, by a digest, or by when they were anchored; each
// with how many versions it has and what its state forbids. The work of one page has a bound.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import {
  FLAG_DESTROYED,
  FLAG_HELD,
  FLAG_HELD_BY_OTHER,
  FLAG_LENT,
  FLAG_SEALED,
} from '../../../chaincode/core/lifecycle.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { parseJsonRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import type { Labels } from '../log-context.js';
import { type RecordVersion, versionAt } from '../record-reading.js';

/** Entries that one page reads at most. */
export const MAX_READ_PER_PAGE = 4096;
/** Entries that are read before others have their turn. */
const READ_AT_ONCE = 64;

export interface Condition {
  /** By whichever organisation. */
  readonly held: boolean;
  readonly sealed: boolean;
  readonly lent: boolean;
  readonly destroyed: boolean;
}

/** A version that was found, and its record as it is now. */
export interface FoundRecord {
  readonly version: RecordVersion;
  readonly versions: number;
  readonly condition: Condition;
}

export interface FoundPage<Next> {
  readonly found: readonly FoundRecord[];
  /** Where the next page begins; undefined when nothing is left. */
  readonly next?: Next;
}

/** Times in ms since 1970. */
export interface AnchoredRange {
  /** Included; from the first when it is left out. */
  readonly fromMs?: number;
  /** Not included; to the newest when it is left out. */
  readonly toMs?: number;
}

export class RecordSearch {
  readonly #store: Store;
  readonly #labels: Labels;
  readonly #accepted: () => number;

  /** @param accepted how many entries there are */
  constructor(services: { store: Store; labels: Labels; accepted: () => number }) {
    this.#store = services.store;
    this.#labels = services.labels;
    this.#accepted = services.accepted;
  }

  /**
   * The newest versions, in the order of the identifiers. @param prefix whole characters
   * @param after identifier behind which to begin
   */
  async named(prefix: string, limit: number, after?: string): Promise<FoundPage<string>> {
    const found: FoundRecord[] = [];
    let last = '';
    for await (const { id, ordinal } of this.#store.recordsNamed(prefix, after)) {
      if (found.length === limit) return { found, next: last };
      found.push(this.#read(ordinal));
      last = id;
    }
    return { found };
  }

  /** Versions with this SHA-256, the oldest first. @param from ordinal to begin with */
  async withDigest(digest: string, limit: number, from = 0): Promise<FoundPage<number>> {
    const found: FoundRecord[] = [];
    for await (const ordinal of this.#store.versionsWithDigest(digest, from)) {
      if (found.length === limit) return { found, next: ordinal };
      const one = this.#read(ordinal);
      if (one.version.entry.record.digests['sha-256'] === digest) found.push(one);
    }
    return { found };
  }

  /**
   * Versions by when they were anchored, the newest first. A page may hold none and go on.
   * @param before ordinal below which to begin
   * @param signal ends the work: the page then goes on where it came to
   */
  async anchored(
    { fromMs, toMs }: AnchoredRange,
    limit: number,
    signal: AbortSignal,
    before = Number.MAX_SAFE_INTEGER,
  ): Promise<FoundPage<number>> {
    const first = fromMs === undefined ? 0 : this.#firstAt(fromMs);
    const end = toMs === undefined ? this.#accepted() : this.#firstAt(toMs);
    const found: FoundRecord[] = [];
    const start = Math.min(before, end);
    const last = Math.max(first, start - MAX_READ_PER_PAGE);
    let at = start;
    while (at > last && found.length < limit && !signal.aborted) {
      if ((start - at) % READ_AT_ONCE === READ_AT_ONCE - 1) await nextTurn();
      at--;
      const version = versionAt(this.#store, at);
      if (version !== undefined) found.push(this.#describe(version));
    }
    return at > first ? { found, next: at } : { found };
  }

  /** Ordinal of the first entry not before this time: `at` never goes back. */
  #firstAt(ms: number): number {
    let [low, high] = [0, this.#accepted()];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { at } = parseJsonRow<{ readonly at: string }>(this.#store.readEntry(middle).entry);
      if (parseTime(at, 'at') < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #read(ordinal: number): FoundRecord {
    const version = versionAt(this.#store, ordinal);
    if (version !== undefined) return this.#describe(version);
    throw new ChartsealError('STORE_CORRUPT', 'a row by which records are found names no version');
  }

  #describe(version: RecordVersion): FoundRecord {
    const head = this.#store.findHead(this.#labels.record(version.entry.record.id));
    if (head === undefined)
      throw new ChartsealError('STORE_CORRUPT', 'the head of a record is gone');
    const { flags } = head.state;
    const has = (flag: number) => (flags & flag) !== 0;
    const condition = {
      held: has(FLAG_HELD | FLAG_HELD_BY_OTHER),
      sealed: has(FLAG_SEALED),
      lent: has(FLAG_LENT),
      destroyed: has(FLAG_DESTROYED),
    };
    return { version, versions: head.version, condition };
  }
}
