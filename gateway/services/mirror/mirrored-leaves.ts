// The leaves of one log as they are given, in order: each must have the hash that the ledger keeps,
// each append must keep the law and lead to the map root that its closing leaf states.
import { applyLeaves } from '../../../chaincode/core/append-rules.js';
import { concat, decodeHex, encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { logLabel } from '../../../chaincode/core/labels.js';
import { leafHash, parseClosingLeaf, parseLeaf } from '../../../chaincode/core/leaf.js';
import { HASH_BYTES, LEAF_BYTES } from '../../../chaincode/core/limits.js';
import { EMPTY_MAP, type MapNode, mapRoot } from '../../../chaincode/core/subject-map.js';
import { changedPages, MapPages } from '../../store/map-pages.js';
import { Alarm, type AlarmCode } from './alarm.js';
import type { FollowedLog } from './followed-log.js';
import type { AppendFacts, MirrorStore } from './mirror-store.js';

/** Leaves between two flushes: each rewrites whole pages of the map. */
const FLUSH_LEAVES = 16_384;

/** What became of a leaf: `ahead` of the blocks that were read, or after a `gap` in the leaves. */
export type LeafFate = 'taken' | 'known' | 'ahead' | 'gap';

export interface LeafProgress {
  /** Appends whose leaves and map root are verified, and the tree's size up to there. */
  readonly appends: number;
  readonly size: number;
  /** Leaves of which only the hash is known. */
  readonly missing: number;
  /** Index of the first of them, and the time of its append; undefined when none is missing. */
  readonly first?: { readonly index: number; readonly endorsedAt: number };
}

interface Known {
  readonly append: AppendFacts;
  readonly hashes: Uint8Array;
}

const LEAF_NUMBER = /^leaf ([0-9]+): /;

export class MirroredLeaves {
  readonly #store: MirrorStore<FollowedLog>;
  readonly #pages: MapPages;
  readonly #logId: string;
  readonly #origin: string;
  #appends = 0;
  #size = 0;
  #map: MapNode = EMPTY_MAP;
  #onDisk: MapNode = EMPTY_MAP;
  /** Leaves of the append at #size, as far as they were given. */
  #held: Uint8Array[] = [];
  /** Whole appends that are not on disk, by first index. */
  #whole = new Map<number, Uint8Array>();
  #unwritten = 0;
  /** The append that was asked for last. */
  #known: Known | undefined;

  /** @param log one of those that the store has */
  constructor(store: MirrorStore<FollowedLog>, { logId, registration }: FollowedLog) {
    this.#store = store;
    this.#logId = logId;
    this.#origin = registration.origin;
    this.#pages = new MapPages((prefix) => store.findPage(logId, prefix));
    const verified = store.findVerified(logId);
    if (verified === undefined) return;
    this.#appends = verified.appends;
    this.#size = verified.size;
    this.#onDisk = this.#pages.loadTop(decodeHex(verified.mapRoot, 'map root', HASH_BYTES));
    this.#map = this.#onDisk;
    const held = store.findHeld(logId) ?? new Uint8Array();
    for (let at = 0; at < held.length; at += LEAF_BYTES) {
      this.#held.push(held.subarray(at, at + LEAF_BYTES));
    }
  }

  get origin(): string {
    return this.#origin;
  }

  /** Index of the leaf that is wanted next. */
  get next(): number {
    return this.#size + this.#held.length;
  }

  get isDue(): boolean {
    return this.#unwritten >= FLUSH_LEAVES;
  }

  get isDirty(): boolean {
    return this.#unwritten > 0;
  }

  /** @param log as the blocks on disk have it now */
  async progress({ frontier, appends }: FollowedLog): Promise<LeafProgress> {
    const [size, verified] = [this.#size, this.#appends];
    const missing = frontier.size - appends - (size - verified) - this.#held.length;
    const progress = { appends: verified, size, missing };
    if (missing === 0) return progress;
    const { endorsedAt } = (await this.#find(this.next)).append;
    return { ...progress, first: { index: this.next, endorsedAt } };
  }

  /** Whether the ledger keeps this hash at this index; undefined beyond the blocks on disk. */
  async fits(index: number, leaf: Uint8Array, log: FollowedLog): Promise<boolean | undefined> {
    if (index >= log.frontier.size) return undefined;
    return equalBytes(this.#hashAt(await this.#find(index), index), leafHash(leaf));
  }

  /** Throws an alarm when the leaf is not the one of the ledger, or its append breaks the law. */
  async take(index: number, leaf: Uint8Array, log: FollowedLog): Promise<LeafFate> {
    const isSame = await this.fits(index, leaf, log);
    if (isSame === undefined) return 'ahead';
    const { append } = await this.#find(index);
    if (!isSame) {
      this.#fail('LEAF_DIFFERS', append, `leaf ${index} has not the hash of the ledger`, index);
    }
    if (index > this.next) return 'gap';
    if (index < this.next) return 'known';
    this.#held.push(leaf);
    this.#unwritten++;
    if (this.#held.length === append.leaves) this.#complete(append);
    return 'taken';
  }

  /** The alarm that the leaf which is wanted next is not given. */
  async withheld(reason: string): Promise<Alarm> {
    const { append } = await this.#find(this.next);
    return this.#alarm('LEAVES_WITHHELD', append, reason, this.next);
  }

  /** Puts what is verified beside what the store is about to write. */
  put(): void {
    const root = encodeHex(mapRoot(this.#map));
    for (const [prefix, page] of changedPages(this.#onDisk, this.#map)) {
      this.#store.putPage(this.#logId, prefix, page);
    }
    for (const [first, leaves] of this.#whole) this.#store.putLeaves(this.#logId, first, leaves);
    const row = { appends: this.#appends, size: this.#size, mapRoot: root };
    this.#store.putVerified(this.#logId, row, concat(...this.#held));
  }

  /** What was put is on disk. */
  settle(): void {
    this.#onDisk = this.#pages.trimFlushed(this.#map, this.#onDisk);
    this.#map = this.#onDisk;
    this.#whole = new Map();
    this.#unwritten = 0;
  }

  #complete(append: AppendFacts): void {
    const { mapRoot: stated } = parseClosingLeaf(append.closingLeaf);
    const given = this.#held;
    // An append that does not fit is asked for again, so that it is found again.
    this.#held = [];
    const map = this.#apply(append, given);
    if (!equalBytes(mapRoot(map), stated)) {
      const index = append.firstIndex + append.leaves;
      this.#fail('LOG_BROKEN', append, 'its leaves lead to another map root', index);
    }
    this.#map = this.#pages.trim(map, this.#onDisk);
    this.#whole.set(append.firstIndex, concat(...given));
    this.#appends++;
    this.#size = append.firstIndex + append.leaves + 1;
  }

  #apply(append: AppendFacts, given: readonly Uint8Array[]): MapNode {
    let at = 0;
    try {
      const leaves = given.map((bytes, index) => {
        at = index;
        return parseLeaf(bytes);
      });
      const subjects = leaves.map(({ subject }) => subject);
      const expanded = this.#pages.expand(this.#map, subjects);
      const hashes = given.map(leafHash);
      return applyLeaves(expanded, leaves, hashes, logLabel(this.#origin));
    } catch (cause) {
      if (!(cause instanceof ChartsealError) || cause.code === 'STORE_CORRUPT') throw cause;
      const [prefix = '', number] = LEAF_NUMBER.exec(cause.message) ?? [];
      const index = append.firstIndex + (number === undefined ? at : Number(number));
      const reason = `leaf ${index} breaks the law: ${cause.message.slice(prefix.length)}`;
      return this.#fail('LOG_BROKEN', append, reason, index, cause);
    }
  }

  async #find(index: number): Promise<Known> {
    const known = this.#known;
    if (known !== undefined) {
      const { firstIndex, leaves } = known.append;
      if (index >= firstIndex && index <= firstIndex + leaves) return known;
    }
    const append = await this.#store.findAppend(this.#logId, index);
    if (append === undefined || index > append.firstIndex + append.leaves) {
      throw new ChartsealError('MIRROR_CORRUPT', 'an append of the mirror is gone');
    }
    this.#known = { append, hashes: this.#store.readHashes(this.#logId, append) };
    return this.#known;
  }

  #hashAt({ append, hashes }: Known, index: number): Uint8Array {
    const at = index - append.firstIndex;
    if (at === append.leaves) return leafHash(append.closingLeaf);
    return hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
  }

  #alarm(
    code: AlarmCode,
    { appendNumber, block, transaction }: AppendFacts,
    reason: string,
    index: number,
    cause?: unknown,
  ): Alarm {
    const place = {
      origin: this.#origin,
      logId: this.#logId,
      ...(block === undefined || transaction === undefined ? {} : { block, transaction }),
    };
    const sentence = `log ${this.#origin}, append ${appendNumber}: ${reason}`;
    return new Alarm(code, sentence, { ...place, appendNumber, index }, cause);
  }

  #fail(
    code: AlarmCode,
    append: AppendFacts,
    reason: string,
    index: number,
    cause?: unknown,
  ): never {
    throw this.#alarm(code, append, reason, index, cause);
  }
}
