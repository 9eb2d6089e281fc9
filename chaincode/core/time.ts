// Times in formats: RFC 3339, UTC, exactly three decimals, years 1900 to 9999. In code a time is
// a number of milliseconds since 1970.
import { ChartsealError } from './errors.js';

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const MIN_YEAR = 1900;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MIN_TIME = Date.UTC(MIN_YEAR, 0, 1);
const MAX_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function daysOf(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
}

const ZERO = 0x30;

/** Number that two decimal digits write. */
function digitsAt(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + (text.charCodeAt(at + 1) - ZERO);
}

/** Milliseconds since 1970, undefined when this is not a time in the exact form. */
export function findTime(text: unknown): number | undefined {
  if (typeof text !== 'string' || !FORM.test(text)) return undefined;
  const year = digitsAt(text, 0) * 100 + digitsAt(text, 2);
  const month = digitsAt(text, 5);
  const day = digitsAt(text, 8);
  const hour = digitsAt(text, 11);
  const minute = digitsAt(text, 14);
  const second = digitsAt(text, 17);
  if (year < MIN_YEAR || day < 1 || day > daysOf(year, month)) return undefined;
  // No leap second: a UTC time with second 60 has no number of milliseconds since 1970.
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const millisecond = digitsAt(text, 20) * 10 + (text.charCodeAt(22) - ZERO);
  return Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
}

/** Milliseconds since 1970 of `2026-11-01T08:00:00.000Z`; throws BAD_INPUT naming `what`. */
export function parseTime(text: unknown, what: string): number {
  const time = findTime(text);
  if (time === undefined) {
    throw new ChartsealError(
      'BAD_INPUT',
      `${what} is not a UTC time with milliseconds, such as 2026-11-01T08:00:00.000Z`,
    );
  }
  return time;
}

const NANOS_PER_MS = 1_000_000;
const NANOS_PER_SECOND = 1_000_000_000;

/**
 * Milliseconds since 1970 of a protobuf Timestamp, with what is less than one left out; undefined
 * when it is none. In integers: a sum of fractions would round up what is just below.
 */
export function timestampMs(seconds: number, nanos: number): number | undefined {
  if (!Number.isSafeInteger(seconds) || !Number.isSafeInteger(nanos)) return undefined;
  if (nanos < 0 || nanos >= NANOS_PER_SECOND) return undefined;
  return seconds * 1000 + Math.floor(nanos / NANOS_PER_MS);
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** Inverse of {@link parseTime}; throws BAD_INPUT outside the years 1900 to 9999. */
export function formatTime(time: number): string {
  if (!Number.isSafeInteger(time) || time < MIN_TIME || time > MAX_TIME) {
    throw new ChartsealError('BAD_INPUT', 'a time outside the years 1900 to 9999');
  }
  // Not toISOString, whose first call in a process loads the time zones: 0.2 to 5 ms.
  const date = new Date(time);
  const day = `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day}T${clock}.${String(date.getUTCMilliseconds()).padStart(3, '0')}Z`;
}
