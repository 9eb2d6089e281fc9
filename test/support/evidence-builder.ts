// A log in memory, made by the real rules with real keys, and the evidence that it can give at
// any of its checkpoints: receipts, histories, trust files.
import { encodeBase64, encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { formatCheckpoint } from '../../chaincode/core/checkpoint.js';
import { sha256 } from '../../chaincode/core/hash.js';
import {
  labelFromBeta,
  logLabel,
  patientAlpha,
  recordAlpha,
  recordLabel,
} from '../../chaincode/core/labels.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import type { ActName } from '../../chaincode/core/lifecycle.js';
import { proveSubject } from '../../chaincode/core/map-proof.js';
import { nodeHash } from '../../chaincode/core/merkle.js';
import { logIdOf, type Registration } from '../../chaincode/core/registration.js';
import { signNote } from '../../chaincode/core/signed-note.js';
import { EMPTY_MAP, type MapNode } from '../../chaincode/core/subject-map.js';
import { formatTime, parseTime } from '../../chaincode/core/time.js';
import { inclusionProof } from '../../chaincode/core/tree-proofs.js';
import { vrfProve, vrfPublicKey } from '../../chaincode/core/vrf.js';
import { type Attestation, signEmbedded } from '../../gateway/evidence/attestation.js';
import { buildHistory, type History, type HistorySubject } from '../../gateway/evidence/history.js';
import { buildReceipt, type Openings, type Receipt } from '../../gateway/evidence/receipt.js';
import type { TrustFile } from '../../gateway/evidence/trust.js';
import type { MadeEntry } from './evidence-entries.js';
import { LogWriter } from './log-writer.js';
import { type NoteKey, noteKey } from './note-key.js';

export const CHANNEL = 'chartseal';
export const MSP = 'HospitalAMSP';
export const REGISTERED_AT = '2026-11-01T08:00:00.000Z';

export interface LogOptions {
  readonly origin?: string;
  readonly recordLabels?: 'hmac' | 'vrf';
  readonly patientSystems?: Registration['patientSystems'];
  /** Tells the keys of one log from those of another. */
  readonly seed?: number;
}

/** Who a history is asked about. */
export type Query = { patient: string; system?: string } | { record: string } | { log: true };

/** One leaf of the log with what lies beside it; closing leaves have no entry. */
interface Kept {
  readonly entry?: MadeEntry;
  readonly subject?: Uint8Array;
}

interface Checkpoint {
  readonly size: number;
  readonly endorsedAt: string;
  readonly map: MapNode;
  readonly closingLeaf: Uint8Array | null;
}

export const SYSTEM = 'urn:hospital-a';

export class EvidenceLog {
  readonly origin: string;
  readonly key: NoteKey;
  readonly vrfKey: Uint8Array;
  readonly recordKey: Uint8Array;
  readonly registration: Registration;
  readonly logId: string;
  readonly writer: LogWriter;
  readonly checkpoints: Checkpoint[];
  readonly #kept: Kept[] = [];

  constructor({ origin, recordLabels = 'hmac', patientSystems = [], seed = 1 }: LogOptions = {}) {
    this.origin = origin ?? 'hospital-a.example/archive';
    this.key = noteKey(seed);
    this.vrfKey = new Uint8Array(32).fill(seed + 64);
    this.recordKey = new Uint8Array(32).fill(seed + 128);
    this.registration = {
      origin: this.origin,
      noteKey: encodeBase64(this.key.publicKey),
      vrfKey: encodeBase64(vrfPublicKey(this.vrfKey)),
      recordKeyDigest: encodeHex(sha256(this.recordKey)),
      recordLabels,
      patientSystems,
      description: 'Archive of hospital A',
      mspId: MSP,
      txId: encodeHex(sha256(utf8(`transaction ${seed}`))),
    };
    this.logId = encodeHex(logIdOf(this.registration));
    this.writer = new LogWriter(this.origin);
    this.checkpoints = [{ size: 0, endorsedAt: REGISTERED_AT, map: EMPTY_MAP, closingLeaf: null }];
  }

  get size(): number {
    return this.writer.size;
  }

  patientLabel(value: string, system = SYSTEM): Uint8Array {
    return labelFromBeta(vrfProve(this.vrfKey, patientAlpha(system, value)).beta);
  }

  recordLabel(id: string): Uint8Array {
    return this.registration.recordLabels === 'hmac'
      ? recordLabel(this.recordKey, id)
      : labelFromBeta(vrfProve(this.vrfKey, recordAlpha(id)).beta);
  }

  /** One append; gives the index of its first leaf. */
  append(
    endorsedAt: string,
    items: readonly { act: ActName; subject: Uint8Array; entry: MadeEntry }[],
  ): number {
    const first = this.size;
    const batch = this.writer.batch(
      items.map(({ act, subject, entry }) => ({ act, subject, entry: sha256(entry.bytes) })),
    );
    const { closingLeaf, size } = this.writer.commit(batch, parseTime(endorsedAt, 'endorsedAt'));
    this.#kept.push(...items, {});
    this.checkpoints.push({ size, endorsedAt, map: this.writer.map, closingLeaf });
    return first;
  }

  at(size: number): Checkpoint {
    const found = this.checkpoints.find((checkpoint) => checkpoint.size === size);
    if (found === undefined) throw new Error(`no checkpoint of size ${size}`);
    return found;
  }

  /** The signed checkpoint. */
  note(size: number): string {
    const text = formatCheckpoint({ origin: this.origin, size, root: this.writer.rootAt(size) });
    return signNote(text, this.origin, this.key.publicKey, this.key.sign);
  }

  /** @param changes members of the answer to replace, or to leave out when undefined */
  answer(size: number, changes: Readonly<Record<string, unknown>> = {}): Uint8Array {
    const { endorsedAt, closingLeaf } = this.at(size);
    const newest = this.at(this.size).endorsedAt;
    return canonicalBytes({
      kind: 'chartseal-checkpoint/1',
      channel: CHANNEL,
      logId: this.logId,
      origin: this.origin,
      size,
      root: encodeHex(this.writer.rootAt(size)),
      closingLeaf: closingLeaf === null ? null : encodeBase64(closingLeaf),
      endorsedAt,
      headSize: this.size,
      asOf: formatTime(parseTime(newest, 'endorsedAt') + 60_000),
      ownerLogs: [this.logId],
      ...changes,
    });
  }

  attest(size: number, changes: Readonly<Record<string, unknown>> = {}): Attestation {
    return signEmbedded(this.answer(size, changes), this.key.sign);
  }

  path(index: number, size: number): Uint8Array[] {
    const read = (level: number, at: number): Uint8Array =>
      level === 0
        ? leafHash(this.writer.leaves[at] as Uint8Array)
        : nodeHash(read(level - 1, at * 2), read(level - 1, at * 2 + 1));
    return inclusionProof(index, size, read);
  }

  receipt(index: number, size = this.size): Receipt {
    const entry = this.#kept[index]?.entry;
    if (entry === undefined) throw new Error(`leaf ${index} has no entry`);
    return buildReceipt({
      entry: entry.bytes,
      openings: entry.openings,
      leaf: this.writer.leaves[index] as Uint8Array,
      index,
      path: this.path(index, size),
      checkpoint: this.note(size),
      attestation: this.attest(size),
    });
  }

  subject(query: Query): { subject: HistorySubject; label: Uint8Array } {
    if ('log' in query) return { subject: { kind: 'log' }, label: logLabel(this.origin) };
    const prove = (alpha: Uint8Array) => encodeBase64(vrfProve(this.vrfKey, alpha).proof);
    if ('record' in query) {
      const id = query.record;
      const label = this.recordLabel(id);
      const subject = { kind: 'record' as const, id, label: encodeHex(label) };
      if (this.registration.recordLabels === 'hmac') return { subject, label };
      return { subject: { ...subject, vrfProof: prove(recordAlpha(id)) }, label };
    }
    const { patient: value, system = SYSTEM } = query;
    const vrfProof = prove(patientAlpha(system, value));
    const label = this.patientLabel(value, system);
    return { subject: { kind: 'patient', system, value, vrfProof }, label };
  }

  history(query: Query, size = this.size): History {
    const { subject, label } = this.subject(query);
    const { map, closingLeaf } = this.at(size);
    const indexes = this.#kept.flatMap((kept, index) =>
      index < size && kept.subject !== undefined && Buffer.compare(kept.subject, label) === 0
        ? [index]
        : [],
    );
    const openings = indexes.map((at): Openings | null => this.#kept[at]?.entry?.openings ?? null);
    return buildHistory({
      subject,
      leaves: indexes.map((at) => this.writer.leaves[at] as Uint8Array),
      entries: indexes.map((at) => this.#kept[at]?.entry?.bytes ?? null),
      openings,
      mapProof: proveSubject(map, label),
      closing:
        closingLeaf === null
          ? null
          : { leaf: closingLeaf, index: size - 1, path: this.path(size - 1, size) },
      checkpoint: this.note(size),
      attestation: this.attest(size),
    });
  }

  trustFile(changes: Partial<TrustFile> = {}): TrustFile {
    const { origin, logId, registration } = this;
    return {
      format: 'chartseal-trust/1',
      channel: CHANNEL,
      ordering: 'embedded',
      contract: [],
      organisations: [{ mspId: MSP, roots: [], intermediates: [], revoked: [] }],
      policy: { k: 1, required: [MSP], tolerated: 0 },
      logs: [{ origin, logId, registration }],
      ...changes,
    };
  }
}
