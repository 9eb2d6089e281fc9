// What a caller may know of, beyond the roles that a route asks for.
import type { Entry, Source } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { TEXTS } from '../services/inquiries/view.js';
import type { Submitter } from '../services/sequencer/build-entry.js';
import type { Caller, Role } from './caller.js';
import type { ApiRequest } from './route.js';

const READERS: readonly Role[] = ['archivist', 'auditor'];
/** Who may look at the history of any patient. */
export const STAFF: readonly Role[] = ['archivist', 'privacy-officer'];

/** Of routes that are not open, where there always is a caller. */
export function callerOf({ caller }: ApiRequest): Caller {
  if (caller === undefined) throw new ChartsealError('UNAUTHENTICATED', 'this needs credentials');
  return caller;
}

/** From the credentials alone. Throws ACCESS_DENIED. */
export function ownPatient({ patient }: Caller): PatientIdentifier {
  if (patient !== undefined) return patient;
  throw new ChartsealError('ACCESS_DENIED', 'the credentials name no patient');
}

/** Texts of inquiries are for the patient and for who answers. */
export function textsWithheldFrom({ roles }: Caller): readonly string[] {
  return roles.includes('privacy-officer') ? [] : TEXTS;
}

/** Whether the caller may see events of any patient; who is no staff sees the own. */
export function isStaff({ isOwn, roles }: Caller): boolean {
  return isOwn && roles.some((role) => STAFF.includes(role));
}

/** How the caller stands in what it submits. */
export function submitterOf({ id, organisation }: Caller): Submitter {
  return { id, mspId: organisation };
}

/** Whether the caller may read every entry of the log. */
export function readsAll({ isOwn, roles }: Caller): boolean {
  return isOwn && roles.some((role) => READERS.includes(role));
}

/** Which entries the caller may read: the archive's people all, a system what it submitted. */
export function entriesOf(caller: Caller): (entry: Pick<Entry, 'by'>) => boolean {
  if (readsAll(caller)) return () => true;
  if (!caller.isOwn || !caller.roles.includes('source-system')) return () => false;
  return ({ by }) => by.id === caller.id && by.mspId === caller.organisation;
}

/** Throws ACCESS_DENIED for a source that the caller does not speak for. */
export function checkSource({ sources }: Caller, source: Source | undefined): void {
  if (sources === undefined || source === undefined || sources.includes(source.system)) return;
  throw new ChartsealError(
    'ACCESS_DENIED',
    'the sources of the caller, in the configuration or the token, do not name this source.system',
  );
}
