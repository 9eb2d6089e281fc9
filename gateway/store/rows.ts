// What the values of the store's tables look like, and back.
import { readUint64, writeUint64 } from '../../chaincode/core/bytes.js';
import { canonicalBytes, parseCanonical } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import {
  HASH_BYTES,
  LEAF_BYTES,
  MAX_FRONTIER_HASHES,
  MAX_NOTE_BYTES,
} from '../../chaincode/core/limits.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import {
  anything,
  blob,
  checkShape,
  hex,
  integer,
  list,
  map,
  nullable,
  object,
  type Shape,
  text,
} from '../../chaincode/core/shape.js';
import {
  parseSubjectState,
  SUBJECT_STATE_BYTES,
  type SubjectState,
  writeSubjectState,
} from '../../chaincode/core/subject.js';

const MAX_NAME_BYTES = 256;
const MAX_MEMBERS = 64;

/** An accepted entry with what lies beside it. */
export interface StoredEntry {
  readonly leaf: Uint8Array;
  /** Canonical bytes of the entry. */
  readonly entry: Uint8Array;
  /** Openings of the private members, canonical JSON bytes; empty when there are none. */
  readonly openings: Uint8Array;
}

/** leaf 106 ‖ length of the entry 4 ‖ entry ‖ openings. */
export function formatStoredEntry(stored: StoredEntry): Uint8Array {
  const out = Buffer.allocUnsafe(LEAF_BYTES + 4 + stored.entry.length + stored.openings.length);
  out.set(stored.leaf);
  out.writeUInt32BE(stored.entry.length, LEAF_BYTES);
  out.set(stored.entry, LEAF_BYTES + 4);
  out.set(stored.openings, LEAF_BYTES + 4 + stored.entry.length);
  return out;
}

/** Inverse of {@link formatStoredEntry}, in views of the bytes given; throws STORE_CORRUPT. */
export function parseStoredEntry(bytes: Uint8Array): StoredEntry {
  const start = LEAF_BYTES + 4;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < start ? 0 : view.readUInt32BE(LEAF_BYTES);
  if (length === 0 || start + length > bytes.length) {
    throw new ChartsealError('STORE_CORRUPT', 'an entry of the store is cut off');
  }
  return {
    leaf: bytes.subarray(0, LEAF_BYTES),
    entry: bytes.subarray(start, start + length),
    openings: bytes.subarray(start + length),
  };
}

/** Newest accepted state of a subject; version and digest only for records. */
export interface Head {
  readonly state: SubjectState;
  readonly ordinal: number;
  readonly version: number;
  readonly digest: Uint8Array;
}

const NO_DIGEST = new Uint8Array(HASH_BYTES);
const HEAD_BYTES = SUBJECT_STATE_BYTES + 8;
const RECORD_HEAD_BYTES = HEAD_BYTES + 8 + HASH_BYTES;

/** state 43 ‖ ordinal 8, and of a record ‖ version 8 ‖ digest 32. */
export function formatHead(head: Head): Uint8Array {
  const isRecord = head.version > 0;
  // From Buffer's pool: an array of more than 64 bytes has memory of its own outside the heap.
  const out = Buffer.allocUnsafe(isRecord ? RECORD_HEAD_BYTES : HEAD_BYTES);
  writeSubjectState(out, 0, head.state);
  writeUint64(out, SUBJECT_STATE_BYTES, head.ordinal);
  if (isRecord) {
    writeUint64(out, HEAD_BYTES, head.version);
    out.set(head.digest, HEAD_BYTES + 8);
  }
  return out;
}

/** Inverse of {@link formatHead}; throws STORE_CORRUPT. */
export function parseHead(bytes: Uint8Array): Head {
  const isRecord = bytes.length === RECORD_HEAD_BYTES;
  if (!isRecord && bytes.length !== HEAD_BYTES) {
    throw new ChartsealError('STORE_CORRUPT', 'a head of the store is cut off');
  }
  try {
    return {
      state: parseSubjectState(bytes.subarray(0, SUBJECT_STATE_BYTES)),
      ordinal: readUint64(bytes, SUBJECT_STATE_BYTES, 'ordinal'),
      version: isRecord ? readUint64(bytes, HEAD_BYTES, 'version') : 0,
      digest: isRecord ? bytes.subarray(HEAD_BYTES + 8) : NO_DIGEST,
    };
  } catch (cause) {
    throw new ChartsealError('STORE_CORRUPT', 'a head of the store is damaged', { cause });
  }
}

/** Throws STORE_CORRUPT for a row that is not 8 bytes. */
export function parseOrdinal(bytes: Uint8Array): number {
  if (bytes.length !== 8) {
    throw new ChartsealError('STORE_CORRUPT', 'a row of the store holds no ordinal');
  }
  return readUint64(bytes, 0, 'ordinal', 'STORE_CORRUPT');
}

/** Label of a patient; throws STORE_CORRUPT for a row that is not 32 bytes. */
export function parseLabelRow(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== HASH_BYTES) {
    throw new ChartsealError('STORE_CORRUPT', 'a row of the store holds no label');
  }
  return Uint8Array.from(bytes);
}

/** What an earlier submission of the same led to. */
export interface KnownRow {
  readonly content: Uint8Array;
  readonly ordinal: number;
}

/** content digest 32 ‖ ordinal 8. */
export function formatKnownRow({ content, ordinal }: KnownRow): Uint8Array {
  const out = Buffer.allocUnsafe(HASH_BYTES + 8);
  out.set(content);
  writeUint64(out, HASH_BYTES, ordinal);
  return out;
}

/** Inverse of {@link formatKnownRow}; throws STORE_CORRUPT. */
export function parseKnownRow(bytes: Uint8Array): KnownRow {
  if (bytes.length !== HASH_BYTES + 8) {
    throw new ChartsealError('STORE_CORRUPT', 'a row by which submissions are known is cut off');
  }
  const [content, ordinal] = [bytes.subarray(0, HASH_BYTES), bytes.subarray(HASH_BYTES)];
  return { content, ordinal: parseOrdinal(ordinal) };
}

/** Canonical JSON of the store's own rows; `T` is what this program itself wrote. */
export function formatJsonRow(value: object): Uint8Array {
  return canonicalBytes(value);
}

const ANY_OBJECT = map(text({ min: 0, max: MAX_NAME_BYTES }), anything(), { max: MAX_MEMBERS });

/**
 * Throws STORE_CORRUPT naming the kind of row when it is no object, or not of this shape. Without a
 * shape, for rows of which something else says that they are whole.
 */
export function parseJsonRow<T extends object>(
  bytes: Uint8Array,
  shape: Shape = ANY_OBJECT,
  kind = 'a row',
): T {
  try {
    const value = parseCanonical(bytes, 'row');
    checkShape(shape, value, 'row');
    return value as JsonValue as T;
  } catch (cause) {
    throw new ChartsealError('STORE_CORRUPT', `${kind} of the store cannot be read`, { cause });
  }
}

/** What says of which log and format a store is. */
export interface MetaRow {
  readonly format: string;
  /** Anything in a format that is not known here. */
  readonly logId?: JsonValue;
}

/** Members of other formats are let through: their name says more than their shape. */
export function parseMetaRow(bytes: Uint8Array): MetaRow {
  const kind = 'the row that names the log';
  const row = parseJsonRow<{ readonly format?: JsonValue }>(bytes, ANY_OBJECT, kind);
  const { format } = row;
  if (typeof format === 'string') return { ...row, format };
  throw new ChartsealError('STORE_CORRUPT', `${kind} of the store cannot be read`);
}

/** One append that the ledger took. Hashes are hex, the closing leaf base64. */
export interface AppendRow {
  readonly appendNumber: number;
  readonly closingLeaf: string;
  readonly firstIndex: number;
  readonly firstOrdinal: number;
  /** Submitted leaves; the closing leaf follows them. */
  readonly leaves: number;
}

const APPEND_SHAPE = object({
  appendNumber: integer(),
  closingLeaf: blob(LEAF_BYTES),
  firstIndex: integer(),
  firstOrdinal: integer(),
  leaves: integer(),
});

export const parseAppendRow = (bytes: Uint8Array) =>
  parseJsonRow<AppendRow>(bytes, APPEND_SHAPE, 'an append');

/** Everything up to here is proven: receipts and histories can be made without the ledger. */
export interface Marker {
  readonly appends: number;
  /** Accepted entries covered, that is the first ordinal that is not. */
  readonly entries: number;
  readonly frontier: readonly string[];
  readonly mapRoot: string;
  readonly root: string;
  readonly size: number;
}

const MARKER_SHAPE = object({
  appends: integer(),
  entries: integer(),
  frontier: list(hex(HASH_BYTES), { max: MAX_FRONTIER_HASHES }),
  mapRoot: hex(HASH_BYTES),
  root: hex(HASH_BYTES),
  size: integer(),
});

export const parseMarker = (bytes: Uint8Array) =>
  parseJsonRow<Marker>(bytes, MARKER_SHAPE, 'the marker');

/** State of the subject map on disk; the leaves from there to the marker are re-applied. */
export interface FlushedMapRow {
  /** Accepted entries that the pages cover. */
  readonly entries: number;
  readonly mapRoot: string;
}

const FLUSHED_MAP_SHAPE = object({ entries: integer(), mapRoot: hex(HASH_BYTES) });

export const parseFlushedMapRow = (bytes: Uint8Array) =>
  parseJsonRow<FlushedMapRow>(bytes, FLUSHED_MAP_SHAPE, 'the state of the map');

/** Ordinal of the first entry that was accepted without the ledger; null when it was met. */
export interface AwayRow {
  readonly entries: number | null;
}

const AWAY_SHAPE = object({ entries: nullable(integer()) });

export const parseAwayRow = (bytes: Uint8Array) =>
  parseJsonRow<AwayRow>(bytes, AWAY_SHAPE, 'what was accepted without the ledger');

/** An attested checkpoint. */
export interface AttestationRow {
  readonly attestation: JsonValue;
  readonly checkpoint: string;
  readonly closingLeaf: string | null;
}

const ATTESTATION_SHAPE = object({
  attestation: ANY_OBJECT,
  checkpoint: text({ min: 1, max: MAX_NOTE_BYTES }),
  closingLeaf: nullable(blob(LEAF_BYTES)),
});

export const parseAttestationRow = (bytes: Uint8Array) =>
  parseJsonRow<AttestationRow>(bytes, ATTESTATION_SHAPE, 'an attested checkpoint');

/** Where the newest version of a record was read. */
export interface BaselineRow {
  readonly modifiedAtMs: number;
  /** Absolute path, base64 because names need not be UTF-8. */
  readonly path: string;
  readonly size: number;
}

const BASELINE_SHAPE = object({
  modifiedAtMs: integer({ min: Number.MIN_SAFE_INTEGER }),
  path: blob(),
  size: integer(),
});

export const parseBaselineRow = (bytes: Uint8Array) =>
  parseJsonRow<BaselineRow>(bytes, BASELINE_SHAPE, 'the place of a file');

const PATIENT_SHAPE = object({
  system: text({ min: 1, max: MAX_NAME_BYTES }),
  value: text({ min: 1, max: MAX_NAME_BYTES }),
});

/** Whether it is in normal form is for its label to say. */
export const parsePatientRow = (bytes: Uint8Array) =>
  parseJsonRow<PatientIdentifier>(bytes, PATIENT_SHAPE, 'a patient');
