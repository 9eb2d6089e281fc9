// One group of submissions: gives each its place in its chain and collects the rows that make
// them durable together. Nothing leaves the group before it is written.
import { encodeHex, equalBytes, readUint64 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { formatTime } from '../../../chaincode/core/time.js';
import * as keys from '../../store/keys.js';
import { formatJsonRow, type Head } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import type { Labels, LogContext } from '../log-context.js';
import type { RecordSubmission, Submission } from '../submission.js';
import { bodyOf, buildEntry, type EntryBody, type Submitter } from './build-entry.js';
import { type AcceptedLeaf, EntryRows } from './entry-rows.js';
import { type IdempotencyDigests, idempotencyDigests } from './idempotency.js';

/** A record's file as it was read, kept beside the record for later fixity runs. */
export interface Baseline {
  readonly path: Uint8Array;
  readonly size: number;
  readonly modifiedAtMs: number;
}

export interface Accepted {
  readonly ordinal: number;
  readonly leafHash: Uint8Array;
  /** True when the same submission had been accepted before; nothing new was written. */
  readonly duplicate: boolean;
}

/** What groups of one log share. */
export interface GroupServices {
  readonly store: Store;
  readonly context: LogContext;
  readonly labels: Labels;
  readonly by: Submitter;
}

interface Known {
  readonly content: Uint8Array;
  readonly accepted: Accepted;
}

interface NewPatient {
  readonly patient: PatientIdentifier;
  readonly digest: Uint8Array;
}

interface Subject {
  readonly label: Uint8Array;
  readonly newPatient?: NewPatient;
}

/** A submission with all that tells whether it came before. */
export interface Draft extends Subject {
  readonly submission: Submission;
  readonly body: EntryBody;
  readonly digests: IdempotencyDigests;
}

function checkVersion(submission: RecordSubmission, head: Head | undefined): void {
  const expected = (head?.version ?? 0) + 1;
  if (submission.record.version !== expected) {
    throw new ChartsealError(
      'VERSION_CONFLICT',
      `the record's next version is ${expected}, not ${submission.record.version}`,
    );
  }
}

export class AcceptGroup {
  readonly #services: GroupServices;
  readonly #rows: EntryRows;
  readonly #at: string;
  readonly #known = new Map<string, Known>();
  readonly #patients = new Map<string, Uint8Array>();

  /**
   * @param first ordinal of the group's first entry
   * @param atMs gateway time of all entries of the group
   */
  constructor(services: GroupServices, first: number, atMs: number) {
    this.#services = services;
    this.#rows = new EntryRows(services.store, first, services.labels.log);
    this.#at = formatTime(atMs);
  }

  get leaves(): readonly AcceptedLeaf[] {
    return this.#rows.leaves;
  }

  /** Throws PATIENT_NOT_NORMAL and BAD_INPUT. */
  draft(submission: Submission): Draft {
    const subject = this.#subjectOf(submission);
    const body = bodyOf(submission, this.#services.context.secrets.pseudonymKey);
    const digests = idempotencyDigests(subject.label, body);
    return { ...subject, submission, body, digests };
  }

  /** What the same submission was answered with before. Throws IDEMPOTENCY_CONFLICT. */
  findDuplicate({ digests: { key, content } }: Draft): Accepted | undefined {
    const known = this.#known.get(encodeHex(key)) ?? this.#findKnown(key);
    if (known === undefined) return undefined;
    if (!equalBytes(known.content, content)) {
      throw new ChartsealError('IDEMPOTENCY_CONFLICT', 'this request id came with other content');
    }
    return { ...known.accepted, duplicate: true };
  }

  /** Adds a submission that is no duplicate; throws its coded error, the group stays as it was. */
  add(draft: Draft, baseline: Baseline | undefined): Accepted {
    const { context, by } = this.#services;
    const { label, newPatient, submission, body, digests } = draft;
    if ('record' in submission) checkVersion(submission, this.#rows.findHead(label));
    const built = buildEntry(context.registration.origin, body, this.#at, by);
    const ordinal = this.#rows.next;
    const { hash } = this.#rows.add({ label, body, digests, ...built });
    if (newPatient !== undefined) this.#putPatient(label, newPatient);
    if (baseline !== undefined) this.#putBaseline(label, baseline);
    const accepted = { ordinal, leafHash: hash, duplicate: false };
    this.#known.set(encodeHex(digests.key), { content: digests.content, accepted });
    return accepted;
  }

  /** Makes the group durable; throws STORE_FAILED. */
  async write(): Promise<void> {
    const { batch, leaves } = this.#rows;
    await (leaves.length > 0 ? batch.write() : batch.discard());
  }

  #findKnown(key: Uint8Array): Known | undefined {
    const row = this.#services.store.db.find(keys.idempotencyKey(key));
    if (row === undefined) return undefined;
    return {
      content: row.subarray(0, HASH_BYTES),
      accepted: {
        ordinal: readUint64(row, HASH_BYTES, 'ordinal'),
        leafHash: Uint8Array.from(row.subarray(HASH_BYTES + 8)),
        duplicate: true,
      },
    };
  }

  /** The label of a submission's subject; VRF labels are derived once per patient and kept. */
  #subjectOf(submission: Submission): Subject {
    const { labels, store } = this.#services;
    if ('fixity' in submission) return { label: labels.log };
    if ('record' in submission) {
      if (submission.patient !== undefined) labels.patientInput(submission.patient);
      return { label: labels.record(submission.record.id) };
    }
    const { alpha, digest } = labels.patientInput(submission.patient);
    const known =
      this.#patients.get(encodeHex(digest)) ?? store.db.find(keys.patientLabelKey(digest));
    if (known !== undefined) return { label: known };
    const newPatient = { patient: submission.patient, digest };
    return { label: labels.fromAlpha(alpha), newPatient };
  }

  #putPatient(label: Uint8Array, { patient, digest }: NewPatient): void {
    this.#rows.batch
      .put(keys.patientLabelKey(digest), label)
      .put(keys.patientKey(label), formatJsonRow({ ...patient }));
    this.#patients.set(encodeHex(digest), label);
  }

  #putBaseline(label: Uint8Array, baseline: Baseline): void {
    const row = {
      modifiedAtMs: Math.trunc(baseline.modifiedAtMs),
      path: Buffer.from(baseline.path).toString('base64'),
      size: baseline.size,
    };
    this.#rows.batch.put(keys.baselineKey(label), formatJsonRow(row));
  }
}
