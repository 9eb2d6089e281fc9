// Folders in which something is made before it is put in its place. Their names tell the process,
// so that what a killed one left can be told from what is being made.
import { randomBytes } from 'node:crypto';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Names below `parent` with this prefix, each with its process when that is still there. */
export async function listStaging(
  parent: string,
  prefix: string,
): Promise<{ readonly name: string; readonly pid: number | undefined }[]> {
  return (await readdir(parent)).flatMap((name) => {
    const pid = Number((name.startsWith(prefix) && TAIL.exec(name.slice(prefix.length))?.[1]) || 0);
    if (pid === 0) return [];
    const isThere = pid === process.pid ? own.has(name) : isAlive(pid);
    return [{ name, pid: isThere ? pid : undefined }];
  });
}

/** Removes what killed processes left: keys may lie in it. */
export async function removeDeadStaging(parent: string, prefix: string): Promise<void> {
  for (const { name, pid } of await listStaging(parent, prefix)) {
    if (pid === undefined) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** Makes all that lies in a folder durable, whatever was written there without that. */
export async function syncAll(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const name of [...entries.map((entry) => entry.name), '']) {
    const handle = await open(join(folder, name), 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
