import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { checkPublicKey } from '../../chaincode/core/ed25519-key.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { expectCode } from '../support/expect-code.js';

const P = 2n ** 255n - 19n;

/** Little-endian y with the sign bit on top. */
function encode(y: bigint, sign: 0n | 1n): Uint8Array {
  const out = new Uint8Array(32);
  for (let at = 0, rest = y | (sign << 255n); at < 32; at++, rest >>= 8n) {
    out[at] = Number(rest & 0xffn);
  }
  return out;
}

/** Every encoding that some decoder takes for a point of small order. */
const SMALL_ORDER: Record<string, Uint8Array> = {
  ...Object.fromEntries(
    ED25519_TORSION_SUBGROUP.map((hex, index) => [
      `point ${index} of small order`,
      Buffer.from(hex, 'hex'),
    ]),
  ),
  'the identity with the sign bit': encode(1n, 1n),
  'the identity, y + p': encode(P + 1n, 0n),
  'the identity, y + p, with the sign bit': encode(P + 1n, 1n),
  'the point of order 2 with the sign bit': encode(P - 1n, 1n),
  'a point of order 4, y + p': encode(P, 0n),
  'the other point of order 4, y + p': encode(P, 1n),
};

/** What the library says: the same rules, other code. */
function isValid(bytes: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(bytes).isSmallOrder();
  } catch {
    return false;
  }
}

function isAccepted(bytes: Uint8Array): boolean {
  try {
    checkPublicKey(bytes, 'key');
    return true;
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'BAD_KEY') return false;
    throw error;
  }
}

describe('validation of an Ed25519 public key', () => {
  it('accepts every public key that a secret key has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secretKey) => {
        checkPublicKey(ed25519.getPublicKey(secretKey), 'key');
      }),
    );
  });

  it('decides as @noble/curves does on any 32 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        expect(isAccepted(bytes)).to.equal(isValid(bytes));
      }),
      { numRuns: 400 },
    );
  });

  it('accepts a key that a point of small order was added to, as RFC 9381 does', () => {
    const torsion = ed25519.Point.fromHex(ED25519_TORSION_SUBGROUP[1] as string);
    checkPublicKey(ed25519.Point.BASE.add(torsion).toBytes(), 'key');
  });

  it('knows 14 encodings of points of small order', () => {
    const texts = Object.values(SMALL_ORDER).map((bytes) => Buffer.from(bytes).toString('hex'));
    expect(new Set(texts).size).to.equal(14);
  });

  for (const [name, bytes] of Object.entries(SMALL_ORDER)) {
    it(`refuses ${name}`, () => expectCode(() => checkPublicKey(bytes, 'key'), 'BAD_KEY'));
  }

  it('refuses every y that is not below p', () => {
    for (let y = P; y < 2n ** 255n; y++) {
      expectCode(() => checkPublicKey(encode(y, 0n), 'key'), 'BAD_KEY');
      expectCode(() => checkPublicKey(encode(y, 1n), 'key'), 'BAD_KEY');
    }
  });

  it('refuses a y that no point of the curve has', () => {
    expect(isValid(encode(2n, 0n))).to.equal(false);
    expectCode(() => checkPublicKey(encode(2n, 0n), 'key'), 'BAD_KEY');
    expectCode(() => checkPublicKey(encode(2n, 1n), 'key'), 'BAD_KEY');
  });

  it('refuses other lengths', () => {
    const key = ed25519.getPublicKey(new Uint8Array(32));
    expectCode(() => checkPublicKey(key.subarray(1), 'key'), 'BAD_KEY');
    expectCode(() => checkPublicKey(Uint8Array.of(...key, 0), 'key'), 'BAD_KEY');
    expectCode(() => checkPublicKey(new Uint8Array(), 'key'), 'BAD_KEY');
  });
});
