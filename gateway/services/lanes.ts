// Lanes by name: whatever goes in one waits for what went in before, and for nothing in another.

export class Lanes {
  /** The newest of each name, while it runs. */
  readonly #busy = new Map<string, Promise<unknown>>();

  /** Runs `act` when all that came before under this name has ended, however it ended. */
  async take<T>(name: string, act: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(name);
    const turn = before === undefined ? act() : after(before, act);
    this.#busy.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#busy.get(name) === turn) this.#busy.delete(name);
    }
  }
}

async function after<T>(before: Promise<unknown>, act: () => Promise<T>): Promise<T> {
  await Promise.allSettled([before]);
  return act();
}
