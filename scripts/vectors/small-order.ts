// Keys with which whoever registers them could prove any label, if nobody validated keys: points
// of small order, in every encoding that some decoder takes for one, each with a forged proof.
import {
  add,
  BASE,
  challenge,
  decodePoint,
  encodePoint,
  encodeToCurve,
  findPoint,
  IDENTITY,
  littleEndian,
  multiply,
  ORDER,
  P,
  type Point,
  referenceVerify,
  toLittleEndian,
} from '../../test/core/reference-vrf.js';
import { hex } from './family.js';
import type { VrfCase } from './labels.js';

const encode = (y: bigint, sign: 0n | 1n) => toLittleEndian(y + sign * 2n ** 255n, 32);

/** Encodings that RFC 8032 section 5.1.3 does not decode. */
export function malformedPoints(): Record<string, Uint8Array> {
  return {
    'not-on-the-curve': encode(2n, 0n),
    'not-on-the-curve-by-sign': encode(2n, 1n),
    'y-is-p-plus-3': encode(P + 3n, 0n),
    'y-of-all-ones': new Uint8Array(32).fill(255),
  };
}

const isIdentity = ({ x, y }: Point) => x === IDENTITY.x && y === IDENTITY.y;

/** The eight points whose multiple by 8 is the identity. */
function smallPoints(): Point[] {
  for (let y = 2n; ; y++) {
    const point = findPoint(y, 0n);
    const generator = point && multiply(ORDER, point);
    if (generator === undefined || isIdentity(multiply(4n, generator))) continue;
    return Array.from({ length: 8 }, (_, factor) => multiply(BigInt(factor), generator));
  }
}

/** The encodings that no strict decoder takes, of points of small order. */
const LOOSE: Readonly<Record<string, readonly [Uint8Array, Point]>> = {
  'identity-with-the-sign-bit': [encode(1n, 1n), IDENTITY],
  'identity-as-p-plus-1': [encode(P + 1n, 0n), IDENTITY],
  'identity-as-p-plus-1-with-the-sign-bit': [encode(P + 1n, 1n), IDENTITY],
  'order-2-with-the-sign-bit': [encode(P - 1n, 1n), { x: 0n, y: P - 1n }],
  'order-4-as-p': [encode(P, 0n), findPoint(0n, 0n) as Point],
  'order-4-as-p-with-the-sign-bit': [encode(P, 1n), findPoint(0n, 1n) as Point],
};

/**
 * A proof for a key that is `scalar` times the base point plus a point of small order: c is
 * sought until c times that point is the identity, so that only a check of the key can refuse.
 */
function forge(publicKey: Uint8Array, alpha: Uint8Array, scalar: bigint): Uint8Array {
  const h = encodeToCurve(publicKey, alpha);
  const gamma = multiply(scalar, h);
  for (let k = 1n; ; k++) {
    const c = challenge(publicKey, h, gamma, multiply(k, BASE), multiply(k, h));
    if (littleEndian(c) % 8n !== 0n) continue;
    const s = (k + littleEndian(c) * scalar) % ORDER;
    return Uint8Array.of(...encodePoint(gamma), ...c, ...toLittleEndian(s, 32));
  }
}

export function forgedKeyCases(system: string, value: string, alpha: Uint8Array): VrfCase[] {
  const strict = smallPoints().map((point, at) => [`${at}`, encodePoint(point)] as const);
  const loose = Object.entries(LOOSE).map(([name, [bytes]]) => [name, bytes] as const);
  return [...strict, ...loose].map(([name, publicKey]) => {
    const proof = forge(publicKey, alpha, 0n);
    const forged = referenceVerify(publicKey, alpha, proof, false) !== undefined;
    if (forged !== (decodePoint(publicKey) !== undefined)) throw new Error('no forgery');
    if (referenceVerify(publicKey, alpha, proof) !== undefined) throw new Error('a valid key');
    return {
      name: `labels/key-of-small-order-${name}`,
      kind: 'patient',
      publicKey: hex(publicKey),
      system,
      value,
      alpha: hex(alpha),
      proof: hex(proof),
      expect: { code: 'BAD_INPUT', step: 'subject' },
    };
  });
}

/** A key that is valid although a point of small order was added to it, as RFC 9381 has it. */
export function mixedKeyCase(system: string, value: string, alpha: Uint8Array): VrfCase {
  const scalar = 8n * 12_345_678_901_234_567_890n;
  const publicKey = encodePoint(add(multiply(scalar, BASE), smallPoints()[1] as Point));
  const proof = forge(publicKey, alpha, scalar);
  const beta = referenceVerify(publicKey, alpha, proof);
  if (beta === undefined) throw new Error('the key is not valid');
  const [name, kind] = ['labels/patient-key-with-a-part-of-small-order', 'patient'] as const;
  const bytes = { publicKey, alpha, proof, beta, label: beta.subarray(0, 32) };
  const texts = Object.entries(bytes).map(([member, value]) => [member, hex(value)]);
  return { name, kind, system, value, ...Object.fromEntries(texts), expect: 'ok' };
}
