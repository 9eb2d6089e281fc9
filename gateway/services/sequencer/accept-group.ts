// One group of submissions: gives each its place in its chain and collects the rows that make
// them durable together. Nothing leaves the group before it is written.

import {
  concat,
  encodeHex,
  equalBytes,
  readUint64,
  uint64,
  ZERO_HASH,
} from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { formatLeaf, leafHash } from '../../../chaincode/core/leaf.js';
import { ACTS } from '../../../chaincode/core/lifecycle.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { applyLeaf } from '../../../chaincode/core/subject.js';
import { formatTime } from '../../../chaincode/core/time.js';
import type { RowBatch } from '../../store/database.js';
import * as keys from '../../store/keys.js';
import { formatHead, formatJsonRow, formatStoredEntry, type Head } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import type { Labels, LogContext } from '../log-context.js';
import type { RecordSubmission, Submission } from '../submission.js';
import { buildEntry, isRecordSubmission, type Submitter } from './build-entry.js';

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

export interface AcceptedLeaf {
  readonly leaf: Uint8Array;
  readonly hash: Uint8Array;
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

/** What makes two submissions the same: 32 bytes each. */
export interface IdempotencyDigests {
  /** Of source system and request id; of the content where there is no request id. */
  readonly key: Uint8Array;
  readonly content: Uint8Array;
}

export function idempotencyDigests(submission: Submission): IdempotencyDigests {
  const content = sha256(canonicalBytes(submission));
  const source = isRecordSubmission(submission) ? submission.record.source : submission.source;
  const key =
    source?.requestId === undefined
      ? content
      : sha256(canonicalBytes(['chartseal/request', source.system, source.requestId]));
  return { key, content };
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

const NO_DIGEST = new Uint8Array(HASH_BYTES);

/** The head of a subject after one more leaf. */
function headAfter(submission: Submission, state: Head['state'], ordinal: number): Head {
  if (!isRecordSubmission(submission)) return { state, ordinal, version: 0, digest: NO_DIGEST };
  const { version, digests } = submission.record;
  return { state, ordinal, version, digest: Buffer.from(digests['sha-256'], 'hex') };
}

export class AcceptGroup {
  readonly leaves: AcceptedLeaf[] = [];
  readonly #services: GroupServices;
  readonly #batch: RowBatch;
  /** Ordinal of the group's first entry. */
  readonly #first: number;
  readonly #at: string;
  readonly #heads = new Map<string, Head>();
  readonly #known = new Map<string, Known>();
  readonly #patients = new Map<string, Uint8Array>();

  /** @param atMs gateway time of all entries of the group */
  constructor(services: GroupServices, first: number, atMs: number) {
    this.#services = services;
    this.#batch = services.store.db.batch();
    this.#first = first;
    this.#at = formatTime(atMs);
  }

  /** What the same submission was answered with before. Throws IDEMPOTENCY_CONFLICT. */
  findDuplicate({ key, content }: IdempotencyDigests): Accepted | undefined {
    const known = this.#known.get(encodeHex(key)) ?? this.#findKnown(key);
    if (known === undefined) return undefined;
    if (!equalBytes(known.content, content)) {
      throw new ChartsealError('IDEMPOTENCY_CONFLICT', 'this request id came with other content');
    }
    return { ...known.accepted, duplicate: true };
  }

  /** Adds a submission that is no duplicate; throws its coded error, the group stays as it was. */
  add(
    submission: Submission,
    { key, content }: IdempotencyDigests,
    baseline: Baseline | undefined,
  ): Accepted {
    const { context, labels, by } = this.#services;
    const { label, newPatient } = this.#subjectOf(submission);
    const headId = encodeHex(label);
    const head = this.#heads.get(headId) ?? this.#findHead(label);
    if (isRecordSubmission(submission)) checkVersion(submission, head);
    const built = buildEntry(context, submission, this.#at, by);
    const leaf = {
      act: ACTS[isRecordSubmission(submission) ? submission.act : 'access'],
      subject: label,
      sequence: head?.state.count ?? 0,
      previous: head?.state.head ?? ZERO_HASH,
      entry: sha256(built.entry),
    };
    const leafBytes = formatLeaf(leaf);
    const hash = leafHash(leafBytes);
    const state = applyLeaf(head?.state, leaf, hash, labels.log);
    const ordinal = this.#first + this.leaves.length;
    const after = headAfter(submission, state, ordinal);
    this.#batch
      .put(keys.entryKey(ordinal), formatStoredEntry({ leaf: leafBytes, ...built }))
      .put(keys.headKey(label), formatHead(after))
      .put(keys.chainKey(label, leaf.sequence), uint64(ordinal))
      .put(keys.leafHashKey(hash), uint64(ordinal))
      .put(keys.idempotencyKey(key), concat(content, uint64(ordinal), hash));
    if (newPatient !== undefined) this.#putPatient(label, newPatient);
    if (baseline !== undefined) this.#putBaseline(label, baseline);
    const accepted = { ordinal, leafHash: hash, duplicate: false };
    this.#heads.set(headId, after);
    this.#known.set(encodeHex(key), { content, accepted });
    this.leaves.push({ leaf: leafBytes, hash });
    return accepted;
  }

  /** Makes the group durable; throws STORE_FAILED. */
  async write(): Promise<void> {
    await (this.leaves.length > 0 ? this.#batch.write() : this.#batch.discard());
  }

  /**
   * The newest head of a chain. LevelDB can lose a row to a flipped bit, or show an older one,
   * without a word: a chain that goes on beyond its head is damage.
   */
  #findHead(label: Uint8Array): Head | undefined {
    const { store } = this.#services;
    const head = store.findHead(label);
    if (store.db.find(keys.chainKey(label, head?.state.count ?? 0)) !== undefined) {
      throw new ChartsealError('STORE_CORRUPT', 'a chain goes on beyond its head');
    }
    return head;
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
    const { patient } = submission;
    const input = patient && labels.patientInput(patient);
    if (isRecordSubmission(submission)) return { label: labels.record(submission.record.id) };
    const { alpha, digest } = input ?? labels.patientInput(submission.patient);
    const known =
      this.#patients.get(encodeHex(digest)) ?? store.db.find(keys.patientLabelKey(digest));
    if (known !== undefined) return { label: known };
    const newPatient = { patient: submission.patient, digest };
    return { label: labels.fromAlpha(alpha), newPatient };
  }

  #putPatient(label: Uint8Array, { patient, digest }: NewPatient): void {
    this.#batch
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
    this.#batch.put(keys.baselineKey(label), formatJsonRow(row));
  }
}
