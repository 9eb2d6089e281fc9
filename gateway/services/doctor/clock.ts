// This machine's clock against what the log has seen. Times in entries cannot be mended later.
import type { ChartsealError } from '../../../chaincode/core/errors.js';
import { MAX_CLOCK_SKEW_MS } from '../../../chaincode/core/limits.js';
import { formatTime } from '../../../chaincode/core/time.js';
import { type Finding, fault, notChecked, ok, quoted, warning } from './finding.js';

/** Chartseal is younger than that, so no clock may say less. */
const EARLIEST_AT = Date.UTC(2025, 0, 1);
const MINUTE_MS = 60_000;
const COMPARE = 'compare with another clock: date -u; then set this one right (NTP)';

/** Newest times that store and ledger hold, in ms since 1970; 0 where there is none. */
export interface SeenTimes {
  /** Of the newest entry. */
  readonly entryAt: number;
  /** Of the newest append. */
  readonly endorsedAt: number;
}

/** A clock that is ahead of what is believed unasked. */
export interface ClockDoubt {
  /** CLOCK_AHEAD; undefined while the clock is believed. */
  readonly fault: ChartsealError | undefined;
  /** Whether a process refuses to accept because of it; else the next one would. */
  readonly isHeld: boolean;
  /** DATA */
  readonly folder: string;
}

function spanText(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.ceil(ms / 1000)} s`;
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

function doubtful({ message }: ChartsealError, { isHeld, folder }: ClockDoubt): Finding {
  const since = message.replace(/^this machine's clock/, "This machine's clock");
  const next = `${COMPARE}; if it is right: chartseal clock confirm YYYY-MM-DD --data ${quoted(folder)}, with the date of today`;
  return isHeld
    ? fault('clock', `${since}. Nothing is accepted until it is set right or confirmed.`, next)
    : warning('clock', `${since}. The next entry is accepted once it is confirmed.`, next);
}

/** @param seen undefined when neither store nor ledger could be asked */
export function judgeClock(now: number, seen: SeenTimes | undefined, doubt: ClockDoubt): Finding {
  if (now < EARLIEST_AT) {
    const sentence = `This clock says ${formatTime(now)}, which cannot be. Nothing should be anchored with it.`;
    return fault('clock', sentence, COMPARE);
  }
  if (doubt.fault?.code === 'CLOCK_AHEAD') return doubtful(doubt.fault, doubt);
  if (seen === undefined) {
    return notChecked('clock', 'Neither store nor ledger could be asked for the newest time.');
  }
  const newest = Math.max(seen.entryAt, seen.endorsedAt);
  const ahead = newest - now;
  if (ahead <= 0) return ok('clock', `It says ${formatTime(now)}, after all that the log holds.`);
  const until = formatTime(newest);
  if (ahead <= MAX_CLOCK_SKEW_MS) {
    const sentence = `It is ${spanText(ahead)} behind the newest entry: nothing is accepted until ${until}.`;
    return fault('clock', sentence, `${COMPARE}, or wait until then`);
  }
  const sentence = `The newest entry is dated ${until}, ${spanText(ahead)} ahead of this clock. This clock is wrong, or it was when that was anchored. Nothing is accepted or committed until then.`;
  return fault('clock', sentence, `${COMPARE}; if this clock is right, wait: never set it forward`);
}
