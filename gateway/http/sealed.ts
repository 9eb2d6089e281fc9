// Values that travel with the browser and come back: encrypted under a key of this process, and
// good for a while.
import { randomBytes } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, errors } from 'jose';
import { text } from '../../chaincode/core/shape.js';

/** What is sealed, in a query or an answer. */
export const SEALED = text({ min: 1, max: 8192, pattern: /^[A-Za-z0-9._-]+$/ });

const KEY = randomBytes(32);
const ENCRYPTION = { alg: 'dir', enc: 'A256GCM' } as const;

/** @param purpose a value sealed for one cannot be opened for another */
export function seal(purpose: string, value: object, untilMs: number): Promise<string> {
  const bytes = Buffer.from(JSON.stringify({ purpose, untilMs, value }));
  return new CompactEncrypt(bytes).setProtectedHeader(ENCRYPTION).encrypt(KEY);
}

/** Undefined for what this process did not seal for this purpose, and for what is too old. */
export async function findSealed<T>(
  purpose: string,
  given: string,
  nowMs: number,
): Promise<T | undefined> {
  try {
    const { plaintext } = await compactDecrypt(given, KEY, {
      keyManagementAlgorithms: [ENCRYPTION.alg],
      contentEncryptionAlgorithms: [ENCRYPTION.enc],
    });
    const sealed = JSON.parse(Buffer.from(plaintext).toString()) as {
      readonly purpose: string;
      readonly untilMs: number;
      readonly value: T;
    };
    return sealed.purpose === purpose && nowMs < sealed.untilMs ? sealed.value : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
