// Writes to one database, one after the other, and none after one that failed. LevelDB itself goes
// on behind the hole that a failed write leaves in its log, calls what follows written, and drops
// it at the next opening.
import type { ChartsealError } from '../../chaincode/core/errors.js';
import { storeFailure } from './level-rows.js';

export class WriteOrder {
  #last: Promise<void> = Promise.resolve();
  #fault: ChartsealError | undefined;

  /** Why nothing is written any more, until the database is opened again. */
  get fault(): ChartsealError | undefined {
    return this.#fault;
  }

  /** @param write rejects when it is not known what of it is on disk. Throws STORE_FAILED. */
  run(write: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(() => this.#try(write));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Beside writes. As {@link WriteOrder.run}. */
  async beside(sync: () => Promise<void>): Promise<void> {
    try {
      await sync();
    } catch (cause) {
      throw this.#fail(cause);
    }
  }

  async #try(write: () => Promise<void>): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    try {
      await write();
    } catch (cause) {
      throw this.#fail(cause);
    }
  }

  #fail(cause: unknown): ChartsealError {
    this.#fault ??= storeFailure(cause, 'the store could not be written');
    return this.#fault;
  }
}
