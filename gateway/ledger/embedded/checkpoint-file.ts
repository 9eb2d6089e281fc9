// The newest block's number and hash, kept in a file outside the database: a database that was
// put back to an older state is found by it.
import { closeSync, fsyncSync, lstatSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
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

/**
 * Undefined when there is no file. Throws LEDGER_CORRUPT when it is another one, LEDGER_FAILED when
 * the system does not let it be read.
 */
export function findCheckpointFile(path: string): LedgerCheckpoint | undefined {
  const what = `the checkpoint file ${resolve(path)}`;
  const bytes = findOwnFile(path, what, CODES);
  if (bytes === undefined) return undefined;
  try {
    const value = parseCanonical(bytes, 'checkpoint file');
    checkShape(SHAPE, value, 'checkpoint file');
    return value as unknown as LedgerCheckpoint;
  } catch (cause) {
    throw new ChartsealError('LEDGER_CORRUPT', `${what} is damaged`, { cause });
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

/** What is no file must neither be written through nor waited for. */
function requireFileOrNothing(path: string): void {
  const isOdd = lstatSync(path, { throwIfNoEntry: false })?.isFile() === false;
  if (isOdd) throw new Error('something else lies in the place of checkpoint.new');
}

/** Replaces the file as a whole; durable when this returns. */
export function writeCheckpointFile(path: string, checkpoint: LedgerCheckpoint): void {
  const temporary = `${path}.new`;
  requireFileOrNothing(temporary);
  writeFileSync(temporary, canonicalBytes(checkpoint), { mode: 0o600, flush: true });
  renameSync(temporary, path);
  syncPath(dirname(path));
}
