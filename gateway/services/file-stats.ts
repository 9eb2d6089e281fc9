// What lies at a path that somebody named, with links followed.
import { type Stats, statSync } from 'node:fs';
import { fileError, isSystemError } from './file-error.js';

/** Undefined when nothing lies there, or nothing can; throws FILE_UNREADABLE. */
export function findStats(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isSystemError(error, 'ENAMETOOLONG', 'ENOTDIR')) return undefined;
    throw fileError(error, 'file');
  }
}

/** False also where that cannot be known: whoever reads it is told why. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
