// The newest block's number and hash, kept in a file outside the database: a database that was
// put back to an older state is found by it.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { canonicalBytes, parseCanonical } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { checkShape, hex, integer, object, text } from '../../../chaincode/core/shape.js';

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

/** Undefined when there is no file; throws LEDGER_CORRUPT when there is another one. */
export function findCheckpointFile(path: string): LedgerCheckpoint | undefined {
  try {
    const value = parseCanonical(readFileSync(path), 'checkpoint file');
    checkShape(SHAPE, value, 'checkpoint file');
    return value as unknown as LedgerCheckpoint;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ChartsealError('LEDGER_CORRUPT', 'the checkpoint file cannot be read', { cause });
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

/** Replaces the file as a whole; durable when this returns. */
export function writeCheckpointFile(path: string, checkpoint: LedgerCheckpoint): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, canonicalBytes(checkpoint), { mode: 0o600, flush: true });
  renameSync(temporary, path);
  syncPath(dirname(path));
}
