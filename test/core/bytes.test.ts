import { expect } from 'chai';
import fc from 'fast-check';
import { decodeBase64 } from '../../chaincode/core/bytes.js';
import { expectCode } from '../support/expect-code.js';

/** What the platform's own coder makes of it, there and back again. */
function judge(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes.toString('hex') : undefined;
}

function decode(text: string): string {
  return Buffer.from(decodeBase64(text, 'it')).toString('hex');
}

describe('base64', () => {
  it('is decoded, whatever its length', () => {
    for (let size = 0; size < 200; size++) {
      const bytes = Buffer.from(Array.from({ length: size }, (_, at) => (at * 151 + size) % 256));
      expect(decode(bytes.toString('base64'))).to.equal(bytes.toString('hex'));
    }
  });

  it('is read exactly when the platform writes the same text back', () => {
    const good = fc
      .uint8Array({ maxLength: 100 })
      .map((bytes) => Buffer.from(bytes).toString('base64'));
    const character = fc.constantFrom(...'AQgwz019+/=-_ \n\u00e9\u0141\u2014');
    const spoilt = fc
      .tuple(good, fc.nat(140), fc.constantFrom(0, 1), character)
      .map(([text, at, cut, other]) => text.slice(0, at) + other + text.slice(at + cut));
    const random = fc.string({ unit: character, maxLength: 100 });
    fc.assert(
      fc.property(fc.oneof(good, spoilt, random), (text) => {
        const wanted = judge(text);
        if (wanted === undefined) expectCode(() => decode(text), 'BAD_INPUT');
        else expect(decode(text)).to.equal(wanted);
      }),
      { numRuns: 2000 },
    );
  });

  const refused: Record<string, string> = {
    'padding left out': 'QQ',
    'too much padding': 'QUFB====',
    'padding alone': '====',
    'padding in the middle': 'QQ==QUFB',
    'a digit behind padding': 'QQ=A',
    'bits that hold no data': 'QR==',
    'bits that hold no data, of two bytes': 'QUF=',
    'a space': 'QUFB ',
    'the alphabet of URLs': 'QUF-',
    'a character beyond ASCII': 'QUF\u0141',
  };
  for (const [what, text] of Object.entries(refused)) {
    for (const before of ['', 'A'.repeat(120)]) {
      it(`${what} is refused${before === '' ? '' : ', at the end of a long text too'}`, () => {
        expectCode(() => decode(before + text), 'BAD_INPUT');
      });
    }
  }

  it('of another size than asked for is refused', () => {
    expectCode(() => decodeBase64('QUFB', 'it', 2), 'BAD_INPUT');
    expectCode(() => decodeBase64(undefined, 'it'), 'BAD_INPUT');
  });
});
