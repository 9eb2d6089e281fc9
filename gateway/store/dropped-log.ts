// LevelDB drops a record of its log whose checksum is wrong and goes on without a word but in its
// own LOG. Such a record may hold entries that were answered as accepted, so the loss is noted
// beside the store, and the store stays shut until somebody has seen the note.
import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isThere } from '../level-files.js';

/** In the store's folder. */
export const DROPPED_NOTE = 'DROPPED';
/** What LevelDB said at the opening before the last, and at the last. */
const SAYINGS = ['LOG.old', 'LOG'] as const;
/** A log that it cannot open it leaves out as a whole. */
const DROPPED = /^.*(?:: (?:\(ignoring error\) )?dropping (\d+) bytes; |\bIgnoring error ).*$/gm;

/** Throws STORE_CORRUPT when an opening before found a loss. */
export function checkNothingDropped(folder: string): void {
  if (!isThere(join(folder, DROPPED_NOTE))) return;
  throw new ChartsealError(
    'STORE_CORRUPT',
    'its log was damaged and part of it dropped: entries that were answered as accepted may be ' +
      'gone; after the rebuild run the ingest and imports of that time again, nothing is doubled',
  );
}

/** LevelDB does without where it may not make one. */
function said(path: string): string {
  const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  // With an encoding, Node ends the process where the file cannot be closed.
  return isFile ? readFileSync(path).toString('utf8') : '';
}

/**
 * Looks at what LevelDB said; notes a loss, and then throws STORE_CORRUPT. To be called before each
 * opening too: whoever found a loss may have been killed before it was noted.
 */
export function noteDropped(folder: string): void {
  const losses = SAYINGS.flatMap((name) => [...said(join(folder, name)).matchAll(DROPPED)]);
  const bytes = losses.reduce((sum, [, count = 0]) => sum + Number(count), 0);
  const lines = losses.map(([line]) => `${line}\n`).join('');
  if (losses.length > 0) write(folder, bytes, lines);
  // Another process that looked at the same moment may have been the one to note it.
  checkNothingDropped(folder);
}

function write(folder: string, bytes: number, lines: string): void {
  const file = openSync(join(folder, DROPPED_NOTE), 'a', 0o600);
  try {
    const now = new Date().toISOString();
    writeSync(file, `${now} ${bytes} bytes of the log were dropped\n${lines}`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  forgetSayings(folder);
}

/** Once that was seen to which LevelDB said: else it would be told again. */
export function forgetSayings(folder: string): void {
  for (const name of SAYINGS) rmSync(join(folder, name), { force: true });
}
