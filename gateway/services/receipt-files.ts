// Receipts written as files, each whole or not at all.
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isSystemError, systemErrorText } from './file-error.js';

/** Writes `bytes` under `path`, made durable under another name first. Throws FILE_UNWRITABLE. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.chartseal-${randomBytes(8).toString('hex')}`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (!isSystemError(error)) throw error;
    throw new ChartsealError('FILE_UNWRITABLE', systemErrorText(error), { cause: error });
  }
}
