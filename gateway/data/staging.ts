// Folders and files in which something is made before it is put in its place. Their names tell the
// process, so that what a killed one left can be told from what is being made.
import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
import { isAlive } from '../services/own-store.js';

const TAIL = /^([1-9][0-9]{0,9})-[0-9a-f]{12}$/;

/** Names given here: in a container, process after process has the same id. */
const own = new Set<string>();

/** A name of this process that nobody else has. */
export function stagingName(prefix: string): string {
  const name = `${prefix}${process.pid}-${randomBytes(6).toString('hex')}`;
  own.add(name);
  return name;
}

/** Prefix under which a file of DATA/keys is written anew. */
export const keyStaging = (file: string) => `${file}.part-`;

type Kind = 'folder' | 'file';

/** Names of ours with this prefix, each with its process when that is still there. */
export async function listStaging(
  parent: string,
  prefix: string,
  kind: Kind = 'folder',
): Promise<{ readonly name: string; readonly pid: number | undefined }[]> {
  const found: { name: string; pid: number | undefined }[] = [];
  for (const name of await readdir(parent)) {
    const pid = Number((name.startsWith(prefix) && TAIL.exec(name.slice(prefix.length))?.[1]) || 0);
    if (pid === 0 || !(await isOurs(join(parent, name), kind))) continue;
    const isThere = pid === process.pid ? own.has(name) : isAlive(pid);
    found.push({ name, pid: isThere ? pid : undefined });
  }
  return found;
}

/** In a folder that others use too, such names may be theirs. */
async function isOurs(path: string, kind: Kind): Promise<boolean> {
  try {
    const stats = await lstat(path);
    const isKind = kind === 'file' ? stats.isFile() : stats.isDirectory();
    return isKind && stats.uid === (process.geteuid?.() ?? stats.uid);
  } catch (error) {
    // Another process was quicker.
    if (isSystemError(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Removes what killed processes left: keys may lie in it. */
export async function removeDeadStaging(
  parent: string,
  prefix: string,
  kind: Kind = 'folder',
): Promise<void> {
  const found = await listStaging(parent, prefix, kind).catch((error: unknown) => {
    // A folder that may be written need not let itself be listed.
    if (isSystemError(error, 'EACCES')) return [];
    throw error;
  });
  for (const { name, pid } of found) {
    if (pid === undefined) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** What was not put in its place, if it is there. Throws FILE_UNWRITABLE, naming what is left. */
export async function removeStaging(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const text = `${basename(path)} cannot be removed: ${systemErrorText(cause)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
  }
}

/** Makes all that lies below a folder durable, whatever was written there without that. */
export async function syncAll(folder: string): Promise<void> {
  for (const name of [...(await readdir(folder, { recursive: true })), '']) {
    const handle = await open(join(folder, name), 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
