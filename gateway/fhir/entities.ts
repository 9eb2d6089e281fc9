// What it was about: entities told apart by type and role, and the records among them.
import { ACCESS_MEMBERS, RECORD_MEMBERS } from '../../chaincode/core/entry-shapes.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import type { Assumed } from './assumptions.js';
import {
  ENTITY_TYPE,
  LEAF_SYSTEM,
  OBJECT_ROLE,
  REQUEST_ID,
  ROLE_PATIENT,
  ROLE_QUERY,
  TOKEN_AGENTS,
  TYPE_PERSON,
} from './codes.js';
import {
  bounded,
  codeIn,
  nameOf,
  objectAt,
  objectsAt,
  targetType,
  textAt,
  tokenOf,
  withoutToken,
} from './elements.js';
import { refuse } from './fhir-issue.js';

const MAX_RECORDS = ACCESS_MEMBERS.records.max;
const MAX_RECORD_ID = RECORD_MEMBERS.id.max;

export type Part = 'patient' | 'query' | 'request' | 'own' | 'person' | 'data';

export interface Entity {
  readonly at: string;
  readonly json: JsonObject;
  readonly part: Part;
  readonly what: JsonObject | undefined;
  /** Of the resource that it names, as far as it says. */
  readonly target: string | undefined;
}

function readEntity(json: JsonObject, at: string, assumed: Assumed): Entity {
  const typeCoding = objectAt(json, 'type');
  const roleCoding = objectAt(json, 'role');
  const what = objectAt(json, 'what');
  const target = targetType(what);
  const numbered = (coding: JsonObject | undefined) => /^\d+$/.test(textAt(coding, 'code') ?? '');
  const token = (coding: JsonObject | undefined, where: string, system: string) =>
    coding && tokenOf(coding, where, assumed, numbered(coding) ? system : undefined);
  const typeToken = token(typeCoding, `${at}.type`, ENTITY_TYPE);
  const type = codeIn(typeToken, ENTITY_TYPE);
  const role = codeIn(token(roleCoding, `${at}.role`, OBJECT_ROLE), OBJECT_ROLE);
  const entity = (part: Part): Entity => ({ at, json, part, what, target });
  const name = objectAt(what, 'identifier');
  if (textAt(name, 'system') === LEAF_SYSTEM) return entity('own');
  if (textAt(typeCoding, 'code') === REQUEST_ID) return entity('request');
  // The access token with which somebody was authorized: never a record.
  if (TOKEN_AGENTS.has(textAt(typeCoding, 'code') ?? '')) return entity('person');
  if (json['name'] !== undefined && json['query'] !== undefined) {
    refuse('invariant', at, 'must not have both a name and a query');
  }
  if (role === ROLE_QUERY || json['query'] !== undefined) return entity('query');
  const isPatient = role === ROLE_PATIENT || (role === undefined && target === 'Patient');
  if (isPatient && (type === undefined || type === TYPE_PERSON || role === ROLE_PATIENT)) {
    if (type !== TYPE_PERSON || role === undefined) assumed.add('patient-role-missing', at);
    return entity('patient');
  }
  return entity(type === TYPE_PERSON ? 'person' : 'data');
}

/** Throws FhirIssue for an entity with both a name and a query (invariant sev-1). */
export function readEntities(event: JsonObject, assumed: Assumed): Entity[] {
  return objectsAt(event, 'entity').map((json, index) =>
    readEntity(json, `AuditEvent.entity[${index}]`, assumed),
  );
}

/** Ids of the records: references without version, or `system|value`. A Patient is no record. */
export function readRecords(entities: readonly Entity[], assumed: Assumed): string[] {
  const ids = new Set<string>();
  for (const { part, what, target, at } of entities) {
    if (part !== 'data' || what === undefined || target === 'Patient') continue;
    const written = textAt(what, 'reference');
    const id = nameOf(what);
    if (id === undefined) {
      if (written?.includes('?')) assumed.add('search-left-out', `${at}.what.reference`);
      if (written?.startsWith('#')) {
        refuse('not-supported', `${at}.what.reference`, 'is to a contained resource');
      }
      continue;
    }
    ids.add(bounded(withoutToken(id, `${at}.what`, assumed), MAX_RECORD_ID, `${at}.what`));
    if (id.includes('\0')) refuse('value', `${at}.what`, 'has a character that is not allowed');
    if (ids.size > MAX_RECORDS) {
      refuse('too-costly', 'AuditEvent.entity', `more than ${MAX_RECORDS} records in one event`);
    }
  }
  return [...ids];
}

/** The id of the request; throws FhirIssue when two entities say different ones. */
export function readRequestId(entities: readonly Entity[], assumed: Assumed): string | undefined {
  const said = entities.flatMap(({ part, what, at }) => {
    if (part !== 'request') return [];
    const value = textAt(objectAt(what, 'identifier'), 'value') ?? textAt(what, 'reference');
    return value === undefined ? [] : [withoutToken(value, `${at}.what`, assumed)];
  });
  if (new Set(said).size > 1) {
    refuse('invariant', 'AuditEvent.entity', 'more than one request id');
  }
  return said[0];
}

/** Values of a detail by its type, from entities that Chartseal wrote. */
export function ownDetails(entities: readonly Entity[], type: string): readonly string[] {
  return entities
    .filter(({ part }) => part === 'own')
    .flatMap(({ json }) => objectsAt(json, 'detail'))
    .flatMap((detail) => (textAt(detail, 'type') === type ? [textAt(detail, 'valueString')] : []))
    .filter((value) => value !== undefined);
}
