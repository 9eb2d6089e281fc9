// Those who wait until so many entries are proven. They are looked at only when more became
// proven, however much else happens meanwhile.

interface Waiter {
  readonly entries: number;
  settle(outcome: boolean | Error): void;
}

export class ProvenWaiters {
  readonly #waiters = new Set<Waiter>();
  readonly #covers: (entries: number) => boolean;
  #ended: false | Error | undefined;

  /** @param covers whether this many accepted entries are proven */
  constructor(covers: (entries: number) => boolean) {
    this.#covers = covers;
  }

  get count(): number {
    return this.#waiters.size;
  }

  /** False when `waitMs` or the signal ends it first. Rejects with what {@link end} is given. */
  wait(entries: number, waitMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#covers(entries)) return Promise.resolve(true);
    if (this.#ended instanceof Error) return Promise.reject(this.#ended);
    if (this.#ended === false || waitMs <= 0 || signal?.aborted === true) {
      return Promise.resolve(false);
    }
    return new Promise((resolve, reject) => {
      const giveUp = () => waiter.settle(false);
      const timer = setTimeout(giveUp, waitMs);
      const waiter: Waiter = {
        entries,
        settle: (outcome) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          this.#waiters.delete(waiter);
          if (typeof outcome === 'boolean') resolve(outcome);
          else reject(outcome);
        },
      };
      signal?.addEventListener('abort', giveUp);
      this.#waiters.add(waiter);
    });
  }

  /** More is proven. */
  advance(): void {
    for (const waiter of this.#waiters) if (this.#covers(waiter.entries)) waiter.settle(true);
  }

  /** Nothing more is going to be proven: false for all, or the fault that stopped it. */
  end(outcome: false | Error): void {
    this.#ended ??= outcome;
    for (const waiter of this.#waiters) waiter.settle(outcome);
  }
}
