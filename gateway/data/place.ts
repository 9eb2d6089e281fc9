// Where a new data folder comes to lie. One that does not exist yet is made beside its place and
// appears by one rename. An empty one that exists may be a mount point, or lie where we must not
// write: it is filled from a folder within, config.json last, which makes it a data folder.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isSystemError } from '../services/file-error.js';
import { dataLayout } from './layout.js';

const { config, keys } = dataLayout('');
const CONFIG = basename(config);
const KEYS = basename(keys);
export const STAGING = '.chartseal-init-';
/** What a new file system brings along. */
const LOST_AND_FOUND = 'lost+found';

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function occupied(cause?: unknown): ChartsealError {
  return new ChartsealError('DATA_EXISTS', 'the folder is not empty', { cause });
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
  if (used.length > 0) throw occupied();
}

export class DataPlace {
  /** The folder to fill: of mode 0700, on the file system of its later place. */
  readonly staging: string;
  readonly #folder: string;
  readonly #isWithin: boolean;

  private constructor(folder: string, isWithin: boolean) {
    const parent = isWithin ? folder : dirname(folder);
    const name = `${STAGING}${isWithin ? '' : `${basename(folder)}-`}`;
    this.#folder = folder;
    this.#isWithin = isWithin;
    this.staging = join(parent, `${name}${randomBytes(6).toString('hex')}`);
  }

  /** Throws DATA_EXISTS when something lies there, and system errors. */
  static async claim(folder: string): Promise<DataPlace> {
    const path = resolve(folder);
    const real = await existing(path);
    if (real !== undefined) await requireEmpty(real);
    else await mkdir(dirname(path), { recursive: true });
    const place = new DataPlace(real ?? path, real !== undefined);
    await mkdir(place.staging, { mode: 0o700 });
    return place;
  }

  /** Puts what was filled in its place; throws DATA_EXISTS when somebody was quicker. */
  async settle(): Promise<void> {
    try {
      if (this.#isWithin) await this.#moveUp();
      else await rename(this.staging, this.#folder);
    } catch (error) {
      if (isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw occupied(error);
      throw error;
    }
    await syncFolder(this.#isWithin ? this.#folder : dirname(this.#folder));
  }

  /** Removes what was not put in its place. */
  async clear(): Promise<void> {
    await rm(this.staging, { recursive: true, force: true });
  }

  async #moveUp(): Promise<void> {
    await chmod(this.#folder, 0o700);
    const names = (await readdir(this.staging)).filter((name) => name !== CONFIG);
    // The keys first: whoever comes second stops there, since that folder is not empty any more.
    names.sort((a, b) => Number(b === KEYS) - Number(a === KEYS));
    for (const name of names) await rename(join(this.staging, name), join(this.#folder, name));
    await syncFolder(this.#folder);
    await rename(join(this.staging, CONFIG), join(this.#folder, CONFIG));
  }
}
