// A look of staff at a patient's history is an access event itself.
import { randomUUID } from 'node:crypto';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { formatTime } from '../../chaincode/core/time.js';
import { LOOK_CATEGORY, OWN_SOURCE } from '../evidence/own-source.js';
import type { AccessSubmission } from '../services/submission.js';
import type { Caller, Role } from './caller.js';
import type { ApiRequest } from './route.js';
import type { GatewayServices } from './services.js';
import { callerOf, STAFF } from './visibility.js';

/** What is looked for, and why. */
export type Look = Pick<AccessSubmission, 'action' | 'purpose' | 'assumed'>;

function lookOf(
  { id, name, kind, roles }: Caller,
  patient: PatientIdentifier,
  look: Look,
  { organisation }: GatewayServices,
): AccessSubmission {
  const role: Role = STAFF.find((one) => roles.includes(one)) ?? 'archivist';
  return {
    patient,
    ...look,
    occurredAt: formatTime(Date.now()),
    outcome: 'success',
    actor: { id, ...(name === undefined ? {} : { name }) },
    role: kind === 'operator' ? 'operator' : role,
    organisation,
    breakGlass: false,
    records: [],
    category: LOOK_CATEGORY,
    source: { system: OWN_SOURCE, requestId: randomUUID() },
  };
}

/** Durable before anything is shown, all of them or none; when they cannot be, nothing is. */
export async function recordLooks(
  request: ApiRequest,
  services: GatewayServices,
  patients: readonly PatientIdentifier[],
  look: Look,
): Promise<void> {
  // Recorded by the gateway: who looked is a private member, which a hospital may not show.
  const looks = patients.map((patient) => lookOf(callerOf(request), patient, look, services));
  await services.hospital.sequencer.acceptAll(looks);
}

/** As {@link recordLooks}. */
export function recordLook(
  request: ApiRequest,
  services: GatewayServices,
  patient: PatientIdentifier,
  look: Look,
): Promise<void> {
  return recordLooks(request, services, [patient], look);
}
