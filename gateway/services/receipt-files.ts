// Receipts and other evidence written as files, each whole or not at all, and never in the place of
// anything but evidence of the same.
import { randomBytes } from 'node:crypto';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { equalBytes } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type FileKind, parseFile } from '../evidence/evidence-file.js';
import { parseReceipt } from '../evidence/receipt.js';
import { isSystemError, systemErrorText } from './file-error.js';
import { makeFolders, makeNamedFolder } from './make-folder.js';
import { isOfSameRecord } from './receipt-record.js';
import { readSmallFile } from './small-file.js';

/** The rename would put a file in the place of whatever lies there, a device or a link too. */
async function checkPlace(path: string): Promise<void> {
  try {
    if ((await lstat(path)).isFile()) return;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    throw error;
  }
  throw new ChartsealError('FILE_UNWRITABLE', 'what lies there is not a regular file');
}

const UNFINISHED = '.chartseal-';
const UNFINISHED_NAME = /(^|\/)\.chartseal-[0-9a-f]{16}$/;

/** Whether a path is named as a file which a killed process was still writing. */
export function isUnfinishedName(path: string): boolean {
  return UNFINISHED_NAME.test(path);
}

/** What is left, in words: why a file could not be written says more than what then stays of it. */
async function takeAway(temporary: string): Promise<string> {
  try {
    await rm(temporary, { force: true });
    return '';
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return `; ${basename(temporary)} cannot be removed: ${systemErrorText(error)}`;
  }
}

/** Writes `bytes` under `path`, made durable under another name first. Throws FILE_UNWRITABLE. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `${UNFINISHED}${randomBytes(8).toString('hex')}`);
  let isMade = false;
  try {
    await makeFolders(dirname(path));
    await checkPlace(path);
    const handle = await open(temporary, 'wx', 0o644);
    isMade = true;
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    const left = isMade ? await takeAway(temporary) : '';
    if (!isSystemError(error)) throw error;
    const text = `${systemErrorText(error)}${left}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause: error });
  }
}

/** Bounded; undefined where nothing lies, and for what {@link writeWhole} refuses to replace. */
async function findFile(path: string): Promise<Uint8Array | undefined> {
  try {
    if (!(await lstat(path)).isFile()) return undefined;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    // What cannot be looked at may be anybody's: nothing takes its place.
    if (!isSystemError(error)) throw error;
    throw new ChartsealError('FILE_UNWRITABLE', systemErrorText(error), { cause: error });
  }
  try {
    return readSmallFile(path, { links: 'no link' });
  } catch (error) {
    if (!(error instanceof ChartsealError) || error.code !== 'TOO_LARGE') throw error;
    const text = 'what lies there is too large for evidence, and is left as it is';
    throw new ChartsealError('FILE_EXISTS', text, { cause: error });
  }
}

const KIND_NAMES: Readonly<Record<FileKind, string>> = {
  'chartseal-receipt': 'receipt',
  'chartseal-history': 'history',
  'chartseal-trust': 'trust file',
};

function isOfKind(bytes: Uint8Array, kind: FileKind): boolean {
  try {
    if (kind === 'chartseal-receipt') parseReceipt(bytes);
    else parseFile(bytes, kind, (file) => file);
    return true;
  } catch (error) {
    if (error instanceof ChartsealError) return false;
    throw error;
  }
}

/**
 * As {@link writeWhole}; a file that holds these bytes already stays as it is. Only a file of the
 * same kind is replaced, a receipt only by one of the same record. Throws FILE_EXISTS,
 * FILE_UNREADABLE, FILE_UNWRITABLE.
 */
export async function writeEvidence(path: string, bytes: Uint8Array, kind: FileKind) {
  const found = await findFile(path);
  // A name that was only reserved, as mktemp does it, holds nothing that could be lost.
  if (found !== undefined && found.length > 0) {
    if (equalBytes(found, bytes)) return;
    if (!isOfKind(found, kind)) {
      const text = `what lies there is no ${KIND_NAMES[kind]}, and is left as it is`;
      throw new ChartsealError('FILE_EXISTS', text);
    }
    if (kind === 'chartseal-receipt' && !isOfSameRecord(found, bytes)) {
      const text =
        'the receipt of another record lies there: each archive needs a folder of its own';
      throw new ChartsealError('FILE_EXISTS', text);
    }
  }
  await writeWhole(path, bytes);
}

/** Makes the folder that receipts go to, with its parents. Throws FILE_UNWRITABLE. */
export function makeFolder(path: string): Promise<void> {
  return makeNamedFolder(path, 'the folder for receipts');
}
