// A file that comes to be whole or not at all, for its owner alone, and never in the place of
// another: written under a name that no other process has, FILE.part-PID-…, which gets its own at
// the end.
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { syncFolder } from '../../data/place.js';
import { removeDeadStaging, stagingName } from '../../data/staging.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { readSmallFile, whyUnread } from '../small-file.js';

function unwritable(error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const text = `the file cannot be written: ${systemErrorText(error)}`;
  return new ChartsealError('FILE_UNWRITABLE', text, { cause: error });
}

function exists(cause?: unknown): ChartsealError {
  return new ChartsealError('FILE_EXISTS', 'there is a file of this name', { cause });
}

async function requireFree(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    throw unwritable(error);
  }
  throw exists();
}

export class NewFile {
  readonly #path: string;
  readonly #part: string;
  readonly #handle: FileHandle;

  private constructor(path: string, part: string, handle: FileHandle) {
    this.#path = path;
    this.#part = part;
    this.#handle = handle;
  }

  /** Throws FILE_EXISTS, FILE_UNWRITABLE. */
  static async create(path: string): Promise<NewFile> {
    await requireFree(path);
    const prefix = `${basename(path)}.part-`;
    try {
      await removeDeadStaging(dirname(path), prefix, 'file');
      // Left by the version before: it gave the same name to every process.
      await rm(`${path}.part`, { force: true });
      const part = join(dirname(path), stagingName(prefix));
      return new NewFile(path, part, await open(part, 'wx', 0o600));
    } catch (error) {
      throw unwritable(error);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#handle.writeFile(bytes);
    } catch (error) {
      throw unwritable(error);
    }
  }

  /** Gives it its name, durably. Throws FILE_EXISTS, FILE_CHANGED, FILE_UNWRITABLE. */
  async keep(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#requireOwn();
      await this.#handle.close();
      await this.#name();
      await this.#settle();
    } catch (error) {
      throw unwritable(error);
    }
  }

  /** Throws FILE_UNWRITABLE unless it reads as it was written; nothing has its name yet. */
  async readBack(bytes: Uint8Array): Promise<void> {
    let found: Uint8Array;
    try {
      await this.#handle.sync();
      found = readSmallFile(this.#part, { links: 'no link' });
    } catch (cause) {
      if (!(cause instanceof ChartsealError)) throw unwritable(cause);
      const text = `the file cannot be read back: ${whyUnread(cause)}`;
      throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
    }
    if (equalBytes(found, bytes)) return;
    throw new ChartsealError('FILE_UNWRITABLE', 'the file does not read as it was written');
  }

  /** Takes it away, unless it was kept. Throws FILE_UNWRITABLE, naming what is left beside it. */
  async discard(): Promise<void> {
    try {
      await this.#handle.close();
      await rm(this.#part, { force: true });
    } catch (cause) {
      if (!isSystemError(cause)) throw cause;
      const text = `${basename(this.#part)} cannot be removed: ${systemErrorText(cause)}`;
      throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
    }
  }

  /** Whoever may write to the folder may have put something else there. */
  async #requireOwn(): Promise<void> {
    const [own, found] = await Promise.all([this.#handle.stat(), lstat(this.#part)]);
    if (own.ino !== found.ino || own.dev !== found.dev) {
      throw new ChartsealError(
        'FILE_CHANGED',
        'another process took the place of what was written',
      );
    }
  }

  /** What has its name now is whole. Where that may not last, it is taken back. */
  async #settle(): Promise<void> {
    // Whatever becomes of its other name: see discard.
    await Promise.allSettled([rm(this.#part, { force: true })]);
    try {
      await syncFolder(dirname(this.#path));
    } catch (error) {
      await Promise.allSettled([rm(this.#path, { force: true })]);
      throw error;
    }
  }

  async #name(): Promise<void> {
    const part = this.#part;
    try {
      // Unlike rename, this never replaces.
      await link(part, this.#path);
    } catch (error) {
      if (isSystemError(error, 'EEXIST')) throw exists(error);
      // File systems without hard links.
      if (!isSystemError(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
      await requireFree(this.#path);
      await rename(part, this.#path);
    }
  }
}
