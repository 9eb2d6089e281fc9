// Vectors of the subject map and its proofs (SPEC section 9), from the definition over plain lists.
import type { SubjectState } from '../../chaincode/core/subject.js';
import { flippedBit, hashOf, labelOf, stateOf, subjectsOf } from '../../test/core/map-samples.js';
import {
  type ReferenceMapProof,
  type ReferenceSubject,
  referenceMapProof,
  referenceProofRoot,
  referenceRoot,
  referenceSubjectHash,
  referenceValue,
  sha256Of,
} from '../../test/core/reference-map.js';
import { type Family, fromHex, hex, type VectorCase } from './family.js';

export interface StateRow {
  readonly kind: number;
  readonly flags: number;
  readonly count: number;
  readonly head: string;
}

interface ProofRow {
  readonly siblings: readonly string[];
  readonly end: string | { readonly label: string; readonly value?: string };
}

interface MapCase extends VectorCase {
  readonly label: string;
  /** null where absence is claimed. */
  readonly state: StateRow | null;
  readonly proof: ProofRow;
  readonly root: string;
}

export const stateRow = ({ head, ...rest }: SubjectState): StateRow => ({
  ...rest,
  head: hex(head),
});

const largest: SubjectState = {
  kind: 2,
  flags: 0x1f,
  count: Number.MAX_SAFE_INTEGER,
  head: hashOf('largest'),
};
const ones = (count: number) => '1'.repeat(count);

/** Maps by name; the order of their subjects does not matter. */
export const MAPS: Readonly<Record<string, readonly ReferenceSubject[]>> = {
  empty: [],
  one: subjectsOf(1),
  two: [
    [labelOf('0', hashOf('left')), stateOf(0)],
    [labelOf('1', hashOf('right')), largest],
  ],
  twelve: subjectsOf(12),
  // Beside a long path there is nothing, but at its end.
  long: [
    [labelOf(ones(40)), stateOf(1)],
    [labelOf(`${ones(39)}0`), stateOf(2)],
    [labelOf('0'), stateOf(3)],
  ],
  // As deep as a map may be: two labels that share 127 bits.
  deepest: [
    [labelOf(ones(128)), stateOf(4)],
    [labelOf(`${ones(127)}0`), stateOf(5)],
  ],
};

const subjectsIn = (name: string) => MAPS[name] as readonly ReferenceSubject[];

const proofRow = ({ siblings, end }: ReferenceMapProof): ProofRow => ({
  siblings: siblings.map(hex),
  end: typeof end === 'string' ? end : { label: hex(end.label), value: hex(end.value) },
});

/** What the map says of a label, whether it is there or not. */
function claim(map: string, label: Uint8Array): Omit<MapCase, 'name' | 'expect'> {
  const subjects = subjectsIn(map);
  const found = subjects.find(([other]) => hex(other) === hex(label))?.[1];
  return {
    label: hex(label),
    state: found === undefined ? null : stateRow(found),
    proof: proofRow(referenceMapProof(subjects, label)),
    root: hex(referenceRoot(subjects)),
  };
}

const absentLabels: Readonly<Record<string, readonly string[]>> = {
  empty: ['', ones(256)],
  one: ['', ones(256)],
  two: ['00', '11'],
  twelve: ['0000', '0101', '1010', '1111'],
  long: ['00', '10', ones(20), ones(39), `${ones(40)}1`],
  deepest: ['0', '10', ones(126), ones(127), ones(129)],
};

function validCases(): MapCase[] {
  return Object.entries(MAPS).flatMap(([map, subjects]) => {
    const members = subjects.map(([label], at): MapCase => {
      return { name: `map/${map}-member-${at}`, ...claim(map, label), expect: 'ok' };
    });
    const absent = (absentLabels[map] ?? []).map((bits, at): MapCase => {
      const label = labelOf(bits, hashOf(`absent ${at}`));
      return { name: `map/${map}-absent-${at}`, ...claim(map, label), expect: 'ok' };
    });
    return [...members, ...absent];
  });
}

type Faults = Record<string, Partial<Omit<MapCase, 'name' | 'expect'>>>;

function named(base: Omit<MapCase, 'name' | 'expect'>, faults: Faults, step?: string): MapCase[] {
  const expect = { code: 'BAD_INPUT', ...(step === undefined ? {} : { step }) };
  return Object.entries(faults).map(([fault, changes]) => {
    return { name: `map/${fault}`, ...base, ...changes, expect };
  });
}

const ZEROS = '00'.repeat(32);

/** A proof against a rule of form, and the very root that its hashes lead to. */
function leading(label: Uint8Array, start: Uint8Array, proof: ProofRow) {
  return { proof, root: hex(referenceProofRoot(label, start, proof.siblings.map(fromHex))) };
}

function membershipFaults(): MapCase[] {
  const [label, state] = subjectsIn('twelve')[3] as ReferenceSubject;
  const good = claim('twelve', label);
  const { siblings } = good.proof;
  const [first = '', second = '', ...rest] = siblings;
  const withSiblings = (list: readonly string[]) => ({ proof: { siblings: list, end: 'subject' } });
  const withState = (changes: Partial<StateRow>) => ({ state: { ...stateRow(state), ...changes } });
  const outside = hashOf('outside');
  const forged = (list: readonly string[]) =>
    leading(label, referenceSubjectHash([label, state]), { siblings: list, end: 'subject' });
  const faults: Faults = {
    'siblings-129': forged(Array.from({ length: 129 }, () => first)),
    'first-sibling-of-zeros': forged([ZEROS, second, ...rest]),
    'subject-under-an-empty-sibling': forged([ZEROS, ...siblings]),
    'sibling-left-out': withSiblings(siblings.slice(1)),
    'last-sibling-left-out': withSiblings(siblings.slice(0, -1)),
    'sibling-twice': withSiblings([first, first, second, ...rest]),
    'sibling-too-many': withSiblings([...siblings, first]),
    'siblings-swapped': withSiblings([second, first, ...rest]),
    'siblings-reversed': withSiblings([...siblings].reverse()),
    'siblings-none': withSiblings([]),
    'sibling-bit-turned': withSiblings([
      hex(flippedBit(Buffer.from(first, 'hex'), 1)),
      second,
      ...rest,
    ]),
    'state-of-another-kind': withState({ kind: (state.kind % 3) + 1 }),
    'state-with-another-flag': withState({ flags: state.flags ^ 0x10 }),
    'state-with-a-smaller-count': withState({ count: state.count - 1 }),
    'state-with-a-greater-count': withState({ count: state.count + 1 }),
    'state-with-another-head': withState({ head: hex(hashOf('another head')) }),
    'state-of-a-subject-that-is-absent': {
      ...claim('twelve', outside),
      state: stateRow(stateOf(7)),
    },
    'state-claimed-in-the-empty-map': {
      ...claim('empty', label),
      ...withSiblings([]),
      state: stateRow(state),
    },
    'label-of-another-subject': { label: hex(outside) },
    'label-bit-turned-past-the-path': { label: hex(flippedBit(label, 255)) },
    'root-of-another-map': { root: hex(referenceRoot(subjectsIn('long'))) },
    'root-of-zeros': { root: ZEROS },
    'membership-that-ends-empty': { proof: { siblings, end: 'empty' } },
    'membership-that-ends-in-its-own-label': {
      proof: { siblings, end: { label: hex(label), value: hex(referenceValue(state)) } },
    },
  };
  const shapes: Faults = {
    'sibling-of-31-bytes': withSiblings([first.slice(2), second, ...rest]),
    'sibling-of-33-bytes': withSiblings([`${first}00`, second, ...rest]),
    'end-of-another-name': { proof: { siblings, end: 'nowhere' } },
  };
  const lengths: Faults = { 'label-of-31-bytes': { label: good.label.slice(2) } };
  return [...named(good, faults, 'map'), ...named(good, shapes, 'format'), ...named(good, lengths)];
}

/** Ends that no file can have. */
function endShapes(end: { label: string; value: string }, siblings: readonly string[]): Faults {
  const withEnd = (other: ProofRow['end']) => ({ proof: { siblings, end: other } });
  return {
    'foreign-label-of-31-bytes': withEnd({ ...end, label: end.label.slice(2) }),
    'foreign-value-of-33-bytes': withEnd({ ...end, value: `${end.value}00` }),
    'foreign-label-without-its-value': withEnd({ label: end.label }),
  };
}

/** Labels asked about, and what a liar could show in place of the truth. */
function absenceFaults(): MapCase[] {
  const [label, state] = subjectsIn('twelve')[3] as ReferenceSubject;
  const member = claim('twelve', label);
  const { siblings } = member.proof;
  const foreign = absentLabels['twelve']
    ?.map((bits, at) => labelOf(bits, hashOf(`absent ${at}`)))
    .map((absent) => claim('twelve', absent))
    .find(({ proof }) => typeof proof.end !== 'string') as MapCase;
  const end = foreign.proof.end as { label: string; value: string };
  const withEnd = (other: ProofRow['end'], list = foreign.proof.siblings) => ({
    proof: { siblings: list, end: other },
  });
  const far = subjectsIn('twelve').find(
    ([other]) => ((other[0] as number) ^ Number.parseInt(foreign.label.slice(0, 2), 16)) >= 128,
  ) as ReferenceSubject;
  const forged = (asked: string, other: ProofRow['end'], list: readonly string[]) => {
    const start =
      typeof other === 'string'
        ? new Uint8Array(32)
        : sha256Of(Uint8Array.of(2), fromHex(other.label), fromHex(other.value ?? ''));
    return leading(fromHex(asked), start, { siblings: list, end: other });
  };
  const farEnd = { label: hex(far[0]), value: hex(referenceValue(far[1])) };
  const gone = { ...member, state: null };
  const empty = claim('long', labelOf('10', hashOf('absent 1')));
  const faults: Faults = {
    'absence-that-ends-in-its-own-label': forged(
      foreign.label,
      { ...end, label: foreign.label },
      foreign.proof.siblings,
    ),
    'absence-that-ends-in-a-subject-off-the-path': forged(
      foreign.label,
      farEnd,
      foreign.proof.siblings,
    ),
    'absence-that-ends-in-another-value': withEnd({ ...end, value: hex(hashOf('value')) }),
    'absence-that-ends-empty-for-a-foreign-subject': withEnd('empty'),
    'absence-that-ends-in-the-subject': withEnd('subject'),
    'absence-one-level-too-high': withEnd(end, foreign.proof.siblings.slice(1)),
    'absence-one-level-too-deep': withEnd(end, [hex(hashOf('more')), ...foreign.proof.siblings]),
    'absence-of-a-member-by-an-empty-end': { ...gone, ...withEnd('empty', siblings) },
    'absence-of-a-member-by-its-own-label': {
      ...gone,
      ...withEnd({ label: member.label, value: hex(referenceValue(state)) }, siblings),
    },
    'absence-of-a-member-by-a-neighbour': { ...gone, ...withEnd(end, siblings) },
    'absence-of-a-member-by-the-empty-map': { ...gone, ...withEnd('empty', []) },
    'absence-with-129-siblings': forged(
      foreign.label,
      'empty',
      Array(129).fill(hex(hashOf('sibling'))),
    ),
  };
  const inNothing: Faults = {
    'empty-end-under-an-empty-sibling': forged(empty.label, 'empty', [
      ZEROS,
      ...empty.proof.siblings,
    ]),
    'empty-end-one-level-too-high': withEnd('empty', empty.proof.siblings.slice(1)),
    'empty-end-for-a-label-that-goes-elsewhere': { label: hex(labelOf('0', hashOf('x'))) },
  };
  return [
    ...named(foreign, faults, 'map'),
    ...named(empty, inNothing, 'map'),
    ...named(foreign, endShapes(end, foreign.proof.siblings), 'format'),
  ];
}

export function mapFamily(): Family<MapCase> {
  const maps = Object.entries(MAPS).map(([map, subjects]) => ({
    map,
    subjects: subjects.map(([label, state]) => ({ label: hex(label), state: stateRow(state) })),
    root: hex(referenceRoot(subjects)),
  }));
  return {
    family: 'map',
    about: 'Roots of subject maps, proofs of membership and of absence (SPEC section 9)',
    shared: { maps },
    cases: [...validCases(), ...membershipFaults(), ...absenceFaults()],
  };
}
