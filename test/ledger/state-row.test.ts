import { expect } from 'chai';
import { utf8 } from '../../chaincode/core/bytes.js';
import { formatStateRow, parseStateRow, sealOf } from '../../gateway/ledger/embedded/state-row.js';
import { expectCode } from '../support/expect-code.js';

describe('a value of the embedded ledger', () => {
  const value = utf8('value');
  const version = { block: 3, transaction: 1 };
  const seal = sealOf('key', { version, value });
  const row = formatStateRow(seal, value);

  it('is read as it was written', () => {
    expect(parseStateRow('key', row, seal)).to.deep.equal({ version, value });
  });

  it('is found damaged whichever bit of it or of its seal changed', () => {
    const flipped = (bytes: Uint8Array, bit: number) =>
      bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    for (let bit = 0; bit < row.length * 8; bit++) {
      expectCode(() => parseStateRow('key', flipped(row, bit), seal), 'LEDGER_CORRUPT');
    }
    for (let bit = 0; bit < seal.length * 8; bit++) {
      expectCode(() => parseStateRow('key', row, flipped(seal, bit)), 'LEDGER_CORRUPT');
    }
  });

  it('is found damaged when it or its seal is gone or stands under another key', () => {
    expectCode(() => parseStateRow('key', undefined, seal), 'LEDGER_CORRUPT');
    expectCode(() => parseStateRow('key', row, undefined), 'LEDGER_CORRUPT');
    expectCode(() => parseStateRow('other', row, seal), 'LEDGER_CORRUPT');
    expectCode(() => parseStateRow('key', row.subarray(0, 20), seal), 'LEDGER_CORRUPT');
  });
});
