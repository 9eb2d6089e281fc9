// Ed25519 keys for tests, the same in every run: the seed is one byte repeated.
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';

export interface NoteKey {
  readonly publicKey: Uint8Array;
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

// PKCS #8 header of an Ed25519 private key (RFC 8410 section 7).
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export function noteKey(seed: number): NoteKey {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8, Buffer.alloc(32, seed)]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { publicKey: spki.subarray(-32), sign: (bytes) => sign(null, bytes, key) };
}
