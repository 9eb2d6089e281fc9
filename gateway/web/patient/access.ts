// What is shown of one entry of a patient's history, from the gateway's list or from a verified
// file: the same members, so that the two can be compared.
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import type { HistoryEvent } from '../../evidence/history-events.js';
import { LOOK_CATEGORY, OWN_SOURCE } from '../../evidence/own-source.js';

export interface Person {
  readonly id: string;
  readonly name?: string;
  readonly onBehalfOf?: { readonly id: string; readonly name?: string };
}

/** As the gateway's pages have it; members of an access are absent for other acts. */
export interface ShownEntry {
  readonly sequence: number;
  /** Hex. */
  readonly leafHash: string;
  readonly act: string;
  readonly at: string;
  readonly occurredAt?: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly role?: string;
  readonly organisation?: string;
  readonly unit?: string;
  readonly purpose?: string;
  readonly breakGlass?: boolean;
  readonly records?: readonly string[];
  readonly category?: string;
  readonly source?: { readonly system: string };
  readonly actor?: Person;
  readonly justification?: string;
  /** Signs of the server in the place of people; the proof has no such thing. */
  readonly person?: { readonly pseudonym: string; readonly onBehalfOf?: string };
  readonly client?: { readonly id?: string; readonly name?: string; readonly address?: string };
}

/** One page of GET /v1/patients/me/access-history. */
export interface AccessPage {
  readonly events: readonly ShownEntry[];
  readonly asOf: string;
  readonly count: number;
  readonly next?: string;
}

export const isAccess = ({ act }: ShownEntry): boolean => act === 'access';

/** Staff who looked at this very list, by the gateway's word: any system can write a category. */
export const isLookAtList = ({ category, source }: ShownEntry): boolean =>
  category === LOOK_CATEGORY && source?.system === OWN_SOURCE;

/** The whole role: a systems administrator and a service physician are people. */
const AUTOMATIC_ROLES =
  /^(?:system|service|device|batch|automat(?:ic|ed|ion))(?:[ _-](?:account|agent|job|process|task))?$/i;

/** Done by a program without a person who asked: pre-fetching, backup, statistics. */
export const isAutomatic = ({ role = '', breakGlass = false }: ShownEntry): boolean =>
  !breakGlass && AUTOMATIC_ROLES.test(role);

/** Somebody opened the file. */
export const isByPerson = (entry: ShownEntry): boolean =>
  isAccess(entry) && !isAutomatic(entry) && !isLookAtList(entry);

/** When it happened, by the system that reported it. */
export const timeOf = ({ occurredAt, at }: ShownEntry): string => occurredAt ?? at;

/** As the verified file has it; undefined for an entry that it does not show. */
export function fromHistory({
  sequence,
  leafHash,
  entry,
  opened,
}: HistoryEvent): ShownEntry | undefined {
  if (entry === null) return undefined;
  const { act, at } = entry;
  if (act !== 'access') return { sequence, leafHash, act, at };
  const { v: _v, log: _log, salt: _salt, by: _by, private: _private, ...facts } = entry;
  return { sequence, leafHash, ...facts, ...opened } as ShownEntry;
}

/** A question of the patient, or what the hospital said to it. */
export const isOfQuestion = (
  entry: ShownEntry,
): entry is ShownEntry & { readonly act: 'inquiry' | 'answer' } =>
  entry.act === 'inquiry' || entry.act === 'answer';

/** Without what the server alone says; questions and answers are compared as threads. */
function provable({ person: _, ...entry }: ShownEntry): object {
  const { sequence, leafHash, act, at } = entry;
  return isAccess(entry) ? entry : { sequence, leafHash, act, at };
}

/** Whether both say the same, to the last member that can be proven. */
export const isSameEntry = (a: ShownEntry, b: ShownEntry): boolean =>
  canonicalJson(provable(a)) === canonicalJson(provable(b));

/** Who it was, as far as it is told; undefined when it is not. */
export const personOf = ({ actor, person }: ShownEntry): string | undefined =>
  actor?.id ?? person?.pseudonym;
