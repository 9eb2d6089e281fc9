// Whose a folder is. What root writes in the folder of a service, databases above all, that service
// cannot use any more, perhaps only after its next start.
import { stat } from 'node:fs/promises';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { fileError, isSystemError } from '../services/file-error.js';

const ROOT = 0;

/** Undefined where nothing lies, which is told by whoever then misses it. */
async function findOwner(folder: string): Promise<number | undefined> {
  try {
    return (await stat(folder)).uid;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw fileError(error, 'folder');
  }
}

/**
 * Throws OTHER_OWNER for root where a folder belongs to somebody else, FILE_UNREADABLE where that
 * cannot be known. No other user gets that far: nobody but its owner may enter it.
 * @param what the folder, in words
 */
export async function requireOwner(folder: string, what = 'the data folder'): Promise<void> {
  if (process.geteuid?.() !== ROOT) return;
  const uid = await findOwner(folder);
  if (uid === undefined || uid === ROOT) return;
  const text = `${what} belongs to user ${uid}, who could not use what root writes there`;
  throw new ChartsealError('OTHER_OWNER', text);
}
