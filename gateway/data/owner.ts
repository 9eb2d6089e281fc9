// Whose a folder is. What root writes in the folder of a service, databases above all, that service
// cannot use any more, perhaps only after its next start.
import { stat } from 'node:fs/promises';
import { ChartsealError } from '../../chaincode/core/errors.js';

const ROOT = 0;

/**
 * Throws OTHER_OWNER for root where a folder belongs to somebody else. No other user gets that far:
 * nobody but its owner may enter it.
 * @param what the folder, in words
 */
export async function requireOwner(folder: string, what = 'the data folder'): Promise<void> {
  if (process.geteuid?.() !== ROOT) return;
  const { uid } = await stat(folder);
  if (uid === ROOT) return;
  const text = `${what} belongs to user ${uid}, who could not use what root writes there`;
  throw new ChartsealError('OTHER_OWNER', text);
}
