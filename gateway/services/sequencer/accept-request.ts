// What waits to be accepted: one submission, or several that become durable together or not at
// all; and the queue of it, of which groups are taken.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import type { Baseline } from '../baselines.js';
import type { Submission } from '../submission.js';
import type { Accepted } from './accept-group.js';
import type { Submitter } from './build-entry.js';

export interface AcceptOptions {
  /** Where a record's file lies. */
  readonly baseline?: Baseline;
  /** Who submits; the operator of this process when it is left out. */
  readonly by?: Submitter;
}

/** Of several submissions that are accepted together. */
export interface AcceptAllOptions extends Pick<AcceptOptions, 'by'> {
  /** Waits its turn where too much waits already, instead of being refused. */
  readonly whenRoom?: boolean;
}

/** Submissions of one group, and so at most of one request. */
export const MAX_TOGETHER = 512;

export interface AcceptRequest {
  readonly submissions: readonly Submission[];
  readonly options: AcceptOptions;
  /** Given one answer for each submission, in their order. */
  resolve(accepted: readonly Accepted[]): void;
  reject(error: unknown): void;
}

/** Why several submissions were refused together: what is wrong with the first one at fault. */
export class RefusedTogether extends ChartsealError {
  /** Of that submission among them, from 0 on. */
  readonly position: number;

  constructor(cause: ChartsealError, position: number) {
    super(cause.code, cause.message, { cause });
    this.position = position;
  }
}

/** The patient whose chain a submission goes on with. */
export function patientOf(submission: Submission): PatientIdentifier | undefined {
  return 'record' in submission || 'fixity' in submission ? undefined : submission.patient;
}

export function* patientsOf(requests: readonly AcceptRequest[]): Generator<PatientIdentifier> {
  for (const { submissions } of requests) {
    for (const submission of submissions) {
      const patient = patientOf(submission);
      if (patient !== undefined) yield patient;
    }
  }
}

export class AcceptQueue {
  readonly #requests: AcceptRequest[] = [];
  /** Submissions of all requests. */
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get isEmpty(): boolean {
    return this.#requests.length === 0;
  }

  push(request: AcceptRequest): void {
    this.#requests.push(request);
    this.#size += request.submissions.length;
  }

  /** The next requests that make up one group together, in the order in which they came. */
  takeGroup(): AcceptRequest[] {
    let count = 0;
    let size = 0;
    for (const { submissions } of this.#requests) {
      if (size + submissions.length > MAX_TOGETHER) break;
      size += submissions.length;
      count++;
    }
    this.#size -= size;
    return this.#requests.splice(0, count);
  }

  takeAll(): AcceptRequest[] {
    this.#size = 0;
    return this.#requests.splice(0);
  }
}
