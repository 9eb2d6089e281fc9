// The newest block's number and hash, kept in a file outside the database: a database that was
// put back to an older state is found by it.
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { canonicalBytes, parseCanonical } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { checkShape, hex, integer, object, text } from '../../../chaincode/core/shape.js';
import { findOwnFile } from '../../services/small-file.js';

export interface LedgerCheckpoint {
  readonly channel: string;
  /** Number of the newest block. */
  readonly block: number;
  readonly hash: string;
}

const SHAPE = object({
  channel: text({ min: 1, max: 256 }),
  block: integer(),
  hash: hex(HASH_BYTES),
});

const CODES = { unreadable: 'LEDGER_FAILED', damaged: 'LEDGER_CORRUPT' } as const;
// Left by a killed process, or put there by somebody: what is no file must neither be written
// through nor waited for.
const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK, O_NOFOLLOW } = constants;
const NEW_FILE = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOFOLLOW;

/**
 * Undefined when there is no file. Throws LEDGER_CORRUPT when it is another one, LEDGER_FAILED when
 * the system does not let it be read.
 */
export function findCheckpointFile(path: string): LedgerCheckpoint | undefined {
  const bytes = findOwnFile(path, 'the checkpoint file', CODES);
  if (bytes === undefined) return undefined;
  try {
    const value = parseCanonical(bytes, 'checkpoint file');
    checkShape(SHAPE, value, 'checkpoint file');
    return value as unknown as LedgerCheckpoint;
  } catch (cause) {
    throw new ChartsealError('LEDGER_CORRUPT', 'the checkpoint file is damaged', { cause });
  }
}

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** One command that root ran must not lock out the user whom the folder belongs to. */
function giveToOwner(file: number, folder: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  fchownSync(file, uid, gid);
}

function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, NEW_FILE, 0o600);
  try {
    if (!fstatSync(file).isFile()) throw new Error('it is not a regular file');
    giveToOwner(file, dirname(path));
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Replaces the file as a whole; durable when this returns. */
export function writeCheckpointFile(path: string, checkpoint: LedgerCheckpoint): void {
  const temporary = `${path}.new`;
  writeNew(temporary, canonicalBytes(checkpoint));
  renameSync(temporary, path);
  syncPath(dirname(path));
}
