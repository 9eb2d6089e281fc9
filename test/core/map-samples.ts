// Labels, states and maps for the tests of the subject map.
import fc from 'fast-check';
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { SubjectState } from '../../chaincode/core/subject.js';
import { EMPTY_MAP, type MapNode, setSubject } from '../../chaincode/core/subject-map.js';
import { type ReferenceSubject, sha256Of } from './reference-map.js';

/** 32 bytes that depend on the name only. */
export function hashOf(name: string): Uint8Array {
  return sha256Of(Buffer.from(name));
}

/** A label that starts with these bits and goes on with zeros, or with the bits of `rest`. */
export function labelOf(bits: string, rest: Uint8Array = new Uint8Array(32)): Uint8Array {
  const label = rest.slice();
  for (const [at, bit] of [...bits].entries()) {
    const mask = 0x80 >> (at & 7);
    const byte = label[at >> 3] as number;
    label[at >> 3] = bit === '1' ? byte | mask : byte & ~mask;
  }
  return label;
}

export function flippedBit(bytes: Uint8Array, bit: number): Uint8Array {
  const out = bytes.slice();
  out[bit >> 3] = (out[bit >> 3] as number) ^ (0x80 >> (bit & 7));
  return out;
}

/** State number `index` of some subject: all differ. */
export function stateOf(index: number): SubjectState {
  const kind = ([1, 2, 3] as const)[index % 3] ?? 1;
  return { kind, flags: index % 32, count: index + 1, head: hashOf(`head ${index}`) };
}

/** Subjects under the labels of these names. */
export function subjectsOf(count: number, name = 'subject'): ReferenceSubject[] {
  return Array.from({ length: count }, (_, at) => [hashOf(`${name} ${at}`), stateOf(at)]);
}

export function mapOf(subjects: Iterable<ReferenceSubject>): MapNode {
  let map = EMPTY_MAP;
  for (const [label, state] of subjects) map = setSubject(map, label, state);
  return map;
}

/** Newest state of each label, as an update of a map has it. */
export function newestOf(updates: readonly ReferenceSubject[]): ReferenceSubject[] {
  return [...new Map(updates.map((update) => [encodeHex(update[0]), update])).values()];
}

export const labelArbitrary: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  // Long common prefixes: paths with many empty siblings, within the depth that is allowed.
  fc
    .tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 127 }))
    .map(([ones, tail]) => labelOf('1'.repeat(ones) + tail.toString(2).padStart(7, '0'))),
);

export const stateArbitrary: fc.Arbitrary<SubjectState> = fc.record({
  kind: fc.constantFrom(1, 2, 3),
  flags: fc.integer({ min: 0, max: 0x1f }),
  count: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  head: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

export const updatesArbitrary = (maxLength: number): fc.Arbitrary<ReferenceSubject[]> =>
  fc.array(fc.tuple(labelArbitrary, stateArbitrary), { maxLength });
