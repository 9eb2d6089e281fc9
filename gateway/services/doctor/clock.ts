// This machine's clock against what the log has seen. Times in entries cannot be mended later.
import { MAX_CLOCK_SKEW_MS } from '../../../chaincode/core/limits.js';
import { formatTime } from '../../../chaincode/core/time.js';
import { type Finding, fault, notChecked, ok } from './finding.js';

/** Chartseal is younger than that, so no clock may say less. */
const EARLIEST_AT = Date.UTC(2025, 0, 1);
const MINUTE_MS = 60_000;

/** Newest times that store and ledger hold, in ms since 1970; 0 where there is none. */
export interface SeenTimes {
  /** Of the newest entry. */
  readonly entryAt: number;
  /** Of the newest append. */
  readonly endorsedAt: number;
}

function spanText(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.ceil(ms / 1000)} s`;
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** @param seen undefined when neither store nor ledger could be asked */
export function judgeClock(now: number, seen: SeenTimes | undefined): Finding {
  const compare = 'compare with another clock: date -u; then set this one right (NTP)';
  if (now < EARLIEST_AT) {
    const sentence = `This clock says ${formatTime(now)}, which cannot be. Nothing should be anchored with it.`;
    return fault('clock', sentence, compare);
  }
  if (seen === undefined) {
    return notChecked('clock', 'Neither store nor ledger could be asked for the newest time.');
  }
  const newest = Math.max(seen.entryAt, seen.endorsedAt);
  const ahead = newest - now;
  if (ahead <= 0) return ok('clock', `It says ${formatTime(now)}, after all that the log holds.`);
  const until = formatTime(newest);
  if (ahead <= MAX_CLOCK_SKEW_MS) {
    const sentence = `It is ${spanText(ahead)} behind the newest entry: nothing is accepted until ${until}.`;
    return fault('clock', sentence, `${compare}, or wait until then`);
  }
  const sentence = `The newest entry is dated ${until}, ${spanText(ahead)} ahead of this clock. This clock is wrong, or it was when that was anchored. Nothing is accepted or committed until then.`;
  return fault('clock', sentence, `${compare}; if this clock is right, wait: never set it forward`);
}
