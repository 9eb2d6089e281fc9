// The LevelDB folder of the embedded ledger: its tables, its one synced way of writing, and what
// its failures mean. Tables: tip; block/number; state/key and seal/key (see state-row).
import { join } from 'node:path';
import { Level } from 'level';
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import { type LevelFailure, levelFailure, systemWords } from '../../level-failure.js';
import { insteadOf, isThere, readThrough, whyUnread } from '../../level-files.js';

export type Db = Level<string, Uint8Array>;
export type Batch = ReturnType<Db['batch']>;
export type Snapshot = ReturnType<Db['snapshot']>;

export const TIP_KEY = 'tip';
const NUMBER_DIGITS = 16;
// '0' follows '/' in ASCII, so `table0` ends the range of `table/`.
export const STATE_TABLE = 'state/';
export const SEAL_TABLE = 'seal/';

export function blockKey(number: number): string {
  return `block/${String(number).padStart(NUMBER_DIGITS, '0')}`;
}

const FAILURES: Readonly<Record<LevelFailure, readonly [ErrorCode, string]>> = {
  locked: ['LEDGER_LOCKED', 'the ledger is in use by another process'],
  damaged: ['LEDGER_CORRUPT', "the ledger's files are damaged"],
  other: ['LEDGER_FAILED', 'the ledger could not be read or written'],
};

/** A failure of LevelDB as a coded error. */
export function databaseFailure(cause: unknown): ChartsealError {
  const [code, text] = FAILURES[levelFailure(cause)];
  const words = code === 'LEDGER_FAILED' ? systemWords(cause) : undefined;
  return new ChartsealError(code, words === undefined ? text : `${text}: ${words}`, { cause });
}

/** What the system says of a ledger that nobody may look into, which is not gone. */
export function readable<T>(look: () => T): T {
  try {
    return look();
  } catch (cause) {
    const why = whyUnread(cause) ?? String(cause);
    throw new ChartsealError('LEDGER_FAILED', `the ledger cannot be read: ${why}`, { cause });
  }
}

/**
 * Opens the folder for this process alone. Throws LEDGER_LOCKED, LEDGER_CORRUPT, LEDGER_FAILED,
 * DATA_EXISTS when told to create where something is, LEDGER_BEHIND when there is nothing.
 */
export async function openDatabase(folder: string, create: boolean): Promise<Db> {
  const exists = readable(() => isThere(join(folder, 'CURRENT')));
  if (create && exists) {
    throw new ChartsealError('DATA_EXISTS', 'there is a ledger already');
  }
  if (!create && !exists) {
    throw new ChartsealError('LEDGER_BEHIND', `the ledger is gone: ${insteadOf(folder)}`);
  }
  readable(() => readThrough(folder));
  const db: Db = new Level(folder, {
    keyEncoding: 'utf8',
    valueEncoding: 'view',
    createIfMissing: create,
  });
  try {
    await db.open();
  } catch (cause) {
    throw databaseFailure(cause);
  }
  return db;
}

/** Reads one row at a moment; throws LEDGER_CORRUPT or LEDGER_FAILED. */
export function findRow(db: Db, key: string, snapshot?: Snapshot): Uint8Array | undefined {
  try {
    return db.getSync(key, snapshot === undefined ? {} : ({ snapshot } as object));
  } catch (cause) {
    throw databaseFailure(cause);
  }
}
