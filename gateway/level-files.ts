// The files of a LevelDB folder, looked at before LevelDB does: a log that it cannot open or read
// it takes for empty, and then removes for good.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import { ChartsealError } from '../chaincode/core/errors.js';
import { isSystemError, systemErrorText } from './services/file-error.js';

const PIECE_BYTES = 1024 * 1024;
const TABLE = /^[0-9]+\.ldb$/;
const LOOKED_AT = /^(?:CURRENT|MANIFEST-[0-9]+|[0-9]+\.log)$/;

/** False where nothing lies. Throws the system's error where nobody can look. */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** What there is instead of a folder with a database, where {@link isThere} finds no CURRENT. */
export function insteadOf(folder: string): string {
  try {
    lstatSync(join(folder, 'CURRENT'));
  } catch (error) {
    if (isSystemError(error, 'ENOTDIR')) return 'a file lies in the place of its folder';
    if (!isSystemError(error)) throw error;
  }
  return 'its folder holds none';
}

/** Tables of a folder of a database, by name. Throws the system's error. */
export function tablesIn(folder: string): readonly string[] {
  return isThere(folder) ? readdirSync(folder).filter((name) => TABLE.test(name)) : [];
}

/** Does nothing where it is gone. Throws the system's error, and one for what is no file. */
export function readToEnd(path: string, piece: Uint8Array): void {
  let file: number;
  try {
    // Without O_NONBLOCK, opening a FIFO would wait for its writer, perhaps for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    // Whoever has the database open has just removed it.
    if (isSystemError(error, 'ENOENT')) return;
    throw error;
  }
  try {
    if (!fstatSync(file).isFile()) {
      throw new ChartsealError('FILE_UNREADABLE', 'a part of it is not a regular file');
    }
    while (readSync(file, piece) > 0);
  } finally {
    closeSync(file);
  }
}

/** Why these files could not be read, in words; undefined for what says nothing of them. */
export function whyUnread(error: unknown): string | undefined {
  if (isSystemError(error)) return systemErrorText(error);
  const isOurs = error instanceof ChartsealError && error.code === 'FILE_UNREADABLE';
  return isOurs ? error.message : undefined;
}

/**
 * Reads what LevelDB reads when it opens a folder, but for its tables. Throws as {@link readToEnd}.
 * @param folder of a database
 */
export function readThrough(folder: string): void {
  if (!isThere(folder)) return;
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (const name of readdirSync(folder)) {
    if (LOOKED_AT.test(name)) readToEnd(join(folder, name), piece);
  }
}
