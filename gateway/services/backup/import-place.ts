// Where an import builds: a folder within the data folder, beside the keys. Its parts are moved up
// at the end, config.json last, which makes it a data folder; what a killed import left is undone.
import { chmod, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { readConfig } from '../../data/config.js';
import {
  type DataLayout,
  dataLayout,
  IMPORT_STAGING,
  LOST_AND_FOUND,
  STAGING,
} from '../../data/layout.js';
import { requireOwner } from '../../data/owner.js';
import { syncFolder } from '../../data/place.js';
import { listStaging, stagingName } from '../../data/staging.js';
import { Database } from '../../store/database.js';
import { cleanUp, type OnLeft } from '../clean-up.js';
import { closeEach } from '../close-each.js';
import { isSystemError, systemErrorText } from '../file-error.js';

/** A database with nothing in it, for its lock, which goes with its process. */
const LOCK = 'lock';
const UNLOCKED_MS = 10_000;
/** Tried again: whoever looks whether a lock is held makes files beside it for a moment. */
const REMOVE = { recursive: true, force: true, maxRetries: 10, retryDelay: 20 } as const;
const NAMES = dataLayout('');
const CONFIG = basename(NAMES.config);
const PARTS = [NAMES.ledger, NAMES.store, NAMES.checkpoint, NAMES.run].map((path) =>
  basename(path),
);

function occupied(text: string): ChartsealError {
  return new ChartsealError('DATA_EXISTS', text);
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT', 'ENOTDIR')) throw cause;
    throw new ChartsealError('KEY_UNREADABLE', 'there are no keys: run chartseal keys restore', {
      cause,
    });
  }
}

/** Throws DATA_EXISTS for a data folder, OTHER_LOG for one of another log. */
async function requireNoData({ config }: DataLayout, logId: string): Promise<void> {
  let found: string;
  try {
    found = (await readConfig(config)).logId;
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    if (error.code === 'NO_DATA') return;
    throw occupied('the folder holds a configuration that cannot be read');
  }
  if (found === logId) throw occupied('the folder holds this log already');
  throw new ChartsealError('OTHER_LOG', 'import into another ledger is refused');
}

/**
 * Takes back what a killed import had moved up. Only a whole import moves, and config.json goes
 * last: while that is still here, what is missing here lies above.
 */
async function undo(folder: string, staging: string): Promise<void> {
  const here = await readdir(staging);
  if (!here.includes(CONFIG)) return;
  const above = await readdir(folder);
  for (const part of PARTS) {
    if (!here.includes(part) && above.includes(part)) {
      await rename(join(folder, part), join(staging, part));
    }
  }
}

/**
 * Whether a process is at work in a staging folder. Its lock says so, whatever has become of its
 * process id; before it has one, a short while is granted.
 */
async function isWorkedOn(staging: string, pid: number | undefined): Promise<boolean> {
  try {
    await (await Database.open(join(staging, LOCK), { create: false })).close();
    return false;
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    if (error.code === 'STORE_LOCKED') return true;
    return pid !== undefined && Date.now() - (await stat(staging)).mtimeMs < UNLOCKED_MS;
  }
}

export class ImportPlace {
  /** The folder to fill. */
  readonly staging: DataLayout;
  readonly #target: DataLayout;
  readonly #lock: Database;
  readonly #onLeft: OnLeft;

  private constructor(folder: string, staging: string, lock: Database, onLeft: OnLeft) {
    this.#target = dataLayout(folder);
    this.staging = dataLayout(staging);
    this.#lock = lock;
    this.#onLeft = onLeft;
  }

  /**
   * Throws DATA_EXISTS where more than keys lies, OTHER_LOG, KEY_UNREADABLE without keys,
   * OTHER_OWNER, STORE_LOCKED while another import works there.
   */
  static async claim(data: string, logId: string, onLeft: OnLeft): Promise<ImportPlace> {
    const folder = await realFolder(data);
    await requireOwner(folder, 'the folder');
    await requireNoData(dataLayout(folder), logId);
    const staging = join(folder, stagingName(IMPORT_STAGING));
    await mkdir(staging, { mode: 0o700 });
    const lock = await Database.open(join(staging, LOCK), { create: true });
    const place = new ImportPlace(folder, staging, lock, onLeft);
    try {
      await place.#clean();
      return place;
    } catch (error) {
      await place.clear();
      throw error;
    }
  }

  /** Keys lie in their place already. */
  get keys(): string {
    return this.#target.keys;
  }

  async #clean(): Promise<void> {
    const { folder } = this.#target;
    const own = basename(this.staging.folder);
    for (const { name, pid } of await listStaging(folder, IMPORT_STAGING)) {
      if (name === own) continue;
      const staging = join(folder, name);
      const isBusy = await this.#takeBack(staging, pid).catch((error: unknown) => {
        // Something of it went away meanwhile: its process is at work, if only to clear it.
        if (isSystemError(error, 'ENOENT')) return true;
        throw error;
      });
      if (isBusy) {
        throw new ChartsealError('STORE_LOCKED', 'another process imports into this folder');
      }
    }
    const allowed = [basename(this.keys), LOST_AND_FOUND, own];
    const others = (await readdir(folder)).filter(
      (name) => !allowed.includes(name) && !name.startsWith(STAGING),
    );
    if (others.length > 0) throw occupied('the folder holds more than keys');
  }

  /** Undoes what a killed import left; true when it is still at work. */
  async #takeBack(staging: string, pid: number | undefined): Promise<boolean> {
    if (await isWorkedOn(staging, pid)) return true;
    await undo(this.#target.folder, staging);
    await rm(staging, REMOVE);
    return false;
  }

  /** Puts everything in its place. */
  async settle(): Promise<void> {
    const { folder } = this.#target;
    const move = (name: string) => rename(join(this.staging.folder, name), join(folder, name));
    await chmod(folder, 0o700);
    await syncFolder(this.staging.folder);
    // A log on a channel has no ledger here.
    const made = await readdir(this.staging.folder);
    for (const part of PARTS.filter((one) => made.includes(one))) await move(part);
    await syncFolder(folder);
    await move(CONFIG);
    await syncFolder(folder);
  }

  /**
   * Removes what was not put in its place. What cannot be removed is told: an import that settled
   * is whole all the same, and another one is undone by the next.
   */
  clear(): Promise<void> {
    return cleanUp(() => closeEach([() => this.#lock.close(), () => this.#remove()]), this.#onLeft);
  }

  async #remove(): Promise<void> {
    const { folder } = this.staging;
    try {
      await undo(this.#target.folder, folder);
      await rm(folder, REMOVE);
    } catch (cause) {
      if (!isSystemError(cause)) throw cause;
      const name = basename(folder);
      const text = `${name} in the data folder cannot be removed: ${systemErrorText(cause)}`;
      throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
    }
  }
}
