// When a file was opened, by days of the reader's calendar: bars of a picture, each of one day or
// of several, and what its sentence says, which is of days whatever the bars are of.
import { isAccess, type ShownEntry, timeOf } from './access.js';

export const DAY_MS = 86_400_000;
const MAX_BARS = 60;

export interface Bar {
  count: number;
  emergencies: number;
  questions: number;
}

/** Days are counted since 1970. */
export interface Span {
  readonly first: number;
  readonly last: number;
  /** The day with the most accesses, the first of several. */
  readonly busiest: number;
  /** Accesses of that day. */
  readonly count: number;
}

function dayOf(entry: ShownEntry): number {
  const time = new Date(timeOf(entry));
  return Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) / DAY_MS;
}

function endsOf(days: readonly number[]): [number, number] {
  return [days.reduce((a, b) => Math.min(a, b)), days.reduce((a, b) => Math.max(a, b))];
}

/** @param entries at least one */
export function spanOf(entries: readonly ShownEntry[]): Span {
  const [first, last] = endsOf(entries.map(dayOf));
  const counts = new Map<number, number>();
  for (const day of entries.filter(isAccess).map(dayOf)) {
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  let [busiest, count] = [first, 0];
  for (const [day, found] of counts) {
    if (found < count || (found === count && day > busiest)) continue;
    [busiest, count] = [day, found];
  }
  return { first, last, busiest, count };
}

/** @param entries at least one */
export function barsOf(entries: readonly ShownEntry[]): Bar[] {
  const days = entries.map(dayOf);
  const [first, last] = endsOf(days);
  const step = Math.max(1, Math.ceil((last - first + 1) / MAX_BARS));
  const length = Math.floor((last - first) / step) + 1;
  const bars: Bar[] = Array.from({ length }, () => ({ count: 0, emergencies: 0, questions: 0 }));
  entries.forEach((entry, at) => {
    const bar = bars[Math.floor(((days[at] as number) - first) / step)] as Bar;
    if (isAccess(entry)) bar.count++;
    else bar.questions++;
    if (entry.breakGlass === true) bar.emergencies++;
  });
  return bars;
}
