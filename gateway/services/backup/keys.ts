// keys backup and keys restore: the folder of keys to an encrypted file and back.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { readConfig } from '../../data/config.js';
import {
  formatKeyBackup,
  type KeyBackup,
  type KeyBackupFacts,
  parseKeyBackup,
} from '../../data/key-backup.js';
import { checkKeysOfLog } from '../../data/key-check.js';
import { KEY_FILES, readKeys, readKeysFor, readLogKeys } from '../../data/keys.js';
import { type DataLayout, dataLayout } from '../../data/layout.js';
import { DataPlace, STAGING, syncFolder } from '../../data/place.js';
import { removeDeadStaging, stagingName } from '../../data/staging.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { readSmallFile } from '../small-file.js';
import { NewFile } from './new-file.js';
import { findRegistration } from './registration.js';

export interface KeyRestoreResult {
  readonly facts: KeyBackupFacts;
  /** Whether the folder holds keys alone, and the log is still to be imported. */
  readonly isAlone: boolean;
}

export interface KeyBackupResult {
  readonly facts: KeyBackupFacts;
  /** Names of key files that are not in the folder, and so not in the backup. */
  readonly missing: readonly string[];
}

/** Which log the folder is of; its keys must be those of the registration. */
async function readFacts(layout: DataLayout): Promise<KeyBackupFacts> {
  const config = await readConfig(layout.config);
  const { channel, mspId, logId } = config;
  const { secrets } = await readKeysFor(config.ledger, layout.keys);
  const registration = await findRegistration(layout, config);
  checkKeysOfLog(secrets, registration);
  return { origin: registration.origin, mspId, channel, logId };
}

async function readKeyFiles(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of Object.values(KEY_FILES)) {
    try {
      files[name] = await readFile(join(folder, name), 'utf8');
    } catch (cause) {
      // Those that are needed were read before; others may have been taken to a safe.
      if (isSystemError(cause, 'ENOENT')) continue;
      throw new ChartsealError('KEY_UNREADABLE', `${name} cannot be read`, { cause });
    }
  }
  return files;
}

/**
 * Writes a new file and reads it back. Throws FILE_EXISTS, FILE_UNWRITABLE, the codes of config,
 * keys and ledger, and KEY_UNREADABLE for keys of another log.
 * @param folder DATA
 */
export async function backupKeys(
  folder: string,
  path: string,
  passphrase: string,
): Promise<KeyBackupResult> {
  const layout = dataLayout(folder);
  const facts = await readFacts(layout);
  const files = await readKeyFiles(layout.keys);
  const file = await NewFile.create(path);
  try {
    const bytes = await formatKeyBackup({ facts, files }, passphrase);
    await parseKeyBackup(bytes, passphrase);
    await file.write(bytes);
    await file.keep();
    if (!equalBytes(readSmallFile(path), bytes)) {
      throw new ChartsealError('FILE_UNWRITABLE', 'the file does not read as it was written');
    }
  } finally {
    await file.discard();
  }
  const missing = namesOf(files).filter((name) => files[name] === undefined);
  return { facts, missing };
}

/** Names of the files that such a log has; on a channel, identities are not kept with the keys. */
function namesOf(files: Readonly<Record<string, string>>): readonly string[] {
  const { note, master, ...identities } = KEY_FILES;
  const isOnChannel = Object.values(identities).every((name) => files[name] === undefined);
  return isOnChannel ? [note, master] : Object.values(KEY_FILES);
}

async function writeKeyFiles(folder: string, { files }: KeyBackup): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text, { mode: 0o600, flag: 'wx', flush: true });
  }
  await syncFolder(folder);
  // Before anything gets its name: keys that cannot be read are no restored keys.
  await (namesOf(files).length === 2 ? readLogKeys(folder) : readKeys(folder));
}

/** Log id of the data folder here; undefined when there is no data folder. */
async function findLogId(layout: DataLayout): Promise<string | undefined> {
  try {
    return (await readConfig(layout.config)).logId;
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'NO_DATA') return undefined;
    throw error;
  }
}

async function isFilled(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length > 0;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Into a data folder that has lost its keys. */
async function putBack(layout: DataLayout, backup: KeyBackup): Promise<void> {
  await removeDeadStaging(layout.folder, STAGING);
  const staging = join(layout.folder, stagingName(STAGING));
  await mkdir(staging, { mode: 0o700 });
  try {
    await writeKeyFiles(join(staging, 'keys'), backup);
    await rename(join(staging, 'keys'), layout.keys);
    await syncFolder(layout.folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function putNew(layout: DataLayout, backup: KeyBackup): Promise<void> {
  const place = await DataPlace.claim(layout.folder);
  try {
    await writeKeyFiles(dataLayout(place.staging).keys, backup);
    await syncFolder(place.staging);
    await place.settle();
  } finally {
    await place.clear();
  }
}

/**
 * Keys from a backup into a folder that is absent or empty, or into the data folder of the same
 * log whose keys are gone. Throws DATA_EXISTS, OTHER_LOG, BACKUP_REFUSED, NEWER_VERSION,
 * FILE_UNWRITABLE and the codes of reading a file; nothing was written then.
 */
export async function restoreKeys(
  path: string,
  folder: string,
  passphrase: string,
): Promise<KeyRestoreResult> {
  const layout = dataLayout(folder);
  const bytes = readSmallFile(path);
  try {
    if (await isFilled(layout.keys)) {
      throw new ChartsealError('DATA_EXISTS', 'the folder has keys already');
    }
    const logId = await findLogId(layout);
    const backup = await parseKeyBackup(bytes, passphrase);
    if (logId !== undefined && logId !== backup.facts.logId) {
      throw new ChartsealError('OTHER_LOG', 'the keys are of another log than the data folder');
    }
    const isAlone = logId === undefined;
    await (isAlone ? putNew(layout, backup) : putBack(layout, backup));
    return { facts: backup.facts, isAlone };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) {
      throw new ChartsealError('DATA_EXISTS', 'something lies where the keys belong', {
        cause: error,
      });
    }
    const text = `the keys cannot be written: ${systemErrorText(error)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause: error });
  }
}
