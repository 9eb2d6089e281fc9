// Room on the disk and the right to write: what stops a log in the middle of the night.
import { constants } from 'node:fs';
import { access, readdir, stat, statfs } from 'node:fs/promises';
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

export async function checkWritable({ folder }: DataLayout): Promise<Finding> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return ok('writable', 'The folder can be written.');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const sentence = `The folder cannot be written: ${systemErrorText(error)}. Nothing can be anchored.`;
    return fault(
      'writable',
      sentence,
      `look at: ls -ld ${quoted(folder)}; findmnt -T ${quoted(folder)}`,
    );
  }
}
