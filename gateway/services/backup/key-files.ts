// The files of restored keys in a data folder: all of them, or those that are missing. What lies
// there is compared and never overwritten.
import { link, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, utf8 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { KeyBackup } from '../../data/key-backup.js';
import { KEY_FILES, readKeys, readLogKeys } from '../../data/keys.js';
import { type DataLayout, STAGING } from '../../data/layout.js';
import { syncFolder, syncPlaced } from '../../data/place.js';
import { removeDeadStaging, removeStaging, stagingName } from '../../data/staging.js';
import { cleanUp, type OnLeft } from '../clean-up.js';
import { findOwnFile } from '../small-file.js';

const CODES = { unreadable: 'FILE_UNREADABLE', damaged: 'DATA_EXISTS' } as const;

/** Names of the files that such a log has; on a channel, identities are not kept with the keys. */
export function namesOf(files: Readonly<Record<string, string>>): readonly string[] {
  const { note, master, ...identities } = KEY_FILES;
  const isOnChannel = Object.values(identities).every((name) => files[name] === undefined);
  return isOnChannel ? [note, master] : Object.values(KEY_FILES);
}

/** Into a folder that is not there yet. */
export async function writeKeyFiles(folder: string, { files }: KeyBackup): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text, { mode: 0o600, flag: 'wx', flush: true });
  }
  await syncFolder(folder);
  // Before anything gets its name: keys that cannot be read are no restored keys.
  await (namesOf(files).length === 2 ? readLogKeys(folder) : readKeys(folder));
}

/** Makes the keys in a folder within the data folder, to be used there. */
async function withStaged(
  { folder }: DataLayout,
  backup: KeyBackup,
  onLeft: OnLeft,
  use: (keys: string) => Promise<void>,
): Promise<void> {
  await removeDeadStaging(folder, STAGING);
  const staging = join(folder, stagingName(STAGING));
  await mkdir(staging, { mode: 0o700 });
  try {
    const keys = join(staging, 'keys');
    await writeKeyFiles(keys, backup);
    await use(keys);
  } finally {
    await cleanUp(() => removeStaging(staging), onLeft);
  }
}

/** Into a data folder that has lost all of them. */
export async function putBackKeys(
  layout: DataLayout,
  backup: KeyBackup,
  onLeft: OnLeft,
): Promise<void> {
  await withStaged(layout, backup, onLeft, async (keys) => {
    await rename(keys, layout.keys);
    await syncPlaced(layout.folder);
  });
}

function differing(what: string): ChartsealError {
  const text = `${what}: move the folder "keys" away, then restore all of them`;
  return new ChartsealError('DATA_EXISTS', text);
}

/** Throws DATA_EXISTS unless each file that is there is the one of the backup. */
function checkPresent(keys: string, { files }: KeyBackup, present: readonly string[]): void {
  for (const name of present) {
    const text = files[name];
    if (text === undefined) throw differing('the keys hold a file that is not in the backup');
    const bytes = findOwnFile(join(keys, name), name, CODES);
    if (bytes === undefined || !equalBytes(bytes, utf8(text))) {
      throw differing(`${name} is another one than in the backup`);
    }
  }
}

/**
 * Into a folder that has lost some of them; gives their names.
 * @param present names of what is there
 */
export async function fillInKeys(
  layout: DataLayout,
  backup: KeyBackup,
  present: readonly string[],
  onLeft: OnLeft,
): Promise<readonly string[]> {
  checkPresent(layout.keys, backup, present);
  const missing = Object.keys(backup.files).filter((name) => !present.includes(name));
  if (missing.length === 0) {
    throw new ChartsealError('DATA_EXISTS', 'the folder has all keys of this backup already');
  }
  await withStaged(layout, backup, onLeft, async (keys) => {
    // Unlike rename, this never replaces.
    for (const name of missing) await link(join(keys, name), join(layout.keys, name));
    await syncPlaced(layout.keys);
  });
  return missing;
}
