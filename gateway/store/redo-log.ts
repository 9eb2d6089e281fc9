// Makes a batch over entries and index one: what goes into the index lies among the entries too,
// durable with them, until the index has it on disk. Where process or machine ended in between, it
// is written into the index again.
import { uint64 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Database, RowBatch } from './database.js';
import { parseKeyNumber, REDONE_KEY, redoKey, TABLES } from './keys.js';
import type { Bytes } from './level-rows.js';
import { parseRedoRows, type RedoRows } from './redo-rows.js';
import { parseOrdinal } from './rows.js';

/** So much is written again after a power failure at most, and somewhat more. */
const MAX_UNSYNCED_BYTES = 4 * 1024 * 1024;

interface Place {
  /** Number of the oldest rows that lie among the entries. */
  readonly oldest: number;
  /** Of the newest; 0 while there was none. */
  readonly newest: number;
}

const otherTime = () =>
  new ChartsealError('STORE_CORRUPT', 'entries and index of the store are not of one time');

export class RedoLog {
  readonly #entries: Database;
  readonly #index: Database;
  #oldest: number;
  #newest: number;
  /** Up to here the index has everything on disk. */
  #synced: number;
  #unsyncedBytes = 0;

  private constructor(entries: Database, index: Database, { oldest, newest }: Place) {
    this.#entries = entries;
    this.#index = index;
    this.#oldest = oldest;
    this.#newest = newest;
    this.#synced = newest;
  }

  /**
   * Brings the index up to the entries. Throws STORE_CORRUPT, also when they are not of one time.
   * @param salvage whether rows that are damaged or do not fit are passed over
   */
  static async open(entries: Database, index: Database, salvage: boolean): Promise<RedoLog> {
    const redone = findRedone(index, salvage);
    let place: Place = { oldest: redone + 1, newest: redone };
    let isFirst = true;
    for await (const [key, row] of entries.rowsAsFound(TABLES.redo)) {
      const number = parseKeyNumber(key);
      if (number > place.newest + 1 && !salvage) throw otherTime();
      place = { oldest: isFirst ? number : place.oldest, newest: number };
      isFirst = false;
      if (number > redone) await redo(index, number, row, salvage);
    }
    if (place.newest < redone && !salvage) throw otherTime();
    if (isFirst && redone > 0 && !salvage) throw otherTime();
    // What LevelDB found in its log when it was opened is on disk; what was added now may not be.
    if (place.newest > redone) await index.batch().put(REDONE_KEY, uint64(place.newest)).write();
    return new RedoLog(entries, index, place);
  }

  /** Durable in both when it resolves, with `sync` against the end of the machine too. */
  async write(
    entries: RowBatch,
    index: RowBatch,
    { bytes }: RedoRows,
    sync: boolean,
  ): Promise<void> {
    const number = this.#newest + 1;
    for (; this.#oldest <= this.#synced; this.#oldest++) entries.del(redoKey(this.#oldest));
    entries.put(redoKey(number), bytes);
    index.put(REDONE_KEY, uint64(number));
    this.#newest = number;
    await entries.write(sync);
    this.#unsyncedBytes += bytes.length;
    const isDue = this.#unsyncedBytes >= MAX_UNSYNCED_BYTES;
    await index.write(isDue);
    if (isDue) this.#noteSynced();
  }

  /** Leaves nothing to be written again. */
  async settle(): Promise<void> {
    if (this.#synced < this.#newest) {
      await this.#index.batch().put(REDONE_KEY, uint64(this.#newest)).write();
      this.#noteSynced();
    }
    if (this.#oldest >= this.#newest) return;
    const batch = this.#entries.batch();
    for (; this.#oldest < this.#newest; this.#oldest++) batch.del(redoKey(this.#oldest));
    await batch.write();
  }

  #noteSynced(): void {
    this.#synced = this.#newest;
    this.#unsyncedBytes = 0;
  }
}

function findRedone(index: Database, salvage: boolean): number {
  try {
    const row = index.find(REDONE_KEY);
    return row === undefined ? 0 : parseOrdinal(row);
  } catch (error) {
    if (salvage && error instanceof ChartsealError && error.code === 'STORE_CORRUPT') return 0;
    throw error;
  }
}

async function redo(
  index: Database,
  number: number,
  row: Bytes | undefined,
  salvage: boolean,
): Promise<void> {
  const batch = index.batch();
  try {
    if (row === undefined) {
      throw new ChartsealError('STORE_CORRUPT', `a row of ${TABLES.redo} is damaged`);
    }
    for (const [key, value] of parseRedoRows(row)) batch.put(key, value);
  } catch (error) {
    if (!salvage || !(error instanceof ChartsealError)) throw error;
  }
  await batch.put(REDONE_KEY, uint64(number)).write(false);
}
