// Vectors of the witness of an append (SPEC section 10): bytes, what they tell, what they refuse.
import { hashOf, labelOf, stateOf } from '../../test/core/map-samples.js';
import {
  type ReferenceSubject,
  referenceRoot,
  referenceState,
  referenceWitness,
  sha256Of,
} from '../../test/core/reference-map.js';
import { type Family, hex, type VectorCase } from './family.js';
import { MAPS, type StateRow, stateRow } from './map.js';

interface Reading {
  readonly label: string;
  /** null when absent; left out where reading must be refused. */
  readonly state?: StateRow | null;
}

interface WitnessCase extends VectorCase {
  /** Hexadecimal; one byte many times; or inner nodes down to a depth, with the same end each. */
  readonly witness:
    | string
    | { readonly byte: string; readonly count: number }
    | { readonly depth: number; readonly end: string };
  readonly leafCount: number;
  readonly root?: string;
  readonly reads?: readonly Reading[];
  readonly writes?: readonly { readonly label: string; readonly state: StateRow }[];
  readonly rootAfter?: string;
}

const sameLabel = (a: Uint8Array, b: Uint8Array) => hex(a) === hex(b);

/** The witness of a batch that reads these labels and gives each of them a new state. */
function valid(name: string, subjects: readonly ReferenceSubject[], labels: readonly Uint8Array[]) {
  const stateIn = (label: Uint8Array) => subjects.find(([other]) => sameLabel(other, label))?.[1];
  const updates = labels.map((label, at): ReferenceSubject => [label, stateOf(at + 50)]);
  const kept = subjects.filter(([label]) => !labels.some((other) => sameLabel(label, other)));
  return {
    name: `witness/${name}`,
    witness: hex(referenceWitness(subjects, labels)),
    leafCount: Math.max(labels.length, 1),
    root: hex(referenceRoot(subjects)),
    reads: labels.map((label) => {
      const state = stateIn(label);
      return { label: hex(label), state: state === undefined ? null : stateRow(state) };
    }),
    writes: updates.map(([label, state]) => ({ label: hex(label), state: stateRow(state) })),
    rootAfter: hex(referenceRoot([...kept, ...updates])),
    expect: 'ok',
  } as const;
}

function validCases(): WitnessCase[] {
  const of = (map: string) => MAPS[map] as readonly ReferenceSubject[];
  const labelsOf = (map: string) => of(map).map(([label]) => label);
  const fresh = [0, 1, 2, 3].map((at) => hashOf(`fresh ${at}`));
  return [
    valid('empty-map', of('empty'), fresh.slice(0, 1)),
    valid('empty-map-four-new', of('empty'), fresh),
    valid('nothing-touched', of('twelve'), []),
    valid('one-subject-touched', of('one'), labelsOf('one')),
    valid('one-subject-met', of('one'), fresh.slice(0, 1)),
    valid('two-subjects-one-touched', of('two'), labelsOf('two').slice(1)),
    valid('twelve-all-touched', of('twelve'), labelsOf('twelve')),
    valid('twelve-some-touched', of('twelve'), [...labelsOf('twelve').slice(2, 5), ...fresh]),
    valid('twelve-four-new', of('twelve'), fresh),
    valid('path-with-nothing-beside', of('long'), [labelOf('1'.repeat(40))]),
    valid('new-in-nothing', of('long'), [labelOf('10'), labelOf('110')]),
    valid('depth-128', of('deepest'), labelsOf('deepest')),
    {
      name: 'witness/long-enough-for-eight-leaves',
      witness: PERFECT,
      leafCount: 8,
      root: hex(perfectRoot(PERFECT.depth)),
      rootAfter: hex(perfectRoot(PERFECT.depth)),
      expect: 'ok',
    },
    valid('depth-128-by-a-new-label', of('deepest').slice(1), labelsOf('deepest').slice(0, 1)),
  ];
}

/** 2,048 hashes and 2,047 inner nodes: 69,631 bytes, as many as are allowed for eight leaves. */
const PERFECT = { depth: 11, end: `01${hex(hashOf('hash'))}` } as const;

function perfectRoot(depth: number): Uint8Array {
  if (depth === 0) return hashOf('hash');
  const half = perfectRoot(depth - 1);
  return sha256Of(Uint8Array.of(3), half, half);
}

const EMPTY = Buffer.of(0);
const INNER = Buffer.of(3);
const ZEROS = Buffer.alloc(32);
const hash = (bytes = hashOf('hash')) => Buffer.concat([Buffer.of(1), bytes]);
const labelFor = (bits: string) => labelOf(bits, hashOf(bits));
const met = (bits: string) => Buffer.concat([Buffer.of(2), labelFor(bits), hashOf('value')]);
const inner = (left: Uint8Array, right: Uint8Array) => Buffer.concat([INNER, left, right]);
const touched = (bits: string, state: Uint8Array = referenceState(stateOf(0))) =>
  Buffer.concat([Buffer.of(4), labelFor(bits), state]);
const spoilt = (at: number, ...bytes: readonly number[]) => {
  const state = referenceState(stateOf(0));
  state.set(bytes, at);
  return touched('0', state);
};

/** Inner nodes down to this depth, nothing beside the path, which goes left. */
const chain = (depth: number, end: Uint8Array) =>
  Buffer.concat([...Array.from({ length: depth }, () => INNER), end, Buffer.alloc(depth)]);

const zeros = (count: number) => '0'.repeat(count);

const HOSTILE: Readonly<Record<string, Uint8Array>> = {
  'no-bytes': Buffer.of(),
  'tag-1-with-zeros': hash(ZEROS),
  'tag-1-with-zeros-beside-a-subject': inner(hash(ZEROS), touched('1')),
  'inner-with-two-empties': inner(EMPTY, EMPTY),
  'inner-with-two-empties-deeper': inner(inner(EMPTY, EMPTY), hash()),
  'inner-with-empty-left-and-a-touched-subject': inner(EMPTY, touched('1')),
  'inner-with-empty-right-and-a-touched-subject': inner(touched('0'), EMPTY),
  'inner-with-empty-left-and-a-met-subject': inner(EMPTY, met('1')),
  'inner-with-empty-right-and-a-met-subject': inner(met('0'), EMPTY),
  'inner-with-one-subject-deeper': inner(hash(), inner(EMPTY, touched('11'))),
  'touched-label-not-on-its-path': inner(touched('1'), hash()),
  'touched-label-not-on-its-path-right': inner(hash(), touched('0')),
  'met-label-not-on-its-path': inner(hash(), met('0')),
  'label-leaves-its-path-in-the-last-bit': inner(inner(touched('01'), hash()), hash()),
  'label-leaves-its-path-in-the-first-bit': inner(inner(hash(), touched('11')), hash()),
  'label-twice': inner(touched('0'), touched('0')),
  'label-touched-and-met': inner(touched('1'), met('1')),
  'trailing-byte': Buffer.concat([inner(hash(), touched('1')), EMPTY]),
  'trailing-map': Buffer.concat([EMPTY, EMPTY]),
  'tag-5': Buffer.of(5),
  'tag-ff-inside': inner(hash(), Buffer.of(0xff)),
  'inner-without-children': INNER,
  'inner-with-one-child': Buffer.concat([INNER, hash()]),
  'hash-cut': hash().subarray(0, 32),
  'met-subject-cut': met('0').subarray(0, 64),
  'touched-subject-cut': touched('0').subarray(0, 75),
  'kind-0': spoilt(0, 0),
  'kind-4': spoilt(0, 4),
  'flag-0020': spoilt(1, 0x00, 0x20),
  'flag-8000': spoilt(1, 0x80, 0x00),
  'count-0': spoilt(3, 0, 0, 0, 0, 0, 0, 0, 0),
  'count-2-to-53': spoilt(3, 0, 0x20, 0, 0, 0, 0, 0, 0),
  'hash-at-depth-129': chain(129, hash()),
  'subjects-at-depth-129': chain(128, inner(touched(zeros(128)), touched(zeros(129)))),
};

function hostileCases(): WitnessCase[] {
  const expect = { code: 'BAD_WITNESS' };
  const bytes = Object.entries(HOSTILE).map(([fault, witness]): WitnessCase => {
    return { name: `witness/${fault}`, witness: hex(witness), leafCount: 1, expect };
  });
  const long = (fault: string, byte: string, count: number, leafCount: number): WitnessCase => {
    return { name: `witness/${fault}`, witness: { byte, count }, leafCount, expect };
  };
  const label = hex(labelFor('1'));
  const asking = (fault: string, witness: Uint8Array): WitnessCase => {
    const reads = [{ label }];
    return { name: `witness/${fault}`, witness: hex(witness), leafCount: 1, reads, expect };
  };
  const writing = (fault: string, witness: Uint8Array, written: Uint8Array): WitnessCase => ({
    name: `witness/${fault}`,
    witness: hex(witness),
    leafCount: 1,
    writes: [{ label: hex(written), state: stateRow(stateOf(1)) }],
    expect,
  });
  const one = labelOf(zeros(128), hashOf('end'));
  const lone = Buffer.concat([Buffer.of(4), labelOf(zeros(256)), referenceState(stateOf(0))]);
  return [
    ...bytes,
    long('inner-without-end', '03', 60_000, 1),
    long('over-long-of-one-leaf', '00', 65_536 + 512 + 1, 1),
    long('over-long-of-three-leaves', '00', 65_536 + 3 * 512 + 1, 3),
    { name: 'witness/over-long-for-seven-leaves', witness: PERFECT, leafCount: 7, expect },
    asking('read-behind-a-hash', hash()),
    asking('read-behind-a-hash-deeper', inner(touched('0'), hash())),
    asking('read-of-a-met-subject', inner(hash(), met('1'))),
    writing('write-behind-a-hash', inner(touched('0'), hash()), labelFor('1')),
    writing('write-of-a-met-subject', inner(hash(), met('1')), labelFor('1')),
    writing('write-of-a-label-that-shares-128-bits', lone, one),
  ];
}

export function witnessFamily(): Family<WitnessCase> {
  return {
    family: 'witness',
    about: 'The subject map pruned to what an append touches (SPEC section 10)',
    cases: [...validCases(), ...hostileCases()],
  };
}
