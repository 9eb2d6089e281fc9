// One page of a patient's history, in the words that people read.

import type { Actor } from '../../chaincode/core/entry.js';
import { ACCESS_MEMBERS, PRIVATE_VALUES } from '../../chaincode/core/entry-shapes.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { hex, integer, list, object, text, time } from '../../chaincode/core/shape.js';
import { formatTime } from '../../chaincode/core/time.js';
import { type PatientEvent, PatientEvents } from '../services/patient-events.js';
import { type Display, PERSON_SHAPE, personPseudonym, withheldFromPatients } from './display.js';
import { CURSOR, type Cursor, formatCursor, parseCursor } from './history-cursor.js';
import { ownTrust } from './own-trust.js';
import type { Answer, ApiRequest, Parameter } from './route.js';
import type { GatewayServices } from './services.js';
import { callerOf } from './visibility.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;

export const PAGE_PARAMETERS: readonly Parameter[] = [
  CURSOR,
  {
    in: 'query',
    name: 'limit',
    description: `Events of one page, ${DEFAULT_LIMIT} when it is left out.`,
    shape: integer({ min: 1, max: MAX_LIMIT }),
  },
];

const optional = (members: object) =>
  Object.fromEntries(
    Object.entries(members).map(([name, shape]) => [`${name.replace('?', '')}?`, shape]),
  );

const EVENT = object({
  sequence: integer(),
  leafHash: hex(HASH_BYTES),
  act: text({ min: 1, max: 64 }),
  at: time(),
  ...optional(ACCESS_MEMBERS),
  'actor?': PRIVATE_VALUES.actor,
  'justification?': PRIVATE_VALUES.justification,
  'client?': PRIVATE_VALUES.client,
  'person?': PERSON_SHAPE,
});

const PAGE = object({
  events: list(EVENT, { max: MAX_LIMIT }),
  asOf: time(),
  size: integer(),
  count: integer(),
  'next?': text({ min: 1, max: 600 }),
});

export const PAGE_ANSWER: Answer = {
  description:
    'Events, the newest first; breakGlass marks emergency overrides. Complete, as the log has it, as of asOf; the file proves it.',
  content: { type: 'application/json', shape: PAGE },
};

/** Signs in the place of those who are not named. */
type Signs = (actor: Actor) => JsonObject;

function eventOf(
  { sequence, leafHash, entry, opened }: PatientEvent,
  withheld: readonly string[],
  signs: Signs | undefined,
): JsonObject {
  const { act, at } = entry;
  const common = { sequence, leafHash, act, at };
  if (entry.act !== 'access') return common;
  const { v: _v, log: _log, salt: _salt, by: _by, private: _private, ...facts } = entry;
  const shown = Object.entries(opened).filter(([member]) => !withheld.includes(member));
  const actor = opened['actor'] as Actor | undefined;
  const person = signs === undefined || actor === undefined ? {} : { person: signs(actor) };
  return {
    ...common,
    ...(facts as unknown as JsonObject),
    ...Object.fromEntries(shown),
    ...person,
  };
}

function signsFor(key: Uint8Array, label: Uint8Array): Signs {
  const sign = ({ id }: { readonly id: string }) => personPseudonym(key, label, id);
  return (actor) => ({
    pseudonym: sign(actor),
    ...(actor.onBehalfOf === undefined ? {} : { onBehalfOf: sign(actor.onBehalfOf) }),
  });
}

/**
 * The first page, or the one of the cursor.
 * @param display of those who opened the file
 * Throws NOT_PROVEN_YET, STORE_CORRUPT, NOT_FOUND.
 */
export async function historyPage(
  request: ApiRequest,
  { hospital, patients }: GatewayServices,
  patient: PatientIdentifier,
  display: Display = 'name',
): Promise<JsonObject> {
  const { store, sequencer } = hospital;
  const { cursor: given, limit = DEFAULT_LIMIT } = request.values;
  const owner = { caller: callerOf(request), pseudonym: patients.pseudonymOf(patient) };
  const nowMs = Date.now();
  const earlier = given === undefined ? undefined : parseCursor(String(given), owner, nowMs);
  const labels = sequencer.labels;
  const reader = new PatientEvents({ store, sequencer, labels, ...ownTrust(hospital) });
  const label = reader.label(patient);
  const from: Cursor = earlier ?? (await firstPage(reader, label));
  const { events, next } = reader.page(label, from, Number(limit));
  const withheld = withheldFromPatients(display);
  const key = hospital.context.secrets.pseudonymKey;
  const signs = display === 'pseudonym' ? signsFor(key, label) : undefined;
  const cursor = next.before === 0 ? undefined : formatCursor({ ...from, ...next }, owner, nowMs);
  return {
    events: events.map((event) => eventOf(event, withheld, signs)),
    asOf: formatTime(from.asOfMs),
    size: from.size,
    count: from.count,
    ...(cursor === undefined ? {} : { next: cursor }),
  };
}

async function firstPage(reader: PatientEvents, label: Uint8Array): Promise<Cursor> {
  const top = await reader.top(label);
  return { ...top, count: top.before };
}
