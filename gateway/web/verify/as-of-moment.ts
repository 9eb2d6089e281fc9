// The moment that a day, a time and a zone name.

const DAY_MS = 86_400_000;
/** The last that a time in our formats can name. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** As typed; the time may be left out. */
export interface AsOfFields {
  readonly date: string;
  readonly time: string;
  readonly zone: 'here' | 'utc';
}

export const NO_AS_OF: AsOfFields = { date: '', time: '', zone: 'here' };

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/;

/** In ms since 1970, a day without a time to its end; undefined for what is no moment. */
export function momentOf({ date, time, zone }: AsOfFields): number | undefined {
  const day = DATE.exec(date)?.slice(1).map(Number);
  const clock =
    time === ''
      ? [0, 0, 0]
      : TIME.exec(time)
          ?.slice(1)
          .map((part) => Number(part ?? 0));
  if (day === undefined || clock === undefined) return undefined;
  const [year = 0, month = 0, dayOfMonth = 0] = day;
  const [hours = 0, minutes = 0, seconds = 0] = clock;
  const parts = [
    year,
    month - 1,
    dayOfMonth + (time === '' ? 1 : 0),
    hours,
    minutes,
    seconds,
  ] as const;
  const ms = zone === 'utc' ? Date.UTC(...parts) : new Date(...parts).getTime();
  const isDay = new Date(Date.UTC(year, month - 1, dayOfMonth)).getUTCDate() === dayOfMonth;
  // A year below 100 would be taken for one of the last century.
  if (year < 1970 || ms < DAY_MS || !isDay) return undefined;
  return Math.min(time === '' ? ms - 1 : ms, LAST_MS);
}
