// Committed state at one moment, each value checked when read.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import {
  blockKey,
  type Db,
  databaseFailure,
  findRow,
  SEAL_TABLE,
  type Snapshot,
  STATE_TABLE,
} from './database.js';
import { parseStateRow, type VersionedValue } from './state-row.js';

export interface StateEntry extends VersionedValue {
  readonly key: string;
}

const bounds = (table: string, start: string, end: string) => ({
  gte: table + start,
  lt: end === '' ? `${table.slice(0, -1)}0` : table + end,
});

export class StateReader {
  readonly #db: Db;
  readonly #snapshot: Snapshot;

  /** Close it after use. */
  constructor(db: Db) {
    this.#db = db;
    this.#snapshot = db.snapshot();
  }

  /** Throws LEDGER_CORRUPT when the value is not what was written last. */
  find(key: string): VersionedValue | undefined {
    const row = findRow(this.#db, STATE_TABLE + key, this.#snapshot);
    return parseStateRow(key, row, findRow(this.#db, SEAL_TABLE + key, this.#snapshot));
  }

  hasBlock(number: number): boolean {
    return findRow(this.#db, blockKey(number), this.#snapshot) !== undefined;
  }

  /** Entries from `start` on and before `end` ('' is no end), in the order of UTF-8 bytes. */
  async *range(start: string, end: string): AsyncGenerator<StateEntry> {
    const snapshot = this.#snapshot;
    const rows = this.#db.iterator({ ...bounds(STATE_TABLE, start, end), snapshot });
    const seals = this.#db.iterator({ ...bounds(SEAL_TABLE, start, end), snapshot });
    try {
      for (;;) {
        const [row, seal] = await Promise.all([rows.next(), seals.next()]);
        if (row === undefined && seal === undefined) return;
        const key = row?.[0].slice(STATE_TABLE.length);
        if (key === undefined || key !== seal?.[0].slice(SEAL_TABLE.length)) {
          throw new ChartsealError('LEDGER_CORRUPT', 'a key of the ledger is missing');
        }
        yield { key, ...(parseStateRow(key, row?.[1], seal[1]) as VersionedValue) };
      }
    } catch (error) {
      throw error instanceof ChartsealError ? error : databaseFailure(error);
    } finally {
      await Promise.all([rows.close(), seals.close()]);
    }
  }

  async close(): Promise<void> {
    await this.#snapshot.close();
  }
}
