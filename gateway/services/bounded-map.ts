// A map that forgets: what is in use stays, memory has a bound. Two generations: when the younger
// is full it becomes the older, and the older is dropped.
export class BoundedMap<K, V> {
  readonly #bound: number;
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** @param bound entries of one generation; twice as many may be held */
  constructor(bound: number) {
    this.#bound = bound;
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#bound) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
