// What a folder holds: names with the kinds that the file system tells along with them, so that
// files need not be looked at one by one. Memory holds one text per name.

import type { Dirent } from 'node:fs';
import { opendirSync, readdirSync } from 'node:fs';

export type EntryKind =
  | 'file'
  | 'folder'
  | 'symbolic link'
  | 'socket'
  | 'FIFO'
  | 'device'
  /** The file system does not tell; lstat does. */
  | 'unknown';

/** Latin1 text (file-name.ts), then the number of its kind behind a NUL, which no name holds. */
export type ListedEntry = string;

const KINDS: readonly EntryKind[] = [
  'file',
  'folder',
  'symbolic link',
  'socket',
  'FIFO',
  'device',
  'unknown',
];
const CHUNK_ENTRIES = 1024;

export function nameOf(entry: ListedEntry): string {
  return entry.slice(0, -2);
}

export function kindOf(entry: ListedEntry): EntryKind {
  return KINDS[Number(entry.at(-1))] ?? 'unknown';
}

interface Kinded {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isSocket(): boolean;
  isFIFO(): boolean;
  isBlockDevice(): boolean;
  isCharacterDevice(): boolean;
}

/** Kind by a directory entry or by lstat. */
export function kindBy(entry: Kinded): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (entry.isSymbolicLink()) return 'symbolic link';
  if (entry.isSocket()) return 'socket';
  if (entry.isFIFO()) return 'FIFO';
  return entry.isBlockDevice() || entry.isCharacterDevice() ? 'device' : 'unknown';
}

/** Entries in the order of the bytes of their names. Throws system errors. */
export function listFolder(path: Buffer): ListedEntry[] {
  try {
    return readEntries(path).sort();
  } catch (error) {
    // Where the file system tells no kinds, Node looks at each entry and cannot do so for names
    // that are bytes.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_INVALID_ARG_TYPE') throw error;
    const unknown = KINDS.indexOf('unknown');
    const names = readdirSync(path, { encoding: 'latin1' });
    return names.map((name) => `${name}\0${unknown}`).sort();
  }
}

function readEntries(path: Buffer): ListedEntry[] {
  const entries: ListedEntry[] = [];
  const folder = opendirSync(path, { encoding: 'latin1', bufferSize: CHUNK_ENTRIES });
  try {
    let entry: Dirent | null = folder.readSync();
    while (entry !== null) {
      entries.push(`${entry.name}\0${KINDS.indexOf(kindBy(entry))}`);
      entry = folder.readSync();
    }
  } finally {
    folder.closeSync();
  }
  return entries;
}
