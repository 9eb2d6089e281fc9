import { expect } from 'chai';
import fc from 'fast-check';
import { formatAddCheckpoint, parseAddCheckpoint } from '../../chaincode/core/add-checkpoint.js';
import { expectCode } from '../support/expect-code.js';

const zeros = Buffer.alloc(32).toString('base64');
const NOTE = 'a.example/x\n9\nroot\n\n\u2014 a.example/x AAAA\n';

describe('the body that asks a witness for its signature', () => {
  it('is the text that C2SP describes', () => {
    const path = [new Uint8Array(32), new Uint8Array(32)];
    expect(formatAddCheckpoint({ oldSize: 7, path, checkpoint: NOTE })).to.equal(
      `old 7\n${zeros}\n${zeros}\n\n${NOTE}`,
    );
    expect(formatAddCheckpoint({ oldSize: 0, path: [], checkpoint: NOTE })).to.equal(
      `old 0\n\n${NOTE}`,
    );
    const long = Array.from({ length: 64 }, () => new Uint8Array(32));
    expectCode(
      () => formatAddCheckpoint({ oldSize: 7, path: long, checkpoint: NOTE }),
      'BAD_INPUT',
    );
  });

  it('reads back as it was written, and is written again as it was read', () => {
    const body = fc.record({
      oldSize: fc.maxSafeNat(),
      path: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 }),
      checkpoint: fc.constantFrom(NOTE, '', '\n\n', 'old 3\n\nx'),
    });
    fc.assert(
      fc.property(body, (wanted) => {
        const text = formatAddCheckpoint(wanted);
        const read = parseAddCheckpoint(text);
        expect(read).to.deep.equal(wanted);
        expect(formatAddCheckpoint(read)).to.equal(text);
      }),
    );
  });

  it('takes any text, and gives it back or refuses it', () => {
    const piece = fc.constantFrom('old ', '0', '7', '\n', '\n\n', zeros, '=', ' ', 'A', '\r', '-1');
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (given) => {
        let read: ReturnType<typeof parseAddCheckpoint>;
        try {
          read = parseAddCheckpoint(given);
        } catch (error) {
          expect(error).to.have.property('code', 'BAD_FORMAT');
          return;
        }
        expect(formatAddCheckpoint(read)).to.equal(given);
      }),
      { numRuns: 500 },
    );
  });

  const hostile: Readonly<Record<string, string>> = {
    nothing: '',
    'no empty line': `old 7\n${zeros}\n`,
    'an empty line first': `\nold 7\n\n${NOTE}`,
    'no old size': `${zeros}\n\n${NOTE}`,
    'another word': `new 7\n\n${NOTE}`,
    'an old size with a sign': `old -7\n\n${NOTE}`,
    'an old size with a zero before it': `old 07\n\n${NOTE}`,
    'an old size of 2^53': `old ${2 ** 53}\n\n${NOTE}`,
    'a space behind the old size': `old 7 \n\n${NOTE}`,
    'a hash of 31 bytes': `old 7\n${Buffer.alloc(31).toString('base64')}\n\n${NOTE}`,
    'a hash that is no canonical base64': `old 7\n${zeros.replace(/A=$/, 'B=')}\n\n${NOTE}`,
    'lines that end as on Windows': `old 7\r\n${zeros}\r\n\r\n${NOTE}`,
    '64 hashes': `old 7\n${`${zeros}\n`.repeat(64)}\n${NOTE}`,
    'a million hashes': `old 7\n${`${zeros}\n`.repeat(1_000_000)}\n${NOTE}`,
  };
  for (const [fault, text] of Object.entries(hostile)) {
    it(`is refused with ${fault}`, () => expectCode(() => parseAddCheckpoint(text), 'BAD_FORMAT'));
  }
});
