// Rows of several databases as if they were of one: each table lies in one of them.
import type { Reader, Rows } from './database.js';
import { type Part, partOf } from './keys.js';
import type { Bytes } from './level-rows.js';

export type Parts<T> = Readonly<Record<Part, T>>;

/** The first says whether a store is there at all, and who has it. */
export const STORE_PARTS = ['entries', 'index', 'map'] as const satisfies readonly Part[];

export class PartedRows<T extends Rows> implements Rows {
  protected readonly parts: Parts<T>;

  constructor(parts: Parts<T>) {
    this.parts = parts;
  }

  find(key: string): Bytes | undefined {
    return this.#of(key).find(key);
  }

  async prefetch(keys: readonly string[], others: Reader = this): Promise<Reader> {
    let reader = others;
    for (const part of STORE_PARTS) {
      const here = keys.filter((key) => partOf(key) === part);
      if (here.length > 0) reader = await this.parts[part].prefetch(here, reader);
    }
    return reader;
  }

  rows(table: string, from?: string) {
    return this.#of(table).rows(table, from);
  }

  rowsAsFound(table: string, from?: string) {
    return this.#of(table).rowsAsFound(table, from);
  }

  count(table: string) {
    return this.#of(table).count(table);
  }

  findLast(table: string, until?: string) {
    return this.#of(table).findLast(table, until);
  }

  findLastKey(table: string, until?: string) {
    return this.#of(table).findLastKey(table, until);
  }

  findFirst(table: string, from: string) {
    return this.#of(table).findFirst(table, from);
  }

  #of(key: string): T {
    return this.parts[partOf(key)];
  }
}
