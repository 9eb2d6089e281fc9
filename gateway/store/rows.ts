// What the values of the store's tables look like, and back.

import { Buffer } from 'node:buffer';
import { concat, readUint64, uint64 } from '../../chaincode/core/bytes.js';
import { canonicalBytes, parseCanonical } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { HASH_BYTES, LEAF_BYTES } from '../../chaincode/core/limits.js';
import {
  formatSubjectState,
  parseSubjectState,
  SUBJECT_STATE_BYTES,
  type SubjectState,
} from '../../chaincode/core/subject.js';

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

/** state 43 ‖ ordinal 8 ‖ version 8 ‖ digest 32. */
export function formatHead(head: Head): Uint8Array {
  return concat(
    formatSubjectState(head.state),
    uint64(head.ordinal),
    uint64(head.version),
    head.digest,
  );
}

export function parseHead(bytes: Uint8Array): Head {
  const at = SUBJECT_STATE_BYTES;
  return {
    state: parseSubjectState(bytes.subarray(0, at)),
    ordinal: readUint64(bytes, at, 'ordinal'),
    version: readUint64(bytes, at + 8, 'version'),
    digest: bytes.subarray(at + 16, at + 16 + HASH_BYTES),
  };
}

/** Canonical JSON of the store's own rows; `T` is what this program itself wrote. */
export function formatJsonRow(value: object): Uint8Array {
  return canonicalBytes(value);
}

export function parseJsonRow<T>(bytes: Uint8Array): T {
  try {
    return parseCanonical(bytes, 'row') as JsonValue as T;
  } catch (cause) {
    throw new ChartsealError('STORE_CORRUPT', 'a row of the store cannot be read', { cause });
  }
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

/** State of the subject map on disk; the leaves from there to the marker are re-applied. */
export interface FlushedMapRow {
  /** Accepted entries that the pages cover. */
  readonly entries: number;
  readonly mapRoot: string;
}

/** An attested checkpoint. */
export interface AttestationRow {
  readonly attestation: JsonValue;
  readonly checkpoint: string;
  readonly closingLeaf: string | null;
}

/** Where the newest version of a record was read. */
export interface BaselineRow {
  readonly modifiedAtMs: number;
  /** Absolute path, base64 because names need not be UTF-8. */
  readonly path: string;
  readonly size: number;
}
