// The folder of a mirror. It begins anew only where nothing was: one that has lost its database
// would take any tree for the one that it saw before, and a fork would not be found.
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { requireOwner } from '../../data/owner.js';
import { syncFolder } from '../../data/place.js';
import { removeDeadStaging, stagingName, syncAll } from '../../data/staging.js';
import { isThere } from '../../level-files.js';
import { Database } from '../../store/database.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { makeFolders } from '../make-folder.js';
import { CHECKPOINT_NAME } from './checkpoint-files.js';

const FOLDER = 'db';
/** A database that is made: under its own name it is whole, or damaged. */
const STAGING = 'db.new-';

/** Faults of the database in words of a mirror. */
function mirrorFault(error: unknown): unknown {
  if (!(error instanceof ChartsealError)) return error;
  const { code, message, cause } = error;
  if (code === 'STORE_LOCKED') {
    return new ChartsealError(code, 'another process uses this mirror', { cause });
  }
  if (code !== 'STORE_CORRUPT' && code !== 'STORE_BEHIND') return error;
  return new ChartsealError('MIRROR_CORRUPT', message, { cause: error });
}

/** What `work` gives; throws MIRROR_CORRUPT where the database is damaged. */
export async function onMirror<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw mirrorFault(error);
  }
}

async function isBegun(folder: string): Promise<boolean> {
  await makeFolders(folder, 0o700);
  await requireOwner(folder, 'the folder of the mirror');
  const names = (await readdir(folder)).filter((name) => !name.startsWith(STAGING));
  if (names.every((name) => name === FOLDER || CHECKPOINT_NAME.test(name))) return names.length > 0;
  throw new ChartsealError('DATA_EXISTS', 'the folder holds something else than a mirror');
}

async function create(folder: string): Promise<void> {
  await removeDeadStaging(folder, STAGING);
  const staging = join(folder, stagingName(STAGING));
  try {
    await (await Database.open(staging, { create: true })).close();
    await syncAll(staging);
    await rename(staging, join(folder, FOLDER));
    await syncFolder(folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Another process was quicker, and has it open.
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

/**
 * For this process alone. Throws OTHER_OWNER, STORE_LOCKED, MIRROR_CORRUPT, DATA_EXISTS,
 * FILE_UNWRITABLE.
 */
export async function openMirrorDatabase(folder: string): Promise<Database> {
  const path = join(folder, FOLDER);
  let isGone: boolean;
  try {
    if (!(await isBegun(folder))) await create(folder);
    isGone = !isThere(join(path, 'CURRENT'));
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const text = `the folder of the mirror: ${systemErrorText(cause)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
  }
  if (isGone) {
    const text = 'the database of this mirror is gone, and with it what the log showed before';
    throw new ChartsealError('MIRROR_CORRUPT', text);
  }
  return onMirror(() => Database.open(path, { create: false }));
}
