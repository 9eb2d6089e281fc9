// Whose event it is: every patient that an event names, once.
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { checkPatientIdentifier, type PatientIdentifier } from '../../chaincode/core/patient-id.js';
import type { Assumed } from './assumptions.js';
import { objectAt, objectsAt, textAt } from './elements.js';
import type { Entity } from './entities.js';
import { FhirIssue, refuse } from './fhir-issue.js';
import type { Row } from './purposes.js';
import type { Named } from './query.js';
import { findLiteral, patientOfReference } from './sources.js';

const MAX_PATIENTS = 100;

function checked(patient: PatientIdentifier, at: string): PatientIdentifier {
  try {
    checkPatientIdentifier(patient, []);
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    throw new FhirIssue(error.code, 'value', at, error.message);
  }
  return patient;
}

function unmapped(at: string, { member }: Row, reference: string): never {
  const isAbsolute = findLiteral(reference)?.base !== undefined;
  const row = isAbsolute ? 'a row with the base of that server' : 'a row without base';
  const reason = `no identifier, and it is not known which identifier system the reference is of; set patientReferences of ${member}, with ${row}`;
  throw new FhirIssue('EVENT_NOT_MAPPED', 'business-rule', at, reason);
}

function patientOf({ what, at }: Entity, row: Row): PatientIdentifier {
  const identifier = objectAt(what, 'identifier');
  const value = textAt(identifier, 'value');
  const system = textAt(identifier, 'system');
  if (value !== undefined && system !== undefined) {
    return checked({ system, value }, `${at}.what.identifier`);
  }
  const reference = textAt(what, 'reference');
  if (reference === undefined) {
    if (value === undefined) refuse('required', `${at}.what`, 'names no patient');
    refuse('required', `${at}.what.identifier.system`, 'is missing');
  }
  const place = `${at}.what.reference`;
  if (findLiteral(reference) === undefined) {
    refuse('value', place, 'is no literal reference to a Patient');
  }
  const found = patientOfReference(row.source?.patientReferences ?? [], reference);
  return checked(found ?? unmapped(place, row, reference), place);
}

function patientOfSearch(named: Named, at: string, row: Row): PatientIdentifier {
  if ('identifier' in named) return checked(named.identifier, at);
  const rows = row.source?.patientReferences ?? [];
  for (const reference of named.references) {
    const found = patientOfReference(rows, reference);
    if (found !== undefined) return checked(found, at);
  }
  return unmapped(at, row, named.references[0] ?? '');
}

function once(patients: readonly PatientIdentifier[]): readonly PatientIdentifier[] {
  const byKey = new Map(patients.map((one) => [JSON.stringify([one.system, one.value]), one]));
  if (byKey.size > MAX_PATIENTS) {
    refuse('too-costly', 'AuditEvent.entity', `more than ${MAX_PATIENTS} patients in one event`);
  }
  return [...byKey.values()];
}

/** Whether its profile says that the event is about a patient. */
function claimsPatient(event: JsonObject): boolean {
  const profiles = objectAt(event, 'meta')?.['profile'];
  return (
    Array.isArray(profiles) &&
    profiles.some(
      (one) => typeof one === 'string' && /IHE\.BasicAudit\.P(?:atient|rivacy)/.test(one),
    )
  );
}

/** In the order of the entities. None where the event is counted only; else that is a FhirIssue. */
export function readPatients(
  event: JsonObject,
  entities: readonly Entity[],
  searches: readonly { readonly at: string; readonly named: readonly Named[] }[],
  row: Row,
  assumed: Assumed,
): readonly PatientIdentifier[] {
  const said = entities.filter(({ part }) => part === 'patient');
  if (said.length > 0) return once(said.map((entity) => patientOf(entity, row)));
  const read = entities.filter(({ part, target }) => part === 'data' && target === 'Patient');
  for (const { at } of read) assumed.add('patient-from-data', `${at}.role`);
  if (read.length > 0) return once(read.map((entity) => patientOf(entity, row)));
  const sought = searches.flatMap(({ named, at }) =>
    named.map((one) => {
      assumed.add('patient-from-query', at);
      return patientOfSearch(one, at, row);
    }),
  );
  if (sought.length > 0) return once(sought);
  const entityless = objectsAt(event, 'entity').length === 0 ? 'no entity' : 'no entity of it';
  if (claimsPatient(event)) refuse('required', 'AuditEvent.entity', `${entityless} is a patient`);
  if (row.source?.withoutPatient === 'count') return [];
  const reason = 'the event is about no patient';
  throw new FhirIssue('EVENT_WITHOUT_PATIENT', 'business-rule', 'AuditEvent.entity', reason);
}
