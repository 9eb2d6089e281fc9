// Calls of a gateway as FHIR clients make them, and AuditEvents to send.
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { AUDIT_EVENT_EXAMPLE } from '../../gateway/http/fhir/examples.js';
import { type Called, EMR, call as plainCall } from './api-call.js';
import type { ApiPlace, Bearer } from './api-place.js';

export const FHIR_ANSWER = 'application/fhir+json; charset=utf-8';
const FHIR = { 'Content-Type': 'application/fhir+json' };

export interface FhirCall {
  readonly as?: Bearer | 'nobody';
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue | Uint8Array;
}

/** As a source system, unless it is said otherwise. */
export async function fhir(place: ApiPlace, target: string, asked: FhirCall = {}): Promise<Called> {
  const { as = EMR, headers = {}, body, ...rest } = asked;
  const called = await plainCall(place, target, {
    ...rest,
    ...(as === 'nobody' ? {} : { as }),
    ...(body === undefined
      ? {}
      : { body: body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)) }),
    headers: { ...(body === undefined ? {} : FHIR), ...headers },
  });
  if (called.bytes.length === 0) return called;
  expect(called.headers['content-type'], called.bytes.toString()).to.equal(FHIR_ANSWER);
  return { ...called, json: JSON.parse(called.bytes.toString()) as JsonObject };
}

/** Code of the first issue of an OperationOutcome. */
export function outcomeCode({ resourceType, issue }: JsonObject): JsonValue | undefined {
  expect(resourceType).to.equal('OperationOutcome');
  const [{ details } = {}] = issue as JsonObject[];
  const { coding: codings } = (details ?? {}) as JsonObject;
  const [coding] = (codings ?? []) as JsonObject[];
  expect(coding?.['system']).to.equal('urn:chartseal:error-code');
  return coding?.['code'];
}

export function expressionOf({ issue }: JsonObject): JsonValue | undefined {
  return ((issue as JsonObject[])[0]?.['expression'] as JsonValue[] | undefined)?.[0];
}

/** Refused by status and code, in FHIR's form; no entry was written meanwhile. */
export async function expectOutcome(
  place: ApiPlace,
  calling: () => Promise<Called>,
  status: number,
  code: ErrorCode,
): Promise<Called> {
  const before = place.hospital.sequencer.counts.accepted;
  const called = await calling();
  expect([called.status, outcomeCode(called.json)], called.bytes.toString()).to.deep.equal([
    status,
    code,
  ]);
  expect(place.hospital.sequencer.counts.accepted).to.equal(before);
  return called;
}

export const PATIENTS = 'urn:hospital-a';

interface Facts {
  readonly patients?: readonly string[];
  readonly requestId?: string;
  readonly recorded?: string;
  readonly action?: string;
  readonly actor?: string;
}

const INTERACTIONS: Readonly<Record<string, string>> = { C: 'create', R: 'read', U: 'update' };

/** A clinician's act on a document, of patients named by identifier. */
export function auditEvent(facts: Facts = {}): JsonObject {
  const { patients = ['P1'], requestId = randomUUID(), recorded, action = 'R', actor } = facts;
  const event = JSON.parse(JSON.stringify(AUDIT_EVENT_EXAMPLE)) as Record<string, JsonValue>;
  const [data, patient, request] = event['entity'] as JsonObject[];
  event['entity'] = [
    data as JsonObject,
    ...patients.map((value) => ({
      ...patient,
      what: { identifier: { system: PATIENTS, value } },
    })),
    { ...request, what: { identifier: { value: requestId } } },
  ];
  event['action'] = action;
  const [subtype] = event['subtype'] as JsonObject[];
  event['subtype'] = [{ ...subtype, code: INTERACTIONS[action] ?? 'read' }];
  if (recorded !== undefined) event['recorded'] = recorded;
  if (actor !== undefined) {
    event['agent'] = (event['agent'] as JsonObject[]).map((agent) =>
      agent['requestor'] === true
        ? { ...agent, who: { identifier: { system: 'urn:staff', value: actor } } }
        : agent,
    );
  }
  return event;
}

export function bundleOf(type: string, resources: readonly JsonValue[]): JsonObject {
  const request = { method: 'POST', url: 'AuditEvent' };
  const entry = resources.map((resource) =>
    type === 'collection' ? { resource } : { resource, request },
  );
  return { resourceType: 'Bundle', type, entry };
}

export const entriesOf = ({ entry }: JsonObject) => (entry ?? []) as JsonObject[];
