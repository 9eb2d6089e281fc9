// One entry of a patient's chain, in the words that people read: an access, a question, an answer.

import { decodeHex } from '../../chaincode/core/bytes.js';
import type { Actor, Entry } from '../../chaincode/core/entry.js';
import {
  ACCESS_MEMBERS,
  ANSWER_MEMBERS,
  INQUIRY_MEMBERS,
  PRIVATE_VALUES,
} from '../../chaincode/core/entry-shapes.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { hex, integer, object, oneOf, text, time } from '../../chaincode/core/shape.js';
import { INQUIRY_STATES, OUTCOMES, stateAfter } from '../services/inquiries/thread.js';
import { type PatientEvent, patientEventOf } from '../services/patient-events.js';
import type { Store } from '../store/store.js';
import { PERSON_SHAPE, personPseudonym } from './display.js';

const optional = (members: object) =>
  Object.fromEntries(
    Object.entries(members).map(([name, shape]) => [`${name.replace('?', '')}?`, shape]),
  );

export const HISTORY_EVENT = object({
  sequence: integer(),
  leafHash: hex(HASH_BYTES),
  act: text({ min: 1, max: 64 }),
  at: time(),
  ...optional(ACCESS_MEMBERS),
  ...optional(INQUIRY_MEMBERS),
  ...optional(ANSWER_MEMBERS),
  // Of an access as FHIR has it, of an answer how the question ended.
  'outcome?': oneOf(['success', 'minor', 'serious', 'major', ...OUTCOMES]),
  'state?': oneOf(INQUIRY_STATES),
  'actor?': PRIVATE_VALUES.actor,
  'justification?': PRIVATE_VALUES.justification,
  'client?': PRIVATE_VALUES.client,
  'question?': PRIVATE_VALUES.question,
  'text?': PRIVATE_VALUES.text,
  'person?': PERSON_SHAPE,
});

/** Signs in the place of those who are not named. */
export type Signs = (actor: Actor) => JsonObject;

/** @param key secret of the log; `label` of the patient */
export function signsFor(key: Uint8Array, label: Uint8Array): Signs {
  const sign = ({ id }: { readonly id: string }) => personPseudonym(key, label, id);
  return (actor) => ({
    pseudonym: sign(actor),
    ...(actor.onBehalfOf === undefined ? {} : { onBehalfOf: sign(actor.onBehalfOf) }),
  });
}

/** What stands open in an entry; of inquiries also what they came to. */
function factsOf(entry: Entry): JsonObject {
  if (entry.act !== 'access' && entry.act !== 'inquiry' && entry.act !== 'answer') return {};
  const { v: _v, log: _log, salt: _salt, by: _by, private: _private, ...facts } = entry;
  if (entry.act === 'access') return facts as unknown as JsonObject;
  return { ...(facts as unknown as JsonObject), state: stateAfter(entry) };
}

/** @param withheld private members that are not shown */
export function eventOf(
  { sequence, leafHash: hash, entry, opened }: PatientEvent,
  withheld: readonly string[],
  signs?: Signs,
): JsonObject {
  const { act, at } = entry;
  const shown = Object.entries(opened).filter(([member]) => !withheld.includes(member));
  const actor = opened['actor'] as Actor | undefined;
  return {
    ...{ sequence, leafHash: hash, act, at },
    ...factsOf(entry),
    ...(Object.fromEntries(shown) as Record<string, JsonValue>),
    ...(signs === undefined || actor === undefined ? {} : { person: signs(actor) }),
  };
}

/** The entry with this leaf hash, hex; undefined when there is none. */
export function findEvent(
  store: Store,
  hash: string,
  withheld: readonly string[],
): JsonObject | undefined {
  const ordinal = store.findByLeafHash(decodeHex(hash, 'leaf hash', HASH_BYTES));
  if (ordinal === undefined) return undefined;
  return eventOf(patientEventOf(store.readEntry(ordinal)), withheld);
}
