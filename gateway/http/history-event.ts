// One entry of a patient's chain as the gateway answers with it; with signs in the place of people
// where the hospital shows no more.

import type { Actor } from '../../chaincode/core/entry.js';
import {
  ACCESS_MEMBERS,
  ANSWER_MEMBERS,
  INQUIRY_MEMBERS,
  PRIVATE_VALUES,
} from '../../chaincode/core/entry-shapes.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { hex, integer, object, oneOf, text, time } from '../../chaincode/core/shape.js';
import { INQUIRY_STATES, OUTCOMES } from '../services/inquiries/thread.js';
import { eventView } from '../services/patient-event-view.js';
import type { PatientEvent } from '../services/patient-events.js';
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

/** @param withheld private members that are not shown */
export function eventOf(
  event: PatientEvent,
  withheld: readonly string[],
  signs: Signs | undefined,
): JsonObject {
  const actor = event.opened['actor'] as Actor | undefined;
  const person = signs === undefined || actor === undefined ? {} : { person: signs(actor) };
  return { ...eventView(event, withheld), ...person };
}
