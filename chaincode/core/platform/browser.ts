// What differs between Node and a page, the page's side: same names, same answers as ./node.
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js';

/** SHA-256 of the bytes: 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  return nobleSha256(data);
}

/** SHA-256 of the bytes as text, one character for each byte. */
export function sha256Text(data: Uint8Array): string {
  return String.fromCharCode(...nobleSha256(data));
}

/** One character for each byte. */
export function byteText(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

const encoder = new TextEncoder();

/** UTF-8 of well-formed text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Lower-case hexadecimal. */
export function encodeHex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function encodeBase64(data: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < data.length; at += 8192) {
    binary += String.fromCharCode(...data.subarray(at, at + 8192));
  }
  return btoa(binary);
}

/** Lenient decoder; callers re-encode and compare. */
export function decodeBase64Loose(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return new Uint8Array();
  }
  const out = new Uint8Array(binary.length);
  for (let at = 0; at < out.length; at++) out[at] = binary.charCodeAt(at);
  return out;
}

/** Ed25519 without cofactor, as OpenSSL decides it (RFC 8032 section 5.1.7). */
export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const little = (bytes: Uint8Array) =>
    bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const s = little(signature.subarray(32));
  if (s >= order) return false;
  let key: InstanceType<typeof Point>;
  try {
    key = Point.fromBytes(publicKey);
  } catch {
    return false;
  }
  const digest = sha512
    .create()
    .update(signature.subarray(0, 32))
    .update(publicKey)
    .update(message)
    .digest();
  const k = little(digest) % order;
  const times = (point: typeof key, factor: bigint) =>
    factor === 0n ? Point.ZERO : point.multiplyUnsafe(factor);
  const expected = times(Point.BASE, s).subtract(times(key, k)).toBytes();
  return expected.every((byte, at) => byte === signature[at]);
}

/** ECDSA P-256 with SHA-256: an uncompressed point of 65 bytes, and r ‖ s. */
export function verifyP256(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 65 || publicKey[0] !== 4 || signature.length !== 64) return false;
  try {
    p256.Point.fromBytes(publicKey).assertValidity();
  } catch {
    return false;
  }
  return p256.verify(signature, message, publicKey, { prehash: true, lowS: false });
}
