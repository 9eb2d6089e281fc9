// One page of a patient's history, in the words that people read.

import type { JsonObject } from '../../chaincode/core/json.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { integer, list, object, time } from '../../chaincode/core/shape.js';
import { formatTime } from '../../chaincode/core/time.js';
import { PatientEvents } from '../services/patient-events.js';
import { type Display, withheldFromPatients } from './display.js';
import { CURSOR, type Cursor, formatCursor, parseCursor } from './history-cursor.js';
import { eventOf, HISTORY_EVENT, signsFor } from './history-event.js';
import { ownTrust } from './own-trust.js';
import type { Answer, ApiRequest, Parameter } from './route.js';
import { SEALED } from './sealed.js';
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

const PAGE = object({
  events: list(HISTORY_EVENT, { max: MAX_LIMIT }),
  asOf: time(),
  size: integer(),
  count: integer(),
  'next?': SEALED,
});

export const PAGE_ANSWER: Answer = {
  description:
    'Events, the newest first; breakGlass marks emergency overrides. Complete, as the log has it, as of asOf; the file proves it.',
  content: { type: 'application/json', shape: PAGE },
};

/**
 * The first page, or the one of the cursor.
 * @param display of those who opened the file
 * @param more private members that are not shown either
 * Throws NOT_PROVEN_YET, STORE_CORRUPT, NOT_FOUND.
 */
export async function historyPage(
  request: ApiRequest,
  { hospital, patients }: GatewayServices,
  patient: PatientIdentifier,
  display: Display = 'name',
  more: readonly string[] = [],
): Promise<JsonObject> {
  const { store, sequencer } = hospital;
  const { cursor: given, limit = DEFAULT_LIMIT } = request.values;
  const owner = { caller: callerOf(request), pseudonym: patients.pseudonymOf(patient) };
  const nowMs = Date.now();
  const earlier = given === undefined ? undefined : await parseCursor(String(given), owner, nowMs);
  const labels = sequencer.labels;
  const reader = new PatientEvents({ store, sequencer, labels, ...ownTrust(hospital) });
  const label = reader.label(patient);
  const from: Cursor = earlier ?? (await firstPage(reader, label));
  const { events, next } = reader.page(label, from, Number(limit));
  const withheld = [...withheldFromPatients(display), ...more];
  const key = hospital.context.secrets.pseudonymKey;
  const signs = display === 'pseudonym' ? signsFor(key, label) : undefined;
  const cursor =
    next.before === 0 ? undefined : await formatCursor({ ...from, ...next }, owner, nowMs);
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
