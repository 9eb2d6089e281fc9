// Times for people: in the reader's zone and in UTC, with the zone beside each.
import { element } from '../view/dom.js';

const two = (number: number) => String(number).padStart(2, '0');

function zoneOf(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const sign = minutes < 0 ? '-' : '+';
  const size = Math.abs(minutes);
  return `UTC${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `2026-11-22 01:02:34 UTC+08:00 (2026-11-21 17:02:34 UTC)`; in UTC alone where that is both. */
export function momentText(time: string): string {
  const utc = `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
  const date = new Date(time);
  if (date.getTimezoneOffset() === 0) return utc;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${clock} ${zoneOf(date)} (${utc})`;
}

export function moment(time: string): HTMLElement {
  return element('time', { datetime: time }, momentText(time));
}
