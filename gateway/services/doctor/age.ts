// Whether the folder is an older one than what lies in it: reports of audits name the log that
// they saw, and one of a longer log than this one tells that an older copy was put over a newer.
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { parseJsonBytes } from '../../../chaincode/core/json.js';
import { isSystemError } from '../file-error.js';
import { type Finding, fault, ok } from './finding.js';

interface Seen {
  readonly name: string;
  /** Leaves. */
  readonly size: number;
}

/** Names are times: the newest of them saw the longest log. */
const NEWEST = 32;
const MAX_HEADER_BYTES = 16 * 1024;
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
const NEWLINE = 0x0a;

async function readFirstLine(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path, OPEN_FLAGS);
  try {
    if (!(await file.stat()).isFile()) return undefined;
    const bytes = new Uint8Array(MAX_HEADER_BYTES);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    const end = bytes.subarray(0, bytesRead).indexOf(NEWLINE);
    return end === -1 ? undefined : bytes.subarray(0, end);
  } finally {
    await file.close();
  }
}

/** Gone meanwhile, a link, or something else that is no file: no report. */
const NO_REPORT = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'] as const;

/** Undefined for what is no report of an audit of this log. */
async function findSize(path: string, logId: string): Promise<number | undefined> {
  try {
    const line = await readFirstLine(path);
    if (line === undefined) return undefined;
    const header = parseJsonBytes(line, 'the report') as {
      readonly logId?: unknown;
      readonly checkpoint?: { readonly size?: unknown } | null;
    } | null;
    const size = header?.checkpoint?.size;
    return header?.logId === logId && typeof size === 'number' ? size : undefined;
  } catch (error) {
    // Reports are for people, who may have changed or moved them.
    if (isSystemError(error, ...NO_REPORT) || error instanceof ChartsealError) return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort().reverse().slice(0, NEWEST);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return [];
    throw error;
  }
}

/**
 * Throws what keeps a report from being read, unless another one saw a longer log.
 * @param folder DATA/audits
 * @param size leaves that the ledger has
 */
export async function checkAge(folder: string, logId: string, size: number): Promise<Finding> {
  let longest: Seen | undefined;
  const unread: unknown[] = [];
  for (const name of await namesIn(folder)) {
    const found = await findSize(join(folder, name), logId).catch((error: unknown) => {
      unread.push(error);
      return undefined;
    });
    if (found !== undefined && found > (longest?.size ?? 0)) longest = { name, size: found };
  }
  if (longest === undefined || longest.size <= size) {
    if (unread.length > 0) throw unread[0];
    return ok('age', 'No report of an audit here saw a longer log.');
  }
  const sentence = `An audit saw ${longest.size} leaves (audits/${longest.name}), and the ledger has ${size}: an older copy was put over this folder, and what came after it is gone.`;
  return fault(
    'age',
    sentence,
    'stop writing, and restore the newest backup or export: what is anchored now makes a second history',
  );
}
