// Arithmetic of the curve edwards25519, the Node side. It is loaded when it is first needed: that
// takes as long as all the rest of most commands.
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { createRequire } from 'node:module';
import type { ed25519 } from '@noble/curves/ed25519.js';

type Curve = typeof ed25519;

const load = createRequire(__filename);
let loaded: Curve | undefined;

/** The curve with its points. */
export function edwards25519(): Curve {
  loaded ??= (load('@noble/curves/ed25519.js') as { ed25519: Curve }).ed25519;
  return loaded;
}

/** SHA-512 of the bytes: 64 bytes. */
export function sha512(data: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha512').update(data).digest());
}

/** What stands before the 32 bytes of a private key of Ed25519 (RFC 8410 section 7). */
const PRIVATE_KEY_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The public key of 32 bytes that belongs to a secret one of 32 bytes (RFC 8032 section 5.1.5). */
export function publicKeyOf(secretKey: Uint8Array): Uint8Array {
  const key = Buffer.concat([PRIVATE_KEY_HEAD, secretKey]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  key.fill(0);
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return Uint8Array.from(Buffer.from(x, 'base64url'));
}
