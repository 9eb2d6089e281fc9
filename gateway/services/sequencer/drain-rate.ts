// How fast the ledger takes entries, measured over the newest appends: tells a caller who finds the
// outbox full when to come back.

const SAMPLES = 16;
const MIN_MS = 1_000;
const MAX_MS = 60_000;

export class DrainRate {
  readonly #now: () => number;
  readonly #samples: { readonly atMs: number; readonly entries: number }[] = [];

  /** @param now a clock that never goes back, in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  took(entries: number): void {
    this.#samples.push({ atMs: this.#now(), entries });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** Entries per second; 0 while too little is known. The longer nothing goes, the less it is. */
  get perSecond(): number {
    const [first, ...later] = this.#samples;
    if (first === undefined || later.length === 0) return 0;
    const entries = later.reduce((sum, sample) => sum + sample.entries, 0);
    return (entries * 1000) / Math.max(1, this.#now() - first.atMs);
  }

  /** Until so many entries are gone, at least a second and at most a minute. */
  msFor(entries: number): number {
    const rate = this.perSecond;
    const ms = rate === 0 ? MAX_MS : (entries * 1000) / rate;
    return Math.max(MIN_MS, Math.min(ms, MAX_MS));
  }
}
