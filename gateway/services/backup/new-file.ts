// A file that comes to be whole or not at all, for its owner alone, and never in the place of
// another: written as FILE.part, which gets its name at the end.
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { syncFolder } from '../../data/place.js';
import { isSystemError, systemErrorText } from '../file-error.js';

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
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Throws FILE_EXISTS, FILE_UNWRITABLE. */
  static async create(path: string): Promise<NewFile> {
    await requireFree(path);
    const part = partOf(path);
    try {
      // Left by a process that was killed.
      await rm(part, { force: true });
      return new NewFile(path, await open(part, 'wx', 0o600));
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
      await this.#name();
      await this.#handle.close();
      await syncFolder(dirname(this.#path));
    } catch (error) {
      throw unwritable(error);
    }
  }

  /** Takes it away, unless it was kept. */
  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(partOf(this.#path), { force: true });
  }

  /** Another process that writes to the same name took ours away. */
  async #requireOwn(): Promise<void> {
    const [own, found] = await Promise.all([this.#handle.stat(), lstat(partOf(this.#path))]);
    if (own.ino !== found.ino || own.dev !== found.dev) {
      throw new ChartsealError('FILE_CHANGED', 'another process writes to the same name');
    }
  }

  async #name(): Promise<void> {
    const part = partOf(this.#path);
    try {
      // Unlike rename, this never replaces.
      await link(part, this.#path);
      await rm(part);
    } catch (error) {
      if (isSystemError(error, 'EEXIST')) throw exists(error);
      // File systems without hard links.
      if (!isSystemError(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
      await requireFree(this.#path);
      await rename(part, this.#path);
    }
  }
}

const partOf = (path: string) => `${path}.part`;
