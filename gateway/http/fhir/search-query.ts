// The parameters of a search for AuditEvents, from a query or a form, and what they ask for.
// Messages name parameters, never their values.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { FORMATS } from './negotiation.js';

const DEFAULT_COUNT = 50;
export const MAX_COUNT = 200;
const MAX_VALUE_BYTES = 1024;

/** `[system|]code`; an empty system is none, and without `|` any. */
export interface Token {
  readonly system?: string;
  readonly value: string;
}

/** From `from` up to and without `until`, in ms since 1970. */
export interface DateRange {
  readonly from?: number;
  readonly until?: number;
}

/** What an event must be; all of it. */
export interface EventFilter {
  readonly dates: readonly DateRange[];
  readonly action?: string;
  readonly outcome?: string;
  readonly type?: Token;
  readonly subtype?: Token;
  readonly agent?: string;
  readonly agentIdentifier?: Token;
  readonly agentName?: string;
  readonly entity?: string;
}

export interface SearchQuery {
  /** Whom `patient` names, as it was sent: a reference or an id. */
  readonly patientReference?: string;
  readonly patient?: PatientIdentifier;
  readonly filter: EventFilter;
  readonly count: number;
  readonly cursor?: string;
}

function bad(name: string, reason: string): never {
  throw new ChartsealError('BAD_INPUT', `the search parameter ${name} ${reason}`);
}

function conflict(message: string): never {
  throw new ChartsealError('REQUEST_CONFLICT', message);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (cause) {
    const message = 'the search is not percent-encoded UTF-8';
    throw new ChartsealError('BAD_INPUT', message, { cause });
  }
}

export type Pairs = readonly (readonly [name: string, value: string])[];

/** Of `name=value&…`, decoded. Throws BAD_INPUT. */
export function readPairs(text: string): Pairs {
  const pieces = text.split('&').filter((piece) => piece !== '');
  return pieces.map((piece) => {
    const equals = piece.indexOf('=');
    const [name, value] =
      equals < 0 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)];
    return [decode(name), decode(value)];
  });
}

/** Splits at characters that no backslash stands before (FHIR R4, search.html 3.1.1.4.0.1). */
function splitAt(text: string, separator: '|' | ','): string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === separator) parts.push('');
    else parts[parts.length - 1] += char === '\\' ? char + (text[++at] ?? '') : char;
  }
  return parts;
}

const unescaped = (text: string) => text.replace(/\\([\\|,$])/g, '$1');

function oneValue(name: string, text: string): string {
  if (text === '') bad(name, 'is empty');
  if (Buffer.byteLength(text) > MAX_VALUE_BYTES)
    bad(name, `has more than ${MAX_VALUE_BYTES} bytes`);
  if (/[\p{Cc}\p{Surrogate}]/u.test(text)) bad(name, 'holds a control character');
  if (splitAt(text, ',').length > 1) bad(name, 'takes one value');
  return text;
}

function readToken(name: string, text: string): Token {
  const [first = '', second, ...more] = splitAt(oneValue(name, text), '|');
  if (more.length > 0) bad(name, 'is no [system|]value');
  const value = unescaped(second ?? first);
  if (value === '') bad(name, 'has no value');
  return second === undefined ? { value } : { system: unescaped(first), value };
}

function readIdentifier(name: string, text: string): PatientIdentifier {
  const { system, value } = readToken(name, text);
  if (system === undefined || system === '')
    bad(name, 'needs system|value: a value alone is nobody');
  return { system, value };
}

function readCode(name: string, text: string, codes: readonly string[], system: string): string {
  const token = readToken(name, text);
  const isKnown = codes.includes(token.value) && [undefined, system].includes(token.system);
  return isKnown ? token.value : bad(name, `is none of ${codes.join(', ')}`);
}

const DATE =
  /^(eq|ge|gt|le|lt)?((?:19|[2-9]\d)\d{2})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

interface Instants {
  readonly first: number;
  /** The first one behind. */
  readonly end: number;
}

/** What a date means, as long as it is precise; UTC where it names no zone. */
function readInstants(name: string, [, , ...parts]: RegExpExecArray): Instants {
  const [year, month, day, hour, minute, second, fraction, zone = 'Z'] = parts as (
    | string
    | undefined
  )[];
  const two = (text: string | undefined, otherwise: string) => text ?? otherwise;
  const date = `${year}-${two(month, '01')}-${two(day, '01')}`;
  const ms = (fraction ?? '').slice(0, 3).padEnd(3, '0');
  const clock = `${two(hour, '00')}:${two(minute, '00')}:${two(second, '00')}.${ms}`;
  const first = Date.parse(`${date}T${clock}${zone}`);
  const plain = new Date(`${date}T00:00:00.000Z`);
  if (
    Number.isNaN(first) ||
    Number.isNaN(plain.getTime()) ||
    !plain.toISOString().startsWith(date)
  ) {
    bad(name, 'is no date');
  }
  if (month === undefined) return { first, end: Date.UTC(Number(year) + 1, 0) };
  if (day === undefined) return { first, end: Date.UTC(Number(year), Number(month)) };
  if (hour === undefined) return { first, end: first + 86_400_000 };
  if (second === undefined) return { first, end: first + 60_000 };
  return {
    first,
    end: first + (fraction === undefined ? 1000 : 10 ** Math.max(0, 3 - fraction.length)),
  };
}

function readDate(name: string, text: string): DateRange {
  const found = DATE.exec(oneValue(name, text));
  if (found === null) bad(name, 'is no date with one of eq, ge, gt, le, lt before it');
  const { first, end } = readInstants(name, found);
  switch (found[1] ?? 'eq') {
    case 'ge':
      return { from: first };
    case 'gt':
      return { from: end };
    case 'le':
      return { until: end };
    case 'lt':
      return { until: first };
    default:
      return { from: first, until: end };
  }
}

function readCount(name: string, text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) bad(name, 'is no number from 1 on');
  // A page may be smaller than it was asked for.
  return Math.min(Number(text), MAX_COUNT);
}

type Draft = { -readonly [K in keyof Omit<SearchQuery, 'filter'>]?: SearchQuery[K] } & {
  filter: { -readonly [K in keyof EventFilter]: EventFilter[K] };
};

const ACTION_SYSTEM = 'http://hl7.org/fhir/audit-event-action';
const OUTCOME_SYSTEM = 'http://hl7.org/fhir/audit-event-outcome';

function setIdentifier(draft: Draft, name: string, text: string): void {
  if (draft.patient !== undefined) conflict('two parameters name the patient');
  draft.patient = readIdentifier(name, text);
}

function setAgentIdentifier({ filter }: Draft, name: string, text: string): void {
  if (filter.agentIdentifier !== undefined) conflict('two parameters name the agent');
  filter.agentIdentifier = readToken(name, text);
}

const READERS: Readonly<Record<string, (draft: Draft, name: string, text: string) => void>> = {
  patient: (draft, name, text) => {
    draft.patientReference = unescaped(oneValue(name, text));
  },
  'patient:identifier': setIdentifier,
  'patient.identifier': setIdentifier,
  date: ({ filter }, name, text) => {
    filter.dates = [...filter.dates, readDate(name, text)];
  },
  agent: ({ filter }, name, text) => {
    filter.agent = unescaped(oneValue(name, text));
  },
  'agent:identifier': setAgentIdentifier,
  'agent.identifier': setAgentIdentifier,
  'agent-name': ({ filter }, name, text) => {
    filter.agentName = unescaped(oneValue(name, text)).toLowerCase();
  },
  entity: ({ filter }, name, text) => {
    filter.entity = unescaped(oneValue(name, text));
  },
  action: ({ filter }, name, text) => {
    filter.action = readCode(name, text, ['C', 'R', 'U', 'D', 'E'], ACTION_SYSTEM);
  },
  outcome: ({ filter }, name, text) => {
    filter.outcome = readCode(name, text, ['0', '4', '8', '12'], OUTCOME_SYSTEM);
  },
  type: ({ filter }, name, text) => {
    filter.type = readToken(name, text);
  },
  subtype: ({ filter }, name, text) => {
    filter.subtype = readToken(name, text);
  },
  _count: (draft, name, text) => {
    draft.count = readCount(name, text);
  },
  _cursor: (draft, name, text) => {
    draft.cursor = oneValue(name, text);
  },
  _format: (_draft, name, text) => {
    if (!FORMATS.includes(text)) bad(name, 'is not JSON');
  },
  _pretty: (_draft, name, text) => {
    if (text !== 'true' && text !== 'false') bad(name, 'is neither true nor false');
  },
};

/** Twice means both. */
const REPEATABLE = new Set(['date']);
/** Go with a cursor, which says all the rest. */
const BESIDE_CURSOR = new Set(['_cursor', '_count', '_format', '_pretty']);

const SEARCH_NAMES: readonly string[] = Object.keys(READERS);

/** @param lenient passes over what is not known. Throws BAD_INPUT. */
export function parseSearch(pairs: Pairs, lenient: boolean): SearchQuery {
  const draft: Draft = { filter: { dates: [] } };
  const seen = new Set<string>();
  for (const [name, text] of pairs) {
    const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
    if (read === undefined) {
      if (lenient) continue;
      // What is not known may be anything: it is not told back.
      const known = SEARCH_NAMES.join(', ');
      throw new ChartsealError('BAD_INPUT', `a search parameter is not known; known: ${known}`);
    }
    if (seen.has(name) && !REPEATABLE.has(name)) bad(name, 'stands twice');
    seen.add(name);
    read(draft, name, text);
  }
  if (draft.patient !== undefined && draft.patientReference !== undefined) {
    conflict('patient and patient.identifier both name the patient');
  }
  if (draft.cursor !== undefined && [...seen].some((name) => !BESIDE_CURSOR.has(name))) {
    conflict('_cursor goes with no other parameter than _count');
  }
  return { count: DEFAULT_COUNT, ...draft };
}
