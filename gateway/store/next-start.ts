// What is written at the end of a process for the next one alone.
import { ChartsealError } from '../../chaincode/core/errors.js';

/**
 * Writes what makes the next start quicker. Where it cannot be written, nothing is lost: it follows
 * from what is durable already, from which the next process makes it.
 */
export async function forNextStart(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof ChartsealError) || error.code !== 'STORE_FAILED') throw error;
  }
}
