// The figures of the first sentence: which people opened how much in the last days, out of the
// entries that are loaded. Programs and looks at this very list are not among them.
import { isByPerson, personOf, type ShownEntry, timeOf } from './access.js';

export const SUMMARY_DAYS = 90;
const DAY_MS = 86_400_000;

export interface Summary {
  readonly accesses: number;
  readonly organisations: number;
  /** Undefined where who it was is withheld in some. */
  readonly people: number | undefined;
  readonly records: number;
  readonly emergencies: number;
}

/** @param asOf up to when the list goes, RFC 3339 */
export function summarise(entries: readonly ShownEntry[], asOf: string): Summary {
  const from = Date.parse(asOf) - SUMMARY_DAYS * DAY_MS;
  const recent = entries.filter((entry) => isByPerson(entry) && Date.parse(timeOf(entry)) >= from);
  const people = new Set(recent.flatMap((entry) => personOf(entry) ?? []));
  return {
    accesses: recent.length,
    organisations: new Set(recent.map(({ organisation }) => organisation)).size,
    people: recent.every((entry) => personOf(entry) !== undefined) ? people.size : undefined,
    records: new Set(recent.flatMap(({ records = [] }) => records)).size,
    emergencies: recent.filter(({ breakGlass }) => breakGlass === true).length,
  };
}
