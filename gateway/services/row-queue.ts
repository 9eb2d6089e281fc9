// What one part of a program tells, taken by another as it can: a bounded number waits between.
import { Signal } from './sequencer/signal.js';

const MAX_WAITING = 1024;
const LONG_MS = 60_000;

export class RowQueue<T> {
  #rows: T[] = [];
  #isOver = false;
  readonly #signal = new Signal();

  /** Resolves when there is room for the next. */
  async put(row: T): Promise<void> {
    this.#rows.push(row);
    this.#signal.notify();
    while (this.#rows.length >= MAX_WAITING && !this.#isOver) await this.#signal.next(LONG_MS);
  }

  /** Nothing more is put, or nobody takes any more. */
  end(): void {
    this.#isOver = true;
    this.#signal.notify();
  }

  /** All that is there, as it comes. */
  async *take(): AsyncGenerator<readonly T[], void> {
    for (;;) {
      const rows = this.#rows;
      this.#rows = [];
      if (rows.length > 0) {
        this.#signal.notify();
        yield rows;
      } else if (this.#isOver) return;
      else await this.#signal.next(LONG_MS);
    }
  }
}
