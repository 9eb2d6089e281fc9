// Pages of the map read along the paths that are asked for. The rest of a page is hashed from its
// bytes and stays bytes: most of a page is only written again, and nodes cost ten times the memory.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { hashText, pairHashText, TAG_MAP_INNER } from '../../chaincode/core/hash.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import {
  packedSubjectHash,
  parseSubjectState,
  SUBJECT_STATE_BYTES,
} from '../../chaincode/core/subject.js';
import {
  EMPTY_MAP,
  HashNode,
  InnerNode,
  type MapNode,
  mapHash,
  NODE_EMPTY,
  NODE_HASH,
  NODE_INNER,
  NODE_SUBJECT,
  SubjectNode,
  splitLabels,
  ZERO_HASH_TEXT,
} from '../../chaincode/core/subject-map.js';

const SUBJECT_BYTES = HASH_BYTES + SUBJECT_STATE_BYTES;

/** A part of a page that nobody asked for: its hash, and its bytes as they lie in the page. */
export class PagePart extends HashNode {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;

  constructor(hash: string, bytes: Uint8Array, at: number, end: number) {
    super(hash);
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }
}

/** Reads one tree of map bytes; what is asked for is there in nodes. Throws STORE_CORRUPT. */
export class PageReader {
  readonly #bytes: Uint8Array;
  readonly #deepest: number;
  readonly #what: string;
  #at: number;

  /**
   * @param at where the tree begins
   * @param deepest depth at which hashes stand for pages, and only there
   */
  constructor(bytes: Uint8Array, at: number, deepest: number, what: string) {
    this.#bytes = bytes;
    this.#at = at;
    this.#deepest = deepest;
    this.#what = what;
  }

  /** Where what was read ends. */
  get end(): number {
    return this.#at;
  }

  /** @param labels sorted from `from` to `to` as the walk goes; at least one */
  read(depth: number, labels: Uint8Array[], from: number, to: number): MapNode {
    const start = this.#at;
    if (from === to) {
      const tag = this.#bytes[start];
      // Neither takes less as bytes.
      if (tag !== NODE_EMPTY && tag !== NODE_HASH) {
        return new PagePart(this.#hash(depth), this.#bytes, start, this.#at);
      }
    }
    switch (this.#tag(depth)) {
      case NODE_EMPTY:
        return EMPTY_MAP;
      case NODE_HASH:
        return new HashNode(this.#readHash());
      case NODE_SUBJECT:
        return this.#readSubject();
      default: {
        const ones = splitLabels(labels, from, to, depth);
        const left = this.read(depth + 1, labels, from, ones);
        const node = new InnerNode(left, this.read(depth + 1, labels, ones, to));
        mapHash(node);
        return node;
      }
    }
  }

  /** Hash of the next tree, of which nothing is kept. */
  #hash(depth: number): string {
    switch (this.#tag(depth)) {
      case NODE_EMPTY:
        return ZERO_HASH_TEXT;
      case NODE_HASH:
        return this.#readHash();
      case NODE_SUBJECT:
        return packedSubjectHash(this.#bytes, this.#skip(SUBJECT_BYTES));
      default: {
        const left = this.#hash(depth + 1);
        return pairHashText(TAG_MAP_INNER, left, this.#hash(depth + 1));
      }
    }
  }

  #tag(depth: number): number {
    const tag = this.#bytes[this.#skip(1)] as number;
    const isLegal =
      tag === NODE_EMPTY ||
      tag === NODE_SUBJECT ||
      (tag === NODE_INNER && depth < this.#deepest) ||
      (tag === NODE_HASH && depth === this.#deepest);
    if (!isLegal) throw this.#refuse(`tag ${tag} at depth ${depth}`);
    return tag;
  }

  #readHash(): string {
    return hashText(this.#bytes, this.#skip(HASH_BYTES));
  }

  #readSubject(): SubjectNode {
    const at = this.#skip(SUBJECT_BYTES);
    const label = this.#bytes.subarray(at, at + HASH_BYTES);
    const state = this.#bytes.subarray(at + HASH_BYTES, at + SUBJECT_BYTES);
    try {
      return new SubjectNode(label, parseSubjectState(state));
    } catch (cause) {
      throw this.#refuse('a subject state is not valid', cause);
    }
  }

  #skip(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) throw this.#refuse('the bytes end too early');
    this.#at = at + size;
    return at;
  }

  #refuse(reason: string, cause?: unknown): ChartsealError {
    return new ChartsealError('STORE_CORRUPT', `${this.#what}: ${reason}`, { cause });
  }
}
