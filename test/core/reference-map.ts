// Slow, obviously right subject map: the definition read aloud over a plain list. Shares no code
// with the map under test, hashing and state bytes included.
import { createHash } from 'node:crypto';
import type { SubjectState } from '../../chaincode/core/subject.js';

export type ReferenceSubject = readonly [label: Uint8Array, state: SubjectState];

export function sha256Of(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** kind 1 ‖ flags 2 ‖ count 8 ‖ head 32. */
export function referenceState({ kind, flags, count, head }: SubjectState): Buffer {
  const state = Buffer.alloc(11);
  state.writeUInt8(kind, 0);
  state.writeUInt16BE(flags, 1);
  state.writeBigUInt64BE(BigInt(count), 3);
  return Buffer.concat([state, head]);
}

export function referenceValue(state: SubjectState): Uint8Array {
  return sha256Of(Uint8Array.of(4), referenceState(state));
}

export function referenceSubjectHash([label, state]: ReferenceSubject): Uint8Array {
  return sha256Of(Uint8Array.of(2), label, referenceValue(state));
}

/** The bits of a label as text: '0110…'. */
export function bitsOf(label: Uint8Array): string {
  return [...label].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}

/** Root of the map that holds exactly these subjects, whose labels differ. */
export function referenceRoot(subjects: readonly ReferenceSubject[], depth = 0): Uint8Array {
  const [first] = subjects;
  if (first === undefined) return new Uint8Array(32);
  if (subjects.length === 1) return referenceSubjectHash(first);
  const side = (bit: string) => subjects.filter(([label]) => bitsOf(label)[depth] === bit);
  return sha256Of(
    Uint8Array.of(3),
    referenceRoot(side('0'), depth + 1),
    referenceRoot(side('1'), depth + 1),
  );
}

export interface ReferenceMapProof {
  readonly siblings: readonly Uint8Array[];
  readonly end: 'subject' | 'empty' | { readonly label: Uint8Array; readonly value: Uint8Array };
}

/** Both halves of a list of subjects at a depth, the one on the path of `label` first. */
function halves(subjects: readonly ReferenceSubject[], label: Uint8Array, depth: number) {
  const onPath = ([other]: ReferenceSubject) => bitsOf(other)[depth] === bitsOf(label)[depth];
  return [subjects.filter(onPath), subjects.filter((one) => !onPath(one))] as const;
}

/** What stands beside the path of a label, the deepest first, and where the path ends. */
export function referenceMapProof(
  subjects: readonly ReferenceSubject[],
  label: Uint8Array,
  depth = 0,
): ReferenceMapProof {
  const [first] = subjects;
  if (first === undefined) return { siblings: [], end: 'empty' };
  if (subjects.length === 1) {
    if (bitsOf(first[0]) === bitsOf(label)) return { siblings: [], end: 'subject' };
    return { siblings: [], end: { label: first[0], value: referenceValue(first[1]) } };
  }
  const [near, far] = halves(subjects, label, depth);
  const { siblings, end } = referenceMapProof(near, label, depth + 1);
  return { siblings: [...siblings, referenceRoot(far, depth + 1)], end };
}

/** Where a proof leads by its hashes alone, with no rule of its form looked at. */
export function referenceProofRoot(
  label: Uint8Array,
  start: Uint8Array,
  siblings: readonly Uint8Array[],
): Uint8Array {
  return siblings.reduce((hash, sibling, height) => {
    const bit = bitsOf(label)[siblings.length - 1 - height];
    const pair = bit === '0' ? [hash, sibling] : [sibling, hash];
    return sha256Of(Uint8Array.of(3), ...pair);
  }, start);
}

/** The map pruned to what a batch touches: the bytes of SPEC section 10, in pre-order. */
export function referenceWitness(
  subjects: readonly ReferenceSubject[],
  touched: readonly Uint8Array[],
  depth = 0,
): Buffer {
  const [first] = subjects;
  if (first === undefined) return Buffer.of(0);
  if (touched.length === 0) return Buffer.concat([Buffer.of(1), referenceRoot(subjects, depth)]);
  if (subjects.length === 1) {
    const [label, state] = first;
    if (!touched.some((one) => bitsOf(one) === bitsOf(label))) {
      return Buffer.concat([Buffer.of(2), label, referenceValue(state)]);
    }
    return Buffer.concat([Buffer.of(4), label, referenceState(state)]);
  }
  const side = (bit: string) =>
    referenceWitness(
      subjects.filter(([label]) => bitsOf(label)[depth] === bit),
      touched.filter((label) => bitsOf(label)[depth] === bit),
      depth + 1,
    );
  return Buffer.concat([Buffer.of(3), side('0'), side('1')]);
}
