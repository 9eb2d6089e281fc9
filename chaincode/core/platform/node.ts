// What differs between Node and a page, the Node side. The page's build swaps in ./browser.
import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';

/** SHA-256 of the bytes: 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  // A string of bytes copied by hand costs a third of a Buffer, which has memory outside the heap.
  const text = hash('sha256', data, 'binary');
  const out = new Uint8Array(32);
  for (let at = 0; at < 32; at++) out[at] = text.charCodeAt(at);
  return out;
}

/** UTF-8 of well-formed text. */
export function utf8(text: string): Uint8Array {
  return Buffer.from(text);
}

/** Lower-case hexadecimal. */
export function encodeHex(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function encodeBase64(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}

/** Lenient decoder; callers re-encode and compare. */
export function decodeBase64Loose(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}

// SubjectPublicKeyInfo headers of an Ed25519 key (RFC 8410 section 4) and of an uncompressed point
// of P-256 (RFC 5480 section 2).
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** A page of receipts is signed by one key, and making its object costs as much as verifying. */
const keyObjects = new Map<string, KeyObject>();
const MAX_KEY_OBJECTS = 256;

/** Throws for bytes that are no key; the lengths of keys tell their kinds apart. */
function keyObject(publicKey: Uint8Array, header: Buffer): KeyObject {
  const name = encodeHex(publicKey);
  let key = keyObjects.get(name);
  if (key === undefined) {
    const spki = Buffer.concat([header, publicKey]);
    key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
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
  return verify(null, message, keyObject(publicKey, ED25519_SPKI), signature);
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
    key = keyObject(publicKey, P256_SPKI);
  } catch {
    return false;
  }
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
