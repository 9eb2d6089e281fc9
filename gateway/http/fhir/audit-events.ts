// Where AuditEvents are, and who may read them: one by one and in searches alike.
import type { Access } from '../route.js';
import { FHIR_PATH } from './refusal.js';

export const TAG = 'FHIR';
export const EVENTS = `${FHIR_PATH}/AuditEvent`;
export const READERS: Access = { own: ['archivist', 'privacy-officer', 'patient'] };
