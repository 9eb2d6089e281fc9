// ECVRF-EDWARDS25519-SHA512-TAI straight from RFC 9381, over the point arithmetic of RFC 8032
// section 5.1, with BigInt and node:crypto: slow, and no code of the product's.
import { createHash } from 'node:crypto';

export const P = 2n ** 255n - 19n;
/** Order of the base point. */
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export const IDENTITY: Point = { x: 0n, y: 1n };

const mod = (value: bigint, modulus = P) => ((value % modulus) + modulus) % modulus;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = mod(base);
  for (let rest = exponent; rest > 0n; rest /= 2n) {
    if (rest % 2n === 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

const inverse = (value: bigint) => power(value, P - 2n);
const D = mod(-121665n * inverse(121666n));

export const littleEndian = (bytes: Uint8Array): bigint =>
  [...bytes].reverse().reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);

export const toLittleEndian = (value: bigint, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, at) => Number((value >> BigInt(8 * at)) % 256n));

/** Extended coordinates of section 5.1.4: x = X/Z, y = Y/Z, T = XY/Z. */
type Extended = readonly [bigint, bigint, bigint, bigint];

const extend = ({ x, y }: Point): Extended => [x, y, 1n, mod(x * y)];

function join([x1, y1, z1, t1]: Extended, [x2, y2, z2, t2]: Extended): Extended {
  const [a, b] = [mod((y1 - x1) * (y2 - x2)), mod((y1 + x1) * (y2 + x2))];
  const [c, d] = [mod(2n * t1 * t2 * D), mod(2n * z1 * z2)];
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function shrink([x, y, z]: Extended): Point {
  const one = inverse(z);
  return { x: mod(x * one), y: mod(y * one) };
}

export const add = (one: Point, other: Point): Point => shrink(join(extend(one), extend(other)));
const negate = ({ x, y }: Point): Point => ({ x: mod(-x), y });

export function multiply(factor: bigint, point: Point): Point {
  let sum = extend(IDENTITY);
  let doubled = extend(point);
  for (let rest = factor; rest > 0n; rest /= 2n) {
    if (rest % 2n === 1n) sum = join(sum, doubled);
    doubled = join(doubled, doubled);
  }
  return shrink(sum);
}

const isIdentity = ({ x, y }: Point) => x === 0n && y === 1n;

/** Section 5.1.2. */
export const encodePoint = ({ x, y }: Point): Uint8Array =>
  toLittleEndian(y + (x % 2n) * 2n ** 255n, 32);

/** Section 5.1.3 for a y and the sign of x; y is taken modulo p here. */
export function findPoint(y: bigint, sign: bigint): Point | undefined {
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x) !== square) x = mod(x * power(2n, (P - 1n) / 4n));
  if (mod(x * x) !== square || (x === 0n && sign === 1n)) return undefined;
  return { x: x % 2n === sign ? x : P - x, y: mod(y) };
}

export function decodePoint(bytes: Uint8Array): Point | undefined {
  const number = littleEndian(bytes);
  const y = number % 2n ** 255n;
  return bytes.length === 32 && y < P ? findPoint(y, number / 2n ** 255n) : undefined;
}

export const BASE: Point = findPoint(4n * inverse(5n), 0n) as Point;

const sha512 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const sum = createHash('sha512');
  for (const part of parts) sum.update(part);
  return new Uint8Array(sum.digest());
};

const bytesOf = (...bytes: readonly number[]) => Uint8Array.from(bytes);

/** RFC 9381 section 5.4.1.1. */
export function encodeToCurve(publicKey: Uint8Array, alpha: Uint8Array): Point {
  for (let counter = 0; counter < 256; counter++) {
    const hash = sha512(bytesOf(3, 1), publicKey, alpha, bytesOf(counter, 0));
    const found = decodePoint(hash.subarray(0, 32));
    const point = found && multiply(8n, found);
    if (point !== undefined && !isIdentity(point)) return point;
  }
  throw new Error('no counter gives a point');
}

/** RFC 9381 section 5.4.3. */
export function challenge(publicKey: Uint8Array, ...points: readonly Point[]): Uint8Array {
  const encoded = points.map(encodePoint);
  return sha512(bytesOf(3, 2), publicKey, ...encoded, bytesOf(0)).subarray(0, 16);
}

/** RFC 9381 section 5.2. */
const betaOf = (gamma: Point) =>
  sha512(bytesOf(3, 3), encodePoint(multiply(8n, gamma)), bytesOf(0));

/** RFC 8032 section 5.1.5. */
function expand(secretKey: Uint8Array) {
  const hash = sha512(secretKey);
  const head = Uint8Array.from(hash.subarray(0, 32));
  head[0] = (head[0] as number) & 0xf8;
  head[31] = ((head[31] as number) & 0x7f) | 0x40;
  const scalar = littleEndian(head);
  return { scalar, prefix: hash.subarray(32), publicKey: encodePoint(multiply(scalar, BASE)) };
}

export const referencePublicKey = (secretKey: Uint8Array): Uint8Array =>
  expand(secretKey).publicKey;

/** RFC 9381 section 5.1. */
export function referenceProve(secretKey: Uint8Array, alpha: Uint8Array) {
  const { scalar, prefix, publicKey } = expand(secretKey);
  const h = encodeToCurve(publicKey, alpha);
  const gamma = multiply(scalar, h);
  const k = littleEndian(sha512(prefix, encodePoint(h))) % ORDER;
  const c = challenge(publicKey, h, gamma, multiply(k, BASE), multiply(k, h));
  const s = toLittleEndian((k + littleEndian(c) * scalar) % ORDER, 32);
  return { proof: Uint8Array.of(...encodePoint(gamma), ...c, ...s), beta: betaOf(gamma) };
}

/** RFC 9381 section 5.3: beta, undefined for INVALID. */
export function referenceVerify(
  publicKey: Uint8Array,
  alpha: Uint8Array,
  proof: Uint8Array,
  validateKey = true,
): Uint8Array | undefined {
  const y = decodePoint(publicKey);
  const gamma = decodePoint(proof.subarray(0, 32));
  const [c, s] = [littleEndian(proof.subarray(32, 48)), littleEndian(proof.subarray(48))];
  if (proof.length !== 80 || y === undefined || gamma === undefined || s >= ORDER) return undefined;
  if (validateKey && isIdentity(multiply(8n, y))) return undefined;
  const h = encodeToCurve(publicKey, alpha);
  const u = add(multiply(s, BASE), negate(multiply(c, y)));
  const v = add(multiply(s, h), negate(multiply(c, gamma)));
  const again = challenge(publicKey, h, gamma, u, v);
  return Buffer.compare(again, proof.subarray(32, 48)) === 0 ? betaOf(gamma) : undefined;
}
