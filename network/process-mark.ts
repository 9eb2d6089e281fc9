// Tells one process from a later one that got the same number: a pid alone names nobody.
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Fields of /proc/PID/stat behind the name, which may itself hold spaces and brackets. */
const STATE_FIELD = 0;
const START_FIELD = 19;

async function markFromProc(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended; only its parent has not asked yet.
  if (fields[STATE_FIELD] === 'Z' || fields[STATE_FIELD] === 'X') return undefined;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${boot.trim()}/${fields[START_FIELD]}`;
}

/**
 * Whether threads of a process are still ending, of which the first has ended: until then its ports
 * are not free. Only Linux tells.
 */
export async function isEnding(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    return (await readdir(`/proc/${pid}/task`)).length > 1;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw cause;
  }
}

async function markFromPs(pid: number): Promise<string | undefined> {
  const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
  const [, state = '', startedAt = ''] = /^\s*(\S+)\s+(.*\S)\s*$/.exec(stdout) ?? [];
  return state === '' || state.startsWith('Z') ? undefined : startedAt;
}

/** The same text as long as the same process has this pid; undefined when none runs. */
export async function processMark(pid: number): Promise<string | undefined> {
  try {
    return await (process.platform === 'linux' ? markFromProc(pid) : markFromPs(pid));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // ps ends with 1 when there is no such process.
    if (code === 'ENOENT' || code === 'ESRCH' || (code as unknown) === 1) return undefined;
    throw cause;
  }
}

/**
 * Whether a process works in this folder or below it: those of a network do, and what is written
 * of them in a copy of its folder is true of the original alone. Only Linux tells; else true.
 */
export async function worksIn(pid: number, folder: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  try {
    const [place, own] = [await readlink(`/proc/${pid}/cwd`), await realpath(folder)];
    return place === own || place.startsWith(`${own}${sep}`);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    // Of another user, who is told so when it shall be ended.
    if (code === 'EACCES') return true;
    throw cause;
  }
}
