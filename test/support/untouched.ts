// What a data folder holds, told without regard to how LevelDB lays its files out: for tests that a
// refused command wrote nothing.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { levelFolders, withRaw } from './raw-store.js';

const DATABASES = ['store', 'ledger'];
/** What belongs to the process that runs, and the feed, which counts what is refused. */
const NOT_THE_LOG = ['run', 'feed'];

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function* filesBelow(folder: string, prefix = ''): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    yield prefix + name;
    if (lstatSync(path).isDirectory()) yield* filesBelow(path, `${prefix}${name}/`);
  }
}

/** Every row of a database or a store, by digest of its value. */
export async function databaseRows(folder: string): Promise<Record<string, string>> {
  const rows = await withRaw(folder, (raw) => raw.entries());
  return Object.fromEntries(rows.map(([key, value]) => [key, digest(value)]));
}

/** Every row of both databases of the log and every other file of it, by digest. */
export async function dataContents(data: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const name of filesBelow(data)) {
    const [top = ''] = name.split('/');
    const path = join(data, name);
    const isLaidOut = DATABASES.includes(top) && name !== top;
    if (!NOT_THE_LOG.includes(top) && !isLaidOut)
      contents[name] = isFile(path) ? digest(readFileSync(path)) : '';
  }
  for (const database of DATABASES) {
    const folder = join(data, database);
    if (levelFolders(folder).length === 0) continue;
    for (const [key, value] of Object.entries(await databaseRows(folder))) {
      contents[`${database}: ${key}`] = value;
    }
  }
  return contents;
}

const isFile = (path: string) => lstatSync(path).isFile();

/** Names of all that lies below a folder but not in its data folders. */
function namesOutside(folder: string, data: readonly string[]): string[] {
  const isInside = (name: string) => data.some((one) => name.startsWith(`${one}/`));
  return [...filesBelow(folder)].filter((name) => !isInside(name));
}

/** A moment of a folder with data folders in it. */
export class Untouched {
  readonly #folder: string;
  readonly #data: readonly string[];
  readonly #names: readonly string[];
  readonly #contents: readonly Record<string, string>[];

  private constructor(
    folder: string,
    data: readonly string[],
    contents: readonly Record<string, string>[],
  ) {
    this.#folder = folder;
    this.#data = data;
    this.#names = namesOutside(folder, data);
    this.#contents = contents;
  }

  static async remember(folder: string, ...data: string[]): Promise<Untouched> {
    return new Untouched(folder, data, await contentsOf(folder, data));
  }

  /** Fails unless everything is as it was: no row, no file, no byte more or less. */
  async expectSame(): Promise<void> {
    expect(namesOutside(this.#folder, this.#data)).to.deep.equal(this.#names);
    expect(await contentsOf(this.#folder, this.#data)).to.deep.equal(this.#contents);
  }
}

function contentsOf(folder: string, data: readonly string[]) {
  return Promise.all(data.map((name) => dataContents(join(folder, name))));
}
