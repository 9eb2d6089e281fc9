// Days of the reader's calendar, as fields for dates have them: YYYY-MM-DD.

const two = (number: number) => String(number).padStart(2, '0');

/** Day of a moment, in the reader's calendar. */
export function dayOf(time: string): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Last second of a day, in the reader's zone; undefined for what is no day. */
export function endOfDay(day: string): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (year === undefined) return undefined;
  const end = new Date(Number(year), Number(month) - 1, Number(date), 23, 59, 59);
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString();
}
