// Every key of the store, and in which of its databases it lies. Numbers are 14 hex digits, which
// 2^53 - 1 fits, so that key order is number order; tables are a letter and a slash.
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';

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
export const FLUSHED_MAP_KEY = 'flushed';
const REDO_KEY = 'redo';
/**
 * Among the entries: what the newest batches put into the index, and their numbers. The version
 * before kept one batch, whatever its number, under the first of them.
 */
export const REDO_KEYS: readonly string[] = Array.from({ length: 16 }, (_, at) =>
  at === 0 ? REDO_KEY : `${REDO_KEY}/${at.toString(16)}`,
);
export const redoKey = (number: number) => REDO_KEYS[number % REDO_KEYS.length] as string;
/** In the index: number of the newest batch that it has. */
export const REDONE_KEY = 'redone';
/** How far a re-verification of the archive has come. */
export const AUDIT_KEY = 'audit';
/** From which entry on nothing was sent, as long as the ledger was not met since a start. */
export const AWAY_KEY = 'away';
/** Trust file of the channel as it was last learned. */
export const TRUST_KEY = 'trust';

/** The databases of a store, by what they hold. */
export type Part = 'entries' | 'index' | 'map';

const SLASH = '/'.charCodeAt(0);
const letterOf = (table: string) => table.charCodeAt(0);
const INDEX: ReadonlySet<number> = new Set(
  [
    TABLES.head,
    TABLES.chain,
    TABLES.leafHash,
    TABLES.idempotency,
    TABLES.patient,
    TABLES.patientLabel,
    TABLES.record,
    TABLES.digest,
    TABLES.inquiry,
    TABLES.baseline,
  ].map(letterOf),
);
const PAGE = letterOf(TABLES.page);

/**
 * Entries, and what comes in their order, are written once and never merged with one another. Keys
 * of the index are hashes, pages of the map are written again and again: apart from the entries
 * both stay small, and LevelDB merges each of them with itself alone.
 * @param key of a row, or the beginning of a key with its table
 */
export function partOf(key: string): Part {
  if (key.charCodeAt(1) !== SLASH) return key === FLUSHED_MAP_KEY ? 'map' : 'entries';
  const letter = key.charCodeAt(0);
  if (INDEX.has(letter)) return 'index';
  return letter === PAGE ? 'map' : 'entries';
}

/** Lower-case hex of 32 bytes, for callers that have it at hand. */
type Hex = string;
/** Half of a hash finds it; what is found says whether it is the one. */
const SHORT_DIGITS = HASH_BYTES;
const short = (hash: Uint8Array | Hex) =>
  typeof hash === 'string'
    ? hash.slice(0, SHORT_DIGITS)
    : encodeHex(hash.subarray(0, SHORT_DIGITS / 2));

export const entryKey = (ordinal: number) => TABLES.entry + number(ordinal);
export const headKey = (label: Uint8Array | Hex) => TABLES.head + short(label);
export const chainKey = (label: Uint8Array | Hex, sequence: number) =>
  `${TABLES.chain}${short(label)}/${number(sequence)}`;
export const leafHashKey = (hash: Uint8Array) => TABLES.leafHash + short(hash);
export const idempotencyKey = (digest: Uint8Array | Hex) => TABLES.idempotency + short(digest);
export const patientKey = (label: Uint8Array) => TABLES.patient + encodeHex(label);
export const patientLabelKey = (digest: Uint8Array) => TABLES.patientLabel + encodeHex(digest);
/** The beginning of a key for the beginning of an id, on whole characters. */
export const recordKey = (id: string) => TABLES.record + encodeHex(utf8(id));
/** The beginning of the keys of one digest. */
export const digestTable = (digest: Hex) => `${TABLES.digest}${short(digest)}/`;
export const digestKey = (digest: Hex, ordinal: number) =>
  `${digestTable(digest)}${number(ordinal)}`;
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
