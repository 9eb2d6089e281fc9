// DATA/run/clock.json: when somebody last said that this machine's clock is right, though it is
// further ahead than is believed unasked.
import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseJsonBytes } from '../../chaincode/core/json.js';
import { checkShape, object, time } from '../../chaincode/core/shape.js';
import { findTime, formatTime, parseTime } from '../../chaincode/core/time.js';
import { readConfig } from '../data/config.js';
import { dataLayout } from '../data/layout.js';
import { requireOwner } from '../data/owner.js';
import { isSystemError, systemErrorText } from './file-error.js';
import { readSmallFile } from './small-file.js';

const FILE = 'clock.json';
const SHAPE = object({ confirmedAt: time() });
const HOUR_MS = 3_600_000;
/** From noon of a date in UTC to its beginning east of it, and to its end west of it. */
const DATE_MS = { before: (12 + 14) * HOUR_MS, after: (12 + 12) * HOUR_MS };

/**
 * When it was last confirmed, by that clock, in ms since 1970; 0 for never. A file that cannot be
 * read counts as never: then it is asked for once more, and written anew.
 * @param run DATA/run
 */
export function confirmedAt(run: string): number {
  try {
    const value = parseJsonBytes(readSmallFile(join(run, FILE)), FILE);
    checkShape(SHAPE, value, FILE);
    return parseTime((value as { confirmedAt: string }).confirmedAt, 'confirmedAt');
  } catch (error) {
    if (error instanceof ChartsealError) return 0;
    throw error;
  }
}

/** Whether the clock says this date anywhere on earth: who types it need not know about UTC. */
function saysDate(nowMs: number, date: string): boolean {
  const noonMs = findTime(`${date}T12:00:00.000Z`);
  if (noonMs === undefined) {
    throw new ChartsealError('BAD_INPUT', 'the date is none such as 2026-11-01');
  }
  const sinceMs = nowMs - noonMs;
  return -DATE_MS.before <= sinceMs && sinceMs <= DATE_MS.after;
}

/**
 * Lets entries be accepted by this clock again, also by a gateway that runs. Throws NO_DATA and
 * what else readConfig throws, BAD_INPUT, CLOCK_SKEW when the clock says another date, OTHER_OWNER,
 * FILE_UNWRITABLE.
 * @param folder DATA
 * @param date of today as another clock says it: 2026-11-01
 */
export async function confirmClock(folder: string, date: string, nowMs: number): Promise<void> {
  const layout = dataLayout(folder);
  await readConfig(layout.config);
  if (!saysDate(nowMs, date)) {
    const text = `this machine's clock says ${formatTime(nowMs)}, and not ${date}`;
    throw new ChartsealError('CLOCK_SKEW', text);
  }
  await requireOwner(folder);
  const path = join(layout.run, FILE);
  const staged = `${path}.${process.pid}`;
  try {
    const text = `${JSON.stringify({ confirmedAt: formatTime(nowMs) })}\n`;
    await writeFile(staged, text, { mode: 0o600, flush: true });
    await rename(staged, path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const text = `${resolve(path)} cannot be written: ${systemErrorText(error)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause: error });
  }
}
