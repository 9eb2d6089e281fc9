// What callers send of a record: as JSON, or as the document itself with its facts beside it.
import { RECORD_MEMBERS } from '../../chaincode/core/entry-shapes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type JsonValue, parseJsonBytes } from '../../chaincode/core/json.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { checkShape, integer, object, text } from '../../chaincode/core/shape.js';
import type { AnchorDocument } from '../services/record-anchor.js';
import { IDENTIFIER_SHAPE } from '../services/submission.js';
import { DIGEST_HEADERS } from './content-digest.js';
import { digestBody } from './document-body.js';
import { IDEMPOTENCY_KEY, sourceWithKey } from './idempotency.js';
import { PATIENT_HEADER, patientOfHeader } from './patient-header.js';
import type { ApiRequest, Parameter } from './route.js';

const name = text({ min: 1, max: 4096 });
const version = integer({ min: 1 });
const system = text({ min: 1, max: 256 });

export const RECORD_BODY_SHAPE = object({
  record: object({ ...RECORD_MEMBERS, 'name?': name, 'version?': version }),
  'patient?': IDENTIFIER_SHAPE,
});

const query = (parameter: string, shape: Parameter['shape'], description: string): Parameter => ({
  in: 'query',
  name: parameter,
  description,
  shape,
  onlyWith: 'application/octet-stream',
});

/** Beside the document itself, where no JSON says these things. */
const DOCUMENT_PARAMETERS: readonly Parameter[] = [
  query('id', RECORD_MEMBERS.id, 'Identifier of the record; required.'),
  query('category', RECORD_MEMBERS.category, 'Category of the record; required.'),
  query('mediaType', RECORD_MEMBERS.mediaType, 'application/octet-stream when it is left out.'),
  query('name', name, 'What people call it.'),
  query('retention', RECORD_MEMBERS['retention?'], 'Retention class.'),
  query('createdAt', RECORD_MEMBERS['createdAt?'], 'When the document was made.'),
  query('version', version, 'Refused unless it is the next.'),
  query('source', system, 'source.system; with Idempotency-Key the request is known again.'),
  PATIENT_HEADER,
  ...DIGEST_HEADERS,
];

export const RECORD_PARAMETERS: readonly Parameter[] = [IDEMPOTENCY_KEY, ...DOCUMENT_PARAMETERS];

export interface RecordInput {
  readonly document: AnchorDocument;
  readonly patient?: PatientIdentifier;
}

function contradict(message: string): never {
  throw new ChartsealError('REQUEST_CONFLICT', message);
}

/** One value of `POST /v1/records`, or one line. Throws BAD_INPUT. */
export function parseRecordInput(value: JsonValue): RecordInput {
  checkShape(RECORD_BODY_SHAPE, value, 'the body');
  const { record, patient } = value as unknown as {
    record: AnchorDocument;
    patient?: PatientIdentifier;
  };
  return { document: record, ...(patient === undefined ? {} : { patient }) };
}

/** Told of what was read, as it is read. */
export type Seen = (part: { readonly input?: RecordInput; readonly value?: JsonValue }) => void;

async function readJson(request: ApiRequest, seen: Seen): Promise<RecordInput> {
  const value = parseJsonBytes(await request.bytes(), 'the body');
  seen({ value });
  const input = parseRecordInput(value);
  const source = sourceWithKey(request, input.document.source);
  return source === undefined ? input : { ...input, document: { ...input.document, source } };
}

/** All but digest and size, which follow from the bytes: checked before these are read. */
function factsOf(request: ApiRequest): Omit<AnchorDocument, 'digests' | 'size'> {
  const { id, category, source, ...rest } = request.values;
  if (id === undefined) contradict('application/octet-stream needs the query parameter id');
  if (category === undefined)
    contradict('application/octet-stream needs the query parameter category');
  const given = source === undefined ? undefined : { system: String(source) };
  const keyed = sourceWithKey(request, given);
  const optional = ['name', 'retention', 'createdAt', 'version'] as const;
  const named = optional.filter((one) => rest[one] !== undefined);
  return {
    id: String(id),
    category: String(category),
    mediaType: String(rest['mediaType'] ?? 'application/octet-stream'),
    ...Object.fromEntries(named.map((one) => [one, rest[one]])),
    ...(keyed === undefined ? {} : { source: keyed }),
  };
}

async function readDocument(
  request: ApiRequest,
  check: (facts: Pick<AnchorDocument, 'source'>, patient?: PatientIdentifier) => void,
  seen: Seen,
): Promise<RecordInput> {
  const facts = factsOf(request);
  seen({ value: { record: facts as unknown as JsonValue } });
  const patient = patientOfHeader(request);
  check(facts, patient);
  const { digest, size } = await digestBody(request);
  const document = { ...facts, digests: { 'sha-256': digest }, size };
  return { document, ...(patient === undefined ? {} : { patient }) };
}

/**
 * The body of `POST /v1/records` in either form. Throws BAD_INPUT.
 * @param check throws for what must not be sent, before a document's bytes are read
 * @param seen also of what is refused then
 */
export async function readRecordInput(
  request: ApiRequest,
  check: (facts: Pick<AnchorDocument, 'source'>, patient?: PatientIdentifier) => void,
  seen: Seen,
): Promise<RecordInput> {
  if (request.mediaType === 'application/octet-stream') {
    const input = await readDocument(request, check, seen);
    seen({ input });
    return input;
  }
  const input = await readJson(request, seen);
  seen({ input });
  check(input.document, input.patient);
  return input;
}
