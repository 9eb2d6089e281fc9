// Where a new data folder comes to lie. One that does not exist yet is made beside its place and
// appears by one rename. An empty one that exists may be a mount point, or lie where we must not
// write: it is filled from a folder within, config.json last, which makes it a data folder.
import { chmod, mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { cleanUp, type OnLeft } from '../services/clean-up.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
import { makeFolders } from '../services/make-folder.js';
import { dataLayout, LOST_AND_FOUND, STAGING } from './layout.js';
import { requireOwner } from './owner.js';
import { removeDeadStaging, removeStaging, stagingName } from './staging.js';

const { config, keys } = dataLayout('');
const CONFIG = basename(config);
const KEYS = basename(keys);

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The same of what has got its name. Throws FILE_UNWRITABLE, which says that it is there. */
export async function syncPlaced(path: string): Promise<void> {
  try {
    await syncFolder(path);
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const text = `it is in its place, and may be gone after a loss of power: ${systemErrorText(cause)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
  }
}

function occupied(cause?: unknown): ChartsealError {
  const text = isSystemError(cause, 'ENOTDIR') ? 'it is no folder' : 'the folder is not empty';
  return new ChartsealError('DATA_EXISTS', text, { cause });
}

async function existing(folder: string): Promise<string | undefined> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    if (isSystemError(error, 'ENOTDIR')) throw occupied(error);
    throw error;
  }
}

async function requireEmpty(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOTDIR')) throw occupied(error);
    throw error;
  }
  // Left by an init that was killed: of no use, and no data.
  const used = names.filter((name) => name !== LOST_AND_FOUND && !name.startsWith(STAGING));
  if (used.length === 0) return;
  await finishMoving(folder, names);
  throw occupied();
}

/** Nothing to do when another process was quicker: it moves the same to the same place. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

/** Moves all that lies in a folder within to its place. */
async function moveUp(staging: string, folder: string): Promise<void> {
  await chmod(folder, 0o700);
  const all = await readdir(staging);
  const names = all.filter((name) => name !== CONFIG);
  // The keys first: whoever comes second stops there, since that folder is not empty any more.
  names.sort((a, b) => Number(b === KEYS) - Number(a === KEYS));
  for (const name of names) await move(join(staging, name), join(folder, name));
  await syncFolder(folder);
  // A folder of keys alone has none.
  if (all.includes(CONFIG)) await move(join(staging, CONFIG), join(folder, CONFIG));
}

/** An init that was killed while it moved what it had made: all of it is there, in two places. */
async function finishMoving(folder: string, names: readonly string[]): Promise<void> {
  if (names.includes(CONFIG) || !names.includes(KEYS)) return;
  for (const name of names.filter((one) => one.startsWith(STAGING))) {
    const staging = join(folder, name);
    const left = await readdir(staging);
    if (!left.includes(CONFIG) || left.includes(KEYS)) continue;
    await moveUp(staging, folder);
    await syncFolder(folder);
    await rm(staging, { recursive: true, force: true });
    return;
  }
}

export class DataPlace {
  /** The folder to fill: of mode 0700, on the file system of its later place. */
  readonly staging: string;
  readonly #folder: string;
  readonly #isWithin: boolean;

  private constructor(folder: string, isWithin: boolean, staging: string) {
    this.#folder = folder;
    this.#isWithin = isWithin;
    this.staging = staging;
  }

  /** Throws DATA_EXISTS when something lies there, and system errors. */
  static async claim(folder: string): Promise<DataPlace> {
    const path = resolve(folder);
    const real = await existing(path);
    if (real !== undefined) {
      await requireEmpty(real);
      await requireOwner(real, 'the folder');
    } else await makeFolders(dirname(path));
    const parent = real ?? dirname(path);
    const prefix = real === undefined ? `${STAGING}${basename(path)}-` : STAGING;
    await removeDeadStaging(parent, prefix);
    const staging = join(parent, stagingName(prefix));
    await mkdir(staging, { mode: 0o700 });
    return new DataPlace(real ?? path, real !== undefined, staging);
  }

  /** Puts what was filled in its place; throws DATA_EXISTS when somebody was quicker. */
  async settle(): Promise<void> {
    try {
      if (this.#isWithin) await moveUp(this.staging, this.#folder);
      else await rename(this.staging, this.#folder);
    } catch (error) {
      if (isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw occupied(error);
      throw error;
    }
    await syncPlaced(this.#isWithin ? this.#folder : dirname(this.#folder));
  }

  /** Removes what was not put in its place, and tells what of it stays. */
  clear(onLeft: OnLeft): Promise<void> {
    return cleanUp(() => removeStaging(this.staging), onLeft);
  }
}
