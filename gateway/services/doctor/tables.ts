// Whether the disk gives every table of the databases. LevelDB maps them into memory: where the
// disk cannot give a part, the process that looks ends by a signal (SIGBUS), without a word.
import { join } from 'node:path';
import type { DataLayout } from '../../data/layout.js';
import { readToEnd, tablesIn, whyUnread } from '../../level-files.js';
import { STORE_PARTS } from '../../store/parted-rows.js';
import { partFolder } from '../../store/store-database.js';
import { type Finding, fault, notChecked, ok, quoted } from './finding.js';

const PIECE_BYTES = 4 * 1024 * 1024;
/** Whoever is woken at night waits no longer for this. */
const LOOK_MS = 30_000;

/** @param lookMs after so long the rest is left out */
export function checkTables(
  { folder, store, ledger, feed }: DataLayout,
  lookMs = LOOK_MS,
): Finding {
  const folders = [...STORE_PARTS.map((part) => partFolder(store, part)), ledger, feed];
  const until = performance.now() + lookMs;
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let read = 0;
  let left = 0;
  for (const database of folders) {
    for (const name of tablesIn(database)) {
      if (performance.now() > until) {
        left++;
        continue;
      }
      const path = join(database, name);
      try {
        readToEnd(path, piece);
        read++;
      } catch (error) {
        const why = whyUnread(error);
        if (why === undefined) throw error;
        const sentence = `The disk does not give ${path}: ${why}. Whatever reads it ends by a signal, without a word.`;
        const next = `look at the disk (dmesg) and the rights of that file; then copy ${quoted(folder)} to another disk, and put the newest backup of what cannot be read in its place`;
        return fault('tables', sentence, next);
      }
    }
  }
  if (left === 0) return ok('tables', `The disk gives all of ${read} tables.`);
  return notChecked('tables', `The disk gives ${read} tables; ${left} were left out for the time.`);
}
