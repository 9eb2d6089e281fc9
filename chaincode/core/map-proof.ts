// Proofs that one subject is in the subject map with its state, or that it is not there.
import { isZero, ZERO_HASH } from './bytes.js';
import { ChartsealError } from './errors.js';
import { pathHash, TAG_MAP_INNER } from './hash.js';
import { HASH_BYTES, MAX_MAP_DEPTH } from './limits.js';
import { type SubjectState, subjectHash, subjectValue } from './subject.js';
import {
  labelBit,
  type MapNode,
  mapRoot,
  NODE_EMPTY,
  NODE_HASH,
  NODE_INNER,
  NODE_OTHER,
  sameLabel,
  sharedBits,
  unexpanded,
} from './subject-map.js';

/** Where the path of a label ends: in its own subject, in nothing, or in another subject. */
export type MapProofEnd =
  | 'subject'
  | 'empty'
  | { readonly label: Uint8Array; readonly value: Uint8Array };

export interface MapProof {
  /** Hashes beside the path, from its end up to the root; zeros for an empty subtree. */
  readonly siblings: readonly Uint8Array[];
  readonly end: MapProofEnd;
}

/** Proof of membership or absence; BAD_WITNESS where the map does not show the path. */
export function proveSubject(root: MapNode, label: Uint8Array): MapProof {
  const siblings: Uint8Array[] = [];
  let node = root;
  while (node.tag === NODE_INNER) {
    const goLeft = labelBit(label, siblings.length) === 0;
    siblings.push(mapRoot(goLeft ? node.right : node.left));
    node = goLeft ? node.left : node.right;
  }
  siblings.reverse();
  if (node.tag === NODE_EMPTY) return { siblings, end: 'empty' };
  if (node.tag === NODE_HASH) throw unexpanded();
  if (sameLabel(node.label, label)) return { siblings, end: 'subject' };
  const value = node.tag === NODE_OTHER ? node.value : subjectValue(node.state);
  return { siblings, end: { label: node.label, value } };
}

/**
 * Root of the map in which the proof holds; the caller compares it with the one it trusts.
 * @param state the subject's state for a proof of membership, undefined for one of absence
 * Throws BAD_INPUT for a proof that fits no map.
 */
export function rootFromMapProof(
  label: Uint8Array,
  state: SubjectState | undefined,
  proof: MapProof,
): Uint8Array {
  const { siblings, end } = proof;
  if (siblings.length > MAX_MAP_DEPTH) throw refuse('it is too deep');
  checkSize(label, 'the label');
  for (const sibling of siblings) checkSize(sibling, 'a sibling');
  const deepest = siblings[0];
  // A subtree with fewer than two subjects has no inner node. So beside the end of a path there
  // is always something, and beside an empty end there are two subjects or more. The latter can
  // not be seen in a hash; nor need it: the trusted root was built by setSubject, which leaves no
  // subject beside nothing, and a proof that leads to it shows that very tree and no other.
  if (deepest !== undefined && isZero(deepest)) throw refuse('nothing stands beside its end');
  const start = endHash(label, state, end, siblings.length);
  const isLeft = siblings.map((_, height) => labelBit(label, siblings.length - 1 - height) === 1);
  return pathHash(TAG_MAP_INNER, start, siblings, isLeft);
}

function endHash(
  label: Uint8Array,
  state: SubjectState | undefined,
  end: MapProofEnd,
  depth: number,
): Uint8Array {
  if (end === 'subject') {
    if (state === undefined) throw refuse('it shows a subject where none is expected');
    return subjectHash(label, subjectValue(state));
  }
  if (state !== undefined) throw refuse('it does not show the subject');
  if (end === 'empty') return ZERO_HASH;
  checkSize(end.label, "the other subject's label");
  checkSize(end.value, "the other subject's value");
  if (sameLabel(end.label, label)) throw refuse('the other subject is the same');
  if (sharedBits(end.label, label) < depth) throw refuse('the other subject is not on the path');
  return subjectHash(end.label, end.value);
}

function checkSize(bytes: Uint8Array, what: string): void {
  if (bytes.length !== HASH_BYTES) throw refuse(`${what} is not ${HASH_BYTES} bytes`);
}

function refuse(reason: string): ChartsealError {
  return new ChartsealError('BAD_INPUT', `map proof: ${reason}`);
}
