// Every key of the store. Numbers are 14 hex digits (2^53 - 1 fits), so that key order is number
// order; tables are one or two letters and a slash.
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';

const number = (value: number) => value.toString(16).padStart(14, '0');

/** Tables, each the beginning of its keys. */
export const TABLES = {
  /** ordinal → leaf, entry, openings */
  entry: 'e/',
  /** subject label → state after the newest accepted leaf */
  head: 'h/',
  /** label and sequence → ordinal */
  chain: 'c/',
  /** leaf hash → ordinal */
  leafHash: 'l/',
  /** idempotency key → digest of the content, ordinal */
  idempotency: 'i/',
  /** patient label → {system, value} */
  patient: 'p/',
  /** SHA-256 of the VRF input → patient label */
  patientLabel: 'q/',
  /** record id, its UTF-8 in hex → ordinal of the newest version */
  record: 'n/',
  /** digest of a document (SHA-256, hex) and ordinal → that ordinal */
  digest: 'd/',
  /** ordinal of an inquiry or an answer → patient label */
  inquiry: 'u/',
  /** record label → where its newest version was read (fixity baseline) */
  baseline: 'f/',
  /** first ordinal → append */
  append: 'a/',
  /** tree index of the first leaf → first ordinal */
  appendIndex: 'b/',
  /** checkpoint size → signed checkpoint and attestation */
  attestation: 'k/',
  /** level and tile number → hashes */
  tile: 't/',
  /** prefix → page of the subject map */
  page: 'm/',
} as const;

export const META_KEY = 'meta';
export const MARKER_KEY = 'marker';
export const FLUSHED_MAP_KEY = 'map';
/** How far a re-verification of the archive has come. */
export const AUDIT_KEY = 'audit';

/** Lower-case hex of 32 bytes, for callers that have it at hand. */
type Hex = string;
const hexOf = (bytes: Uint8Array | Hex) => (typeof bytes === 'string' ? bytes : encodeHex(bytes));

export const entryKey = (ordinal: number) => TABLES.entry + number(ordinal);
export const headKey = (label: Uint8Array | Hex) => TABLES.head + hexOf(label);
export const chainKey = (label: Uint8Array | Hex, sequence: number) =>
  `${TABLES.chain}${hexOf(label)}/${number(sequence)}`;
export const leafHashKey = (hash: Uint8Array) => TABLES.leafHash + encodeHex(hash);
export const idempotencyKey = (digest: Uint8Array | Hex) => TABLES.idempotency + hexOf(digest);
export const patientKey = (label: Uint8Array) => TABLES.patient + encodeHex(label);
export const patientLabelKey = (digest: Uint8Array) => TABLES.patientLabel + encodeHex(digest);
/** The beginning of a key for the beginning of an id, on whole characters. */
export const recordKey = (id: string) => TABLES.record + encodeHex(utf8(id));
export const digestKey = (digest: Hex, ordinal: number) =>
  `${TABLES.digest}${digest}/${number(ordinal)}`;
export const inquiryKey = (ordinal: number) => TABLES.inquiry + number(ordinal);
export const baselineKey = (label: Uint8Array) => TABLES.baseline + encodeHex(label);
export const appendKey = (firstOrdinal: number) => TABLES.append + number(firstOrdinal);
export const appendIndexKey = (firstIndex: number) => TABLES.appendIndex + number(firstIndex);
export const attestationKey = (size: number) => TABLES.attestation + number(size);
export const tileKey = (level: number, tile: number) => `${TABLES.tile}${level}/${number(tile)}`;
export const pageKey = (prefixHex: string) => TABLES.page + prefixHex;
/** The part of a key behind its table, for range reads. */
export const keyNumber = number;
export const parseKeyNumber = (key: string) => Number.parseInt(key.slice(-14), 16);
