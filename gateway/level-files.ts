// The files of a LevelDB folder, looked at before LevelDB does: a log that it cannot open or read
// it takes for empty, and then removes for good.
import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError } from './services/file-error.js';

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

/** Tables of a folder of a database, by name. Throws the system's error. */
export function tablesIn(folder: string): readonly string[] {
  return isThere(folder) ? readdirSync(folder).filter((name) => TABLE.test(name)) : [];
}

/** @returns bytes of the file; 0 when it is gone. Throws the system's error. */
export function readToEnd(path: string, piece: Uint8Array): number {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    // Whoever has the database open has just removed it.
    if (isSystemError(error, 'ENOENT')) return 0;
    throw error;
  }
  try {
    let bytes = 0;
    for (let read = 1; read > 0; bytes += read) read = readSync(file, piece);
    return bytes;
  } finally {
    closeSync(file);
  }
}

/**
 * Reads what LevelDB reads when it opens a folder, but for its tables. Throws the system's error.
 * @param folder of a database
 */
export function readThrough(folder: string): void {
  if (!isThere(folder)) return;
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (const name of readdirSync(folder)) {
    if (LOOKED_AT.test(name)) readToEnd(join(folder, name), piece);
  }
}
