// Items of several sources for one loop: each is read ahead a little, and the loop sleeps until one
// of them has something.
import { setTimeout as sleep } from 'node:timers/promises';

export class Bell {
  #ring: (() => void) | undefined;
  #isRung = false;

  ring(): void {
    this.#isRung = true;
    this.#ring?.();
  }

  /** Until it rings or this time is over; at once when it rang since the last wait. */
  async wait(ms: number): Promise<void> {
    if (!this.#isRung) {
      const timer = new AbortController();
      const rung = new Promise<void>((resolve) => {
        this.#ring = resolve;
      });
      const late = sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([rung, late]);
      timer.abort();
    }
    this.#isRung = false;
    this.#ring = undefined;
  }
}

/** Items of one source, of which some are read before they are asked for. */
export class ReadAhead<T> {
  readonly #bell: Bell;
  readonly #most: number;
  readonly #items: T[] = [];
  #resume: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isRead = false;
  #isClosed = false;

  /** @param most so many items are read ahead */
  constructor(items: AsyncIterable<T>, bell: Bell, most: number) {
    this.#bell = bell;
    this.#most = most;
    void this.#read(items);
  }

  /** Whether there will be nothing more. */
  get isOver(): boolean {
    return this.#isRead && this.#items.length === 0;
  }

  /** The next item, left where it is; undefined when none is there now. Throws what ended it. */
  peek(): T | undefined {
    const [next] = this.#items;
    if (next === undefined && this.#failure !== undefined) throw this.#failure.error;
    return next;
  }

  /** Drops the next item. */
  drop(): void {
    this.#items.shift();
    this.#resume?.();
  }

  /** Ends the source as soon as it gives something or ends. */
  close(): void {
    this.#isClosed = true;
    this.#resume?.();
  }

  async #read(items: AsyncIterable<T>): Promise<void> {
    try {
      for await (const item of items) {
        this.#items.push(item);
        this.#bell.ring();
        if (this.#items.length >= this.#most && !this.#isClosed) {
          await new Promise<void>((resolve) => {
            this.#resume = resolve;
          });
        }
        if (this.#isClosed) break;
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#isRead = true;
    this.#bell.ring();
  }
}
