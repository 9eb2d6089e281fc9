// Rows of a LevelDB folder as they are read, now or as they were at one moment: sealed with a
// checksum over key and value, checked at each read, failures as coded errors.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { Level } from 'level';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import { type LevelFailure, levelFailure, systemWords } from '../level-failure.js';

export type Bytes = Uint8Array;
const KEYS_AT_ONCE = 1000;
export type Db = Level<string, Buffer>;
export type Snapshot = ReturnType<Db['snapshot']>;

interface Range {
  readonly gte: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** Where rows are read from. */
export interface Reader {
  /** The value, undefined when absent; throws STORE_CORRUPT when it is not what was written. */
  find(key: string): Bytes | undefined;
}

/** Rows in the order of their keys. All methods throw STORE_CORRUPT and STORE_FAILED. */
export interface Rows extends Reader {
  /**
   * Reads rows at once and away from this thread: four times cheaper than one by one. Each is
   * checked when it is looked up.
   * @param others where other keys are looked up; these rows when it is left out
   */
  prefetch(keys: readonly string[], others?: Reader): Promise<Reader>;
  /** Rows of one table from `from` (included) on, in key order, unsealed. */
  rows(table: string, from?: string): AsyncGenerator<readonly [string, Bytes]>;
  /** Rows of a table from `from` on as they lie there; undefined for a value that is damaged. */
  rowsAsFound(table: string, from?: string): AsyncGenerator<readonly [string, Bytes | undefined]>;
  /** Number of rows of a table. */
  count(table: string): Promise<number>;
  /** Last row of a table whose key is at most `table + until`. */
  findLast(table: string, until?: string): Promise<readonly [string, Bytes] | undefined>;
  /** Key of the last row of a table at most `table + until`, whatever stands under it. */
  findLastKey(table: string, until?: string): Promise<string | undefined>;
  /** First row of a table whose key is at least `table + from`. */
  findFirst(table: string, from: string): Promise<readonly [string, Bytes] | undefined>;
}

/** The value of a row that must be there; throws STORE_CORRUPT. */
export function readRow(reader: Reader, key: string): Bytes {
  const value = reader.find(key);
  if (value === undefined) throw new ChartsealError('STORE_CORRUPT', `row ${rowKind(key)} is gone`);
  return value;
}

/** First part of a key: names the table and nothing else. */
function rowKind(key: string): string {
  return key.slice(0, key.indexOf('/') + 1) || key;
}

let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** value ‖ CRC-32, in memory that the next call uses again: LevelDB copies what it gets. */
export function seal(key: string, value: Bytes): Buffer {
  const size = value.length + 4;
  if (size > scratch.length) scratch = Buffer.allocUnsafeSlow(size * 2);
  scratch.set(value);
  scratch.writeUInt32BE(crc32(value, crc32(key)), value.length);
  return scratch.subarray(0, size);
}

function isSealed(key: string, row: Buffer): boolean {
  const at = row.length - 4;
  return at >= 0 && row.readUInt32BE(at) === crc32(row.subarray(0, at), crc32(key));
}

function unseal(key: string, row: Buffer): Bytes {
  if (!isSealed(key, row)) {
    throw new ChartsealError('STORE_CORRUPT', `a row of ${rowKind(key)} is damaged`);
  }
  return row.subarray(0, -4);
}

const FAILURES: Readonly<Record<LevelFailure, readonly [ErrorCode, string?]>> = {
  locked: ['STORE_LOCKED', 'the store is in use by another process'],
  damaged: ['STORE_CORRUPT', "the store's files are damaged"],
  other: ['STORE_FAILED'],
};

/**
 * A failure of LevelDB as a coded error; STORE_FAILED with `text`, and why in the system's words,
 * when it says nothing else.
 */
export function storeFailure(cause: unknown, text: string): ChartsealError {
  const words = systemWords(cause);
  const why = words === undefined ? text : `${text}: ${words}`;
  const [code, meaning = why] = FAILURES[levelFailure(cause)];
  return new ChartsealError(code, meaning, { cause });
}

/** What a read gives; throws STORE_CORRUPT or STORE_FAILED. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw storeFailure(cause, 'the store could not be read');
  }
}

/** The reading side; see Database for the other. */
export class LevelRows implements Rows {
  readonly #db: Db;
  /** The moment that is looked at. */
  readonly #at: { readonly snapshot?: Snapshot };

  constructor(db: Db, snapshot?: Snapshot) {
    this.#db = db;
    this.#at = snapshot === undefined ? {} : { snapshot };
  }

  find(key: string): Bytes | undefined {
    const row = reading(() => this.#db.getSync(key, this.#at as object));
    return row === undefined ? undefined : unseal(key, row);
  }

  async prefetch(keys: readonly string[], others: Reader = this): Promise<Reader> {
    const values = await this.#db.getMany([...keys], this.#at).catch((cause: unknown) => {
      throw storeFailure(cause, 'the store could not be read');
    });
    const rows = new Map(keys.map((key, at) => [key, values[at]]));
    return {
      find: (key) => {
        const row = rows.get(key);
        if (row !== undefined) return unseal(key, row);
        return rows.has(key) ? undefined : others.find(key);
      },
    };
  }

  async *rows(table: string, from = ''): AsyncGenerator<readonly [string, Bytes]> {
    yield* this.#range({ gte: table + from, lt: `${table}~` });
  }

  async *rowsAsFound(
    table: string,
    from = '',
  ): AsyncGenerator<readonly [string, Bytes | undefined]> {
    for await (const [key, row] of this.#sealed({ gte: table + from, lt: `${table}~` })) {
      yield [key, isSealed(key, row) ? row.subarray(0, -4) : undefined];
    }
  }

  async count(table: string): Promise<number> {
    const keys = this.#db.keys({ gte: table, lt: `${table}~`, ...this.#at });
    let count = 0;
    try {
      for (;;) {
        const found = await keys.nextv(KEYS_AT_ONCE).catch((cause: unknown) => {
          throw storeFailure(cause, 'the store could not be read');
        });
        if (found.length === 0) return count;
        count += found.length;
      }
    } finally {
      await keys.close();
    }
  }

  async findLast(table: string, until = '~'): Promise<readonly [string, Bytes] | undefined> {
    const range = { gte: table, lte: table + until, reverse: true, limit: 1 };
    for await (const found of this.#range(range)) return found;
    return undefined;
  }

  async findLastKey(table: string, until = '~'): Promise<string | undefined> {
    const range = { gte: table, lte: table + until, reverse: true, limit: 1 };
    for await (const [key] of this.#sealed(range)) return key;
    return undefined;
  }

  async findFirst(table: string, from: string): Promise<readonly [string, Bytes] | undefined> {
    const range = { gte: table + from, lt: `${table}~`, limit: 1 };
    for await (const found of this.#range(range)) return found;
    return undefined;
  }

  async *#range(range: Range): AsyncGenerator<readonly [string, Bytes]> {
    for await (const [key, row] of this.#sealed(range)) yield [key, unseal(key, row)];
  }

  async *#sealed(range: Range): AsyncGenerator<readonly [string, Buffer]> {
    const rows = this.#db.iterator({ ...range, ...this.#at });
    try {
      for (;;) {
        const next = await rows.next().catch((cause: unknown) => {
          throw storeFailure(cause, 'the store could not be read');
        });
        if (next === undefined) return;
        yield next;
      }
    } finally {
      await rows.close();
    }
  }
}
