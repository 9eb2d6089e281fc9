// Fresh Ed25519 keys, for tests in which no two logs may have the same.
import { generateKeyPairSync, sign } from 'node:crypto';

export interface TestKey {
  /** Raw public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

export function newEd25519Key(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return {
    publicKey: new Uint8Array(raw),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}
