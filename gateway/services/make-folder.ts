// Folders made with their parents. Node's own recursive mkdir tries for ever where a file system
// takes no folders and says of them that a parent is missing, as /proc does.
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isSystemError, systemErrorText } from './file-error.js';

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    // Why it could not be made says more.
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** One that is there already stays as it is. Throws the system's error. */
async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (isSystemError(error, 'ENOENT') || !(await isFolder(path))) throw error;
  }
}

/** Makes a folder with its parents, those that are there left as they are; the system's errors. */
export async function makeFolders(path: string, mode = 0o777): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    const parent = dirname(path);
    if (!isSystemError(error, 'ENOENT') || parent === path) throw error;
    await makeFolders(parent, mode);
    await makeOne(path, mode);
  }
}

/**
 * As {@link makeFolders}. Throws FILE_UNWRITABLE.
 * @param what in words
 */
export async function makeNamedFolder(path: string, what: string): Promise<void> {
  try {
    await makeFolders(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // EEXIST: something else lies there.
    const text = isSystemError(error, 'EEXIST') ? 'it is not a folder' : systemErrorText(error);
    throw new ChartsealError('FILE_UNWRITABLE', `${what}: ${text}`, { cause: error });
  }
}
