// LevelDB as it is needed here: text keys, checked values, synced chained batches, coded errors.
// LevelDB does not verify its checksums on read, so every value ends in a CRC-32 over key and
// value: a flipped bit or a value under a wrong key is found when it is read.
import { readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { claimFolder } from '../claimed-folders.js';
import { insteadOf, isThere, readThrough, whyUnread } from '../level-files.js';
import { checkNothingDropped, noteDropped } from './dropped-log.js';
import {
  type Bytes,
  type Db,
  LevelRows,
  type Rows,
  type Snapshot,
  seal,
  storeFailure,
} from './level-rows.js';
import { WriteOrder } from './write-order.js';

export { type Reader, type Rows, readRow } from './level-rows.js';

const MIB = 1024 * 1024;
const WRITE_BUFFER_MIB = 16;

/** Rows that become durable together or not at all. */
export interface Batch {
  /** Rows so far. */
  readonly size: number;
  /** Throws STORE_FAILED when the database is closed. */
  put(key: string, value: Bytes): this;
  /** Writes and fsyncs. Throws STORE_FAILED: then only opening it again tells what it has. */
  write(): Promise<void>;
  discard(): Promise<void>;
}

/** A database in which rows are written too. */
export interface RowStore extends Rows {
  /** Throws STORE_FAILED when it is closed. */
  batch(): Batch;
}

export interface DatabaseOptions {
  readonly create: boolean;
  /**
   * What is held in memory before it becomes a table, and once more while that is written. Where
   * keys are hashes every table is merged with all others: the larger, the seldomer.
   */
  readonly writeBufferMib?: number;
}

export class RowBatch implements Batch {
  readonly #order: WriteOrder;
  #chain: ReturnType<Db['batch']>;

  constructor(db: Db, order: WriteOrder) {
    this.#order = order;
    this.#chain = db.batch();
  }

  get size(): number {
    return this.#chain.length;
  }

  put(key: string, value: Bytes): this {
    try {
      this.#chain.put(key, seal(key, value));
    } catch (cause) {
      throw storeFailure(cause, 'the store could not be written');
    }
    return this;
  }

  del(key: string): this {
    this.#chain.del(key);
    return this;
  }

  /**
   * As {@link Batch.write}.
   * @param sync false where the end of this process must lose nothing, but that of the machine may
   * lose anything that came after {@link Database.sync}
   */
  write(sync = true): Promise<void> {
    return this.#order.run(() => this.#chain.write({ sync }));
  }

  async discard(): Promise<void> {
    await this.#chain.close();
  }
}

/** The rows of a database at one moment. */
export class DatabaseMoment extends LevelRows {
  readonly #snapshot: Snapshot;

  constructor(db: Db) {
    const snapshot = db.snapshot();
    super(db, snapshot);
    this.#snapshot = snapshot;
  }

  close(): Promise<void> {
    return this.#snapshot.close();
  }
}

/** @param folder of a database */
async function syncLogs(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.log')) continue;
    try {
      const log = await open(join(folder, name), 'r+');
      await log.sync().finally(() => log.close());
    } catch (error) {
      // LevelDB removes a log once all of it lies durable in a table.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function unopened(cause: unknown): ChartsealError {
  const why = whyUnread(cause);
  if (why === undefined && cause instanceof ChartsealError) return cause;
  const text = 'the store could not be opened';
  return storeFailure(cause, why === undefined ? text : `${text}: ${why}`);
}

function checkBefore(folder: string, { create }: DatabaseOptions): void {
  try {
    if (!create && !isThere(join(folder, 'CURRENT'))) {
      throw new ChartsealError('STORE_BEHIND', `the store is gone: ${insteadOf(folder)}`);
    }
    checkNothingDropped(folder);
  } catch (error) {
    throw unopened(error);
  }
}

export class Database extends LevelRows implements RowStore {
  readonly #folder: string;
  readonly #db: Db;
  readonly #release: () => void;
  readonly #order = new WriteOrder();

  private constructor(folder: string, db: Db, release: () => void) {
    super(db);
    this.#folder = folder;
    this.#db = db;
    this.#release = release;
  }

  /** Opens one folder for this process alone; throws STORE_LOCKED, STORE_CORRUPT, STORE_FAILED. */
  static async open(folder: string, options: DatabaseOptions): Promise<Database> {
    checkBefore(folder, options);
    const release = claimFolder(folder);
    if (release === undefined) {
      throw new ChartsealError('STORE_LOCKED', 'the store is open in this process already');
    }
    let db: Db;
    try {
      noteDropped(folder);
      readThrough(folder);
      // It begins to open itself.
      db = new Level(folder, {
        keyEncoding: 'utf8',
        valueEncoding: 'buffer',
        createIfMissing: options.create,
        errorIfExists: options.create,
        writeBufferSize: (options.writeBufferMib ?? WRITE_BUFFER_MIB) * MIB,
      });
      await db.open();
    } catch (cause) {
      release();
      throw unopened(cause);
    }
    const database = new Database(folder, db, release);
    try {
      noteDropped(folder);
      return database;
    } catch (error) {
      await database.close();
      throw unopened(error);
    }
  }

  /** Why nothing is written any more. */
  get fault(): ChartsealError | undefined {
    return this.#order.fault;
  }

  batch(): RowBatch {
    try {
      return new RowBatch(this.#db, this.#order);
    } catch (cause) {
      throw storeFailure(cause, 'the store could not be written');
    }
  }

  /**
   * Makes durable what was written by now. All logs, not as LevelDB does it the newest alone: of
   * one whose rows are still being made a table, the end need not be on disk. Throws STORE_FAILED.
   */
  sync(): Promise<void> {
    return this.#order.beside(() => syncLogs(this.#folder));
  }

  /** The rows as they are now, whatever is written later; close it soon: it keeps them on disk. */
  moment(): DatabaseMoment {
    try {
      return new DatabaseMoment(this.#db);
    } catch (cause) {
      throw storeFailure(cause, 'the store could not be read');
    }
  }

  async close(): Promise<void> {
    await this.#db.close();
    this.#release();
  }
}
