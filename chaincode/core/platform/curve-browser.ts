// Arithmetic of the curve edwards25519, the page's side: same names, same answers as ./curve-node.
import { ed25519 } from '@noble/curves/ed25519.js';

export { sha512 } from '@noble/hashes/sha2.js';

/** The curve with its points. */
export function edwards25519(): typeof ed25519 {
  return ed25519;
}

/** The public key of 32 bytes that belongs to a secret one of 32 bytes (RFC 8032 section 5.1.5). */
export function publicKeyOf(secretKey: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(secretKey);
}
