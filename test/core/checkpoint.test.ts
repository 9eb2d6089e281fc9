import { expect } from 'chai';
import fc from 'fast-check';
import { checkOrigin, formatCheckpoint, parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { MAX_ORIGIN_BYTES } from '../../chaincode/core/limits.js';
import { EMPTY_ROOT } from '../../chaincode/core/merkle.js';
import { expectCode } from '../support/expect-code.js';

const origin = 'hospital-a.example/archive';
const root = new Uint8Array(32).fill(0xfb);
const root64 = '+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=';
const good = `${origin}\n20852163\n${root64}\n`;

const BAD_ORIGINS = [
  '',
  '/archive',
  'hospital-a.example/',
  'hospital-a.example//archive',
  'Hospital-a.example/archive',
  'hospital_a.example/archive',
  'hospital-a.example/archive ',
  'hospital-a.example/archive\n',
  'hospital-a.example/archive+1',
  'https://hospital-a.example',
  'h\u00f4pital.example',
  'a'.repeat(MAX_ORIGIN_BYTES + 1),
];

describe('origin of a log', () => {
  it('is a lower-case URL without a scheme, of at most 255 bytes', () => {
    for (const text of [origin, 'a', 'localhost/archive', 'a.b-c.d/e_f/g.h', 'a'.repeat(255)]) {
      checkOrigin(text);
    }
  });

  it('is refused in any other form', () => {
    for (const text of BAD_ORIGINS) expectCode(() => checkOrigin(text), 'BAD_INPUT');
  });

  it('is refused at once even when it is made to be slow', () => {
    const slow = `${'a/'.repeat(2_000_000)}!`;
    expectCode(() => checkOrigin(slow), 'BAD_INPUT');
  });
});

describe('checkpoint text', () => {
  it('is origin, size and root, each on a line', () => {
    expect(formatCheckpoint({ origin, size: 20_852_163, root })).to.equal(good);
  });

  it('reads back as it was written, up to 2^53 - 1 leaves', () => {
    const size = fc.oneof(fc.integer({ min: 1 }), fc.maxSafeNat(), fc.constant(2 ** 53 - 1));
    const anyRoot = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(size, anyRoot, (size, root) => {
        fc.pre(size > 0);
        const text = formatCheckpoint({ origin, size, root });
        const read = parseCheckpoint(text);
        expect(read.origin).to.equal(origin);
        expect(read.size).to.equal(size);
        expect(Buffer.compare(read.root, root)).to.equal(0);
        expect(formatCheckpoint(read)).to.equal(text);
      }),
    );
  });

  it('has the root of nothing at size 0, and no other', () => {
    const text = formatCheckpoint({ origin, size: 0, root: EMPTY_ROOT });
    expect(text).to.equal(`${origin}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`);
    expect(parseCheckpoint(text).size).to.equal(0);
    expectCode(() => formatCheckpoint({ origin, size: 0, root }), 'BAD_INPUT');
    expectCode(() => parseCheckpoint(`${origin}\n0\n${root64}\n`), 'BAD_FORMAT');
  });

  it('is not written for what no checkpoint can say', () => {
    for (const bad of BAD_ORIGINS) {
      expectCode(() => formatCheckpoint({ origin: bad, size: 1, root }), 'BAD_INPUT');
    }
    for (const size of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expectCode(() => formatCheckpoint({ origin, size, root }), 'BAD_INPUT');
    }
    expectCode(() => formatCheckpoint({ origin, size: 1, root: root.subarray(1) }), 'BAD_INPUT');
  });

  it('is refused with extension lines, without a line, or with other line ends', () => {
    for (const text of [
      '',
      '\n',
      `${good}extension\n`,
      `${good}\n`,
      good.slice(0, -1),
      `\n${good}`,
      ` ${good}`,
      good.replaceAll('\n', '\r\n'),
      `${origin}\n20852163\n`,
      `${origin}\n20852163`,
      `${origin}\n\n${root64}\n`,
      `20852163\n${root64}\n`,
    ]) {
      expectCode(() => parseCheckpoint(text), 'BAD_FORMAT');
    }
  });

  it('is refused with an origin that is not of our form', () => {
    for (const bad of BAD_ORIGINS) {
      expectCode(() => parseCheckpoint(`${bad}\n1\n${root64}\n`), 'BAD_FORMAT');
    }
  });

  it('is refused with a size that is no plain decimal of at most 2^53 - 1', () => {
    for (const size of [
      ...['', '-1', '+1', '01', '00', '1.0', '1e3', '0x10', ' 1', '1 ', '1_000', '\u0661'],
      ...['9007199254740992', '9007199254740993', '99999999999999999999', 'NaN', 'Infinity'],
    ]) {
      expectCode(() => parseCheckpoint(`${origin}\n${size}\n${root64}\n`), 'BAD_FORMAT');
    }
  });

  it('is refused with a root that is not canonical base64 of 32 bytes', () => {
    for (const bad of [
      '',
      root64.slice(0, -1),
      `${root64}=`,
      // The last character has bits to spare: 't' decodes to the same bytes as 's'.
      root64.replace('s=', 't='),
      root64.replaceAll('+', '-').replaceAll('/', '_'),
      Buffer.alloc(31).toString('base64'),
      Buffer.alloc(33).toString('base64'),
      `${root64} `,
    ]) {
      expectCode(() => parseCheckpoint(`${origin}\n1\n${bad}\n`), 'BAD_FORMAT');
    }
  });
});
