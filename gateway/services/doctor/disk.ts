// Room on the disk and the right to write: what stops a log in the middle of the night.
import { constants } from 'node:fs';
import { access, lstat, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataLayout } from '../../data/layout.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { type Finding, fault, ok, quoted, warning } from './finding.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const FAULT_BYTES = 64 * MIB;
const WARNING_BYTES = GIB;
/** Databases are rewritten in parts while they work. */
const WARNING_SHARE = 0.1;
const FAULT_FILES = 100;
const WARNING_FILES = 10_000;

export interface Room {
  readonly freeBytes: number;
  /** Undefined where the file system does not count them. */
  readonly freeFiles: number | undefined;
  /** What store and ledger take now. */
  readonly usedBytes: number;
}

function sizeText(bytes: number): string {
  return bytes < GIB ? `${Math.floor(bytes / MIB)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;
}

/** @param folder DATA */
export function judgeRoom({ freeBytes, freeFiles, usedBytes }: Room, folder: string): Finding {
  const files = freeFiles === undefined ? '' : ` and ${freeFiles} files`;
  const free = `${sizeText(freeBytes)}${files} are free; store and ledger take ${sizeText(usedBytes)}.`;
  const next = `make room on this disk: df -h ${quoted(folder)}; df -i ${quoted(folder)}`;
  const few = freeFiles ?? Number.POSITIVE_INFINITY;
  if (freeBytes < FAULT_BYTES || few < FAULT_FILES) {
    const meaning = 'Writing stops soon; what was accepted stays, new entries will be refused.';
    return fault('disk', `${free} ${meaning}`, next);
  }
  const wanted = Math.max(WARNING_BYTES, usedBytes * WARNING_SHARE);
  if (freeBytes >= wanted && few >= WARNING_FILES) return ok('disk', free);
  return warning('disk', `${free} That is little.`, next);
}

/** Bytes of the files in a folder. */
async function folderBytes(path: string): Promise<number> {
  let sum = 0;
  try {
    for (const name of await readdir(path, { recursive: true })) {
      sum += (await stat(join(path, name))).size;
    }
  } catch (error) {
    // A database that is gone, or a file that just went, takes no room; others say what that means.
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  return sum;
}

export async function checkRoom({ folder, store, ledger }: DataLayout): Promise<Finding> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  const room = {
    freeBytes: bavail * bsize,
    freeFiles: files === 0 ? undefined : ffree,
    usedBytes: (await folderBytes(store)) + (await folderBytes(ledger)),
  };
  return judgeRoom(room, folder);
}

const { R_OK, W_OK, X_OK } = constants;

/** Folders that commands open, or make when they first need them; what stops without each. */
const PARTS = [
  ['run', W_OK | X_OK, 'No command works.'],
  ['keys', R_OK | X_OK, 'No command works.'],
  ['feed', W_OK | X_OK, 'What sources send is not counted, and nothing is kept aside.'],
  ['audits', W_OK | X_OK, 'No audit can write its report.'],
] as const;

/** Why a folder cannot be used; undefined when it can, also when it is still to be made. */
async function obstacle(path: string, rights: number): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return 'it is no folder';
    await access(path, rights);
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (!isSystemError(error, 'ENOENT')) return systemErrorText(error);
    return (await isThere(path)) ? 'it is a link that leads nowhere' : undefined;
  }
}

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Where it cannot be looked at, that is the obstacle. */
const isLink = (path: string) =>
  lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );

async function checkParts(layout: DataLayout): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [name, rights, meaning] of PARTS) {
    const path = layout[name];
    // Commands empty `run`, and nothing that lies elsewhere.
    const isRunElsewhere = name === 'run' && (await isLink(path));
    const why = isRunElsewhere ? 'it is a link' : await obstacle(path, rights);
    if (why === undefined) continue;
    const sentence = `The folder "${name}" cannot be used: ${why}. ${meaning}`;
    const next = `look at: ls -ld ${quoted(path)}; move away what lies there, or give the rights`;
    findings.push(fault('writable', sentence, next));
  }
  return findings;
}

export async function checkWritable(layout: DataLayout): Promise<readonly Finding[]> {
  const { folder } = layout;
  try {
    await access(folder, W_OK | X_OK);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const sentence = `The folder cannot be written: ${systemErrorText(error)}. Nothing can be anchored.`;
    const next = `look at: ls -ld ${quoted(folder)}; findmnt -T ${quoted(folder)}`;
    return [fault('writable', sentence, next)];
  }
  const findings = await checkParts(layout);
  return findings.length > 0 ? findings : [ok('writable', 'The folder can be written.')];
}
