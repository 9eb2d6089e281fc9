// How long entries gather for an append: as long as the one before took, since large appends cost
// less per leaf and accepting needs its share of the time. At rest an append takes less than the
// interval, and then the interval counts.

const INTERVAL_MS = 20;
const MAX_GATHER_MS = 500;

export class Pace {
  readonly #intervalMs: number;
  #gatherMs: number;

  constructor(intervalMs = INTERVAL_MS) {
    this.#intervalMs = intervalMs;
    this.#gatherMs = intervalMs;
  }

  get gatherMs(): number {
    return this.#gatherMs;
  }

  /** @param ms that an append took */
  took(ms: number): void {
    this.#gatherMs = Math.max(this.#intervalMs, Math.min(ms, MAX_GATHER_MS));
  }
}
