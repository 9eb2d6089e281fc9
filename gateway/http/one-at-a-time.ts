// Answers that cost much, one at a time for each caller: whoever asks for many waits for the own
// ones, and takes nothing from others.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { Lanes } from '../services/lanes.js';
import type { ApiRequest } from './route.js';
import { callerOf } from './visibility.js';

export class OneAtATime {
  readonly #most: number;
  readonly #lanes = new Lanes();
  /** Of each caller who has any: waiting, and in work. */
  readonly #asked = new Map<string, number>();

  /** @param most that one caller may have asked for at the same time */
  constructor(most: number) {
    this.#most = most;
  }

  /** Rejects with RATE_LIMITED beyond the bound, and with the signal's reason for who is gone. */
  async take<T>(request: ApiRequest, act: () => Promise<T>): Promise<T> {
    const { organisation, id } = callerOf(request);
    const name = JSON.stringify([organisation, id]);
    const before = this.#asked.get(name) ?? 0;
    if (before >= this.#most) {
      throw new ChartsealError('RATE_LIMITED', 'too many of these were asked for at the same time');
    }
    this.#asked.set(name, before + 1);
    try {
      return await this.#lanes.take(name, async () => {
        request.signal.throwIfAborted();
        return act();
      });
    } finally {
      const left = (this.#asked.get(name) ?? 1) - 1;
      if (left === 0) this.#asked.delete(name);
      else this.#asked.set(name, left);
    }
  }
}
