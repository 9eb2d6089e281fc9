// Access events, one or many: who did what to a patient's records.
import type { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { acceptCounted, countRefused, type FeedSender } from '../../services/feed/counted.js';
import { ACCESS_SUBMISSION_SHAPE, parseAccessSubmission } from '../../services/submission.js';
import {
  ACCEPT_REFUSALS,
  ACCEPTING_ANSWERS,
  acceptedFacts,
  answerAccepted,
  LINES_ANSWER,
} from '../accepting.js';
import { checkNoKey, IDEMPOTENCY_KEY, sourceWithKey } from '../idempotency.js';
import { answerLines } from '../lines.js';
import type { ApiAnswer, ApiRequest, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import { callerOf, checkSource, submitterOf } from '../visibility.js';

async function acceptOne(request: ApiRequest, services: GatewayServices): Promise<ApiAnswer> {
  const caller = callerOf(request);
  const { sequencer, feed } = services.hospital;
  const by = submitterOf(caller);
  const read = async () => {
    const event = parseAccessSubmission(await request.json());
    const source = sourceWithKey(request, event.source);
    checkSource(caller, source);
    return { ...event, source };
  };
  const sender: FeedSender = { via: 'access-events', caller: by };
  const accepted = await acceptCounted(feed, sender, read, (event) =>
    sequencer.accept(event, { by }),
  );
  return answerAccepted(request, services, accepted);
}

function acceptLines(request: ApiRequest, services: GatewayServices): ApiAnswer {
  checkNoKey(request);
  const caller = callerOf(request);
  const by = submitterOf(caller);
  const { sequencer, feed } = services.hospital;
  const sender: FeedSender = { via: 'access-events', caller: by };
  const accept = async (value: JsonValue) => {
    const read = () => {
      const event = parseAccessSubmission(value);
      checkSource(caller, event.source);
      return event;
    };
    const accepted = await acceptCounted(feed, sender, read, (event) =>
      sequencer.acceptWhenRoom(event, { by }),
    );
    return acceptedFacts(services, accepted);
  };
  const unread = (error: ChartsealError) => countRefused(feed, sender, error);
  const body = answerLines(request.stream, accept, request.signal, unread);
  return { status: 200, type: 'application/x-ndjson', body };
}

export const ACCESS_EVENT_ROUTES: readonly Route[] = [
  {
    operationId: 'recordAccess',
    method: 'POST',
    path: '/v1/access-events',
    tag: 'Access events',
    summary: 'Records that somebody did something to records of one patient.',
    description:
      'One event as JSON, or any number as JSON lines: each has its answer as one line, in order, while more are sent. An event that was answered is durable; the same source.system and source.requestId may be sent again. The purpose BTG, also spelt in another way (btg, break-glass), goes with breakGlass true; breakGlass true may have any purpose.',
    access: { own: ['source-system', 'archivist'] },
    parameters: [IDEMPOTENCY_KEY],
    bodies: {
      'application/json': { description: 'One event.', shape: ACCESS_SUBMISSION_SHAPE },
      'application/x-ndjson': {
        description: 'One event a line.',
        shape: ACCESS_SUBMISSION_SHAPE,
      },
    },
    answers: { ...ACCEPTING_ANSWERS, 200: LINES_ANSWER },
    refusals: [
      'PATIENT_NOT_NORMAL',
      'IDEMPOTENCY_CONFLICT',
      'REQUEST_CONFLICT',
      'ACT_REFUSED',
      'ACCESS_DENIED',
      ...ACCEPT_REFUSALS,
    ],
    waits: true,
    handle: async (request, services) =>
      request.mediaType === 'application/x-ndjson'
        ? acceptLines(request, services)
        : acceptOne(request, services),
  },
];
