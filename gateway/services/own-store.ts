// The store of a data folder, for this process alone; who has it stands in DATA/run.
import { lstat, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { DataLayout } from '../data/layout.js';
import { requireOwner } from '../data/owner.js';
import { openStore, type Store } from '../store/store.js';
import { isSystemError, systemErrorText } from './file-error.js';
import { makeFolders } from './make-folder.js';
import { clearRebuild, finishRebuild } from './rebuild/settle.js';
import { LOOK_HINT, readSmallFile } from './small-file.js';

const PID_FILE = 'pid';
const PID_BYTES = 64;

/** What processes write to DATA/run for the time that they run. */
const OWN_NAMES =
  /^(pid|gateway\.json(\.[0-9]+)?|clock\.json\.[0-9]+|audit-map|receipts-[0-9A-Za-z]{6})$/;

/** Whether a process of this machine has this id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, and is there.
    return isSystemError(error, 'EPERM');
  }
}

/** What stands there; nothing where it cannot be read, which is no fault of who asks. */
function pidIn(path: string): string {
  try {
    return Buffer.from(readSmallFile(path, { maxBytes: PID_BYTES })).toString();
  } catch (error) {
    if (error instanceof ChartsealError) return '';
    throw error;
  }
}

/** The process that has the store, in words: a command that only looks leaves no pid behind. */
function holderOf({ run }: DataLayout): string {
  const text = pidIn(join(run, PID_FILE));
  const pid = /^[1-9][0-9]{0,9}\n$/.test(text) ? Number(text) : undefined;
  return pid !== undefined && isAlive(pid) ? `process ${pid}` : 'another process';
}

/**
 * Opens the store and writes nothing beside it, but puts a rebuilt store in its place when the
 * rebuild was killed before that. Throws OTHER_OWNER, STORE_LOCKED naming the process that has it,
 * and the codes of the store.
 */
export async function openStoreToRead(layout: DataLayout, logId: string): Promise<Store> {
  await requireOwner(layout.folder);
  try {
    await finishRebuild(layout);
    return await openStore(layout.store, logId);
  } catch (error) {
    if (isSystemError(error)) {
      const text = `the store could not be opened: ${systemErrorText(error)}`;
      throw new ChartsealError('STORE_FAILED', text, { cause: error });
    }
    if (!(error instanceof ChartsealError) || error.code !== 'STORE_LOCKED') throw error;
    const message = `${holderOf(layout)} uses this data folder`;
    throw new ChartsealError('STORE_LOCKED', message, { cause: error });
  }
}

function unusable(run: string, why: string, cause?: unknown): ChartsealError {
  const text = `the folder "run" of the data folder, ${resolve(run)}: ${why}`;
  return new ChartsealError('FILE_UNWRITABLE', text, { cause, hint: LOOK_HINT });
}

const whyUnusable = (error: NodeJS.ErrnoException) =>
  isSystemError(error, 'EEXIST') ? 'it is no folder' : systemErrorText(error);

/** Empties DATA/run for this process, and tells others that it has the store. */
async function takeRun(run: string): Promise<void> {
  await makeFolders(run, 0o700);
  // What a link leads to is not ours to empty.
  if (!(await lstat(run)).isDirectory()) throw unusable(run, 'it is a link, and no folder');
  // What lies there belongs to processes that are gone.
  for (const name of await readdir(run)) {
    if (OWN_NAMES.test(name)) await rm(join(run, name), { recursive: true });
  }
  await writeFile(join(run, PID_FILE), `${process.pid}\n`, { mode: 0o600 });
}

/** As {@link openStoreToRead}, and tells other processes who has it. Throws FILE_UNWRITABLE too. */
export async function openOwnStore(layout: DataLayout, logId: string): Promise<Store> {
  const store = await openStoreToRead(layout, logId);
  try {
    await clearRebuild(layout);
    await takeRun(layout.run);
    return store;
  } catch (error) {
    await store.close();
    throw isSystemError(error) ? unusable(layout.run, whyUnusable(error), error) : error;
  }
}
