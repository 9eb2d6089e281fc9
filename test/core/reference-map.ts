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

export function referenceValue({ kind, flags, count, head }: SubjectState): Uint8Array {
  const state = Buffer.alloc(11);
  state.writeUInt8(kind, 0);
  state.writeUInt16BE(flags, 1);
  state.writeBigUInt64BE(BigInt(count), 3);
  return sha256Of(Uint8Array.of(4), state, head);
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
