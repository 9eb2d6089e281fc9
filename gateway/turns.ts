// Long work on a thread that others need too: it gives the thread away now and then.
import { setImmediate } from 'node:timers/promises';

const MAX_TURN_MS = 8;

export class Turns {
  #since = performance.now();

  /** Resolves at once, or when everybody who waited has had the thread. */
  async next(): Promise<void> {
    if (performance.now() - this.#since < MAX_TURN_MS) return;
    await setImmediate();
    this.#since = performance.now();
  }
}
