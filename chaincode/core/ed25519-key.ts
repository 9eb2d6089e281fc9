// Validation of Ed25519 public keys by arithmetic alone, because the contract installs no package:
// RFC 8032 section 5.1.3 (decoding) and RFC 9381 section 5.4.5 (no point of small order).
import { encodeHex } from './bytes.js';
import { ChartsealError } from './errors.js';

const P = 2n ** 255n - 19n;
/** -121665/121666, the curve's constant. */
const D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
const SQRT_MINUS_1 = 0x2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0n;

const mod = (value: bigint): bigint => {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
};

/** `base` squared so many times, times `factor`. */
function squared(base: bigint, times: number, factor: bigint): bigint {
  let result = base;
  for (let done = 0; done < times; done++) result = (result * result) % P;
  return (result * factor) % P;
}

/** The power with exponent (p - 5) / 8 = 2^252 - 3; `ones` has an exponent of so many ones. */
function bigPower(base: bigint): bigint {
  const ones2 = squared(base, 1, base);
  const ones4 = squared(ones2, 2, ones2);
  const ones5 = squared(ones4, 1, base);
  const ones10 = squared(ones5, 5, ones5);
  const ones20 = squared(ones10, 10, ones10);
  const ones40 = squared(ones20, 20, ones20);
  const ones50 = squared(ones40, 10, ones10);
  const ones100 = squared(ones50, 50, ones50);
  const ones200 = squared(ones100, 100, ones100);
  const ones250 = squared(ones200, 50, ones50);
  return squared(ones250, 2, base);
}

/** Square root of u/v modulo p, if there is one (RFC 8032 section 5.1.3, steps 2 and 3). */
function findRoot(u: bigint, v: bigint): bigint | undefined {
  const v3 = mod(v * v * v);
  const root = mod(u * v3 * bigPower(mod(u * v3 * v3 * v)));
  const square = mod(v * root * root);
  if (square === u) return root;
  return square === mod(-u) ? mod(root * SQRT_MINUS_1) : undefined;
}

/** Whether 8 times the point is the identity, by doubling (RFC 8032 section 5.1.4). */
function isSmallOrder(affineX: bigint, affineY: bigint): boolean {
  let [x, y, z] = [affineX, affineY, 1n];
  for (let doubling = 0; doubling < 3; doubling++) {
    const a = mod(x * x);
    const b = mod(y * y);
    const h = a + b;
    const e = h - mod((x + y) * (x + y));
    const g = a - b;
    const f = mod(2n * z * z) + g;
    [x, y, z] = [mod(e * f), mod(g * h), mod(f * g)];
  }
  return x === 0n && y === z;
}

/** Why these bytes are no public key; undefined when they are one. */
function findFault(bytes: Uint8Array): string | undefined {
  if (bytes.length !== 32) return 'an Ed25519 public key has 32 bytes';
  const number = BigInt(`0x${encodeHex(bytes.toReversed())}`);
  const y = number & (2n ** 255n - 1n);
  const sign = number >> 255n;
  if (y >= P) return 'not the canonical encoding of a point';
  const x = findRoot(mod(y * y - 1n), mod(D * y * y + 1n));
  if (x === undefined) return 'not a point of the curve';
  if (x === 0n && sign === 1n) return 'not the canonical encoding of a point';
  // (x, y) and (-x, y) have the same order, so the sign does not matter here.
  return isSmallOrder(x, y) ? 'a point of small order' : undefined;
}

/**
 * Throws BAD_KEY unless the bytes are the canonical encoding of a point on the curve that is not
 * of small order: what a signature or VRF key has to be.
 */
export function checkPublicKey(bytes: Uint8Array, what: string): void {
  const found = findFault(bytes);
  if (found !== undefined) throw new ChartsealError('BAD_KEY', `${what}: ${found}`);
}
