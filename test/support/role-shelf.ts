// What is stored of one patient, by one source, in the walk over all roles; and requests about it.
import { randomUUID } from 'node:crypto';
import { accessSubmission } from './hospital.js';

export interface RoleRequest {
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly body?: string;
}

/** What is stored of one patient, by one source: all that a caller could name it by. */
export interface Shelf {
  readonly patient: { readonly system: string; readonly value: string };
  readonly source: string;
  readonly mark: string;
  readonly record: string;
  readonly leafHash: string;
  readonly pseudonym: string;
  /** Of the second page of the patient's own history. */
  readonly cursor: string;
  readonly receipt: string;
  /** The event as FHIR has it, and what `source.requestId` is there. */
  readonly resource: string;
  readonly requestId: string;
  /** Inquiries of the patient: one that is open, one that was answered. */
  readonly inquiry: string;
  readonly answered: string;
}

export const asJson = (body: unknown, headers = {}): Omit<RoleRequest, 'target'> => ({
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', ...headers },
});

export const eventOf = ({ patient, source, mark }: Pick<Shelf, 'patient' | 'source' | 'mark'>) =>
  accessSubmission(patient.value, randomUUID(), {
    actor: { id: mark, name: mark },
    source: { system: source, requestId: randomUUID() },
  });

export const recordOf = (id: string, { patient, source }: Pick<Shelf, 'patient' | 'source'>) => ({
  record: {
    id,
    digests: { 'sha-256': 'a'.repeat(64) },
    size: 1,
    mediaType: 'text/plain',
    category: 'inpatient',
    source: { system: source },
  },
  patient,
});
