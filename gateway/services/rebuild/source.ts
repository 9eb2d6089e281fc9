// The store from which another one is built: only what cannot be derived is read of it. Where
// LevelDB itself does not find every entry any more, a copy of its files is repaired and read.
import { existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { Level } from 'level';
import { readUint64 } from '../../../chaincode/core/bytes.js';
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import { Database, type Rows } from '../../store/database.js';
import { DROPPED_NOTE, forgetSayings } from '../../store/dropped-log.js';
import { entryKey, parseKeyNumber, TABLES } from '../../store/keys.js';
import { STORE_PARTS } from '../../store/parted-rows.js';
import { isOneDatabase, partFolder, StoreDatabase } from '../../store/store-database.js';
import { isSystemError } from '../file-error.js';
import { isFolder } from '../file-stats.js';

/** Of the copy: what is rebuilt from it has been seen to. */
const LEFT_OUT: readonly string[] = ['LOCK', DROPPED_NOTE];
/** STORE_FAILED too: a file of LevelDB that is gone is one of its I/O errors. */
const DAMAGE: readonly ErrorCode[] = ['STORE_CORRUPT', 'STORE_BEHIND', 'STORE_FAILED'];

const isDamage = (error: unknown): error is ChartsealError =>
  error instanceof ChartsealError && DAMAGE.includes(error.code);

/** First number of 0, 1, 2 … under which no entry can be read. */
async function firstGap(db: Rows): Promise<number> {
  let next = 0;
  for await (const [key, row] of db.rowsAsFound(TABLES.entry)) {
    if (key !== entryKey(next) || row === undefined) return next;
    next++;
  }
  return next;
}

/** One more than the highest ordinal that a table names. */
async function countNamed(db: Rows, table: string): Promise<number> {
  let count = 0;
  for await (const [, row] of db.rowsAsFound(table)) {
    if (row?.length === 8) count = Math.max(count, readUint64(row, 0, 'ordinal') + 1);
  }
  return count;
}

/** The first entry that is lost, among those that the ledger or two tables tell of. */
async function findLost(db: Rows, committed: number): Promise<number | undefined> {
  const gap = await firstGap(db);
  const last = await db.findLast(TABLES.entry);
  if (last !== undefined && parseKeyNumber(last[0]) >= gap) return gap;
  // One table alone may be wrong: it is what is to be mended.
  const byChain = await countNamed(db, TABLES.chain);
  const byHash = await countNamed(db, TABLES.leafHash);
  return gap < Math.max(committed, Math.min(byChain, byHash)) ? gap : undefined;
}

/** Rows that are to be given back. */
export type Source = Rows & { close(): Promise<void> };

/** A store of any format: what cannot be derived is the same in all of them. */
const openAny = (folder: string, salvage: boolean): Promise<Source> =>
  isOneDatabase(folder)
    ? Database.open(folder, { create: false })
    : StoreDatabase.open(folder, { create: false, salvage });

/** The store, with every entry in it; throws STORE_CORRUPT naming the first that is lost. */
async function openWhole(folder: string, committed: number, salvage: boolean): Promise<Source> {
  const db = await openAny(folder, salvage);
  try {
    const lost = await findLost(db, committed);
    if (lost === undefined) return db;
    const text = `entry ${lost} is lost, and nothing can bring it back but a backup`;
    throw new ChartsealError('STORE_CORRUPT', text);
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Known to LevelDB on disk, and not to the type that stands for it in a page as well. */
function repair(folder: string): Promise<void> {
  return (Level as unknown as { repair(location: string): Promise<void> }).repair(folder);
}

async function repairedCopy(folder: string, copy: string): Promise<void> {
  await rm(copy, { recursive: true, force: true });
  // What a link leads to is copied too, or it would be repaired itself; one to nothing is left out.
  const filter = (path: string) => !LEFT_OUT.includes(basename(path)) && existsSync(path);
  await cp(folder, copy, { recursive: true, dereference: true, filter });
  const parts = STORE_PARTS.map((part) => partFolder(copy, part));
  for (const path of isOneDatabase(copy) ? [copy] : parts) {
    // Of a part that is gone nothing can be read; entries would be missed.
    if (!isFolder(path)) {
      await rm(path, { force: true });
      await (await Database.open(path, { create: true })).close();
    }
    await repair(path).catch((cause: unknown) => {
      throw new ChartsealError('STORE_CORRUPT', "the store's files are damaged", { cause });
    });
    // What the repair dropped is looked for among the entries.
    forgetSayings(path);
  }
}

/**
 * Opens the store in `folder`, or else a repaired copy of it. Throws STORE_CORRUPT naming the first
 * entry that is lost; `folder` is as it was then.
 * @param copy path for the copy; what lies there is removed
 * @param committed entries that the ledger holds
 */
export async function openSource(folder: string, copy: string, committed: number): Promise<Source> {
  try {
    return await openWhole(folder, committed, false);
  } catch (error) {
    if (!isDamage(error) || !existsSync(folder)) throw error;
    try {
      await repairedCopy(folder, copy);
      return await openWhole(copy, committed, true);
    } catch (second) {
      await rm(copy, { recursive: true, force: true });
      // What the files said before the repair says more, but for what kept it from being copied.
      const isKept = isSystemError(second, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT');
      throw isDamage(second) || (isSystemError(second) && !isKept) ? error : second;
    }
  }
}
