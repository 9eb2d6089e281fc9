// What differs between Node and a page, the Node side. The page's build swaps in ./browser.
import { createPublicKey, hash, type JsonWebKey, type KeyObject, verify } from 'node:crypto';

/** SHA-256 of the bytes: 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  // A string of bytes copied by hand costs a third of a Buffer, which has memory outside the heap.
  const text = hash('sha256', data, 'binary');
  const out = new Uint8Array(32);
  for (let at = 0; at < 32; at++) out[at] = text.charCodeAt(at);
  return out;
}

/** SHA-256 of the bytes as text, one character for each byte. */
export function sha256Text(data: Uint8Array): string {
  return hash('sha256', data, 'binary');
}

/** One character for each byte. */
export function byteText(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, start, end);
}

/** UTF-8 of well-formed text. */
export function utf8(text: string): Uint8Array {
  return Buffer.from(text);
}

/** Lower-case hexadecimal. */
export function encodeHex(data: Uint8Array): string {
  return Buffer.prototype.hexSlice.call(data, 0, data.length);
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function encodeBase64(data: Uint8Array): string {
  return Buffer.prototype.base64Slice.call(data, 0, data.length);
}

/** Lenient decoder; callers re-encode and compare. */
export function decodeBase64Loose(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}

/** A key of 32 bytes is one of Ed25519 (RFC 8037), one of 65 an uncompressed point of P-256. */
function describeKey(publicKey: Uint8Array): JsonWebKey {
  const { base64urlSlice } = Buffer.prototype;
  if (publicKey.length === 32) {
    return { kty: 'OKP', crv: 'Ed25519', x: base64urlSlice.call(publicKey, 0, 32) };
  }
  const x = base64urlSlice.call(publicKey, 1, 33);
  return { kty: 'EC', crv: 'P-256', x, y: base64urlSlice.call(publicKey, 33, 65) };
}

/** A page of receipts is signed by one key, and making its object costs as much as verifying. */
const keyObjects = new Map<string, KeyObject>();
const MAX_KEY_OBJECTS = 256;

/** Throws for bytes that are no key. */
function keyObject(publicKey: Uint8Array): KeyObject {
  const name = encodeHex(publicKey);
  let key = keyObjects.get(name);
  if (key === undefined) {
    // As DER, the first one in a process would cost twice as much: OpenSSL loads its decoders.
    key = createPublicKey({ key: describeKey(publicKey), format: 'jwk' });
    if (keyObjects.size >= MAX_KEY_OBJECTS) keyObjects.clear();
    keyObjects.set(name, key);
  }
  return key;
}

/** Ed25519 without cofactor (RFC 8032 section 5.1.7); false for anything malformed. */
export function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  return verify(null, message, keyObject(publicKey), signature);
}

/**
 * ECDSA P-256 with SHA-256 (FIPS 186-5 section 6.4.2); false for anything malformed.
 * @param publicKey 65 bytes: an uncompressed point
 * @param signature r ‖ s, 32 bytes each
 */
export function verifyP256(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 65 || publicKey[0] !== 4 || signature.length !== 64) return false;
  let key: KeyObject;
  try {
    key = keyObject(publicKey);
  } catch {
    return false;
  }
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
