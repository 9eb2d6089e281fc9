// How long things took, counted in buckets whose bounds are fixed: small, exact to a quarter, and
// the same however many are counted.

/** The longest time between two years of formats, 1900 and 9999, lies below the last bound. */
const OCTAVES = 47;

/**
 * Upper bounds of all buckets in ms, each included: 1, 2, 3, and m · 2^e for m = 4, 5, 6, 7 and
 * e = 0, 1, 2 … (4, 5, 6, 7, 8, 10, 12, 14, 16, 20 …).
 */
export const BUCKET_BOUNDS_MS: readonly number[] = [
  1,
  2,
  3,
  ...Array.from({ length: OCTAVES }, (_none, e) => [4, 5, 6, 7].map((m) => m * 2 ** e)).flat(),
];

export interface Bucket {
  /** Included; the bound of the bucket before is not. */
  readonly upToMs: number;
  readonly count: number;
}

/** Place of the first bound that is not below. */
function bucketOf(ms: number): number {
  let [low, high] = [0, BUCKET_BOUNDS_MS.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((BUCKET_BOUNDS_MS[middle] as number) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class Histogram {
  readonly #counts = new Float64Array(BUCKET_BOUNDS_MS.length);
  #count = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  /** Exact. */
  get maxMs(): number {
    return this.#maxMs;
  }

  add(ms: number): void {
    const at = bucketOf(ms);
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#count++;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  /** Not below the true value, and at most a quarter above it. @param share above 0, at most 1 */
  percentile(share: number): number {
    const rank = Math.ceil(share * this.#count);
    let seen = 0;
    for (const { upToMs, count } of this.buckets()) {
      seen += count;
      if (seen >= rank) return Math.min(upToMs, this.#maxMs);
    }
    return this.#maxMs;
  }

  /** Those that hold something, in their order. */
  buckets(): readonly Bucket[] {
    const all = BUCKET_BOUNDS_MS.map((upToMs, at) => ({
      upToMs,
      count: this.#counts[at] as number,
    }));
    return all.filter(({ count }) => count > 0);
  }
}
