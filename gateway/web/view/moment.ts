// Times for people, in their own zone and with its name.
import type { Language } from '../text/languages.js';

/** A moment, or its day alone, as the language writes it; the zone stands beside the time. */
export function formatMoment(time: string, language: Language, precision?: 'day'): string {
  const date = new Date(time);
  const day = { year: 'numeric', month: 'long', day: 'numeric' } as const;
  if (precision === 'day') return new Intl.DateTimeFormat(language, day).format(date);
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const zone = { timeZoneName: 'shortOffset' } as const;
  const format = new Intl.DateTimeFormat(language, { ...day, ...clock, ...zone });
  if (language === 'en') return format.format(date);
  // Chinese of the browser sets the zone between day and time, where nobody looks for it.
  const parts = format.formatToParts(date);
  const isZone = ({ type }: Intl.DateTimeFormatPart) => type === 'timeZoneName';
  const plain = parts.filter((part) => !isZone(part)).map(({ value }) => value);
  return `${plain.join('').replace(/\s+/g, ' ').trim()} ${parts.find(isZone)?.value}`;
}
