// The rows of a store as they lie in its databases, or those of any one LevelDB folder: what a
// damaged disk does, it does behind the store's back.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { partOf, REDO_KEYS, REDONE_KEY } from '../../gateway/store/keys.js';
import { STORE_PARTS } from '../../gateway/store/parted-rows.js';
import { partFolder } from '../../gateway/store/store-database.js';

export interface RawRange {
  readonly gte: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

export interface RawStore {
  get(key: string): Promise<Buffer | undefined>;
  put(key: string, value: Uint8Array): Promise<void>;
  del(key: string): Promise<void>;
  keys(range: RawRange): Promise<string[]>;
  entries(range?: RawRange): Promise<[string, Buffer][]>;
}

/** The LevelDB folders of a database or a store, those that are there. */
export function levelFolders(folder: string): string[] {
  const parts = STORE_PARTS.map((part) => partFolder(folder, part));
  return [folder, ...parts].filter((path) => existsSync(join(path, 'CURRENT')));
}

type Raw = Level<string, Buffer>;

/** @param databases by folder */
export function rawStore(folder: string, databases: ReadonlyMap<string, Raw>): RawStore {
  const of = (key: string) => {
    const db = databases.get(folder) ?? databases.get(partFolder(folder, partOf(key)));
    if (db === undefined) throw new Error(`no database of ${folder} is open`);
    return db;
  };
  return {
    get: (key) => of(key).get(key),
    put: (key, value) => of(key).put(key, Buffer.from(value)),
    del: (key) => of(key).del(key),
    keys: (range) => of(range.gte).keys(range).all(),
    entries: async (range) => {
      if (range !== undefined) return of(range.gte).iterator(range).all();
      return (await Promise.all([...databases.values()].map((db) => db.iterator().all()))).flat();
    },
  };
}

/** Rows that say something of the log: not how far the index follows the entries. */
export async function logRows(raw: RawStore): Promise<[string, Buffer][]> {
  const rows = await raw.entries();
  return rows.filter(([key]) => !REDO_KEYS.includes(key) && key !== REDONE_KEY);
}

/** @param folder of a store, or of one database; throws where none lies there */
export async function withRaw<T>(folder: string, use: (raw: RawStore) => Promise<T>): Promise<T> {
  const options = { createIfMissing: false, keyEncoding: 'utf8', valueEncoding: 'buffer' } as const;
  const all = new Map(levelFolders(folder).map((path) => [path, new Level(path, options) as Raw]));
  try {
    for (const db of all.values()) await db.open();
    return await use(rawStore(folder, all));
  } finally {
    for (const db of all.values()) await db.close();
  }
}
