// Entries with one fault each, and the path that the refusal names.
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';

export interface HostileEntry {
  readonly fault: string;
  readonly act: 'archive' | 'access' | 'inquiry' | 'answer';
  readonly change: (entry: JsonObject) => JsonValue;
  readonly path: string;
}

/** A copy with the member at `path` (names joined by dots) set. */
export function withMember(entry: JsonObject, path: string, value: JsonValue): JsonObject {
  const [name, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0) return { ...entry, [name]: value };
  return { ...entry, [name]: withMember(entry[name] as JsonObject, rest.join('.'), value) };
}

export function without(entry: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(entry).filter(([member]) => member !== name));
}

const set = (
  act: HostileEntry['act'],
  path: string,
  value: JsonValue,
  fault: string,
): HostileEntry => ({
  fault: `${fault} (${act})`,
  act,
  change: (entry) => withMember(entry, path, value),
  path,
});

const long = (size: number): string => 'x'.repeat(size);
const ones = (size: number): string => Buffer.alloc(size, 1).toString('base64');
/** Base64 of 32 bytes whose last character has bits that hold no data. */
const loose = `${ones(32).slice(0, 42)}F=`;

const common = (act: HostileEntry['act']): HostileEntry[] => [
  set(act, 'note', 1, 'an unknown member'),
  set(act, '__proto__x', {}, 'a member that looks like the prototype'),
  set(act, 'by.role', 'x', 'an unknown member of by'),
  set(act, 'by', 'x', 'text for by'),
  set(act, 'by', [], 'a list for by'),
  set(act, 'by.id', '', 'an empty id of by'),
  set(act, 'by.id', long(257), 'an id of by of 257 bytes'),
  set(act, 'by.id', '中'.repeat(86), 'an id of by of 258 bytes in 86 characters'),
  set(act, 'by.mspId', long(129), 'an MSP id of 129 bytes'),
  set(act, 'salt', ones(31), 'a salt of 31 bytes'),
  set(act, 'salt', ones(33), 'a salt of 33 bytes'),
  set(act, 'salt', loose, 'a salt in loose base64'),
  set(act, 'salt', ones(32).replace('=', ''), 'a salt without padding'),
  set(act, 'salt', ones(32).replaceAll('E', '-'), 'a salt in base64url'),
  set(act, 'salt', 1, 'a number for salt'),
  set(act, 'at', '1582-10-10T00:00:00.000Z', 'a time in 1582'),
  set(act, 'at', '2026-11-01T08:00:00Z', 'a time without milliseconds'),
  set(act, 'at', 0, 'a number for at'),
  set(act, 'log', '', 'an empty log'),
  set(act, 'private.actor2', ones(32), 'an unknown private member'),
];

const digest = 'a'.repeat(64);

const records: HostileEntry[] = [
  set('archive', 'record.version', 2, 'version 2 of what is archived first'),
  set('archive', 'record.version', 0, 'version 0'),
  set('archive', 'record.id', '', 'an empty record id'),
  set('archive', 'record.id', long(4097), 'a record id of 4097 bytes'),
  set('archive', 'record.id', 'a\0b', 'a NUL in a record id'),
  set('archive', 'record.digests', {}, 'no digest'),
  set('archive', 'record.digests', { sm3: digest }, 'no SHA-256 digest'),
  set('archive', 'record.digests.md5', digest, 'a digest of unknown algorithm'),
  set('archive', 'record.digests.sha-256', digest.toUpperCase(), 'a digest in upper case'),
  set('archive', 'record.digests.sha-256', digest.slice(1), 'a digest that is short by one digit'),
  set('archive', 'record.digests.sm3', `${digest}\n`, 'a digest with a newline'),
  set('archive', 'record.size', -1, 'a negative size'),
  set('archive', 'record.size', '1', 'text for size'),
  set('archive', 'record.mediaType', '', 'an empty media type'),
  set('archive', 'record.mediaType', long(256), 'a media type of 256 bytes'),
  set('archive', 'record.category', long(65), 'a category of 65 bytes'),
  set('archive', 'record.createdAt', '2023-02-29T00:00:00.000Z', 'a day that is none'),
  set('archive', 'record.createdAt', null, 'null where a member may be missing'),
  set('archive', 'record.retention', long(65), 'a retention of 65 bytes'),
  set('archive', 'record.name', 'x', 'a name in clear'),
  set('archive', 'record.source', {}, 'a source without system'),
  set('archive', 'record.source.requestId', '', 'an empty request id'),
  set('archive', 'patient', 'P1', 'a patient in clear'),
  set('archive', 'private.name', 'x', 'a name in clear among the commitments'),
  set('archive', 'private.actor', ones(32), "an access entry's private member"),
  set('archive', 'private', null, 'null for private'),
  set('archive', 'occurredAt', '2026-11-01T08:00:00.000Z', "an access entry's member"),
];

const accesses: HostileEntry[] = [
  set('access', 'action', 'X', 'an unknown action'),
  set('access', 'action', 'r', 'an action in lower case'),
  set('access', 'outcome', '0', 'an outcome as FHIR numbers it'),
  set('access', 'occurredAt', '2026-11-01T24:00:00.000Z', 'hour 24'),
  set('access', 'role', '', 'an empty role'),
  set('access', 'role', long(129), 'a role of 129 bytes'),
  set('access', 'organisation', long(257), 'an organisation of 257 bytes'),
  set('access', 'unit', '', 'an empty unit'),
  set('access', 'purpose', 'to treat', 'a purpose with a space'),
  set('access', 'purpose', 'TREAT\n', 'a purpose with a newline'),
  set('access', 'purpose', long(33), 'a purpose of 33 characters'),
  set('access', 'breakGlass', 'false', 'text for breakGlass'),
  set('access', 'breakGlass', 0, 'a number for breakGlass'),
  set('access', 'records', 'a', 'text for records'),
  set('access', 'records', Array(101).fill('a'), '101 records'),
  set('access', 'category', '', 'an empty category'),
  set('access', 'source.system', long(257), 'a source system of 257 bytes'),
  set('access', 'source.evidenceDigest', 'a', 'a short evidence digest'),
  set('access', 'kind', 'rest', 'a kind that is a text'),
  set('access', 'kind', { subtypes: [] }, 'a kind without type'),
  set('access', 'kind.type', 'rest', 'a type that is no token'),
  set('access', 'kind.type', 'a|b|c', 'a token of three parts'),
  set('access', 'kind.type', 'a b|c', 'a space in the system of a token'),
  set('access', 'kind.type', `|${long(256)}`, 'a token of 257 bytes'),
  set('access', 'kind.display', 'Read', 'a member of a kind that is not known'),
  set('access', 'kind.subtypes', Array(17).fill('|a'), '17 subtypes'),
  set('access', 'assumed', 'purpose-missing', 'an assumption that is no list'),
  set('access', 'assumed', Array(33).fill('a'), '33 assumptions'),
  {
    fault: 'an assumption that is a sentence',
    act: 'access',
    change: (entry) => withMember(entry, 'assumed', ['purpose-missing', 'The purpose']),
    path: 'assumed.1',
  },
  {
    fault: 'a subtype without code',
    act: 'access',
    change: (entry) => withMember(entry, 'kind.subtypes', ['|read', 'urn:a|']),
    path: 'kind.subtypes.1',
  },
  set('access', 'private', {}, 'no commitment to the actor'),
  set('access', 'private.actor', ones(16), 'a commitment of 16 bytes'),
  set('access', 'private.name', ones(32), "a record entry's private member"),
  set('access', 'private.actor', { id: 'dr-1' }, 'the actor in clear'),
  set('access', 'actor', { id: 'dr-1' }, 'the actor in clear beside the commitments'),
  set('access', 'patient', 'a'.repeat(64), 'a patient, whom the label names'),
  set('access', 'record', {}, "a record entry's member"),
  {
    fault: 'a record id with a NUL',
    act: 'access',
    change: (entry) => withMember(entry, 'records', ['a', 'b\0']),
    path: 'records.1',
  },
  {
    fault: 'an origin in upper case',
    act: 'access',
    change: (entry) => withMember(entry, 'log', 'Hospital-A.example'),
    path: 'origin',
  },
];

const due = '2026-12-15T00:00:00.000Z';

const inquiries: HostileEntry[] = [
  set('inquiry', 'dueAt', '2026-12-15', 'a deadline without a time'),
  set('inquiry', 'about', digest.slice(1), 'half a byte too little of a leaf hash'),
  set('inquiry', 'about', 3, 'a sequence for what it is about'),
  set('inquiry', 'appeals', [digest], 'two things that it appeals'),
  set('inquiry', 'question', 'why?', 'the question in clear'),
  set('inquiry', 'private.text', ones(32), "an answer's private member"),
  set('inquiry', 'source', {}, 'a source without system'),
  set('answer', 'inquiry', digest.toUpperCase(), 'a leaf hash in upper case'),
  set('answer', 'outcome', 'refused', 'an unknown outcome'),
  set('answer', 'private.question', ones(32), "an inquiry's private member"),
  set('answer', 'text', 'because', 'the answer in clear'),
  {
    fault: 'a deadline beside an outcome',
    act: 'answer',
    change: (entry) => withMember(entry, 'dueAt', due),
    path: 'outcome',
  },
  {
    fault: 'an outcome without a text',
    act: 'answer',
    change: (entry) => withMember(entry, 'private', { actor: ones(32) }),
    path: 'outcome',
  },
];

export const HOSTILE_ENTRIES: readonly HostileEntry[] = [
  ...common('inquiry'),
  ...common('answer'),
  ...inquiries,
  ...common('archive'),
  ...common('access'),
  ...records,
  ...accesses,
];
