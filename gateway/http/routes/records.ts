// Records: documents that are anchored, as their digest or as they are sent.
import type { JsonValue } from '../../../chaincode/core/json.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import type { AnchorDocument, Anchored } from '../../services/record-anchor.js';
import {
  ACCEPT_REFUSALS,
  ANCHORING_ANSWERS,
  acceptedFacts,
  answerAccepted,
  LINES_ANSWER,
} from '../accepting.js';
import { anchorKeeping, type SentRecord } from '../failed-record.js';
import { answerLines } from '../lines.js';
import {
  parseRecordInput,
  RECORD_BODY_SHAPE,
  RECORD_PARAMETERS,
  type RecordInput,
  readRecordInput,
} from '../record-input.js';
import type { Access, ApiAnswer, ApiRequest, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import { callerOf, checkSource, submitterOf } from '../visibility.js';

const WRITERS: Access = { own: ['archivist', 'source-system'] };

const REFUSALS = [
  'PATIENT_NOT_NORMAL',
  'VERSION_CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'REQUEST_CONFLICT',
  'DIGEST_MISMATCH',
  'ACT_REFUSED',
  'ACCESS_DENIED',
  'TOO_LARGE',
  ...ACCEPT_REFUSALS,
] as const;

/** Throws what the caller must not send, as far as it is known without the digest. */
function checkInput(request: ApiRequest, { patients }: GatewayServices) {
  const caller = callerOf(request);
  return ({ source }: Pick<AnchorDocument, 'source'>, patient?: PatientIdentifier) => {
    checkSource(caller, source);
    if (patient !== undefined) patients.pseudonymOf(patient);
  };
}

const factsOf = ({ version, state, ...place }: Anchored) => ({
  ...place,
  duplicate: state === 'unchanged',
  facts: { version },
});

function anchor(
  request: ApiRequest,
  { hospital }: GatewayServices,
  { document, patient }: RecordInput,
  whenRoom: boolean,
): Promise<Anchored> {
  return hospital.records.anchor(document, {
    by: submitterOf(callerOf(request)),
    whenRoom,
    ...(patient === undefined ? {} : { patient }),
  });
}

async function anchorOne(request: ApiRequest, services: GatewayServices): Promise<ApiAnswer> {
  const sent: SentRecord = {};
  const check = checkInput(request, services);
  const anchored = await anchorKeeping(services, callerOf(request), sent, async () => {
    const input = await readRecordInput(request, check, (part) => Object.assign(sent, part));
    return { input, ...(await anchor(request, services, input, false)) };
  });
  const { input, ...rest } = anchored;
  const accepted = factsOf(rest);
  const { digests, size } = input.document;
  const digested = request.mediaType === 'application/octet-stream';
  const facts = { ...accepted.facts, ...(digested && { digest: digests['sha-256'], size }) };
  return answerAccepted(request, services, { ...accepted, facts }, 200);
}

function anchorLines(request: ApiRequest, services: GatewayServices): ApiAnswer {
  const check = checkInput(request, services);
  const caller = callerOf(request);
  const accept = async (value: JsonValue) => {
    const sent: SentRecord = { value };
    const anchored = await anchorKeeping(services, caller, sent, async () => {
      sent.input = parseRecordInput(value);
      check(sent.input.document, sent.input.patient);
      return anchor(request, services, sent.input, true);
    });
    return acceptedFacts(services, factsOf(anchored));
  };
  const body = answerLines(request.stream, accept, request.signal);
  return { status: 200, type: 'application/x-ndjson', body };
}

export const RECORD_ROUTES: readonly Route[] = [
  {
    operationId: 'anchorRecord',
    method: 'POST',
    path: '/v1/records',
    tag: 'Records',
    summary: 'Anchors a document: a new digest becomes the next version of its record.',
    description:
      'The facts and the digest as JSON, or the document itself, which is digested while it arrives; none of its bytes is kept, and one that is cut off anchors nothing. What is unchanged leaves nothing, its request id neither: give the version where an old request may come again after a newer digest, which is then refused with VERSION_CONFLICT.',
    access: WRITERS,
    parameters: RECORD_PARAMETERS,
    bodies: {
      'application/json': {
        description: 'Facts and digests; the version is found when it is left out.',
        shape: RECORD_BODY_SHAPE,
      },
      'application/octet-stream': { description: 'The document.' },
    },
    answers: ANCHORING_ANSWERS,
    refusals: REFUSALS,
    waits: true,
    handle: anchorOne,
  },
  {
    operationId: 'anchorRecords',
    method: 'POST',
    path: '/v1/records/batch',
    tag: 'Records',
    summary: 'Anchors any number of documents, one a line, each answered in its order.',
    access: WRITERS,
    bodies: {
      'application/x-ndjson': {
        description: 'One a line, as the JSON of POST /v1/records.',
        shape: RECORD_BODY_SHAPE,
      },
    },
    answers: { 200: LINES_ANSWER },
    refusals: ['ACCESS_DENIED'],
    handle: async (request, services) => anchorLines(request, services),
  },
];
