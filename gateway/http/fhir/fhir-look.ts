// Looks of staff at AuditEvents, which are access events themselves: of each patient who is shown.
import { ACCESS_MEMBERS } from '../../../chaincode/core/entry-shapes.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { LOOK_CATEGORY, OWN_SOURCE } from '../../evidence/own-source.js';
import { NO_PURPOSE } from '../../fhir/codes.js';
import type { FoundEvent } from '../../services/event-search.js';
import type { Look } from '../look.js';
import type { ApiRequest, Parameter } from '../route.js';

export const PURPOSE: Parameter = {
  in: 'header',
  name: 'Chartseal-Purpose',
  description: 'Why staff look, as a code of v3-ActReason; stands in the log.',
  shape: ACCESS_MEMBERS.purpose,
};

export function lookFor({ values }: ApiRequest, action: Look['action']): Look {
  const purpose = values[PURPOSE.name];
  return purpose === undefined
    ? { action, purpose: NO_PURPOSE, assumed: ['purpose-missing'] }
    : { action, purpose: String(purpose) };
}

/** Looks at looks would never end: those that are shown leave none. */
const isLook = ({ entry }: FoundEvent) =>
  entry.category === LOOK_CATEGORY && entry.source?.system === OWN_SOURCE;

/** Patients of whom a page shows what others did. */
export class ShownPatients {
  readonly #patients = new Map<string, PatientIdentifier>();

  add(event: FoundEvent): void {
    const { system, value } = event.patient;
    if (!isLook(event)) this.#patients.set(JSON.stringify([system, value]), event.patient);
  }

  get all(): readonly PatientIdentifier[] {
    return [...this.#patients.values()];
  }
}
