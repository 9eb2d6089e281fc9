// keys backup and keys restore: the folder of keys to an encrypted file and back.
import { readdir } from 'node:fs/promises';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { readConfig } from '../../data/config.js';
import {
  formatKeyBackup,
  type KeyBackup,
  type KeyBackupFacts,
  parseKeyBackup,
} from '../../data/key-backup.js';
import { checkKeysOfLog } from '../../data/key-check.js';
import { findKeyFile, KEY_FILES, readKeysFor } from '../../data/keys.js';
import { type DataLayout, dataLayout } from '../../data/layout.js';
import { requireOwner } from '../../data/owner.js';
import { DataPlace, syncFolder } from '../../data/place.js';
import { keyStaging, removeDeadStaging } from '../../data/staging.js';
import { cleanUp, type OnLeft } from '../clean-up.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { readSmallFile } from '../small-file.js';
import { fillInKeys, namesOf, putBackKeys, writeKeyFiles } from './key-files.js';
import { NewFile } from './new-file.js';
import { findRegistration } from './registration.js';

export interface KeyRestoreResult {
  readonly facts: KeyBackupFacts;
  /** Whether the folder holds keys alone, and the log is still to be imported. */
  readonly isAlone: boolean;
  /** Names of the files that were missing. */
  readonly restored: readonly string[];
}

export interface KeyBackupResult {
  readonly facts: KeyBackupFacts;
  /** Names of key files that are not in the folder, and so not in the backup. */
  readonly missing: readonly string[];
}

/** Which log the folder is of; its keys must be those of the registration. */
async function readFacts(layout: DataLayout): Promise<KeyBackupFacts> {
  const config = await readConfig(layout.config);
  await requireOwner(layout.folder);
  const { channel, mspId, logId } = config;
  const { secrets } = await readKeysFor(config.ledger, layout.keys);
  const registration = await findRegistration(layout, config);
  checkKeysOfLog(secrets, registration);
  return { origin: registration.origin, mspId, channel, logId };
}

function readKeyFiles(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of Object.keys(KEY_FILES) as (keyof typeof KEY_FILES)[]) {
    // Those that are needed were read before; others may have been taken to a safe.
    const text = findKeyFile(folder, name);
    if (text !== undefined) files[KEY_FILES[name]] = text;
  }
  return files;
}

/**
 * Writes a new file and reads it back. Throws OTHER_OWNER, FILE_EXISTS, FILE_UNWRITABLE, the codes
 * of config, keys and ledger, and KEY_UNREADABLE for keys of another log.
 * @param folder DATA
 */
export async function backupKeys(
  folder: string,
  path: string,
  passphrase: string,
  onLeft: OnLeft = () => {},
): Promise<KeyBackupResult> {
  const layout = dataLayout(folder);
  const facts = await readFacts(layout);
  const files = readKeyFiles(layout.keys);
  const file = await NewFile.create(path);
  try {
    const bytes = await formatKeyBackup({ facts, files }, passphrase);
    await parseKeyBackup(bytes, passphrase);
    await file.write(bytes);
    await file.readBack(bytes);
    await file.keep();
  } finally {
    await cleanUp(() => file.discard(), onLeft);
  }
  const missing = namesOf(files).filter((name) => files[name] === undefined);
  return { facts, missing };
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

/** Names of what lies where the keys belong. */
async function listKeys(folder: string): Promise<readonly string[]> {
  try {
    for (const name of Object.values(KEY_FILES)) {
      await removeDeadStaging(folder, keyStaging(name), 'file');
    }
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

async function putNew(layout: DataLayout, backup: KeyBackup, onLeft: OnLeft): Promise<void> {
  const place = await DataPlace.claim(layout.folder);
  try {
    await writeKeyFiles(dataLayout(place.staging).keys, backup);
    await syncFolder(place.staging);
    await place.settle();
  } finally {
    await place.clear(onLeft);
  }
}

/** Gives the names of the files that were put there. */
async function put(
  layout: DataLayout,
  backup: KeyBackup,
  present: readonly string[],
  isAlone: boolean,
  onLeft: OnLeft,
): Promise<readonly string[]> {
  const isNew = isAlone && present.length === 0;
  if (!isNew) await requireOwner(layout.folder);
  if (present.length > 0) return fillInKeys(layout, backup, present, onLeft);
  await (isNew ? putNew : putBackKeys)(layout, backup, onLeft);
  return Object.keys(backup.files);
}

/**
 * Keys from a backup into a folder that is absent or empty, or into the data folder of the same
 * log whose keys are gone, all or some of them. Throws DATA_EXISTS, OTHER_LOG, BACKUP_REFUSED,
 * NEWER_VERSION, OTHER_OWNER, FILE_UNWRITABLE and the codes of reading a file; nothing was written
 * then.
 */
export async function restoreKeys(
  path: string,
  folder: string,
  passphrase: string,
  onLeft: OnLeft = () => {},
): Promise<KeyRestoreResult> {
  const layout = dataLayout(folder);
  const bytes = readSmallFile(path);
  try {
    const present = await listKeys(layout.keys);
    const logId = await findLogId(layout);
    const backup = await parseKeyBackup(bytes, passphrase);
    if (logId !== undefined && logId !== backup.facts.logId) {
      throw new ChartsealError('OTHER_LOG', 'the keys are of another log than the data folder');
    }
    const isAlone = logId === undefined;
    const restored = await put(layout, backup, present, isAlone, onLeft);
    return { facts: backup.facts, isAlone, restored };
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
