// A value that costs something to find out: asked once for all who want it, and kept for a while.

export class Kept<T> {
  readonly #forMs: number;
  readonly #find: () => Promise<T>;
  #value: Promise<T> | undefined;
  #foundAt = 0;

  constructor(forMs: number, find: () => Promise<T>) {
    this.#forMs = forMs;
    this.#find = find;
  }

  /** Rejects as finding it out does; then the next one asks anew. */
  value(): Promise<T> {
    const isOld = performance.now() - this.#foundAt > this.#forMs;
    if (this.#value !== undefined && !isOld) return this.#value;
    const asked = this.#find();
    this.#value = asked;
    this.#foundAt = performance.now();
    asked.catch(() => {
      if (this.#value === asked) this.#value = undefined;
    });
    return asked;
  }
}
