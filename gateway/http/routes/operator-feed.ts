// Routes for commands beside a gateway: FHIR audit events from files, and refused events that are
// tried again or given up.
import { decodeBase64 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonObject, JsonValue } from '../../../chaincode/core/json.js';
import { integer, object } from '../../../chaincode/core/shape.js';
import { namedError } from '../../client/refusal.js';
import { readValues } from '../../client/rows.js';
import { faultOf, sent, type WireFault } from '../../client/wire.js';
import { AUDIT_ITEM_ROW, REPLAY } from '../../client/wire-feed.js';
import { OwnFeedDoor } from '../../services/door/feed-door.js';
import type { AuditOutcome, PlacedItem } from '../../services/feed/audit-import.js';
import { auditReader } from '../../services/feed/read-audit.js';
import type { ReplayOutcome } from '../../services/feed/replay.js';
import type { ApiRequest, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import { operatorOf, operatorRoute } from './operator.js';
import { answerRows, LINES, ROWS } from './operator-rows.js';

type Rows = AsyncGenerator<readonly object[], object>;

const DISCARD = object({ id: integer() });

interface ItemRow {
  readonly number: number;
  readonly content?: string;
  readonly mediaType?: string;
  readonly profile?: 'balp';
  readonly error?: WireFault;
}

function itemOf(value: JsonValue): PlacedItem {
  const { number, content, mediaType, profile, error } = sent<ItemRow>(AUDIT_ITEM_ROW, value);
  if (error !== undefined) {
    return { number, item: { error: namedError(error.code, error.message) } };
  }
  if (content === undefined || mediaType === undefined) {
    throw new ChartsealError('BAD_INPUT', 'a row of an event lacks a member');
  }
  const bytes = decodeBase64(content, 'content');
  return { number, item: { bytes, mediaType, ...(profile === undefined ? {} : { profile }) } };
}

async function* itemsOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<PlacedItem> {
  for await (const values of readValues(stream)) yield* values.map(itemOf);
}

/** What became of an event, with its error as the wire has it. */
function rowOf(outcome: AuditOutcome | ReplayOutcome): JsonObject {
  if (!('error' in outcome)) return { ...outcome, leafHashes: [...outcome.leafHashes] };
  const { error, ...rest } = outcome;
  return { ...rest, error: { ...faultOf(error) } };
}

async function* rowsOf(outcomes: AsyncGenerator<AuditOutcome | ReplayOutcome>): Rows {
  for await (const outcome of outcomes) yield [rowOf(outcome)];
  return {};
}

const doorOf = (request: ApiRequest, { hospital, fhir }: GatewayServices) =>
  new OwnFeedDoor(hospital, operatorOf(request, hospital), auditReader(fhir));

export const OPERATOR_FEED_ROUTES: readonly Route[] = [
  operatorRoute({
    operationId: 'operatorImportAudit',
    method: 'POST',
    path: '/operator/v1/audit-events/import',
    summary: 'Accept FHIR audit events as they come, each answered for in its turn.',
    bodies: { [LINES]: { description: 'Events of an import.', shape: AUDIT_ITEM_ROW } },
    answers: ROWS,
    handle: async (request, services) =>
      answerRows(
        rowsOf(doorOf(request, services).importAudit(itemsOf(request.stream))),
        request.signal,
      ),
  }),
  operatorRoute({
    operationId: 'operatorReplay',
    method: 'POST',
    path: '/operator/v1/feed/replay',
    summary: 'Try refused events again, each answered for in its turn.',
    bodies: {
      'application/json': { description: 'Which; all when none is named.', shape: REPLAY },
    },
    answers: ROWS,
    handle: async (request, services) => {
      const { ids } = (await request.json()) as { ids?: readonly number[] };
      const outcomes = doorOf(request, services).replay(ids ?? 'all');
      return answerRows(rowsOf(outcomes), request.signal);
    },
  }),
  operatorRoute({
    operationId: 'operatorDiscard',
    method: 'POST',
    path: '/operator/v1/feed/discard',
    summary: 'Give a refused event up.',
    bodies: { 'application/json': { description: 'Which.', shape: DISCARD } },
    answers: {
      200: {
        description: 'It is gone.',
        content: { type: 'application/json', shape: DISCARD },
      },
    },
    refusals: ['NOT_FOUND', 'FEED_FAILED', 'FEED_CORRUPT'],
    handle: async (request, services) => {
      const { id } = (await request.json()) as { id: number };
      await doorOf(request, services).discard(id);
      return { status: 200, body: { id } };
    },
  }),
];
