// Routes for the commands that work beside a gateway: what they would do with the store themselves.
// Only the local listener has them, and only the token of DATA/run opens them.
import { encodeHex } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonObject, JsonValue } from '../../../chaincode/core/json.js';
import { anything } from '../../../chaincode/core/shape.js';
import {
  ACCEPTED,
  faultOf,
  HISTORY_QUERY,
  OPERATOR_HEADER,
  OPERATOR_SHAPE,
  parseOperator,
  STANDING,
  WANTED_RECEIPT,
} from '../../client/wire.js';
import type { WantedReceipt } from '../../services/door/door.js';
import { standingOf } from '../../services/door/own-door.js';
import { receiptOf } from '../../services/door/receipt-of.js';
import { acceptCounted } from '../../services/feed/counted.js';
import type { HistoryQuery } from '../../services/histories.js';
import { historyBytes } from '../../services/history-bytes.js';
import type { Hospital } from '../../services/hospital.js';
import type { Submitter } from '../../services/sequencer/build-entry.js';
import { ACCESS_SUBMISSION_SHAPE, parseAccessSubmission } from '../../services/submission.js';
import type { ApiRequest, Parameter, Route } from '../route.js';

const OPERATOR: Parameter = {
  in: 'header',
  name: OPERATOR_HEADER,
  description: 'Account of this machine whose command it is: `cli:` and its name.',
  shape: OPERATOR_SHAPE,
};

/** Who submits: the account that the command names. */
export function operatorOf({ values, caller }: ApiRequest, { config }: Hospital): Submitter {
  const named = values[OPERATOR_HEADER] as string | undefined;
  const id = named === undefined ? (caller?.id ?? '') : parseOperator(named);
  return { id, mspId: config.mspId };
}

/** A route for commands. */
export const operatorRoute = (
  route: Pick<Route, 'operationId' | 'method' | 'path' | 'summary' | 'answers' | 'handle'> &
    Partial<Route>,
): Route => ({ tag: 'operator', access: 'operator', parameters: [OPERATOR], ...route });

const isJson = (shape = anything()) => ({ content: { type: 'application/json', shape } }) as const;

/** One of the members, and nothing beside it. */
function checkOne(value: JsonValue, names: readonly string[], beside: readonly string[]): void {
  const given = Object.keys(value as JsonObject).filter((name) => !beside.includes(name));
  if (given.length === 1) return;
  throw new ChartsealError('BAD_INPUT', `the body has one of ${names.join(', ')}`);
}

async function wantedReceipt(request: ApiRequest): Promise<WantedReceipt> {
  const value = await request.json();
  checkOne(value, ['record', 'leafHash', 'index', 'ordinal'], ['version']);
  return value as unknown as WantedReceipt;
}

async function historyQuery(request: ApiRequest): Promise<HistoryQuery> {
  const value = await request.json();
  checkOne(value, ['patient', 'record', 'log'], []);
  return value as unknown as HistoryQuery;
}

function standing(hospital: Hospital): JsonObject {
  const { counts, delay } = standingOf(hospital);
  const { logId } = hospital.context;
  const held = delay === undefined ? {} : { delay: { ...faultOf(delay) } };
  return { logId, counts: { ...counts }, ...held };
}

export const OPERATOR_ROUTES: readonly Route[] = [
  operatorRoute({
    operationId: 'operatorStanding',
    method: 'GET',
    path: '/operator/v1/standing',
    summary: 'How far the log is.',
    answers: { 200: { description: 'Counts of the log.', ...isJson(STANDING) } },
    handle: async (_request, { hospital }) => ({ status: 200, body: standing(hospital) }),
  }),
  operatorRoute({
    operationId: 'operatorAccess',
    method: 'POST',
    path: '/operator/v1/access-events',
    summary: 'Accept one access event.',
    bodies: {
      'application/json': { description: 'The event.', shape: ACCESS_SUBMISSION_SHAPE },
    },
    answers: { 200: { description: 'It is durable.', ...isJson(ACCEPTED) } },
    refusals: ['IDEMPOTENCY_CONFLICT', 'PATIENT_NOT_NORMAL', 'OUTBOX_FULL', 'LOG_STOPPED'],
    handle: async (request, { hospital }) => {
      const by = operatorOf(request, hospital);
      const { leafHash, duplicate } = await acceptCounted(
        hospital.feed,
        { via: 'access-events', caller: by },
        async () => parseAccessSubmission(await request.json()),
        (event) => hospital.sequencer.accept(event, { by }),
      );
      return { status: 200, body: { leafHash: encodeHex(leafHash), duplicate } };
    },
  }),
  operatorRoute({
    operationId: 'operatorReceipt',
    method: 'POST',
    path: '/operator/v1/receipts',
    summary: 'The receipt of an entry.',
    bodies: { 'application/json': { description: 'Which.', shape: WANTED_RECEIPT } },
    answers: { 200: { description: 'The receipt.', ...isJson() } },
    refusals: ['NOT_FOUND', 'NOT_PROVEN_YET'],
    handle: async (request, { hospital }) => {
      const body = await receiptOf(hospital.receipts, await wantedReceipt(request));
      return { status: 200, type: 'application/json', body };
    },
  }),
  operatorRoute({
    operationId: 'operatorHistory',
    method: 'POST',
    path: '/operator/v1/histories',
    summary: 'The history of a patient, a record or the log, everything shown.',
    bodies: { 'application/json': { description: 'Whose.', shape: HISTORY_QUERY } },
    answers: { 200: { description: 'The history.', ...isJson() } },
    refusals: ['NOT_PROVEN_YET', 'PATIENT_NOT_NORMAL', 'TOO_LARGE'],
    handle: async (request, { hospital }) => {
      const history = await hospital.histories.make(await historyQuery(request));
      const body = await historyBytes(history, { gone: request.gone });
      return { status: 200, type: 'application/json', body };
    },
  }),
];
