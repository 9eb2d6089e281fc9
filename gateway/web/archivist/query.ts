// What an archivist asked for in the search, as the gateway takes it; addresses of records.

export type Query =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'digest'; readonly digest: string }
  | { readonly by: 'date'; readonly from: string; readonly to: string };

/** Why there is nothing to ask yet. */
export type QueryFault = 'nothing' | 'no-date' | 'dates-crossed';

/** The first and the last moment that a time in our formats can name. */
const FIRST_MS = Date.UTC(1900, 0, 1);
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const DIGEST = /^[0-9a-f]{64}$/;
/** Fields for dates also take years of other lengths. */
const DAY = /^[1-9]\d{3}-\d\d-\d\d$/;

/** Groups and case of a digest are how people copy it; an identifier stands as it is. */
export function digestIn(text: string): string | undefined {
  const joined = text.replace(/[\s:]/g, '').toLowerCase();
  return DIGEST.test(joined) ? joined : undefined;
}

/** @param asIdentifier also where the text looks like a digest */
export function queryOfText(text: string, asIdentifier = false): Query | QueryFault {
  const digest = asIdentifier ? undefined : digestIn(text);
  if (digest !== undefined) return { by: 'digest', digest };
  const id = text.trim();
  return id === '' ? 'nothing' : { by: 'id', id };
}

/** Of two days, such as 2026-11-21; a single one stands for itself. */
export function queryOfDates(from: string, to: string): Query | QueryFault {
  const [first, last] = [from === '' ? to : from, to === '' ? from : to];
  if (!DAY.test(first) || !DAY.test(last)) return 'no-date';
  return first > last ? 'dates-crossed' : { by: 'date', from: first, to: last };
}

export const isQuery = (asked: Query | QueryFault): asked is Query => typeof asked === 'object';

/** Midnight of the reader's calendar, so many days after that day, as far as times reach. */
function midnight(day: string, after: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const ms = new Date(year, month - 1, date + after).getTime();
  return new Date(Math.min(Math.max(ms, FIRST_MS), LAST_MS)).toISOString();
}

function membersOf(query: Query): Readonly<Record<string, string>> {
  if (query.by === 'id') return { id: query.id };
  if (query.by === 'digest') return { digest: query.digest };
  return { from: midnight(query.from, 0), to: midnight(query.to, 1) };
}

export function pathOf(query: Query, limit: number, next?: string | number): string {
  const parameters = new URLSearchParams({ ...membersOf(query), limit: String(limit) });
  if (next !== undefined) parameters.set('cursor', String(next));
  return `/v1/archive/records?${parameters}`;
}

export const addressOf = (id: string) => `/v1/records/${encodeURIComponent(id)}`;
