// The unprotected window: how long a version of a record could be changed unnoticed, from when it
// was made to when the append that holds it was endorsed. Overall, and by day of that endorsement.
import { formatTime } from '../../../chaincode/core/time.js';
import { type Bucket, Histogram } from './histogram.js';

const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;
/** Days that are told apart, in UTC, today among them. */
export const WINDOW_DAYS = 30;

export interface WindowDay {
  /** In UTC: 2026-11-01. */
  readonly date: string;
  readonly versions: number;
  readonly p50ms: number;
  readonly p95ms: number;
  readonly maxMs: number;
  readonly unprotectedOver1h: number;
}

export interface WindowFigures {
  /** The last 30 days on which something was endorsed, the oldest first. */
  readonly days: readonly WindowDay[];
  readonly buckets: readonly Bucket[];
  /** They are measured from when they were accepted. */
  readonly withoutCreatedAt: number;
}

interface Day {
  readonly histogram: Histogram;
  over1h: number;
}

export class UnprotectedWindow {
  readonly #all = new Histogram();
  /** By number of the day since 1970; bounded. */
  readonly #days = new Map<number, Day>();
  #withoutCreatedAt = 0;

  /** @param fromMs when it was made, or accepted when nothing says when it was made */
  add(fromMs: number, endorsedAtMs: number, hasCreatedAt: boolean): void {
    // A document that is dated ahead of its endorsement was never unprotected.
    const ms = Math.max(0, endorsedAtMs - fromMs);
    this.#all.add(ms);
    if (!hasCreatedAt) this.#withoutCreatedAt++;
    const day = this.#dayOf(Math.floor(endorsedAtMs / DAY_MS));
    day.histogram.add(ms);
    if (ms > HOUR_MS) day.over1h++;
  }

  figures(now: number): WindowFigures {
    const last = Math.floor(now / DAY_MS);
    const days = [...this.#days]
      .filter(([day]) => day > last - WINDOW_DAYS)
      .sort(([a], [b]) => a - b)
      .map(([day, { histogram, over1h }]) => ({
        date: formatTime(day * DAY_MS).slice(0, 10),
        versions: histogram.count,
        p50ms: histogram.percentile(0.5),
        p95ms: histogram.percentile(0.95),
        maxMs: histogram.maxMs,
        unprotectedOver1h: over1h,
      }));
    return { days, buckets: this.#all.buckets(), withoutCreatedAt: this.#withoutCreatedAt };
  }

  /** Endorsements never go back in time: only the newest days are kept. */
  #dayOf(number: number): Day {
    const known = this.#days.get(number);
    if (known !== undefined) return known;
    const [oldest] = this.#days.keys();
    if (this.#days.size === WINDOW_DAYS && oldest !== undefined) this.#days.delete(oldest);
    const day = { histogram: new Histogram(), over1h: 0 };
    this.#days.set(number, day);
    return day;
  }
}
