// Trying again what failed: one row, or all that are shown, one after the other.
import { codeOf, postJson } from '../session/api.js';
import type { Failed, RetryAnswer } from './answers.js';
import { isAccepted, keyOf, openRows, type Retried } from './retried.js';

export interface RetryWatch {
  readonly changed: () => void;
  /** After one row, or after all of them; counts of what came of them. */
  readonly done: (accepted: number, refused: number, keys: readonly string[]) => void;
  readonly advanced: (done: number, of: number) => void;
}

export class Retries {
  readonly #watch: RetryWatch;
  #results: ReadonlyMap<string, Retried> = new Map();
  isAll = false;

  constructor(watch: RetryWatch) {
    this.#watch = watch;
  }

  get results(): ReadonlyMap<string, Retried> {
    return this.#results;
  }

  /** Codes of what went wrong with asking. */
  get problems(): readonly string[] {
    return [...this.#results.values()].flatMap((one) =>
      typeof one === 'object' && 'problem' in one ? one.problem : [],
    );
  }

  forget(): void {
    this.#results = new Map();
  }

  async retry(row: Failed): Promise<void> {
    await this.#try(row);
    this.#tell([row]);
  }

  /** Those that were not accepted meanwhile. */
  async retryAll(rows: readonly Failed[]): Promise<void> {
    const waiting = openRows(rows, this.#results);
    this.isAll = true;
    for (const [at, row] of waiting.entries()) {
      this.#watch.advanced(at + 1, waiting.length);
      await this.#try(row);
    }
    this.isAll = false;
    this.#tell(waiting);
  }

  #set(row: Failed, result: Retried): void {
    this.#results = new Map([...this.#results, [keyOf(row), result]]);
    this.#watch.changed();
  }

  async #try(row: Failed): Promise<void> {
    this.#set(row, 'trying');
    const path = `/v1/archive/failed/${encodeURIComponent(keyOf(row))}/retry`;
    try {
      this.#set(row, await postJson<RetryAnswer>(path));
    } catch (error) {
      this.#set(row, { problem: codeOf(error) });
    }
  }

  #tell(rows: readonly Failed[]): void {
    const keys = rows.map(keyOf);
    const accepted = keys.filter((key) => isAccepted(this.#results.get(key))).length;
    this.#watch.done(accepted, keys.length - accepted, keys);
  }
}
