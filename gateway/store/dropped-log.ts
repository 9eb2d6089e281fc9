// LevelDB drops a record of its log whose checksum is wrong and goes on without a word but in its
// own LOG. Such a record may hold entries that were answered as accepted, so the loss is noted
// beside the store, and the store stays shut until somebody has seen the note.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';

/** In the store's folder. */
export const DROPPED_NOTE = 'DROPPED';
const DROPPED = /: (?:\(ignoring error\) )?dropping (\d+) bytes; /g;

/** Throws STORE_CORRUPT when an opening before found a loss. */
export function checkNothingDropped(folder: string): void {
  if (!existsSync(join(folder, DROPPED_NOTE))) return;
  throw new ChartsealError(
    'STORE_CORRUPT',
    'its log was damaged and part of it dropped: entries that were answered as accepted may be ' +
      'gone; after the rebuild run the ingest and imports of that time again, nothing is doubled',
  );
}

/** Looks at what LevelDB said while it was opened; notes a loss, and then throws STORE_CORRUPT. */
export function noteDropped(folder: string): void {
  // LevelDB does without where it may not make one.
  const path = join(folder, 'LOG');
  const said = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const bytes = [...said.matchAll(DROPPED)].reduce((sum, [, count]) => sum + Number(count), 0);
  if (bytes === 0) return;
  const file = openSync(join(folder, DROPPED_NOTE), 'a', 0o600);
  try {
    writeSync(file, `${new Date().toISOString()} ${bytes} bytes of the log were dropped\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  checkNothingDropped(folder);
}
