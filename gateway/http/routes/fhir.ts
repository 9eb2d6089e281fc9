// FHIR R4: AuditEvents in, alone or in Bundles, and out by their id; and what this server can do.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { hex, oneOf } from '../../../chaincode/core/shape.js';
import { formatTime } from '../../../chaincode/core/time.js';
import { type FhirBody, readFhirBody } from '../../fhir/bundle.js';
import { refuse } from '../../fhir/fhir-issue.js';
import type { FoundEvent } from '../../services/event-search.js';
import { ACCEPT_REFUSALS } from '../accepting.js';
import { EventAcceptor, type Landed } from '../fhir/accept-events.js';
import { EVENTS, READERS, TAG } from '../fhir/audit-events.js';
import { acceptBundle } from '../fhir/bundle-answer.js';
import { capabilityStatement } from '../fhir/capability.js';
import { lookFor, PURPOSE } from '../fhir/fhir-look.js';
import {
  ACCEPT,
  checkAccept,
  checkUnconditional,
  FORMAT,
  IF_NONE_EXIST,
  PREFER_HEADER,
  PRETTY,
  wantedReturn,
} from '../fhir/negotiation.js';
import { FHIR_PATH, FHIR_TYPE, fhirBody } from '../fhir/refusal.js';
import {
  AUDIT_EVENT_SHAPE,
  BATCH_SHAPE,
  CAPABILITY_SHAPE,
  EVENT_OR_BUNDLE_SHAPE,
  RESPONSE_SHAPE,
} from '../fhir/shapes.js';
import {
  acceptedAt,
  ETAG,
  eventId,
  idsOf,
  landedOutcome,
  readFound,
  statusOf,
  versionOf,
  withheldFrom,
  writtenEvent,
} from '../fhir/written.js';
import { MAX_FHIR_BODY_BYTES } from '../limits.js';
import { recordLook } from '../look.js';
import type { Access, Answer, ApiAnswer, ApiRequest, Body, Parameter, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import { callerOf, isStaff } from '../visibility.js';

const WRITERS: Access = { own: ['source-system', 'archivist'] };
const NEGOTIATED = [FORMAT, PRETTY, ACCEPT];

/** Last-Modified and ETag of what never changes. */
function versionHeaders(event: FoundEvent): Record<string, string> {
  return { ETag: ETAG, 'Last-Modified': new Date(acceptedAt(event)).toUTCString() };
}

function answerLanded(request: ApiRequest, services: GatewayServices, landed: Landed): ApiAnswer {
  if (landed.length === 0) return { status: 200, ...fhirBody(landedOutcome(landed)) };
  const id = eventId(landed);
  const found = readFound(services, id);
  if (found === undefined) throw new ChartsealError('STORE_CORRUPT', 'an accepted event is gone');
  const [, ...others] = idsOf(landed);
  const link = others.map((other) => `<${EVENTS}/${other}>; rel="item"`);
  const headers = {
    Location: `${FHIR_PATH}/${versionOf(id)}`,
    ...versionHeaders(found),
    ...(link.length === 0 ? {} : { Link: link.join(', ') }),
  };
  const status = statusOf(landed);
  const wanted = wantedReturn(request, 'representation');
  if (wanted === 'minimal') return { status, headers };
  const body = wanted === 'representation' ? writtenEvent(found) : landedOutcome(landed);
  return { status, headers, ...fhirBody(body) };
}

async function accept(
  request: ApiRequest,
  services: GatewayServices,
  isBase: boolean,
): Promise<ApiAnswer> {
  checkAccept(request);
  checkUnconditional(request);
  const acceptor = new EventAcceptor(services, callerOf(request));
  const bytes = await request.bytes();
  const sent = { bytes, receivedAt: Date.now() };
  const body = await readBody(bytes, isBase).catch(async (error: unknown) => {
    throw await acceptor.refused(error, sent);
  });
  if (body.kind === 'resource') {
    return answerLanded(request, services, await acceptor.one(body.part, sent));
  }
  const work = { services, acceptor, sent, wanted: wantedReturn(request, 'minimal') };
  return acceptBundle(body, work, isBase);
}

async function readBody(bytes: Uint8Array, isBase: boolean): Promise<FhirBody> {
  const body = readFhirBody(bytes, 'the body', MAX_FHIR_BODY_BYTES);
  if (isBase && body.kind === 'resource')
    refuse('structure', 'Bundle', 'is all that is taken here');
  return body;
}

function bodies(shape: NonNullable<Body['shape']>, description: string) {
  const body = { description, shape, maxBytes: MAX_FHIR_BODY_BYTES };
  return { 'application/fhir+json': body, 'application/json': body } as const;
}

const resource = (
  description: string,
  shape: NonNullable<NonNullable<Answer['content']>['shape']>,
  headers: Pick<Answer, 'headers' | 'rarerHeaders'> = {},
): Answer => ({ description, content: { type: FHIR_TYPE, shape }, ...headers });

const VERSION_HEADERS = {
  ETag: 'Its only version.',
  'Last-Modified': 'When it was accepted.',
} as const;
const WRITTEN_HEADERS = { Location: 'Where the event is.', ...VERSION_HEADERS } as const;
const LINK_HEADER = { Link: 'The entries of the other patients whom the event is about.' } as const;

const WRITE_REFUSALS = [
  'NOT_ACCEPTABLE',
  'REQUEST_CONFLICT',
  'PATIENT_NOT_NORMAL',
  'EVENT_NOT_MAPPED',
  'EVENT_WITHOUT_PATIENT',
  'IDEMPOTENCY_CONFLICT',
  'ACT_REFUSED',
  'FEED_FULL',
  'FEED_FAILED',
  ...ACCEPT_REFUSALS,
] as const;

const READ_REFUSALS = ['NOT_FOUND', 'NOT_ACCEPTABLE', 'STORE_CORRUPT', ...ACCEPT_REFUSALS] as const;

/** Somebody else's event is as if it were not there. */
function readVisible(request: ApiRequest, services: GatewayServices): FoundEvent {
  const found = readFound(services, String(request.values['id']));
  const caller = callerOf(request);
  const { patient } = caller;
  const isOwn =
    found !== undefined &&
    patient !== undefined &&
    found.patient.system === patient.system &&
    found.patient.value === patient.value;
  if (found === undefined || !(isStaff(caller) || isOwn)) {
    throw new ChartsealError('NOT_FOUND', 'no event has this id');
  }
  return found;
}

async function answerEvent(request: ApiRequest, services: GatewayServices): Promise<ApiAnswer> {
  checkAccept(request);
  const found = readVisible(request, services);
  if (isStaff(callerOf(request))) {
    await recordLook(request, services, found.patient, lookFor(request, 'R'));
  }
  const event = writtenEvent(found, withheldFrom(callerOf(request), services));
  return { status: 200, headers: versionHeaders(found), ...fhirBody(event) };
}

const ID: Parameter = {
  in: 'path',
  name: 'id',
  description: 'The leaf hash.',
  shape: hex(HASH_BYTES),
};

const EVENT_ANSWER = resource('The AuditEvent.', AUDIT_EVENT_SHAPE, { headers: VERSION_HEADERS });

const STARTED = formatTime(Date.now());

export const FHIR_ROUTES: readonly Route[] = [
  {
    operationId: 'readCapabilities',
    method: 'GET',
    path: `${FHIR_PATH}/metadata`,
    tag: TAG,
    summary: 'What this FHIR server can do.',
    access: 'open',
    parameters: NEGOTIATED,
    answers: { 200: resource('A CapabilityStatement.', CAPABILITY_SHAPE) },
    refusals: ['NOT_ACCEPTABLE'],
    async handle(request, { health }) {
      checkAccept(request);
      const { version } = health.status();
      const base = request.origin + FHIR_PATH;
      const body = capabilityStatement({ version: String(version), base, since: STARTED });
      return { status: 200, ...fhirBody(body) };
    },
  },
  {
    operationId: 'createAuditEvent',
    method: 'POST',
    path: EVENTS,
    tag: TAG,
    summary: 'Records an AuditEvent, or a Bundle of them.',
    description:
      'IHE BALP and what real senders make of it. 201 for what is new, 200 for what came before; an event about several patients becomes one entry on the chain of each, all or none (the header Link names the others). Of a Bundle of type batch or collection each entry has its own outcome; a transaction is stored as a whole or not at all. What is refused is kept aside for replay.',
    access: WRITERS,
    parameters: [...NEGOTIATED, PREFER_HEADER, IF_NONE_EXIST],
    bodies: bodies(EVENT_OR_BUNDLE_SHAPE, 'An AuditEvent or a Bundle of them, R4.'),
    answers: {
      200: resource(
        'The event came before, or is about no patient and only counted: nothing was written; or a Bundle that answers each entry. Without a body for one event with `return=minimal`.',
        RESPONSE_SHAPE,
        { rarerHeaders: { ...WRITTEN_HEADERS, ...LINK_HEADER } },
      ),
      201: resource('Durable. Without a body for `return=minimal`.', RESPONSE_SHAPE, {
        headers: WRITTEN_HEADERS,
        rarerHeaders: LINK_HEADER,
      }),
    },
    refusals: WRITE_REFUSALS,
    handle: (request, services) => accept(request, services, false),
  },
  {
    operationId: 'processBundle',
    method: 'POST',
    path: FHIR_PATH,
    tag: TAG,
    summary: 'A Bundle of type batch or transaction that creates AuditEvents.',
    access: WRITERS,
    parameters: [...NEGOTIATED, PREFER_HEADER, IF_NONE_EXIST],
    bodies: bodies(BATCH_SHAPE, 'A Bundle, R4.'),
    answers: { 200: resource('A Bundle that answers each entry.', RESPONSE_SHAPE) },
    refusals: WRITE_REFUSALS,
    handle: (request, services) => accept(request, services, true),
  },
  {
    operationId: 'readAuditEvent',
    method: 'GET',
    path: `${EVENTS}/{id}`,
    tag: TAG,
    summary:
      'One event by its id, which is its leaf hash; patients their own. A look of staff is recorded.',
    access: READERS,
    parameters: [ID, ...NEGOTIATED, PURPOSE],
    answers: { 200: EVENT_ANSWER },
    refusals: READ_REFUSALS,
    handle: answerEvent,
  },
  {
    operationId: 'readAuditEventVersion',
    method: 'GET',
    path: `${EVENTS}/{id}/_history/{version}`,
    tag: TAG,
    summary: 'The one version of an event, at the address that creating it answered.',
    access: READERS,
    parameters: [
      ID,
      { in: 'path', name: 'version', description: 'Always 1.', shape: oneOf(['1']) },
      ...NEGOTIATED,
      PURPOSE,
    ],
    answers: { 200: EVENT_ANSWER },
    refusals: READ_REFUSALS,
    handle: answerEvent,
  },
];
