// The subject map: a binary prefix tree over the 256 bits of a label, as immutable nodes. The
// writer's store, every endorser and every verifier build and hash it with this one file.
import { ZERO_HASH } from './bytes.js';
import { ChartsealError } from './errors.js';
import { type HashText, hashBytes, hashText, pairHashText, TAG_MAP_INNER } from './hash.js';
import { HASH_BYTES, MAX_MAP_DEPTH } from './limits.js';
import { type SubjectState, stateHash, subjectHash } from './subject.js';

/** Tags of the nodes, in memory as in bytes: a promise of the witness format. */
export const NODE_EMPTY = 0;
export const NODE_HASH = 1;
export const NODE_OTHER = 2;
export const NODE_INNER = 3;
export const NODE_SUBJECT = 4;

/** A subtree without subjects; its hash is 32 zero bytes. */
class EmptyNode {
  readonly tag = NODE_EMPTY;
}

/** A subtree of which only the hash is known here. */
export class HashNode {
  readonly tag = NODE_HASH;
  readonly hash: HashText;

  constructor(hash: HashText) {
    this.hash = hash;
  }
}

/** A subject of which only label and value are known here. */
export class OtherNode {
  readonly tag = NODE_OTHER;
  readonly label: Uint8Array;
  readonly value: Uint8Array;
  /** Kept by mapHash; nobody else reads it. */
  hash: HashText | undefined = undefined;

  constructor(label: Uint8Array, value: Uint8Array) {
    this.label = label;
    this.value = value;
  }
}

export class InnerNode {
  readonly tag = NODE_INNER;
  readonly left: MapNode;
  readonly right: MapNode;
  /** Kept by mapHash; undefined while nobody asked, so that a batch hashes each node once. */
  hash: HashText | undefined;

  /** `hash` only when the children are known to give it. */
  constructor(left: MapNode, right: MapNode, hash?: HashText) {
    this.left = left;
    this.right = right;
    this.hash = hash;
  }
}

/** A subject in full. Keeps the bytes it is given: nobody may change them afterwards. */
export class SubjectNode {
  readonly tag = NODE_SUBJECT;
  readonly label: Uint8Array;
  readonly state: SubjectState;
  /** Kept by mapHash; nobody else reads it. */
  hash: HashText | undefined = undefined;

  constructor(label: Uint8Array, state: SubjectState) {
    this.label = label;
    this.state = state;
  }
}

export type MapNode = EmptyNode | HashNode | OtherNode | InnerNode | SubjectNode;

export const EMPTY_MAP: MapNode = new EmptyNode();

const LABEL_BITS = HASH_BYTES * 8;

/** The bit of a label that chooses left (0) or right (1) at this depth; most significant first. */
export function labelBit(label: Uint8Array, depth: number): number {
  return ((label[depth >> 3] as number) >> (7 - (depth & 7))) & 1;
}

/** Number of leading bits that two labels share; 256 when they are equal. */
export function sharedBits(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < HASH_BYTES; at++) {
    const difference = (a[at] as number) ^ (b[at] as number);
    if (difference !== 0) return at * 8 + Math.clz32(difference) - 24;
  }
  return LABEL_BITS;
}

export function sameLabel(a: Uint8Array, b: Uint8Array): boolean {
  return sharedBits(a, b) === LABEL_BITS;
}

/** Hash of an empty subtree. */
export const ZERO_HASH_TEXT = hashText(ZERO_HASH);

/**
 * Hash of a subtree. Every node is hashed once and keeps its hash; the recursion is as deep as
 * the map, that is at most MAX_MAP_DEPTH.
 */
export function mapHash(node: MapNode): HashText {
  switch (node.tag) {
    case NODE_EMPTY:
      return ZERO_HASH_TEXT;
    case NODE_HASH:
      return node.hash;
    case NODE_INNER:
      node.hash ??= pairHashText(TAG_MAP_INNER, mapHash(node.left), mapHash(node.right));
      return node.hash;
    case NODE_OTHER:
      node.hash ??= hashText(subjectHash(node.label, node.value));
      return node.hash;
    case NODE_SUBJECT:
      node.hash ??= stateHash(node.label, node.state);
      return node.hash;
  }
}

/** {@link mapHash} as 32 bytes. */
export function mapRoot(node: MapNode): Uint8Array {
  return hashBytes(mapHash(node));
}

/** The error for a label that leads into a part of which only the hash, or the value, is known. */
export function unexpanded(): ChartsealError {
  return new ChartsealError('BAD_WITNESS', 'a touched subject is not shown in full');
}

/** State of a subject, undefined when absent; BAD_WITNESS where the map does not show it. */
export function findSubject(root: MapNode, label: Uint8Array): SubjectState | undefined {
  let node = root;
  let depth = 0;
  while (node.tag === NODE_INNER) {
    node = labelBit(label, depth) === 0 ? node.left : node.right;
    depth += 1;
  }
  if (node.tag === NODE_EMPTY) return undefined;
  if (node.tag === NODE_HASH) throw unexpanded();
  if (!sameLabel(node.label, label)) return undefined;
  if (node.tag === NODE_OTHER) throw unexpanded();
  return node.state;
}

/**
 * The map with this subject in this state; the map given stays as it is. Throws BAD_WITNESS
 * where the map does not show the place, and when two labels share MAX_MAP_DEPTH bits: chance
 * never gets there, a label crafted to make paths long would.
 */
export function setSubject(root: MapNode, label: Uint8Array, state: SubjectState): MapNode {
  return put(root, 0, new SubjectNode(label, state));
}

function put(node: MapNode, depth: number, subject: SubjectNode): MapNode {
  switch (node.tag) {
    case NODE_EMPTY:
      return subject;
    case NODE_HASH:
      throw unexpanded();
    case NODE_INNER:
      return labelBit(subject.label, depth) === 0
        ? new InnerNode(put(node.left, depth + 1, subject), node.right)
        : new InnerNode(node.left, put(node.right, depth + 1, subject));
    default:
      return putBeside(node, depth, subject);
  }
}

/** Replaces the subject that stands at this depth, or parts the two where their labels part. */
function putBeside(node: OtherNode | SubjectNode, depth: number, subject: SubjectNode): MapNode {
  const shared = sharedBits(node.label, subject.label);
  if (shared === LABEL_BITS) {
    if (node.tag === NODE_OTHER) throw unexpanded();
    return subject;
  }
  if (shared >= MAX_MAP_DEPTH) {
    throw new ChartsealError('BAD_WITNESS', `two labels share more than ${MAX_MAP_DEPTH - 1} bits`);
  }
  let joined: MapNode =
    labelBit(subject.label, shared) === 0
      ? new InnerNode(subject, node)
      : new InnerNode(node, subject);
  for (let at = shared - 1; at >= depth; at--) {
    joined =
      labelBit(subject.label, at) === 0
        ? new InnerNode(joined, EMPTY_MAP)
        : new InnerNode(EMPTY_MAP, joined);
  }
  return joined;
}

/**
 * Sorts labels[from..to) in place by one bit, zeros first; returns where the ones begin. So a
 * walk down the map splits a batch as the map itself splits it, without comparing labels.
 */
export function splitLabels(labels: Uint8Array[], from: number, to: number, depth: number): number {
  let zeros = from;
  for (let at = from; at < to; at++) {
    const label = labels[at] as Uint8Array;
    if (labelBit(label, depth) === 0) {
      labels[at] = labels[zeros] as Uint8Array;
      labels[zeros] = label;
      zeros += 1;
    }
  }
  return zeros;
}
