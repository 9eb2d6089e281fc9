// One group of submissions: gives each its place in its chain and collects the rows that make
// them durable together. Nothing leaves the group before it is written.
import { encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { leafHash } from '../../../chaincode/core/leaf.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { formatTime } from '../../../chaincode/core/time.js';
import type { Reader } from '../../store/database.js';
import * as keys from '../../store/keys.js';
import { formatJsonRow, type Head, parseKnownRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { type Baseline, putBaseline } from '../baselines.js';
import { BoundedMap } from '../bounded-map.js';
import type { Labels, LogContext } from '../log-context.js';
import type { RecordSubmission, Submission } from '../submission.js';
import type { AcceptOptions } from './accept-request.js';
import { bodyOf, buildEntry, type EntryBody, type Submitter } from './build-entry.js';
import { type AcceptedLeaf, EntryRows } from './entry-rows.js';
import { headsOf, nextLinks } from './heads.js';
import { type IdempotencyDigests, idempotencyDigests } from './idempotency.js';
import { NewPatients, patientName } from './new-patients.js';

export interface Accepted {
  readonly ordinal: number;
  readonly leafHash: Uint8Array;
  /** True when the same submission had been accepted before; nothing new was written. */
  readonly duplicate: boolean;
}

const KNOWN_PATIENTS = 32_768;

/** What groups of one log share. */
export class GroupServices {
  readonly store: Store;
  readonly context: LogContext;
  readonly labels: Labels;
  readonly by: Submitter;
  /** Labels of patients whose rows are written or being written, by {@link patientName}. */
  readonly patients = new BoundedMap<string, Uint8Array>(KNOWN_PATIENTS);
  readonly newPatients: NewPatients;
  /** Heads of chains that are likely to go on: those of patients and of the log. */
  readonly heads = new BoundedMap<string, Head>(KNOWN_PATIENTS);

  constructor(store: Store, context: LogContext, labels: Labels, by: Submitter) {
    this.store = store;
    this.context = context;
    this.labels = labels;
    this.by = by;
    this.newPatients = new NewPatients(store, context, labels);
  }
}

interface Known {
  readonly content: Uint8Array;
  readonly accepted: Accepted;
}

interface NewPatient {
  readonly patient: PatientIdentifier;
  readonly digest: Uint8Array;
}

interface Staged {
  readonly draft: Draft;
  readonly known: Known;
  readonly baseline?: Baseline | undefined;
}

interface Subject {
  readonly label: Uint8Array;
  readonly newPatient?: NewPatient | undefined;
}

/** A submission with all that tells whether it came before. */
export interface Draft extends Subject {
  readonly submission: Submission;
  readonly body: EntryBody;
  readonly labelHex: string;
  readonly digests: IdempotencyDigests;
  readonly keyHex: string;
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

export interface GroupPlace {
  /** Ordinal of the group's first entry. */
  readonly first: number;
  /** Gateway time of all its entries. */
  readonly atMs: number;
  /** The group before, whose rows may not be in the store yet. */
  readonly before: AcceptGroup | undefined;
}

export class AcceptGroup {
  readonly #services: GroupServices;
  readonly #rows: EntryRows;
  /** Until this group is built; then it would keep all groups ever written in memory. */
  #before: AcceptGroup | undefined;
  readonly #at: string;
  readonly #known = new Map<string, Known>();
  /** What becomes part of the group, or not, with all that is staged beside it. */
  readonly #staged = new Map<string, Staged>();
  readonly #newLabels = new Map<string, Subject>();
  #reader: Reader;

  constructor(services: GroupServices, { first, atMs, before }: GroupPlace) {
    const { store, labels } = services;
    this.#services = services;
    this.#before = before;
    this.#reader = store.db;
    this.#rows = new EntryRows({
      store,
      first,
      logLabel: labels.log,
      findHead: (labelHex) => this.#findHead(labelHex),
    });
    this.#at = formatTime(atMs);
  }

  get leaves(): readonly AcceptedLeaf[] {
    return this.#rows.leaves;
  }

  /** Newest head of a chain that goes on in this group. */
  headHere(labelHex: string): Head | undefined {
    return this.#rows.heads.get(labelHex);
  }

  /** A submission of this group, by its idempotency key. */
  knownHere(keyHex: string): Known | undefined {
    return this.#known.get(keyHex);
  }

  /** Throws PATIENT_NOT_NORMAL and BAD_INPUT. */
  draft(submission: Submission): Draft {
    const { label, newPatient } = this.#subjectOf(submission);
    const body = bodyOf(submission, this.#services.context.secrets.pseudonymKey);
    const labelHex = encodeHex(label);
    const digests = idempotencyDigests(labelHex, body);
    const keyHex = encodeHex(digests.key);
    return { label, newPatient, submission, body, labelHex, digests, keyHex };
  }

  /** Reads at once what these drafts are going to ask for. */
  async load(drafts: readonly Draft[]): Promise<void> {
    const { store, heads } = this.#services;
    const wanted: string[] = [];
    const labels: string[] = [];
    for (const { labelHex, keyHex } of drafts) {
      wanted.push(keys.idempotencyKey(keyHex));
      if (heads.get(labelHex) !== undefined) continue;
      wanted.push(keys.headKey(labelHex), keys.chainKey(labelHex, 0));
      labels.push(labelHex);
    }
    const found = await store.db.prefetch(wanted);
    const links = nextLinks(found, labels);
    this.#reader = links.length === 0 ? found : await store.db.prefetch(links, found);
  }

  /** What the same submission was answered with before. Throws IDEMPOTENCY_CONFLICT. */
  findDuplicate({ digests: { content }, keyHex }: Draft): Accepted | undefined {
    const known =
      this.#staged.get(keyHex)?.known ??
      this.knownHere(keyHex) ??
      this.#before?.knownHere(keyHex) ??
      this.#findKnown(keyHex);
    if (known === undefined) return undefined;
    if (!equalBytes(known.content, content)) {
      throw new ChartsealError('IDEMPOTENCY_CONFLICT', 'this request id came with other content');
    }
    return { ...known.accepted, duplicate: true };
  }

  /** Takes a submission that is no duplicate; throws its coded error, and nothing was taken. */
  stage(draft: Draft, { baseline, by = this.#services.by }: AcceptOptions): Accepted {
    const { label, labelHex, submission, body, digests, keyHex } = draft;
    if ('record' in submission) checkVersion(submission, this.#rows.findHead(labelHex));
    const { origin } = this.#services.context.registration;
    const { entry, openings } = buildEntry(origin, body, this.#at, by);
    const ordinal = this.#rows.next;
    const { hash } = this.#rows.stage({ label, labelHex, body, digests, entry, openings });
    const accepted = { ordinal, leafHash: hash, duplicate: false };
    this.#staged.set(keyHex, { draft, known: { content: digests.content, accepted }, baseline });
    return accepted;
  }

  /** Makes what is staged part of the group. */
  keep(): void {
    const { heads } = this.#services;
    this.#rows.keep();
    for (const [keyHex, { draft, known, baseline }] of this.#staged) {
      const { label, labelHex, newPatient, submission } = draft;
      if (!('record' in submission)) heads.set(labelHex, this.#rows.heads.get(labelHex) as Head);
      if (newPatient !== undefined) this.#putPatient(label, newPatient);
      if (baseline !== undefined) putBaseline(this.#rows.batch, label, baseline);
      this.#known.set(keyHex, known);
    }
    this.#staged.clear();
  }

  /** Forgets what is staged: the group is as if nobody had come. */
  drop(): void {
    this.#rows.drop();
    this.#staged.clear();
  }

  /** Makes the group durable; throws STORE_FAILED. */
  async write(): Promise<void> {
    const { batch, leaves } = this.#rows;
    this.#before = undefined;
    await (leaves.length > 0 ? batch.write() : batch.discard());
  }

  #findHead(labelHex: string): Head | undefined {
    return (
      this.#before?.headHere(labelHex) ??
      this.#services.heads.get(labelHex) ??
      headsOf(this.#reader)(labelHex)
    );
  }

  #findKnown(keyHex: string): Known | undefined {
    const row = this.#reader.find(keys.idempotencyKey(keyHex));
    if (row === undefined) return undefined;
    const { content, ordinal } = parseKnownRow(row);
    const { leaf } = this.#services.store.readEntry(ordinal);
    return { content, accepted: { ordinal, leafHash: leafHash(leaf), duplicate: true } };
  }

  #subjectOf(submission: Submission): Subject {
    const { labels } = this.#services;
    if ('fixity' in submission) return { label: labels.log };
    if (!('record' in submission)) return this.#patientOf(submission.patient);
    if (submission.patient !== undefined) labels.patientInput(submission.patient);
    return { label: labels.record(submission.record.id) };
  }

  /** VRF labels are derived once per patient and kept. */
  #patientOf(patient: PatientIdentifier): Subject {
    const { newPatients, patients } = this.#services;
    const name = patientName(patient);
    const written = patients.get(name);
    if (written !== undefined) return { label: written };
    const drafted = this.#newLabels.get(name);
    if (drafted !== undefined) return drafted;
    const { label, digest, isStored } = newPatients.find(patient);
    if (isStored) {
      patients.set(name, label);
      return { label };
    }
    const subject = { label, newPatient: { patient, digest } };
    this.#newLabels.set(name, subject);
    return subject;
  }

  #putPatient(label: Uint8Array, { patient, digest }: NewPatient): void {
    const { patients } = this.#services;
    const name = patientName(patient);
    if (patients.get(name) !== undefined) return;
    this.#rows.batch
      .put(keys.patientLabelKey(digest), label)
      .put(keys.patientKey(label), formatJsonRow({ ...patient }));
    patients.set(name, label);
  }
}
