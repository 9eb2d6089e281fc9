// What a folder without config.json is, by the names in it: what to do next differs.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isSystemError } from '../services/file-error.js';
import { dataLayout, IMPORT_STAGING, LOST_AND_FOUND, STAGING } from './layout.js';

export type NoData =
  | 'nothing'
  | 'init cut short'
  | 'import cut short'
  /** Store or ledger are there. */
  | 'config lost'
  | 'keys alone'
  /** A file lies there. */
  | 'no folder'
  /** Not ours, or not to be listed. */
  | 'something else';

const { config, keys, store, ledger, checkpoint } = dataLayout('');
const LOG: ReadonlySet<string> = new Set([
  ...[ledger, checkpoint, store],
  // What a rebuild that was killed leaves in the place of the store.
  ...[`${store}.new`, `${store}.rebuilt`],
]);

/** Names in a folder, or why it cannot be listed. */
function listed(folder: string): readonly string[] | 'no folder' | 'something else' {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    if (isSystemError(error)) return error.code === 'ENOTDIR' ? 'no folder' : 'something else';
    throw error;
  }
}

/** @param folder that holds no config.json */
export function whatLacksConfig(folder: string): NoData {
  const names = listed(folder);
  if (typeof names === 'string') return names;
  const hasMade = (prefix: string) =>
    names.some(
      (name) => name.startsWith(prefix) && listed(join(folder, name)).includes(basename(config)),
    );
  const hasLog = names.some((name) => LOG.has(name));
  const hasKeys = names.includes(keys);
  // The keys are moved first, config.json last.
  if (hasKeys && hasMade(STAGING)) return 'init cut short';
  const isImporting = names.some((name) => name.startsWith(IMPORT_STAGING));
  if (isImporting && (!hasLog || hasMade(IMPORT_STAGING))) return 'import cut short';
  if (hasLog) return 'config lost';
  if (hasKeys) return 'keys alone';
  const others = names.filter((name) => name !== LOST_AND_FOUND && !name.startsWith(STAGING));
  return others.length === 0 ? 'nothing' : 'something else';
}
