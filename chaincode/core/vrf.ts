// ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381: a patient's label, and the proof that it is the only
// one. Not constant in time where only public values are concerned.
import { concat, equalBytes } from './bytes.js';
import { ChartsealError } from './errors.js';
import { edwards25519, publicKeyOf, sha512 } from './platform/curve-node.js';

type CurvePoint = InstanceType<ReturnType<typeof edwards25519>['Point']>;

/** Order of the base point's subgroup, and the cofactor (RFC 8032 section 5.1). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const COFACTOR = 8n;
const POINT_BYTES = 32;
const CHALLENGE_BYTES = 16;
const SCALAR_BYTES = 32;
export const VRF_PROOF_BYTES = POINT_BYTES + CHALLENGE_BYTES + SCALAR_BYTES;

// suite_string and the domain separators of RFC 9381 sections 5.4.1.1, 5.4.3 and 5.2.
const SUITE = 0x03;
const ENCODE_TO_CURVE = 0x01;
const CHALLENGE = 0x02;
const PROOF_TO_HASH = 0x03;

/** Hash(suite ‖ separator ‖ parts ‖ 00): 64 bytes. */
function suiteHash(separator: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha512(concat(Uint8Array.of(SUITE, separator), ...parts, Uint8Array.of(0)));
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function toLittleEndian(value: bigint, size: number): Uint8Array {
  const out = new Uint8Array(size);
  for (let at = 0, rest = value; at < size; at++, rest >>= 8n) out[at] = Number(rest & 0xffn);
  return out;
}

/** Decodes as RFC 8032 section 5.1.3; undefined when it is no canonical encoding of a point. */
function findPoint(bytes: Uint8Array): CurvePoint | undefined {
  try {
    return edwards25519().Point.fromBytes(bytes);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** ECVRF_encode_to_curve_try_and_increment, RFC 9381 section 5.4.1.1. */
function encodeToCurve(publicKey: Uint8Array, alpha: Uint8Array): CurvePoint {
  for (let counter = 0; counter < 256; counter++) {
    const hash = suiteHash(ENCODE_TO_CURVE, publicKey, alpha, Uint8Array.of(counter));
    const point = findPoint(hash.subarray(0, POINT_BYTES))?.clearCofactor();
    if (point !== undefined && !point.is0()) return point;
  }
  throw new ChartsealError('BAD_INPUT', 'no point of the curve belongs to this VRF input');
}

interface SecretKey {
  readonly scalar: bigint;
  /** Scalar times cofactor, little-endian: leads from the input's point to the output at once. */
  readonly outputScalar: Uint8Array;
  readonly noncePrefix: Uint8Array;
  readonly publicKey: Uint8Array;
}

// A fifth of the cost of an output, and a log has one key.
const expanded = new WeakMap<Uint8Array, SecretKey>();

function checkSecretKey(secretKey: Uint8Array): void {
  if (secretKey.length === SCALAR_BYTES) return;
  throw new ChartsealError('BAD_INPUT', `a VRF secret key has ${SCALAR_BYTES} bytes`);
}

/** RFC 8032 section 5.1.5. */
function expandSecretKey(secretKey: Uint8Array): SecretKey {
  const known = expanded.get(secretKey);
  if (known !== undefined) return known;
  checkSecretKey(secretKey);
  const digest = sha512(secretKey);
  const clamped = digest.slice(0, SCALAR_BYTES);
  clamped[0] = (clamped[0] as number) & 0xf8;
  clamped[31] = ((clamped[31] as number) & 0x7f) | 0x40;
  const scalar = fromLittleEndian(clamped) % ORDER;
  const outputScalar = toLittleEndian((scalar * COFACTOR) % ORDER, SCALAR_BYTES);
  const noncePrefix = digest.slice(SCALAR_BYTES);
  const key = { scalar, outputScalar, noncePrefix, publicKey: publicKeyOf(secretKey) };
  expanded.set(secretKey, key);
  return key;
}

/** ECVRF_challenge_generation, RFC 9381 section 5.4.3: 16 bytes. */
function challenge(publicKey: Uint8Array, ...points: readonly CurvePoint[]): Uint8Array {
  const encoded = points.map((point) => point.toBytes());
  return suiteHash(CHALLENGE, publicKey, ...encoded).subarray(0, CHALLENGE_BYTES);
}

/** ECVRF_proof_to_hash from the proof's point, RFC 9381 section 5.2: 64 bytes. */
function betaOf(gamma: CurvePoint): Uint8Array {
  return suiteHash(PROOF_TO_HASH, gamma.clearCofactor().toBytes());
}

/**
 * A scalar below the group's order times a point of its prime-order subgroup, encoded as in RFC
 * 8032. For who has faster arithmetic at hand than this module; the results are the same.
 */
export type MultiplyPoint = (scalar: Uint8Array, point: Uint8Array) => Uint8Array;

/** Public key of a 32-byte secret key: the same as in Ed25519. */
export function vrfPublicKey(secretKey: Uint8Array): Uint8Array {
  checkSecretKey(secretKey);
  return publicKeyOf(secretKey);
}

/** The 64 bytes of output without the proof; {@link vrfProve} gives the same. */
export function vrfBeta(
  secretKey: Uint8Array,
  alpha: Uint8Array,
  multiply?: MultiplyPoint,
): Uint8Array {
  const { scalar, outputScalar, publicKey } = expandSecretKey(secretKey);
  const h = encodeToCurve(publicKey, alpha);
  if (multiply === undefined) return betaOf(h.multiply(scalar));
  return suiteHash(PROOF_TO_HASH, multiply(outputScalar, h.toBytes()));
}

/** ECVRF_prove, RFC 9381 section 5.1: 64 bytes of output and 80 bytes of proof. */
export function vrfProve(
  secretKey: Uint8Array,
  alpha: Uint8Array,
): { beta: Uint8Array; proof: Uint8Array } {
  const { scalar, noncePrefix, publicKey } = expandSecretKey(secretKey);
  const h = encodeToCurve(publicKey, alpha);
  const gamma = h.multiply(scalar);
  // Nonce as in RFC 8032, RFC 9381 section 5.4.2.2.
  const nonce = fromLittleEndian(sha512(concat(noncePrefix, h.toBytes()))) % ORDER;
  const base = edwards25519().Point.BASE;
  const c = challenge(publicKey, h, gamma, base.multiply(nonce), h.multiply(nonce));
  const s = (nonce + fromLittleEndian(c) * scalar) % ORDER;
  const proof = concat(gamma.toBytes(), c, toLittleEndian(s, SCALAR_BYTES));
  return { beta: betaOf(gamma), proof };
}

/**
 * ECVRF_verify with key validation, RFC 9381 section 5.3: the 64 bytes of output that the proof
 * shows to be the key's for `alpha`. Throws BAD_INPUT.
 */
export function vrfVerify(publicKey: Uint8Array, alpha: Uint8Array, proof: Uint8Array): Uint8Array {
  const y = publicKey.length === POINT_BYTES ? findPoint(publicKey) : undefined;
  if (y === undefined || y.isSmallOrder()) {
    throw new ChartsealError('BAD_INPUT', 'the VRF key is not a valid public key');
  }
  const gamma = findPoint(proof.subarray(0, POINT_BYTES));
  const c = proof.subarray(POINT_BYTES, POINT_BYTES + CHALLENGE_BYTES);
  const s = fromLittleEndian(proof.subarray(POINT_BYTES + CHALLENGE_BYTES));
  if (proof.length !== VRF_PROOF_BYTES || gamma === undefined || s >= ORDER) {
    throw new ChartsealError('BAD_INPUT', 'the VRF proof is malformed');
  }
  const h = encodeToCurve(publicKey, alpha);
  const factor = fromLittleEndian(c);
  const base = edwards25519().Point.BASE;
  const u = base.multiplyUnsafe(s).subtract(y.multiplyUnsafe(factor));
  const v = h.multiplyUnsafe(s).subtract(gamma.multiplyUnsafe(factor));
  if (!equalBytes(c, challenge(publicKey, h, gamma, u, v))) {
    throw new ChartsealError('BAD_INPUT', 'the VRF proof is not of this key and input');
  }
  return betaOf(gamma);
}
