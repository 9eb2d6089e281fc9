// Whether this machine's clock can be believed when it is ahead. Nothing can be accepted or
// appended before the time of what came last, so one entry of a clock that is years ahead would
// hold the log up for years, and none can be taken back.
import { uptime } from 'node:os';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { formatTime } from '../../../chaincode/core/time.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So long may nothing be accepted before somebody has to confirm the clock. */
const MAX_QUIET_MS = 31 * DAY_MS;
/** So far may a clock be set forward while a process runs. */
const MAX_JUMP_MS = HOUR_MS;
/** Clocks are compared that often. */
const LOOK_EVERY_MS = 60_000;

/** What a clock is compared with. */
export interface ClockWitnesses {
  /** Time since this machine was started, in ms, what it slept included; the system's own. */
  readonly uptime?: () => number;
  /** When somebody last said that this clock is right, by this clock; 0 for never. */
  readonly confirmedAt?: () => number;
}

const systemUptime = () => uptime() * 1000;

function aheadBy(ms: number, what: string): ChartsealError {
  const hours = Math.round(ms / HOUR_MS);
  const span = hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
  return new ChartsealError('CLOCK_AHEAD', `this machine's clock is ${span} ${what}`);
}

/**
 * CLOCK_AHEAD where the newest entry is so old that the clock may be wrong.
 * @param newestAtMs of the newest entry; 0 for a log without any
 * @param confirmedAtMs when the clock was last confirmed, by itself; 0 for never
 */
export function quietFault(
  atMs: number,
  newestAtMs: number,
  confirmedAtMs: number,
): ChartsealError | undefined {
  // One that was confirmed while it was ahead says nothing of now.
  const knownAtMs = Math.max(newestAtMs, confirmedAtMs <= atMs ? confirmedAtMs : 0);
  if (newestAtMs === 0 || atMs - knownAtMs <= MAX_QUIET_MS) return undefined;
  return aheadBy(atMs - newestAtMs, `after the newest entry, of ${formatTime(newestAtMs)}`);
}

export class ClockGuard {
  readonly #uptime: () => number;
  readonly #confirmedAt: () => number;
  /** When this machine was started, by this clock when it was furthest ahead and believed. */
  #startedAtMs: number | undefined;
  /** When it was last compared and believed, by itself. */
  #believedAtMs = 0;

  /**
   * @param atMs the clock now
   * @param newestAtMs time of the newest entry; 0 where there is none
   */
  constructor(witnesses: ClockWitnesses = {}, atMs: number, newestAtMs: number) {
    this.#uptime = witnesses.uptime ?? systemUptime;
    this.#confirmedAt = witnesses.confirmedAt ?? (() => 0);
    this.findFault(atMs, newestAtMs);
  }

  /** CLOCK_AHEAD; undefined too for a clock that is behind the newest entry. */
  findFault(atMs: number, newestAtMs: number): ChartsealError | undefined {
    const sinceMs = atMs - this.#believedAtMs;
    if (atMs < newestAtMs || (sinceMs >= 0 && sinceMs < LOOK_EVERY_MS)) return undefined;
    const startedAtMs = atMs - this.#uptime();
    const fault =
      this.#startedAtMs === undefined
        ? quietFault(atMs, newestAtMs, this.#confirmedAt())
        : this.#afterJump(atMs, startedAtMs - this.#startedAtMs);
    if (fault !== undefined) return fault;
    this.#startedAtMs = Math.max(startedAtMs, this.#startedAtMs ?? startedAtMs);
    this.#believedAtMs = atMs;
    return undefined;
  }

  #afterJump(atMs: number, jumpMs: number): ChartsealError | undefined {
    if (jumpMs <= MAX_JUMP_MS) return undefined;
    const confirmedAtMs = this.#confirmedAt();
    const sinceMs = atMs - confirmedAtMs;
    if (confirmedAtMs > this.#believedAtMs && sinceMs >= 0 && sinceMs <= MAX_QUIET_MS) {
      return undefined;
    }
    return aheadBy(jumpMs, 'ahead of what it said before: it was set forward');
  }
}
