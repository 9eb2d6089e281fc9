// Makes a batch over entries and index one: what goes into the index lies among the entries too,
// durable with them. The index itself becomes durable now and then; until it is, the newest batches
// stay among the entries, and are written into it again where process or machine ended before.
import { uint64 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Database, RowBatch } from './database.js';
import { REDO_KEYS, REDONE_KEY, redoKey } from './keys.js';
import { type ParsedRedo, parseRedoRows, RedoRows } from './redo-rows.js';
import { parseOrdinal } from './rows.js';

/** Batches that the index may lack. */
const KEPT = REDO_KEYS.length;
const SYNC_AFTER = KEPT / 2;

export class RedoLog {
  readonly #entries: Database;
  readonly #index: Database;
  /** Of the newest batch; 0 while there was none. */
  #number: number;
  /** Up to this batch the index has them whatever happens to the machine. */
  #durable: number;
  #syncing: Promise<void> | undefined;
  /** A batch failed: what came after it might take the place of what the index lacks. */
  #fault: { readonly cause: unknown } | undefined;

  private constructor(entries: Database, index: Database, number: number) {
    this.#entries = entries;
    this.#index = index;
    this.#number = number;
    this.#durable = number;
  }

  /**
   * Brings the index up to the entries. Throws STORE_CORRUPT where they are not of one time.
   * @param salvage whether it is left as it is then: for who only reads
   */
  static async open(entries: Database, index: Database, salvage: boolean): Promise<RedoLog> {
    try {
      return new RedoLog(entries, index, await redo(entries, index));
    } catch (error) {
      const isDamage = error instanceof ChartsealError && error.code === 'STORE_CORRUPT';
      if (salvage && isDamage) return new RedoLog(entries, index, 0);
      throw error;
    }
  }

  /** One at a time; after a failure none: it rejects with the same. */
  async write(entries: RowBatch, index: RowBatch, redo: RedoRows): Promise<void> {
    this.#check();
    const number = this.#number + 1;
    try {
      // The place that it takes holds a batch that the index may not have yet.
      while (number - this.#durable > KEPT) {
        await this.#sync();
        this.#check();
      }
      await entries.put(redoKey(number), redo.format(number)).write();
      await index.put(REDONE_KEY, uint64(number)).write(false);
    } catch (cause) {
      this.#fault ??= { cause };
      throw cause;
    }
    this.#number = number;
    // What fails is told to whoever writes next.
    if (number - this.#durable >= SYNC_AFTER) void this.#sync();
  }

  /** Where all went well, the next start finds nothing to write again. */
  async close(): Promise<void> {
    await this.#syncing;
    if (this.#fault !== undefined || this.#number === this.#durable) return;
    await this.#index.sync();
    await settle(this.#entries, this.#number);
    this.#durable = this.#number;
  }

  #check(): void {
    if (this.#fault !== undefined) throw this.#fault.cause;
  }

  /** Never rejects. */
  #sync(): Promise<void> {
    const number = this.#number;
    this.#syncing ??= this.#index
      .sync()
      .then(
        () => {
          this.#durable = number;
        },
        (cause: unknown) => {
          this.#fault ??= { cause };
        },
      )
      .finally(() => {
        this.#syncing = undefined;
      });
    return this.#syncing;
  }
}

/** Says that the index has everything up to this batch. */
async function settle(entries: Database, number: number): Promise<void> {
  const batch = entries.batch();
  for (const key of REDO_KEYS) batch.del(key);
  await batch.put(redoKey(number), new RedoRows().format(number)).write();
}

/** Batches that lie among the entries, oldest first. Throws STORE_CORRUPT when one lacks. */
function readKept(entries: Database): ParsedRedo[] {
  const kept = REDO_KEYS.map((key) => entries.find(key))
    .filter((row) => row !== undefined)
    .map(parseRedoRows)
    .sort((one, other) => one.number - other.number);
  const first = kept[0]?.number ?? 0;
  if (kept.some(({ number }, at) => number !== first + at)) {
    throw new ChartsealError('STORE_CORRUPT', 'a batch of the index is gone among the entries');
  }
  return kept;
}

/** Number of the newest batch. */
async function redo(entries: Database, index: Database): Promise<number> {
  const kept = readKept(entries);
  const oldest: ParsedRedo = kept[0] ?? { number: 0, rows: [] };
  const newest = kept.at(-1)?.number ?? 0;
  const row = index.find(REDONE_KEY);
  const redone = row === undefined ? 0 : parseOrdinal(row);
  // One without rows says that the index has it.
  const has = oldest.rows.length === 0 ? oldest.number : oldest.number - 1;
  if (redone < has || redone > newest) {
    throw new ChartsealError('STORE_CORRUPT', 'entries and index of the store are not of one time');
  }
  if (newest === has) return newest;
  // All of them: of what was not durable yet, the machine may have kept the newest alone.
  for (const { number, rows } of kept) {
    const batch = index.batch().put(REDONE_KEY, uint64(number));
    for (const [key, value] of rows) batch.put(key, value);
    await batch.write(false);
  }
  await index.sync();
  await settle(entries, newest);
  return newest;
}
