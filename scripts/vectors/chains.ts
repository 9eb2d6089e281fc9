// Vectors of whole chains (SPEC sections 7 and 19.4, step chain): leaves of one label, replayed.

import { referenceLeafBytes } from '../../test/core/reference-leaf.js';
import { type Condition, LAWS } from '../../test/core/reference-lifecycle.js';
import { referenceLeaf } from '../../test/core/reference-tree.js';
import { type Expect, type Family, hex, sha256Of, type VectorCase } from './family.js';
import type { StateRow } from './map.js';

interface ChainCase extends VectorCase {
  readonly kind: 'patient' | 'record' | 'log';
  readonly label: string;
  readonly logLabel: string;
  readonly leaves: readonly string[];
  /** After the last leaf; null without leaves; left out where the chain is refused. */
  readonly state?: StateRow | null;
}

const ORIGIN = 'hospital-a.example/archive';
const logLabel = sha256Of(`chartseal/log\0${ORIGIN}`);
const patient = sha256Of('label of a patient');
const record = sha256Of('label of a record');
const LABELS = { patient, record, log: logLabel } as const;
const ZEROS = new Uint8Array(32);

interface Place {
  readonly act: number;
  readonly subject?: Uint8Array;
  readonly sequence?: bigint;
  readonly previous?: Uint8Array;
}

/** Leaves with these acts in their places, but for what a place says otherwise. */
function chainOf(label: Uint8Array, places: readonly (number | Place)[]): Buffer[] {
  const leaves: Buffer[] = [];
  for (const [at, given] of places.entries()) {
    const place = typeof given === 'number' ? { act: given } : given;
    const before = leaves[at - 1];
    leaves.push(
      referenceLeafBytes({
        subject: label,
        sequence: BigInt(at),
        previous: before === undefined ? ZEROS : referenceLeaf(before),
        entry: sha256Of(`entry ${at}`),
        ...place,
      }),
    );
  }
  return leaves;
}

function replay(label: Uint8Array, leaves: readonly Buffer[]): StateRow | null {
  let condition: Condition;
  for (const leaf of leaves) {
    const outcome = LAWS[leaf[1] as number]?.(condition, hex(label) === hex(logLabel));
    if (outcome === undefined || outcome === 'refused') throw new Error('no valid chain');
    condition = outcome;
  }
  const last = leaves.at(-1);
  if (condition === undefined || last === undefined) return null;
  return { ...condition, count: leaves.length, head: hex(referenceLeaf(last)) };
}

function rowOf(name: string, kind: ChainCase['kind'], leaves: readonly Uint8Array[]) {
  const head = { name: `chains/${name}`, kind, label: hex(LABELS[kind]), logLabel: hex(logLabel) };
  return { ...head, leaves: leaves.map(hex) };
}

function valid(name: string, kind: ChainCase['kind'], acts: readonly number[]): ChainCase {
  const leaves = chainOf(LABELS[kind], acts);
  return { ...rowOf(name, kind, leaves), state: replay(LABELS[kind], leaves), expect: 'ok' };
}

const broken: Expect = { code: 'CHAIN_BROKEN', step: 'chain' };
const refusedAct: Expect = { code: 'ACT_REFUSED', step: 'chain' };
const malformed: Expect = { code: 'BAD_LEAF', step: 'chain' };
const newer: Expect = { code: 'NEWER_VERSION', step: 'chain' };

function validCases(): ChainCase[] {
  return [
    valid('patient-without-leaves', 'patient', []),
    valid('patient-of-one-access', 'patient', [0x01]),
    valid('patient-of-every-act', 'patient', [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x01]),
    valid('record-archived', 'record', [0x10]),
    valid('record-received', 'record', [0x14, 0x11, 0x12, 0x13]),
    valid('record-held', 'record', [0x10, 0x20]),
    valid('record-held-and-released', 'record', [0x10, 0x20, 0x21]),
    valid('record-held-sealed-lent', 'record', [0x10, 0x20, 0x22, 0x24]),
    valid('record-amended-after-unseal', 'record', [0x10, 0x22, 0x23, 0x11]),
    valid('record-lent-and-returned', 'record', [0x10, 0x24, 0x25]),
    valid('record-destroyed', 'record', [0x10, 0x11, 0x2f]),
    valid('record-destroyed-then-erased', 'record', [0x10, 0x2f, 0x06]),
    valid('log-of-fixity-and-admin', 'log', [0x09, 0x08, 0x08]),
  ];
}

function brokenCases(): ChainCase[] {
  const five = chainOf(patient, [0x01, 0x01, 0x01, 0x01, 0x01]);
  const pick = (...places: readonly number[]) => places.map((at) => five[at] as Buffer);
  const [first, second] = pick(0, 1) as [Buffer, Buffer];
  const fork = chainOf(patient, [0x01, 0x02]).slice(1);
  const from = (places: readonly (number | Place)[]) => chainOf(patient, places);
  const bad = (name: string, leaves: readonly Uint8Array[], expect: Expect = broken): ChainCase => {
    return { ...rowOf(name, 'patient', leaves), expect };
  };
  const versioned = (leaf: Buffer, version: number) => {
    const out = Buffer.from(leaf);
    out[0] = version;
    return out;
  };
  const follower = (version: number) => {
    const changed = versioned(second, version);
    return [first, changed, ...from([1, 1, { act: 1, previous: referenceLeaf(changed) }]).slice(2)];
  };
  return [
    bad('first-left-out', pick(1, 2)),
    bad('middle-left-out', pick(0, 2)),
    bad('doubled', pick(0, 1, 1, 2)),
    bad('reordered', pick(0, 2, 1)),
    bad('begins-again', pick(0, 0)),
    bad('leaf-of-another-subject', from([1, { act: 1, subject: record }])),
    bad('sequence-skipped', from([1, { act: 1, sequence: 2n }])),
    bad('previous-of-another-leaf', from([1, 1, { act: 1, previous: referenceLeaf(first) }])),
    bad('previous-of-a-fork', [first, second, ...from([1, 2, 1]).slice(2)]),
    bad('fork-shown-after-the-leaf', [first, second, ...fork]),
    bad('leaf-of-105-bytes', [first, second.subarray(0, 105)], malformed),
    bad('leaf-of-version-0', [versioned(first, 0)], malformed),
    bad('closing-leaf-in-the-chain', from([1, 0]), malformed),
    bad('no-previous-at-sequence-1', from([1, { act: 1, previous: ZEROS }]), malformed),
    bad('leaf-of-version-2-last', [first, versioned(second, 2)], newer),
    bad('leaf-of-version-2-in-the-middle', follower(2), newer),
    bad('leaf-of-version-2-not-followed', [first, versioned(second, 2), ...pick(2)], broken),
    bad('act-not-listed', from([1, 0x30]), newer),
    bad('act-reserved', from([1, 0x26]), newer),
    bad('act-refused-before-a-newer-one', from([0x02, 0x30]), refusedAct),
    bad('newer-act-before-a-refused-one', from([0x30, 0x10]), newer),
    bad('broken-and-refused', from([{ act: 0x2f, sequence: 1n, previous: patient }]), broken),
  ];
}

/** Chains that are whole, but that the law does not allow. */
function lawlessCases(): ChainCase[] {
  const acts = (name: string, kind: ChainCase['kind'], list: readonly number[]): ChainCase => {
    return { ...rowOf(name, kind, chainOf(LABELS[kind], list)), expect: refusedAct };
  };
  const onKind = (kind: ChainCase['kind'], list: readonly number[]) =>
    chainOf(LABELS[kind], list).map(hex);
  return [
    acts('patient-begins-with-an-inquiry', 'patient', [0x02]),
    acts('patient-with-a-record-act', 'patient', [0x01, 0x11]),
    acts('patient-that-is-archived-later', 'patient', [0x01, 0x10]),
    acts('patient-with-a-log-act', 'patient', [0x01, 0x08]),
    acts('record-begins-with-an-amend', 'record', [0x11]),
    acts('record-archived-twice', 'record', [0x10, 0x10]),
    acts('record-amended-while-sealed', 'record', [0x10, 0x22, 0x11]),
    acts('record-held-twice', 'record', [0x10, 0x20, 0x20]),
    acts('record-released-but-not-held', 'record', [0x10, 0x21]),
    acts('record-returned-but-not-lent', 'record', [0x10, 0x25]),
    acts('record-destroyed-while-held', 'record', [0x10, 0x20, 0x2f]),
    acts('record-destroyed-while-sealed', 'record', [0x10, 0x22, 0x2f]),
    acts('record-destroyed-while-lent', 'record', [0x10, 0x24, 0x2f]),
    acts('record-amended-after-destroy', 'record', [0x10, 0x2f, 0x11]),
    acts('record-transmitted-after-destroy', 'record', [0x10, 0x2f, 0x13]),
    acts('record-destroyed-twice', 'record', [0x10, 0x2f, 0x2f]),
    acts('record-with-an-access', 'record', [0x10, 0x01]),
    acts('log-with-an-access', 'log', [0x01]),
    acts('log-with-an-archive', 'log', [0x09, 0x10]),
    // What stands in no code: the chain is whole, but not of the kind that was said.
    {
      ...rowOf('chain-of-a-record-for-a-patient', 'patient', []),
      leaves: onKind('patient', [0x10, 0x11]),
      expect: { step: 'chain' },
    },
    {
      ...rowOf('chain-of-a-patient-for-a-record', 'record', []),
      leaves: onKind('record', [0x01]),
      expect: { step: 'chain' },
    },
  ];
}

export function chainsFamily(): Family<ChainCase> {
  return {
    family: 'chains',
    about: 'Chains of leaves under one label, replayed (SPEC sections 7 and 19.4)',
    cases: [...validCases(), ...brokenCases(), ...lawlessCases()],
  };
}
