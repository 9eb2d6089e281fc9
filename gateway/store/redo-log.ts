// Makes a batch over entries and index one: what goes into the index lies among the entries too,
// durable with them. Where process or machine ended before the index had it, it is written there
// when the store is opened.
import { uint64 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Database, RowBatch } from './database.js';
import { REDO_KEY, REDONE_KEY } from './keys.js';
import { type ParsedRedo, parseRedoRows, type RedoRows } from './redo-rows.js';
import { parseOrdinal } from './rows.js';

export class RedoLog {
  /** Of the newest batch; 0 while there was none. */
  #number: number;
  /** A batch failed: the next one would take the place of what the index may lack. */
  #fault: unknown;

  private constructor(number: number) {
    this.#number = number;
  }

  /**
   * Brings the index up to the entries. Throws STORE_CORRUPT where they are not of one time.
   * @param salvage whether it is left as it is then: for who only reads
   */
  static async open(entries: Database, index: Database, salvage: boolean): Promise<RedoLog> {
    try {
      return new RedoLog(await redo(entries, index));
    } catch (error) {
      const isDamage = error instanceof ChartsealError && error.code === 'STORE_CORRUPT';
      if (salvage && isDamage) return new RedoLog(0);
      throw error;
    }
  }

  /** One at a time; after a failure none: it rejects with the same. */
  async write(entries: RowBatch, index: RowBatch, redo: RedoRows): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    const number = ++this.#number;
    try {
      await entries.put(REDO_KEY, redo.format(number)).write();
      await index.put(REDONE_KEY, uint64(number)).write();
    } catch (error) {
      this.#fault = error;
      throw error;
    }
  }
}

/** Number of the newest batch. */
async function redo(entries: Database, index: Database): Promise<number> {
  const row = entries.find(REDO_KEY);
  const newest: ParsedRedo = row === undefined ? { number: 0, rows: [] } : parseRedoRows(row);
  const redone = index.find(REDONE_KEY);
  const missed = newest.number - (redone === undefined ? 0 : parseOrdinal(redone));
  if (missed < 0 || missed > 1) {
    throw new ChartsealError('STORE_CORRUPT', 'entries and index of the store are not of one time');
  }
  if (missed === 0) return newest.number;
  const batch = index.batch().put(REDONE_KEY, uint64(newest.number));
  for (const [key, value] of newest.rows) batch.put(key, value);
  await batch.write();
  return newest.number;
}
