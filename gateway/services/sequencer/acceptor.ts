// Accept: validates submissions against committed state plus everything accepted before, gives
// each its place in its chain, and makes a group of them durable with one fsync.
import {
  concat,
  encodeHex,
  equalBytes,
  readUint64,
  uint64,
  utf8,
  ZERO_HASH,
} from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { formatLeaf, leafHash } from '../../../chaincode/core/leaf.js';
import { ACTS, type ActName } from '../../../chaincode/core/lifecycle.js';
import { HASH_BYTES, MAX_OUTBOX_ENTRIES } from '../../../chaincode/core/limits.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { applyLeaf } from '../../../chaincode/core/subject.js';
import { formatTime, parseTime } from '../../../chaincode/core/time.js';
import type { RowBatch } from '../../store/database.js';
import * as keys from '../../store/keys.js';
import { formatHead, formatJsonRow, formatStoredEntry, type Head } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { Labels, type LogContext } from '../log-context.js';
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

interface Request {
  readonly submission: Submission;
  readonly baseline: Baseline | undefined;
  resolve(accepted: Accepted): void;
  reject(error: unknown): void;
}

/** What a group has decided so far, not durable yet. */
interface Group {
  readonly batch: RowBatch;
  readonly at: string;
  readonly atMs: number;
  readonly heads: Map<string, Head>;
  readonly idempotency: Map<string, { content: Uint8Array; accepted: Accepted }>;
  readonly labels: Map<string, Uint8Array>;
  readonly leaves: AcceptedLeaf[];
  readonly answers: (() => void)[];
}

interface NewPatient {
  readonly patient: PatientIdentifier;
  readonly digest: Uint8Array;
}

interface Subject {
  readonly label: Uint8Array;
  readonly newPatient?: NewPatient;
}

const GROUP_MAX = 1024;
const LABEL_CACHE_MAX = 65_536;

function idempotencyDigests(submission: Submission): { key: Uint8Array; content: Uint8Array } {
  const content = sha256(canonicalBytes(submission));
  const source = isRecordSubmission(submission) ? submission.record.source : submission.source;
  const key =
    source?.requestId === undefined
      ? content
      : sha256(utf8(`chartseal/request\0${source.system}\0${source.requestId}`));
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

export class Acceptor {
  readonly #store: Store;
  readonly #context: LogContext;
  readonly #labels: Labels;
  readonly #by: Submitter;
  readonly #now: () => number;
  readonly #onAccepted: (leaves: readonly AcceptedLeaf[]) => void;
  readonly #queue: Request[] = [];
  readonly #labelCache = new Map<string, Uint8Array>();
  #count: number;
  #lastAtMs: number;
  #waitingForLedger = 0;
  #draining: Promise<void> | undefined;
  #stopped: ChartsealError | undefined;

  constructor(options: {
    store: Store;
    context: LogContext;
    by: Submitter;
    now: () => number;
    onAccepted: (leaves: readonly AcceptedLeaf[]) => void;
  }) {
    this.#store = options.store;
    this.#context = options.context;
    this.#labels = new Labels(options.context);
    this.#by = options.by;
    this.#now = options.now;
    this.#onAccepted = options.onAccepted;
    this.#count = options.store.entriesAtOpen;
    this.#lastAtMs = this.#readLastAt();
  }

  /** Entries accepted in all. */
  get count(): number {
    return this.#count;
  }

  get labels(): Labels {
    return this.#labels;
  }

  /** Tells how many accepted entries the ledger does not have yet; bounds the outbox. */
  setWaiting(entries: number): void {
    this.#waitingForLedger = entries;
  }

  /** Refuses everything from now on. */
  stop(reason: ChartsealError): void {
    this.#stopped = reason;
  }

  /** Durable when the promise resolves. Rejects with a coded error, and then nothing was kept. */
  accept(submission: Submission, baseline?: Baseline): Promise<Accepted> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    if (this.#waitingForLedger + this.#queue.length >= MAX_OUTBOX_ENTRIES) {
      return Promise.reject(
        new ChartsealError('OUTBOX_FULL', `${this.#waitingForLedger} entries wait for the ledger`),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ submission, baseline, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when nothing is in the queue. */
  async settled(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  async #drain(): Promise<void> {
    // Let callers of the same turn join the group.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#writeGroup(this.#queue.splice(0, GROUP_MAX));
    this.#draining = undefined;
  }

  async #writeGroup(requests: readonly Request[]): Promise<void> {
    const group = this.#beginGroup();
    const included: Request[] = [];
    for (const request of requests) {
      try {
        this.#add(group, request);
        included.push(request);
      } catch (error) {
        request.reject(error);
      }
    }
    try {
      await (group.leaves.length > 0 ? group.batch.write() : group.batch.discard());
    } catch (error) {
      for (const request of included) request.reject(error);
      return;
    }
    this.#count += group.leaves.length;
    if (group.leaves.length > 0) this.#lastAtMs = group.atMs;
    for (const [digest, label] of group.labels) this.#remember(digest, label);
    for (const answer of group.answers) answer();
    this.#onAccepted(group.leaves);
  }

  #beginGroup(): Group {
    const atMs = this.#now();
    return {
      batch: this.#store.db.batch(),
      at: formatTime(atMs),
      atMs,
      heads: new Map(),
      idempotency: new Map(),
      labels: new Map(),
      leaves: [],
      answers: [],
    };
  }

  /** Adds one submission to the group, or throws and leaves the group as it was. */
  #add(group: Group, request: Request): void {
    const { submission } = request;
    const digests = idempotencyDigests(submission);
    const before = this.#findSame(group, digests.key);
    if (before !== undefined) {
      if (!equalBytes(before.content, digests.content)) {
        throw new ChartsealError('IDEMPOTENCY_CONFLICT', 'this request id came with other content');
      }
      group.answers.push(() => request.resolve({ ...before.accepted, duplicate: true }));
      return;
    }
    if (group.atMs < this.#lastAtMs) {
      throw new ChartsealError(
        'CLOCK_BACKWARDS',
        `this machine's clock is ${this.#lastAtMs - group.atMs} ms behind the last entry`,
      );
    }
    const subject = this.#subjectOf(group, submission);
    const { label } = subject;
    const headId = encodeHex(label);
    const head = group.heads.get(headId) ?? this.#store.findHead(label);
    if (isRecordSubmission(submission)) checkVersion(submission, head);
    const built = buildEntry(this.#context, submission, group.at, this.#by);
    const act: ActName = isRecordSubmission(submission) ? submission.act : 'access';
    const leaf = {
      act: ACTS[act],
      subject: label,
      sequence: head?.state.count ?? 0,
      previous: head?.state.head ?? ZERO_HASH,
      entry: sha256(built.entry),
    };
    const leafBytes = formatLeaf(leaf);
    const hash = leafHash(leafBytes);
    const state = applyLeaf(head?.state, leaf, hash, this.#labels.log);
    const ordinal = this.#count + group.leaves.length;
    const after: Head = {
      state,
      ordinal,
      version: isRecordSubmission(submission) ? submission.record.version : 0,
      digest: isRecordSubmission(submission)
        ? Buffer.from(submission.record.digests['sha-256'], 'hex')
        : new Uint8Array(HASH_BYTES),
    };
    const accepted = { ordinal, leafHash: hash, duplicate: false };
    group.batch
      .put(keys.entryKey(ordinal), formatStoredEntry({ leaf: leafBytes, ...built }))
      .put(keys.headKey(label), formatHead(after))
      .put(keys.chainKey(label, leaf.sequence), uint64(ordinal))
      .put(keys.leafHashKey(hash), uint64(ordinal))
      .put(keys.idempotencyKey(digests.key), concat(digests.content, uint64(ordinal), hash));
    if (subject.newPatient !== undefined) this.#putPatient(group, label, subject.newPatient);
    if (request.baseline !== undefined) this.#putBaseline(group, label, request.baseline);
    group.heads.set(headId, after);
    group.idempotency.set(encodeHex(digests.key), { content: digests.content, accepted });
    group.leaves.push({ leaf: leafBytes, hash });
    group.answers.push(() => request.resolve(accepted));
  }

  #findSame(
    group: Group,
    key: Uint8Array,
  ): { content: Uint8Array; accepted: Accepted } | undefined {
    const staged = group.idempotency.get(encodeHex(key));
    if (staged !== undefined) return staged;
    const row = this.#store.db.find(keys.idempotencyKey(key));
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

  #subjectOf(group: Group, submission: Submission): Subject {
    if (isRecordSubmission(submission)) return { label: this.#labels.record(submission.record.id) };
    const { patient } = submission;
    const { alpha, digest } = this.#labels.patientInput(patient);
    const id = encodeHex(digest);
    const known =
      this.#labelCache.get(id) ??
      group.labels.get(id) ??
      this.#store.db.find(keys.patientLabelKey(digest));
    if (known !== undefined) return { label: known };
    return { label: this.#labels.fromAlpha(alpha), newPatient: { patient, digest } };
  }

  #putPatient(group: Group, label: Uint8Array, { patient, digest }: NewPatient): void {
    group.batch
      .put(keys.patientLabelKey(digest), label)
      .put(keys.patientKey(label), formatJsonRow({ ...patient }));
    group.labels.set(encodeHex(digest), label);
  }

  #remember(digest: string, label: Uint8Array): void {
    if (this.#labelCache.size >= LABEL_CACHE_MAX) {
      const oldest = this.#labelCache.keys().next();
      if (!oldest.done) this.#labelCache.delete(oldest.value);
    }
    this.#labelCache.set(digest, label);
  }

  #putBaseline(group: Group, label: Uint8Array, baseline: Baseline): void {
    const row = {
      modifiedAtMs: Math.trunc(baseline.modifiedAtMs),
      path: Buffer.from(baseline.path).toString('base64'),
      size: baseline.size,
    };
    group.batch.put(keys.baselineKey(label), formatJsonRow(row));
  }

  #readLastAt(): number {
    if (this.#count === 0) return 0;
    const { entry } = this.#store.readEntry(this.#count - 1);
    const text = Buffer.from(entry).toString('utf8');
    const at: unknown = (JSON.parse(text) as { at: unknown }).at;
    return parseTime(at, 'at');
  }
}
