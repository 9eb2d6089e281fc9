// Folders with a database that this process has open. LevelDB's lock keeps other processes out,
// but a second attempt to open the same folder within the process makes it lose that lock without
// a word (closing any handle of a file drops all fcntl locks of the process on it). So no second
// attempt may reach LevelDB.
import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';

const claimed = new Set<string>();

/** How to give the folder back; undefined when this process has it already. */
export function claimFolder(folder: string): (() => void) | undefined {
  const path = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  if (claimed.has(path)) return undefined;
  claimed.add(path);
  return () => claimed.delete(path);
}
