// Files of a network: whole or not there, readable for their owner alone, and read without waiting
// for what is no file.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { ChartsealError } from '../chaincode/core/errors.js';

/** State, deployment and records of processes are far below it. */
const MAX_BYTES = 1024 * 1024;
// Without O_NONBLOCK, opening a FIFO would wait for its writer, perhaps for ever.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** In the system's words, with what stands before them: `: permission denied`. */
function why(cause: unknown): string {
  const { code, errno = 0 } = cause as NodeJS.ErrnoException;
  const text = getSystemErrorMap().get(errno)?.[1] ?? code;
  return text === undefined ? '' : `: ${text}`;
}

function unreadable(path: string, reason: string, cause?: unknown): ChartsealError {
  const hint = 'Look at what lies there, at its rights, and at the disk.';
  return new ChartsealError('FILE_UNREADABLE', `cannot read ${path}${reason}`, { cause, hint });
}

async function read(path: string): Promise<Uint8Array> {
  const file = await open(path, OPEN_FLAGS);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw unreadable(path, ': it is not a regular file');
    if (stats.size > MAX_BYTES) throw unreadable(path, `: it has more than ${MAX_BYTES} bytes`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** A file that a network wrote; undefined where there is none. Throws FILE_UNREADABLE. */
export async function findFile(path: string): Promise<Uint8Array | undefined> {
  try {
    return await read(path);
  } catch (cause) {
    if (cause instanceof ChartsealError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(path, why(cause), cause);
  }
}

/** One that is there already stays as it is. */
async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    if (!isThere || !(await stat(path)).isDirectory()) throw cause;
  }
}

/**
 * With its parents; throws the system's error. Node's own recursive mkdir tries for ever where a
 * file system takes no folders and says of them that a parent is missing, as /proc does.
 */
export async function makeFolders(path: string, mode = 0o777): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (cause) {
    const parent = dirname(path);
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw cause;
    await makeFolders(parent, mode);
    await makeOne(path, mode);
  }
}

export async function makeFolder(path: string): Promise<void> {
  try {
    await makeFolders(path, 0o700);
  } catch (cause) {
    throw new ChartsealError('FILE_UNWRITABLE', `cannot make the folder ${path}${why(cause)}`, {
      cause,
    });
  }
}

/** What fails in `act` for a reason of the file system is FILE_UNWRITABLE. */
export async function writing(path: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (cause) {
    if (cause instanceof ChartsealError) throw cause;
    throw new ChartsealError('FILE_UNWRITABLE', `cannot write ${path}${why(cause)}`, { cause });
  }
}

/** Writes and renames, so that no reader ever meets a half; makes the folder. */
export async function writeWhole(
  path: string,
  content: Uint8Array | string,
  mode = 0o600,
): Promise<void> {
  await makeFolder(dirname(path));
  const staged = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(staged, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staged, path);
  } catch (cause) {
    await rm(staged, { force: true });
    throw new ChartsealError('FILE_UNWRITABLE', `cannot write ${path}${why(cause)}`, { cause });
  }
}

/** JSON is YAML too: configuration files of Fabric are written as JSON. */
export async function writeConfiguration(path: string, value: object): Promise<void> {
  await writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}
