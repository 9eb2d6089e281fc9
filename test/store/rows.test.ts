import { expect } from 'chai';
import { KIND_PATIENT } from '../../chaincode/core/lifecycle.js';
import type { SubjectState } from '../../chaincode/core/subject.js';
import * as rows from '../../gateway/store/rows.js';
import { expectCode } from '../support/expect-code.js';

const hash = 'ab'.repeat(32);
const leaf = Buffer.alloc(106, 1).toString('base64');

type Parse = (bytes: Uint8Array) => object;
/** What each kind looks like, and what its message names. */
const KINDS: readonly (readonly [string, Parse, Readonly<Record<string, unknown>>])[] = [
  ['the row that names the log', rows.parseMetaRow, { format: 'chartseal-store/1' }],
  [
    'an append',
    rows.parseAppendRow,
    { appendNumber: 0, closingLeaf: leaf, firstIndex: 0, firstOrdinal: 0, leaves: 1 },
  ],
  [
    'the marker',
    rows.parseMarker,
    { appends: 1, entries: 1, frontier: [hash], mapRoot: hash, root: hash, size: 2 },
  ],
  ['the state of the map', rows.parseFlushedMapRow, { entries: 1, mapRoot: hash }],
  [
    'an attested checkpoint',
    rows.parseAttestationRow,
    { attestation: { type: 'embedded/1' }, checkpoint: 'note', closingLeaf: leaf },
  ],
  ['the place of a file', rows.parseBaselineRow, { modifiedAtMs: -1, path: 'YQ==', size: 0 }],
  ['a patient', rows.parsePatientRow, { system: 'urn:hospital-a', value: 'P1' }],
];
const BINARY: readonly (readonly [string, Parse | ((bytes: Uint8Array) => unknown), number])[] = [
  ['an ordinal', rows.parseOrdinal, 8],
  ['a label', rows.parseLabelRow, 32],
  ['a known submission', rows.parseKnownRow, 40],
  ['a head', rows.parseHead, 51],
  ['a head of a record', rows.parseHead, 91],
];

describe('rows of the store', () => {
  for (const [kind, parse, value] of KINDS) {
    it(`${kind} comes back as it was written`, () => {
      expect(parse(rows.formatJsonRow(value))).to.deep.equal(value);
    });

    it(`${kind} of another shape is STORE_CORRUPT, and the message names the kind`, () => {
      const others: unknown[] = [{}, null, [], 7, 'text', true];
      for (const name of Object.keys(value)) {
        const { [name]: _left, ...rest } = value;
        others.push(rest, { ...value, [name]: null === value[name] ? 0 : [[]] });
      }
      for (const other of others) {
        const bytes = Buffer.from(JSON.stringify(other));
        expectCode(() => parse(bytes), 'STORE_CORRUPT');
        expect(() => parse(bytes)).to.throw(`${kind} of the store cannot be read`);
      }
    });

    it(`${kind} that is no canonical JSON is STORE_CORRUPT`, () => {
      for (const text of ['', 'damaged', '{ }', `${JSON.stringify(value)} `]) {
        expectCode(() => parse(Buffer.from(text)), 'STORE_CORRUPT');
      }
    });
  }

  it('an attested checkpoint of the empty tree has no closing leaf', () => {
    const row = { attestation: {}, checkpoint: 'note', closingLeaf: null };
    expect(rows.parseAttestationRow(rows.formatJsonRow(row))).to.deep.equal(row);
  });

  it('what names a later format may have other members', () => {
    const row = { format: 'chartseal-store/2', logs: [1, 2] };
    expect(rows.parseMetaRow(rows.formatJsonRow(row))).to.deep.equal(row);
  });

  for (const [kind, parse, size] of BINARY) {
    it(`${kind} of another length is STORE_CORRUPT`, () => {
      for (const length of [0, 2, size - 1, size + 1]) {
        expectCode(() => parse(new Uint8Array(length)), 'STORE_CORRUPT');
      }
    });
  }

  it('a head whose state or numbers are none is STORE_CORRUPT', () => {
    const state: SubjectState = {
      kind: KIND_PATIENT,
      flags: 0,
      count: 1,
      head: new Uint8Array(32),
    };
    const bytes = rows.formatHead({ state, ordinal: 7, version: 0, digest: new Uint8Array(32) });
    // The kind, the count, and the first byte of the ordinal.
    for (const at of [0, 3, 43]) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = 0xff;
      expectCode(() => rows.parseHead(damaged), 'STORE_CORRUPT');
    }
  });
});
