// Pages of the map read along the paths that are asked for. The rest of a page stays bytes: most of
// a page is only written again, and nodes cost ten times the memory. Its hash stands before it, and
// is checked when the rest is asked for.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { hashText } from '../../chaincode/core/hash.js';
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

export const PAGE_LEVELS = 8;

/**
 * Inner nodes of a page but its first: tag 1 ‖ hash 32 ‖ left ‖ right. What it costs to read a page
 * for one subject does not depend on how many others it holds, then.
 */
export const NODE_KEPT = 5;

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

/** Reads a page or a part of one; what is asked for is there in nodes. Throws STORE_CORRUPT. */
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
      case NODE_KEPT: {
        const hash = this.#readHash();
        const node = this.#readInner(depth, labels, from, to);
        if (node.hash !== hash) throw this.#refuse('a hash is not that of what follows it');
        return node;
      }
      default:
        return this.#readInner(depth, labels, from, to);
    }
  }

  /** With its hash, from those of its children. */
  #readInner(depth: number, labels: Uint8Array[], from: number, to: number): InnerNode {
    const ones = splitLabels(labels, from, to, depth);
    const left = this.read(depth + 1, labels, from, ones);
    const node = new InnerNode(left, this.read(depth + 1, labels, ones, to));
    mapHash(node);
    return node;
  }

  /** Hash of the next tree, which is passed over. */
  #hash(depth: number): string {
    switch (this.#tag(depth)) {
      case NODE_EMPTY:
        return ZERO_HASH_TEXT;
      case NODE_HASH:
        return this.#readHash();
      case NODE_SUBJECT:
        return packedSubjectHash(this.#bytes, this.#skip(SUBJECT_BYTES));
      default: {
        const hash = this.#readHash();
        this.#pass(depth + 1);
        this.#pass(depth + 1);
        return hash;
      }
    }
  }

  /** Goes to the end of the next tree. */
  #pass(depth: number): void {
    switch (this.#tag(depth)) {
      case NODE_EMPTY:
        return;
      case NODE_HASH:
        this.#skip(HASH_BYTES);
        return;
      case NODE_SUBJECT:
        this.#skip(SUBJECT_BYTES);
        return;
      default:
        this.#skip(HASH_BYTES);
        this.#pass(depth + 1);
        this.#pass(depth + 1);
    }
  }

  #tag(depth: number): number {
    const tag = this.#bytes[this.#skip(1)] as number;
    const isLegal =
      tag === NODE_EMPTY ||
      tag === NODE_SUBJECT ||
      (tag === NODE_INNER && depth === this.#deepest - PAGE_LEVELS) ||
      (tag === NODE_KEPT && depth > this.#deepest - PAGE_LEVELS && depth < this.#deepest) ||
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
