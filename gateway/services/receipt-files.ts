// Receipts written as files, each whole or not at all.
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { equalBytes } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isSystemError, systemErrorText } from './file-error.js';

/** The rename would put a file in the place of whatever lies there, a device or a link too. */
async function checkPlace(path: string): Promise<void> {
  try {
    if ((await lstat(path)).isFile()) return;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    throw error;
  }
  throw new ChartsealError('FILE_UNWRITABLE', 'what lies there is not a regular file');
}

const UNFINISHED = '.chartseal-';
const UNFINISHED_NAME = /(^|\/)\.chartseal-[0-9a-f]{16}$/;

/** Whether a path is that of a file which a killed process was still writing. */
export function isUnfinished(path: string): boolean {
  return UNFINISHED_NAME.test(path);
}

/** Writes `bytes` under `path`, made durable under another name first. Throws FILE_UNWRITABLE. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `${UNFINISHED}${randomBytes(8).toString('hex')}`);
  let isMade = false;
  try {
    await mkdir(dirname(path), { recursive: true });
    await checkPlace(path);
    const handle = await open(temporary, 'wx', 0o644);
    isMade = true;
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    if (isMade) await rm(temporary, { force: true });
    if (!isSystemError(error)) throw error;
    throw new ChartsealError('FILE_UNWRITABLE', systemErrorText(error), { cause: error });
  }
}

/** As {@link writeWhole}; a file that holds these bytes already stays as it is. */
export async function writeOnce(path: string, bytes: Uint8Array): Promise<void> {
  if (await holds(path, bytes)) return;
  await writeWhole(path, bytes);
}

async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const found = await lstat(path);
    if (!found.isFile() || found.size !== bytes.length) return false;
    return equalBytes(await readFile(path), bytes);
  } catch (error) {
    // Whatever it is, writing tells.
    if (!isSystemError(error)) throw error;
    return false;
  }
}

/** Makes the folder that receipts go to, with its parents. Throws FILE_UNWRITABLE. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // EEXIST: something else lies there.
    const text = isSystemError(error, 'EEXIST') ? 'it is not a folder' : systemErrorText(error);
    throw new ChartsealError('FILE_UNWRITABLE', `the folder for receipts: ${text}`, {
      cause: error,
    });
  }
}
