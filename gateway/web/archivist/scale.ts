// The scale of the picture of the unprotected window: from a second to years, each tenfold as high
// as the one before, with marks where people count: second, minute, hour, day, month, year.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const HOUR_MS = HOUR;

/** Marks of the scale, in ms. */
export const MARKS: readonly number[] = [
  SECOND,
  MINUTE,
  HOUR,
  DAY,
  30 * DAY,
  365 * DAY,
  3650 * DAY,
  36_500 * DAY,
];

/** The first and the last mark that hold all values between them; at least a minute to a day. */
export function rangeOf(values: readonly number[]): readonly [from: number, to: number] {
  const least = Math.min(MINUTE, ...values);
  const most = Math.max(DAY, ...values);
  const from = MARKS.findLast((mark) => mark <= least) ?? SECOND;
  const to = MARKS.find((mark) => mark >= most) ?? most;
  return [from, to];
}

/** Share of the height, 0 at the least: what is below it stands on it. */
export function heightOf(value: number, [from, to]: readonly [number, number]): number {
  const share = Math.log(Math.max(value, from) / from) / Math.log(to / from);
  return Math.min(1, share);
}

/** How many were above the mark before and up to this one; without a mark, above all. */
export interface Share {
  readonly upToMs: number | undefined;
  readonly count: number;
}

/** By marks; what lies across one counts as longer. Empty ones at both ends are left out. */
export function sharesOf(
  buckets: readonly { readonly upToMs: number; readonly count: number }[],
): readonly Share[] {
  const bounds = [...MARKS, undefined];
  const counts = bounds.map((bound, at) => {
    const before = MARKS[at - 1] ?? 0;
    const isIn = ({ upToMs }: { readonly upToMs: number }) =>
      upToMs > before && (bound === undefined || upToMs <= bound);
    return buckets.filter(isIn).reduce((sum, { count }) => sum + count, 0);
  });
  const [first, last] = [
    counts.findIndex((count) => count > 0),
    counts.findLastIndex((count) => count > 0),
  ];
  if (first < 0) return [];
  return bounds
    .map((upToMs, at) => ({ upToMs, count: counts[at] as number }))
    .slice(first, last + 1);
}

export type Unit = 'ms' | 's' | 'min' | 'h' | 'd' | 'month' | 'year';

const UNITS: readonly (readonly [Unit, number])[] = [
  ['year', 365 * DAY],
  ['month', 30 * DAY],
  ['d', DAY],
  ['h', HOUR],
  ['min', MINUTE],
  ['s', SECOND],
];

/** A duration as a person says it, in at most two units; whole seconds from a second on. */
export function partsOf(ms: number): readonly (readonly [count: number, unit: Unit])[] {
  if (ms < SECOND) return [[Math.max(0, Math.round(ms)), 'ms']];
  const at = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, size] = UNITS[at] as readonly [Unit, number];
  const [small, smallSize] = UNITS[at + 1] ?? [undefined, size];
  const whole = Math.floor(ms / size);
  const rest = Math.floor((ms - whole * size) / smallSize);
  if (small === undefined || rest === 0) return [[whole, unit]];
  return [
    [whole, unit],
    [rest, small],
  ];
}
