import { expect } from 'chai';
import fc from 'fast-check';
import { parseRedoRows, RedoRows } from '../../gateway/store/redo-rows.js';
import { expectCode } from '../support/expect-code.js';
import { SEED } from '../support/seeded.js';

const NUMBER = 7;
const BEFORE = new Uint8Array(32).fill(9);
/** Number, and the row without a key. */
const HEADER_BYTES = 8 + 2 + 4 + 32;

type Row = readonly [string, Uint8Array];

function write(rows: readonly Row[]): Uint8Array {
  const out = new RedoRows();
  for (const [key, value] of rows) out.put(key, value);
  return out.format(NUMBER, BEFORE);
}

function read(bytes: Uint8Array): [string, Uint8Array][] {
  const { number, before, rows } = parseRedoRows(bytes);
  expect([number, Uint8Array.from(before ?? [])]).to.deep.equal([NUMBER, BEFORE]);
  return rows.map(([key, value]) => [key, Uint8Array.from(value)]);
}

const ROWS = fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.uint8Array()));

describe('rows of the index that lie among the entries', () => {
  it('come back as they were, however many and large they are', () => {
    const property = fc.property(ROWS, (rows) => {
      expect(read(write(rows))).to.deep.equal(rows);
    });
    fc.assert(property, { seed: SEED });
    const large: Row[] = [
      ['a', new Uint8Array(5000).fill(1)],
      ['b', new Uint8Array(100_000).fill(2)],
      ['c', new Uint8Array()],
    ];
    expect(read(write(large))).to.deep.equal(large);
  });

  it('are STORE_CORRUPT where one has no key and is not the first, or is no digest', () => {
    expectCode(() => read(write([['', BEFORE]])), 'STORE_CORRUPT');
    const bytes = Uint8Array.from(write([]));
    bytes[HEADER_BYTES - 33] = 31;
    expectCode(() => read(bytes.subarray(0, -1)), 'STORE_CORRUPT');
  });

  it('are STORE_CORRUPT where they are cut off inside of a row', () => {
    const bytes = write([['h/12', Uint8Array.of(1, 2, 3)]]);
    for (let end = 0; end < bytes.length; end++) {
      if (end === 8 || end === HEADER_BYTES) continue;
      expectCode(() => read(bytes.subarray(0, end)), 'STORE_CORRUPT');
    }
  });
});
