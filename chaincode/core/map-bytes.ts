// Bytes of map nodes in pre-order, one tag byte each, shared by the witness and by the store's
// pages: 0; 1‖hash; 2‖label‖value; 3‖left‖right; 4‖label‖kind 1‖flags 2‖count 8‖head 32.
import { ChartsealError } from './errors.js';
import { type HashText, hashText, writeHashText } from './hash.js';
import { HASH_BYTES } from './limits.js';
import {
  parseSubjectState,
  SUBJECT_STATE_BYTES,
  type SubjectState,
  writeSubjectState,
} from './subject.js';
import {
  EMPTY_MAP,
  HashNode,
  InnerNode,
  type MapNode,
  NODE_EMPTY,
  NODE_HASH,
  NODE_INNER,
  NODE_OTHER,
  NODE_SUBJECT,
  OtherNode,
  SubjectNode,
  sharedBits,
  ZERO_HASH_TEXT,
} from './subject-map.js';

/** What a reader of map bytes accepts beyond the common rules. */
export interface MapBytesRules {
  readonly code: 'BAD_WITNESS' | 'STORE_CORRUPT';
  readonly what: string;
  /** Path from the map's root to the first node, in whole bytes. */
  readonly prefix: Uint8Array;
  /** Depth in the map below which no node may stand. */
  readonly deepest: number;
  /** Whether every subject must be shown in full. */
  readonly inFull: boolean;
}

/** Collects nodes in pre-order; the caller calls in that order. */
export class MapWriter {
  #bytes = new Uint8Array(4096);
  #size = 0;

  empty(): void {
    this.#start(NODE_EMPTY, 0);
  }

  hash(hash: HashText): void {
    const at = this.#start(NODE_HASH, HASH_BYTES);
    writeHashText(this.#bytes, at, hash);
  }

  other(label: Uint8Array, value: Uint8Array): void {
    const at = this.#start(NODE_OTHER, 2 * HASH_BYTES);
    this.#append(at, label);
    this.#append(at + HASH_BYTES, value);
  }

  /** Its left child comes next, then its right child. */
  inner(): void {
    this.#start(NODE_INNER, 0);
  }

  subject(node: SubjectNode): void {
    const at = this.#start(NODE_SUBJECT, HASH_BYTES + SUBJECT_STATE_BYTES);
    this.#append(at, node.label);
    writeSubjectState(this.#bytes, at + HASH_BYTES, node.state);
  }

  /** A whole tree, as it lies in other bytes. */
  tree(bytes: Uint8Array, at: number, end: number): void {
    this.#append(this.#grow(end - at), bytes.subarray(at, end));
  }

  /** The bytes so far; the writer starts anew. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#size);
    this.#size = 0;
    return taken;
  }

  /** Makes room, writes the tag, and returns where the body goes. */
  #start(tag: number, body: number): number {
    const at = this.#grow(1 + body);
    this.#bytes[at] = tag;
    return at + 1;
  }

  /** Makes room, and returns where it begins. */
  #grow(size: number): number {
    const at = this.#size;
    this.#size = at + size;
    if (this.#size > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#size);
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }

  #append(at: number, part: Uint8Array): void {
    this.#bytes.set(part, at);
  }
}

/**
 * Reads exactly one tree. Hostile bytes are expected: the work is linear in their number,
 * nothing recurses, and only what an honest writer could have written is accepted.
 *
 * - A label that does not start with its path is refused. Of two places neither path begins
 *   with the other, so this also excludes the same label twice.
 * - A hash of zeros (an empty subtree in disguise), an inner node with two empty children, and
 *   one with an empty child and a subject are refused: no map holds them.
 * - A hash beside an empty child is legal, since it may stand for an inner node. That it stands
 *   for a single subject, which no map holds there either, can not be seen. It need not be: the
 *   caller compares the root with one that setSubject built up from the empty map, setSubject
 *   never leaves a subject beside nothing, and no second tree has the same root.
 * - Subjects and subtrees in more detail than the batch needs are bound by the same root; they
 *   cost the sender bytes and change nothing.
 */
export function parseMapBytes(bytes: Uint8Array, rules: MapBytesRules): MapNode {
  return new MapReader(bytes, rules).readTree();
}

class MapReader {
  readonly #bytes: Uint8Array;
  readonly #rules: MapBytesRules;
  readonly #path = new Uint8Array(HASH_BYTES);
  /** One per open inner node: its left child, undefined as long as that is being read. */
  readonly #lefts: (MapNode | undefined)[] = [];
  #at = 0;

  constructor(bytes: Uint8Array, rules: MapBytesRules) {
    this.#bytes = bytes;
    this.#rules = rules;
    this.#path.set(rules.prefix);
  }

  readTree(): MapNode {
    for (;;) {
      if (this.#bytes[this.#at] === NODE_INNER) {
        if (this.#depth() >= this.#rules.deepest) throw this.#refuse('the map is too deep');
        this.#at += 1;
        this.#lefts.push(undefined);
        continue;
      }
      const root = this.#close(this.#readEnd());
      if (root === undefined) continue;
      if (this.#at !== this.#bytes.length) throw this.#refuse('bytes follow the last node');
      return root;
    }
  }

  #depth(): number {
    return this.#rules.prefix.length * 8 + this.#lefts.length;
  }

  /** Puts a whole subtree in its place; the root when this was the last. */
  #close(subtree: MapNode): MapNode | undefined {
    const lefts = this.#lefts;
    let node = subtree;
    while (lefts.length > 0) {
      const depth = this.#depth() - 1;
      const bit = 0x80 >> (depth & 7);
      const path = this.#path[depth >> 3] as number;
      const left = lefts[lefts.length - 1];
      if (left === undefined) {
        lefts[lefts.length - 1] = node;
        this.#path[depth >> 3] = path | bit;
        return undefined;
      }
      lefts.pop();
      this.#path[depth >> 3] = path & ~bit;
      node = this.#join(left, node);
    }
    return node;
  }

  #join(left: MapNode, right: MapNode): InnerNode {
    if (left.tag === NODE_EMPTY || right.tag === NODE_EMPTY) {
      const only = left.tag === NODE_EMPTY ? right : left;
      if (only.tag !== NODE_INNER && only.tag !== NODE_HASH) {
        throw this.#refuse('an inner node holds fewer than two subjects');
      }
    }
    return new InnerNode(left, right);
  }

  /** Reads a node that has no children. */
  #readEnd(): MapNode {
    const tag = this.#bytes[this.#skip(1)];
    switch (tag) {
      case NODE_EMPTY:
        return EMPTY_MAP;
      case NODE_HASH:
        return this.#readHash();
      case NODE_OTHER:
        if (this.#rules.inFull) throw this.#refuse('a subject is not shown in full');
        return new OtherNode(this.#readLabel(), this.#take(HASH_BYTES));
      case NODE_SUBJECT:
        return new SubjectNode(this.#readLabel(), this.#readState());
      default:
        throw this.#refuse(`tag ${tag} is not known`);
    }
  }

  #readHash(): HashNode {
    const hash = hashText(this.#bytes, this.#skip(HASH_BYTES));
    if (hash === ZERO_HASH_TEXT) throw this.#refuse('a hash of zeros stands for an empty subtree');
    return new HashNode(hash);
  }

  #readLabel(): Uint8Array {
    const label = this.#take(HASH_BYTES);
    if (sharedBits(label, this.#path) < this.#depth()) {
      throw this.#refuse('a label does not start with its path');
    }
    return label;
  }

  #readState(): SubjectState {
    const bytes = this.#take(SUBJECT_STATE_BYTES);
    try {
      return parseSubjectState(bytes);
    } catch (cause) {
      throw this.#refuse('a subject state is not valid', cause);
    }
  }

  #take(size: number): Uint8Array {
    const at = this.#skip(size);
    return this.#bytes.subarray(at, at + size);
  }

  /** Where the next `size` bytes begin. */
  #skip(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) throw this.#refuse('the bytes end too early');
    this.#at = at + size;
    return at;
  }

  #refuse(reason: string, cause?: unknown): ChartsealError {
    return new ChartsealError(this.#rules.code, `${this.#rules.what}: ${reason}`, { cause });
  }
}
