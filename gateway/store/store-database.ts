// The databases of a store as one.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import {
  type Batch,
  Database,
  type DatabaseMoment,
  type RowBatch,
  type RowStore,
} from './database.js';
import { type Part, partOf } from './keys.js';
import { type Bytes, storeFailure } from './level-rows.js';
import { PartedRows, type Parts, STORE_PARTS } from './parted-rows.js';
import { RedoLog } from './redo-log.js';
import { RedoRows } from './redo-rows.js';

/** One batch is written while the next is filled. */
const MAX_SPARE = 2;

/** Entries come in their order; see DatabaseOptions for the others. */
const WRITE_BUFFERS_MIB: Parts<number> = { entries: 16, index: 64, map: 16 };
export const partFolder = (store: string, part: Part) => join(store, part);

export const isStoreThere = (store: string) =>
  [store, partFolder(store, 'entries')].some((path) => existsSync(join(path, 'CURRENT')));

/** Whether the folder holds a store of the formats before, in which all tables lay together. */
export const isOneDatabase = (store: string) =>
  existsSync(join(store, 'CURRENT')) && !existsSync(partFolder(store, 'entries'));

class PartedBatch implements Batch {
  readonly parts: Partial<Record<Part, RowBatch>> = {};
  /** What goes into the index. */
  readonly redo: RedoRows;
  readonly #newBatch: (part: Part) => RowBatch;
  readonly #write: (batch: PartedBatch) => Promise<void>;

  constructor(
    redo: RedoRows,
    newBatch: (part: Part) => RowBatch,
    write: (batch: PartedBatch) => Promise<void>,
  ) {
    this.redo = redo;
    this.#newBatch = newBatch;
    this.#write = write;
  }

  get size(): number {
    return STORE_PARTS.reduce((sum, part) => sum + (this.parts[part]?.size ?? 0), 0);
  }

  put(key: string, value: Bytes): this {
    const part = partOf(key);
    const batch = this.parts[part] ?? this.#newBatch(part);
    this.parts[part] = batch;
    batch.put(key, value);
    if (part === 'index') this.redo.put(key, value);
    return this;
  }

  write(): Promise<void> {
    return this.#write(this);
  }

  async discard(): Promise<void> {
    for (const batch of Object.values(this.parts)) await batch.discard();
  }
}

/** The rows of a store at one moment. */
export class StoreMomentRows extends PartedRows<DatabaseMoment> {
  async close(): Promise<void> {
    for (const part of STORE_PARTS) await this.parts[part].close();
  }
}

/** Whoever has the entries has the store. */
const IN_TURN: readonly (readonly Part[])[] = [['entries'], ['index', 'map']];

/** Files by which LevelDB's rows are still there, whatever says which of them count. */
const ROWS = /^(?:[0-9]+\.(?:ldb|log)|MANIFEST-[0-9]+)$/;

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR'].includes(code)) return [];
    throw storeFailure(cause, 'a part of the store could not be read');
  }
}

/**
 * Without its entries the store is gone. Throws STORE_CORRUPT where they are there and something
 * else is gone: it can be built anew. STORE_FAILED where nobody can look.
 */
function checkPart(path: string, part: Part): void {
  const names = namesIn(path);
  if (names.includes('CURRENT')) return;
  if (part !== 'entries') {
    throw new ChartsealError('STORE_CORRUPT', `the part "${part}" of the store is gone`);
  }
  if (names.some((name) => ROWS.test(name))) {
    throw new ChartsealError('STORE_CORRUPT', 'the part "entries" of the store lacks its CURRENT');
  }
}

async function openPart(folder: string, part: Part, create: boolean): Promise<Database> {
  const path = partFolder(folder, part);
  if (!create) checkPart(path, part);
  return Database.open(path, { create, writeBufferMib: WRITE_BUFFERS_MIB[part] });
}

async function closeAll(opened: Partial<Parts<Database>>): Promise<void> {
  for (const parts of IN_TURN.toReversed()) {
    await Promise.all(parts.map((part) => opened[part]?.close()));
  }
}

export class StoreDatabase extends PartedRows<Database> implements RowStore {
  readonly #redo: RedoLog;
  /** Of moments, and of batches over two parts: no moment sees half of one. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Memory of batches that are written. */
  readonly #spare: RedoRows[] = [];

  private constructor(parts: Parts<Database>, redo: RedoLog) {
    super(parts);
    this.#redo = redo;
  }

  /**
   * Throws the codes of Database.open, and STORE_CORRUPT where its parts are not of one time.
   * @param salvage whether that is borne with
   */
  static async open(
    folder: string,
    { create, salvage = false }: { readonly create: boolean; readonly salvage?: boolean },
  ): Promise<StoreDatabase> {
    const opened: Partial<Record<Part, Database>> = {};
    try {
      for (const parts of IN_TURN) {
        const opening = parts.map(async (part) => {
          opened[part] = await openPart(folder, part, create);
        });
        for (const one of await Promise.allSettled(opening)) {
          if (one.status === 'rejected') throw one.reason;
        }
      }
      const parts = opened as Parts<Database>;
      return new StoreDatabase(parts, await RedoLog.open(parts.entries, parts.index, salvage));
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
  }

  /** Why one of its databases, and so the store, takes nothing more until it is opened again. */
  get fault(): ChartsealError | undefined {
    return STORE_PARTS.map((part) => this.parts[part].fault).find((fault) => fault !== undefined);
  }

  /** Pages of the map are written last: where they are lost, they follow from the entries. */
  batch(): Batch {
    return new PartedBatch(
      this.#spare.pop()?.clear() ?? new RedoRows(),
      (part) => this.parts[part].batch(),
      (batch) => this.#write(batch),
    );
  }

  /** Holds rows on disk until it is closed: soon. */
  moment(): Promise<StoreMomentRows> {
    return this.#inTurn(() => {
      const { entries, index, map } = this.parts;
      return new StoreMomentRows({
        entries: entries.moment(),
        index: index.moment(),
        map: map.moment(),
      });
    });
  }

  async close(): Promise<void> {
    // In turn with writes: what comes after it finds the databases closed.
    await this.#inTurn(async () => {
      try {
        await this.#redo.close();
      } finally {
        await closeAll(this.parts);
      }
    });
  }

  async #write({ parts: { entries, index, map }, redo }: PartedBatch): Promise<void> {
    if (index === undefined) await entries?.write();
    else {
      const beside = entries ?? this.parts.entries.batch();
      await this.#inTurn(() => this.#redo.write(beside, index, redo));
    }
    if (this.#spare.length < MAX_SPARE) this.#spare.push(redo);
    await map?.write();
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }
}
