// Vectors of leaves and closing leaves (SPEC section 6), with their leaf hashes.
import {
  type ReferenceClosingLeaf,
  type ReferenceLeaf,
  referenceClosingBytes,
  referenceLeafBytes,
} from '../../test/core/reference-leaf.js';
import { referenceLeaf } from '../../test/core/reference-tree.js';
import { type Family, hex, sha256Of, type VectorCase } from './family.js';

interface LeafCase extends VectorCase {
  readonly kind: 'leaf' | 'closing';
  readonly bytes: string;
  readonly leafHash: string;
  /** Fields, in cases that are taken. */
  readonly fields?: Readonly<Record<string, string | number>>;
}

const ZEROS = new Uint8Array(32);
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);
const subject = sha256Of('subject');
const previous = sha256Of('leaf before');
const entry = sha256Of('entry');
const mapRoot = sha256Of('map root');

const shown = (fields: object): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, Uint8Array | bigint | number]) => [
      name,
      value instanceof Uint8Array ? hex(value) : Number(value),
    ]),
  );

const leafHashOf = (bytes: Uint8Array) => hex(referenceLeaf(bytes));

function leaf(name: string, changes: Partial<ReferenceLeaf>): LeafCase {
  const fields = { act: 1, subject, sequence: 1n, previous, entry, ...changes };
  const bytes = referenceLeafBytes(fields);
  const head = { name: `leaves/${name}`, kind: 'leaf', bytes: hex(bytes) } as const;
  return { ...head, leafHash: leafHashOf(bytes), fields: shown(fields), expect: 'ok' };
}

function closing(name: string, changes: Partial<ReferenceClosingLeaf>): LeafCase {
  const endorsedAt = 1_793_523_600_000n;
  const fields = { endorsedAt, appendNumber: 1n, previous, mapRoot, ...changes };
  const bytes = referenceClosingBytes(fields);
  const head = { name: `leaves/${name}`, kind: 'closing', bytes: hex(bytes) } as const;
  return { ...head, leafHash: leafHashOf(bytes), fields: shown(fields), expect: 'ok' };
}

const ACT_CODES = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x08, 0x09, 0x10, 0x11, 0x12, 0x13, 0x14, 0x20, 0x21, 0x22,
  0x23, 0x24, 0x25, 0x26, 0x27, 0x2f,
];

function validCases(): LeafCase[] {
  return [
    ...ACT_CODES.map((act) => leaf(`act-${hex(Uint8Array.of(act))}`, { act })),
    leaf('act-not-listed', { act: 0x30 }),
    leaf('act-ff', { act: 0xff }),
    leaf('sequence-0', { sequence: 0n, previous: ZEROS }),
    leaf('sequence-2-to-32', { sequence: 2n ** 32n }),
    leaf('sequence-2-to-53-less-1', { sequence: LARGEST }),
    leaf('subject-of-zeros', { subject: ZEROS }),
    leaf('entry-of-zeros', { entry: ZEROS }),
    closing('closing', {}),
    closing('closing-first', { appendNumber: 0n, previous: ZEROS }),
    closing('closing-endorsed-in-1970', { endorsedAt: 0n }),
    closing('closing-largest', { endorsedAt: LARGEST, appendNumber: LARGEST }),
    closing('closing-of-an-empty-map', { mapRoot: ZEROS }),
  ];
}

/** Bytes that are refused; the leaf hash is that of the bytes all the same. */
function refused(kind: LeafCase['kind'], fault: string, bytes: Uint8Array): LeafCase {
  const expect = { code: 'BAD_LEAF', step: kind === 'leaf' ? 'entry' : 'inclusion' };
  const head = { name: `leaves/${fault}`, kind, bytes: hex(bytes), leafHash: leafHashOf(bytes) };
  return { ...head, expect };
}

function newer(kind: LeafCase['kind'], name: string, bytes: Uint8Array): LeafCase {
  const made = refused(kind, name, bytes);
  const step = kind === 'leaf' ? 'entry' : 'inclusion';
  return { ...made, expect: { code: 'NEWER_VERSION', step } };
}

function hostileCases(): LeafCase[] {
  const good = referenceLeafBytes({ act: 1, subject, sequence: 1n, previous, entry });
  const last = referenceClosingBytes({ endorsedAt: 1n, appendNumber: 1n, previous, mapRoot });
  const set = (bytes: Buffer, at: number, value: number) => {
    const out = Buffer.from(bytes);
    out[at] = value;
    return out;
  };
  const number = (bytes: Buffer, at: number, value: bigint) => {
    const out = Buffer.from(bytes);
    out.writeBigUInt64BE(value, at);
    return out;
  };
  const first = number(good, 34, 0n).fill(0, 42, 74);
  return [
    refused('leaf', 'no-bytes', new Uint8Array()),
    refused('leaf', '105-bytes', good.subarray(0, 105)),
    refused('leaf', '107-bytes', Buffer.concat([good, Buffer.of(0)])),
    refused('leaf', '212-bytes', Buffer.concat([good, good])),
    refused('leaf', 'version-0', set(good, 0, 0)),
    newer('leaf', 'version-2', set(good, 0, 2)),
    newer('leaf', 'version-255', set(good, 0, 255)),
    newer('leaf', 'version-2-of-another-length', set(good, 0, 2).subarray(0, 40)),
    refused('leaf', 'act-00', set(good, 1, 0)),
    refused('leaf', 'closing-leaf-for-a-leaf', last),
    refused('leaf', 'sequence-2-to-53', number(good, 34, LARGEST + 1n)),
    refused('leaf', 'sequence-2-to-64-less-1', number(good, 34, 2n ** 64n - 1n)),
    refused('leaf', 'previous-at-sequence-0', number(good, 34, 0n)),
    refused('leaf', 'no-previous-at-sequence-1', number(first, 34, 1n)),
    refused('closing', 'closing-of-105-bytes', last.subarray(0, 105)),
    refused('closing', 'closing-of-107-bytes', Buffer.concat([last, Buffer.of(0)])),
    refused('closing', 'closing-of-version-0', set(last, 0, 0)),
    newer('closing', 'closing-of-version-2', set(last, 0, 2)),
    refused('closing', 'closing-with-act-01', set(last, 1, 1)),
    refused('closing', 'closing-with-a-first-filler-byte', set(last, 2, 1)),
    refused('closing', 'closing-with-a-last-filler-byte', set(last, 25, 1)),
    refused('closing', 'closing-endorsed-at-2-to-53', number(last, 26, LARGEST + 1n)),
    refused('closing', 'closing-append-number-2-to-53', number(last, 34, LARGEST + 1n)),
    refused('closing', 'closing-previous-at-append-0', number(last, 34, 0n)),
    refused('closing', 'closing-no-previous-at-append-1', Buffer.from(last).fill(0, 42, 74)),
    refused('closing', 'leaf-for-a-closing-leaf', good),
  ];
}

export function leavesFamily(): Family<LeafCase> {
  return {
    family: 'leaves',
    about: 'Leaves and closing leaves of 106 bytes (SPEC section 6)',
    cases: [...validCases(), ...hostileCases()],
  };
}
