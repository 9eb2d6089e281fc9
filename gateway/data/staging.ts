// Folders in which something is made before it is put in its place. Their names tell the process,
// so that what a killed one left can be told from what is being made.
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../services/own-store.js';

const TAIL = /^([1-9][0-9]{0,9})-[0-9a-f]{12}$/;

/** A name of this process that nobody else has. */
export function stagingName(prefix: string): string {
  return `${prefix}${process.pid}-${randomBytes(6).toString('hex')}`;
}

/** Names below `parent` with this prefix, each with its process when that is still there. */
export async function listStaging(
  parent: string,
  prefix: string,
): Promise<{ readonly name: string; readonly pid: number | undefined }[]> {
  return (await readdir(parent)).flatMap((name) => {
    const pid = Number((name.startsWith(prefix) && TAIL.exec(name.slice(prefix.length))?.[1]) || 0);
    if (pid === 0) return [];
    return [{ name, pid: isAlive(pid) ? pid : undefined }];
  });
}

/** Removes what killed processes left: keys may lie in it. */
export async function removeDeadStaging(parent: string, prefix: string): Promise<void> {
  for (const { name, pid } of await listStaging(parent, prefix)) {
    if (pid === undefined) await rm(join(parent, name), { recursive: true, force: true });
  }
}
