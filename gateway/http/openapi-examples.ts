// Examples for the OpenAPI document, made from the shapes: what a member is called says what may
// stand there, and its shape has the last word.
import { encodeBase64, encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { checkShape, type ObjectShape, type Shape } from '../../chaincode/core/shape.js';

/** By name of the member. Nobody's identifiers: the codes are those of textbooks. */
const KNOWN: Readonly<Record<string, JsonValue>> = {
  id: 'inpatient/2026/000123/discharge-summary.pdf',
  record: 'inpatient/2026/000123/discharge-summary.pdf',
  records: ['inpatient/2026/000123/discharge-summary.pdf'],
  recordId: 'inpatient/2026/000123/discharge-summary.pdf',
  system: 'urn:oid:2.16.840.1.113883.19.5',
  value: 'EXAMPLE-0001',
  mediaType: 'application/pdf',
  category: 'discharge-summary',
  size: 48_213,
  version: 1,
  name: 'discharge-summary.pdf',
  retention: 'P30Y',
  createdAt: '2026-11-01T08:00:00.000Z',
  occurredAt: '2026-11-01T08:00:00.000Z',
  at: '2026-11-01T08:00:00.120Z',
  asOf: '2026-11-01T08:05:00.000Z',
  endorsedAt: '2026-11-01T08:00:01.000Z',
  action: 'R',
  outcome: 'success',
  role: 'physician',
  organisation: 'Example Hospital',
  unit: 'cardiology',
  purpose: 'TREAT',
  breakGlass: false,
  requestId: 'ehr-2026-11-01-000042',
  'Idempotency-Key': 'ehr-2026-11-01-000042',
  'Chartseal-Patient': 'urn%3Aoid%3A2.16.840.1.113883.19.5|EXAMPLE-0001',
  mspId: 'HospitalAMSP',
  origin: 'hospital-a.example/archive',
  log: 'hospital-a.example/archive',
  justification: 'Emergency admission.',
  address: '192.0.2.17',
  from: 1,
  to: 2,
  index: 0,
  level: 0,
  tile: '0/000',
  patient: 'Patient/123',
  'patient:identifier': 'urn:oid:2.16.840.1.113883.19.5|EXAMPLE-0001',
  'patient.identifier': 'urn:oid:2.16.840.1.113883.19.5|EXAMPLE-0001',
  code: 'BAD_INPUT',
  date: 'ge2026-11-01',
  agent: 'Practitioner/7',
  'agent:identifier': 'urn:oid:2.16.840.1.113883.19.7|practitioner-0007',
  'agent.identifier': 'urn:oid:2.16.840.1.113883.19.7|practitioner-0007',
  entity: 'DocumentReference/000123',
  'Chartseal-Purpose': 'HCOMPL',
  Prefer: 'return=representation',
  cursor:
    'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..2fzYB1uPZQhHkA2m.n4bQgYhMfWWaL.qgxVrQFaO_TxsrC4Is0V1g',
  withhold: 'actor,client',
  'Content-Digest': 'sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:',
  'Repr-Digest': 'sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:',
};

/** Where a name means something else inside another member. */
const KNOWN_WITHIN: Readonly<Record<string, JsonValue>> = {
  'source.system': 'ehr.example',
  'actor.id': 'practitioner-0007',
  'actor.name': 'Dr. Example',
  'by.id': 'ehr.example',
  'client.id': 'workstation-12',
  'client.name': 'Ward 3, desk 2',
  'days.date': '2026-11-01',
  // Of queries.
  '.from': '2026-11-01',
  '.to': '2026-11-30',
};

/** Optional members that examples show: the others can be read in the schema. */
const SHOWN = new Set(['name', 'source', 'patient', 'requestId', 'unit', 'index', 'duplicate']);

function fits(shape: Shape, value: JsonValue): boolean {
  try {
    checkShape(shape, value, 'example');
    return true;
  } catch (error) {
    if (error instanceof ChartsealError) return false;
    throw error;
  }
}

/** Bytes that are the same at every start and look like no digest of anything. */
const bytesOf = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_none, at) => (at * 37 + 11) & 0xff);

function objectExample(shape: ObjectShape, name: string): JsonValue {
  const entries: [string, JsonValue][] = [];
  for (const [member, { shape: inner, optional }] of shape.members) {
    if (!optional || SHOWN.has(member)) entries.push([member, exampleOf(inner, member, name)]);
  }
  return Object.fromEntries(entries);
}

function generic(shape: Shape, name: string): JsonValue {
  switch (shape.kind) {
    case 'text':
      return utf8Of('example', shape.min, shape.max);
    case 'integer':
      return shape.min;
    case 'hex':
      return encodeHex(bytesOf(shape.bytes));
    case 'blob':
      return encodeBase64(bytesOf(shape.bytes ?? 24));
    case 'object':
      return objectExample(shape, name);
    case 'list':
      return shape.max === 0 ? [] : [exampleOf(shape.item, name)];
    case 'map':
      return {};
    case 'flag':
      return false;
    case 'time':
      return '2026-11-01T08:00:00.000Z';
    case 'oneOf':
      return shape.values[0] ?? null;
    case 'nullable':
      return exampleOf(shape.shape, name);
    case 'tagged':
      return exampleOf(Object.values(shape.variants)[0] as ObjectShape, name);
    case 'anything':
      return {};
  }
}

function utf8Of(word: string, min: number, max: number): string {
  return utf8(word).length > max ? word.slice(0, max) : word.padEnd(min, '-');
}

/**
 * A value that the shape allows.
 * @param name of the member that holds it, and `within` of the member that holds that one
 */
export function exampleOf(shape: Shape, name = '', within = ''): JsonValue {
  const wanted = [KNOWN_WITHIN[`${within}.${name}`], KNOWN[name]];
  for (const known of wanted) {
    if (known !== undefined && fits(shape, known)) return known;
  }
  return generic(shape, name);
}
