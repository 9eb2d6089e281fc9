// Verifies what somebody holds, with this hospital's trust file: for convenience. Whoever does not
// trust this server verifies elsewhere, with the same outcome.
import { RECORD_MEMBERS } from '../../../chaincode/core/entry-shapes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { HASH_BYTES, MAX_JSON_BYTES } from '../../../chaincode/core/limits.js';
import { anything, hex, integer, type Shape } from '../../../chaincode/core/shape.js';
import { verifyReceipt } from '../../evidence/verify-receipt.js';
import { checkEvidenceAside, EVIDENCE_SHAPE } from '../../services/evidence-check.js';
import { RecordReading } from '../../services/record-reading.js';
import { ROLES } from '../caller.js';
import { DIGEST_HEADERS } from '../content-digest.js';
import { digestBody } from '../document-body.js';
import { ownTrust } from '../own-trust.js';
import { receiptFor } from '../receipt-answer.js';
import type { ApiAnswer, ApiRequest, Parameter, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import { callerOf, entriesOf } from '../visibility.js';
import { findVisible } from './receipts.js';

function contradict(message: string): never {
  throw new ChartsealError('REQUEST_CONFLICT', message);
}

/** Without what is undefined, as JSON has it. */
const answerOf = (result: object): ApiAnswer => ({
  status: 200,
  body: JSON.parse(JSON.stringify(result)) as JsonValue,
});

async function verifyEvidence(
  request: ApiRequest,
  { hospital }: GatewayServices,
): Promise<ApiAnswer> {
  const { signal } = request;
  const known = { ...ownTrust(hospital), trustFile: hospital.trustFile(), signal };
  return answerOf(await checkEvidenceAside(await request.bytes(), known));
}

/** Ordinal of the entry whose receipt is meant. Throws NOT_FOUND also for what is not visible. */
async function namedEntry(request: ApiRequest, services: GatewayServices): Promise<number> {
  const { record, version, leafHash } = request.values;
  if ((record === undefined) === (leafHash === undefined))
    contradict('name either record or leafHash');
  if (leafHash !== undefined) {
    if (version !== undefined) contradict('version belongs to record');
    return findVisible(request, services, String(leafHash));
  }
  const { store, sequencer } = services.hospital;
  const reading = new RecordReading({ store, labels: sequencer.labels });
  const wanted = version === undefined ? undefined : Number(version);
  const found = await reading.find(String(record), entriesOf(callerOf(request)), wanted);
  if (found !== undefined) return found.ordinal;
  throw new ChartsealError('NOT_FOUND', 'there is no such record, or no such version of it');
}

async function verifyDocument(request: ApiRequest, services: GatewayServices): Promise<ApiAnswer> {
  const { hospital } = services;
  const receipt = await receiptFor(request, services, await namedEntry(request, services));
  const { digest, size } = await digestBody(request);
  const document = { digests: { 'sha-256': digest }, size };
  return answerOf(verifyReceipt({ receipt, document, ...ownTrust(hospital) }));
}

const named = (name: string, description: string, shape: Shape): Parameter => ({
  in: 'query',
  name,
  description,
  shape,
  onlyWith: 'application/octet-stream',
});

/** Which receipt a document is compared with; evidence as JSON has its own. */
const DOCUMENT_PARAMETERS: readonly Parameter[] = [
  named('record', 'Whose receipt the document is compared with.', RECORD_MEMBERS.id),
  named('version', 'Of the record; the newest when it is left out.', integer({ min: 1 })),
  named('leafHash', 'Of the entry, instead of record.', hex(HASH_BYTES)),
  ...DIGEST_HEADERS,
];

export const VERIFY_ROUTES: readonly Route[] = [
  {
    operationId: 'verify',
    method: 'POST',
    path: '/v1/verify',
    tag: 'Verification',
    summary: 'Verifies a receipt or a history, or a document against its receipt.',
    description:
      'The outcome is the one of chartseal verify --json. A server of the hospital proves nothing against the hospital: verify offline, with a trust file from elsewhere, where that matters.',
    access: { own: ROLES, others: ['auditor'] },
    parameters: DOCUMENT_PARAMETERS,
    bodies: {
      'application/json': {
        description: 'A receipt with what is known of the document, or a history.',
        shape: EVIDENCE_SHAPE,
        maxBytes: MAX_JSON_BYTES,
      },
      'application/octet-stream': { description: 'The document; none of its bytes is kept.' },
    },
    answers: {
      200: {
        description: 'The verdict, with a sentence for each step, whatever the verdict is.',
        content: { type: 'application/json', shape: anything() },
      },
    },
    refusals: [
      'NOT_FOUND',
      'REQUEST_CONFLICT',
      'DIGEST_MISMATCH',
      'NOT_PROVEN_YET',
      'STORE_CORRUPT',
    ],
    handle: async (request, services) =>
      request.mediaType === 'application/octet-stream'
        ? verifyDocument(request, services)
        : verifyEvidence(request, services),
  },
];
