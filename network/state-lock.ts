// One command at a time changes a network: a link that names the process which does, and leads
// nowhere. Unlike a file it takes no room, so that a network on a full disk can be brought down.
import { randomBytes } from 'node:crypto';
import { readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../chaincode/core/errors.js';
import { processMark } from './process-mark.js';

const lockFile = (folder: string) => join(folder, 'lock');
const isCode = (cause: unknown, code: string) => (cause as NodeJS.ErrnoException).code === code;

/** A link; once it was a file. */
async function readHolder(path: string): Promise<string> {
  try {
    return await readlink(path);
  } catch (cause) {
    if (!isCode(cause, 'EINVAL')) throw cause;
    return await readFile(path, 'utf8');
  }
}

/** What the lock says; undefined when there is none. */
async function findHolder(path: string): Promise<string | undefined> {
  try {
    return await readHolder(path);
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return undefined;
    throw new ChartsealError('FILE_UNREADABLE', `cannot read ${path}`, { cause });
  }
}

/** `PID MARK`, see process-mark.ts. */
async function isHeld(holder: string): Promise<boolean> {
  const space = holder.indexOf(' ');
  const pid = Number(holder.slice(0, space));
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  return (await processMark(pid)) === holder.slice(space + 1);
}

/** Links are made or not, never half. */
async function isTaken(holder: string, path: string): Promise<boolean> {
  try {
    await symlink(holder, path);
    return false;
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return true;
    throw new ChartsealError('FILE_UNWRITABLE', `cannot write ${path}`, { cause });
  }
}

/** Takes away the lock of a process that has ended; puts back what turns out to be another's. */
async function removeStale(path: string, holder: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return;
    throw cause;
  }
  const found = await findHolder(aside);
  if (found !== undefined && found !== holder) await isTaken(found, path);
  await rm(aside, { force: true });
}

/** Runs `act` alone. Throws NETWORK_BUSY when another process works on this network. */
export async function withLock<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const path = lockFile(folder);
  const own = `${process.pid} ${await processMark(process.pid)}`;
  while (await isTaken(own, path)) {
    const holder = await findHolder(path);
    if (holder === undefined) continue;
    if (await isHeld(holder)) {
      const [pid] = holder.split(' ');
      throw new ChartsealError('NETWORK_BUSY', `process ${pid} works on the network ${folder}`);
    }
    await removeStale(path, holder);
  }
  try {
    return await act();
  } finally {
    await rm(path, { force: true });
  }
}
