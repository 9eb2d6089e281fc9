// The lines of an export, each one canonical JSON object with one member that says what it is, in
// this order: header, blocks of the ledger, entries, patients, baselines, attestations, end.
import { concat, decodeBase64, utf8 } from '../../../chaincode/core/bytes.js';
import type { JsonObject } from '../../../chaincode/core/json.js';
import {
  HASH_BYTES,
  LEAF_BYTES,
  MAX_ORIGIN_BYTES,
  OPENING_SALT_BYTES,
} from '../../../chaincode/core/limits.js';
import {
  anything,
  blob,
  hex,
  integer,
  list,
  map,
  nullable,
  object,
  oneOf,
  type Shape,
  text,
  time,
} from '../../../chaincode/core/shape.js';
import type { Block } from '../../ledger/embedded/block.js';
import type { AttestationRow, BaselineRow } from '../../store/rows.js';

export const EXPORT_FORMAT = 'chartseal-export/1';
export const ANY_EXPORT_FORMAT = /^chartseal-export\/[0-9]+$/;

/** The first line; the only one without a tag. */
export interface ExportHeader {
  readonly format: typeof EXPORT_FORMAT;
  readonly channel: string;
  readonly mspId: string;
  readonly logId: string;
  readonly origin: string;
  /** Certificates of those who signed transactions, of which blocks hold digests: base64 of DER. */
  readonly certificates: readonly string[];
  /** Where the ledger is a channel, and the export holds no blocks of it. */
  readonly ledger?: 'fabric';
}

export interface ExportedEntry {
  readonly ordinal: number;
  /** Base64. */
  readonly leaf: string;
  readonly entry: JsonObject;
  readonly openings?: JsonObject;
}

export interface ExportedPatient {
  readonly label: string;
  readonly system: string;
  readonly value: string;
}

export type ExportedBaseline = BaselineRow & { readonly label: string };
export type ExportedAttestation = AttestationRow & { readonly size: number };

/** The last line. */
export interface ExportEnd {
  readonly blocks: number;
  readonly entries: number;
  /** Lines before this one. */
  readonly lines: number;
  /** SHA-256 of all bytes before this line, hex. */
  readonly digest: string;
  /** Ed25519 by the log's note key over `"chartseal/export/1\0"` and the digest: base64. */
  readonly signature: string;
}

/** What a tag stands before. */
export interface Tagged {
  readonly block: Block;
  readonly entry: ExportedEntry;
  readonly patient: ExportedPatient;
  readonly baseline: ExportedBaseline;
  readonly attestation: ExportedAttestation;
  readonly end: ExportEnd;
}
export type Tag = keyof Tagged;

/** In the order in which their lines come. */
export const TAGS: readonly Tag[] = ['block', 'entry', 'patient', 'baseline', 'attestation', 'end'];

const HASH = hex(HASH_BYTES);
const MSP_ID = text({ min: 1, max: 128 });
const CHANNEL = text({ min: 1, max: 256 });
const ANY_TEXT = text({ min: 0, max: Number.MAX_SAFE_INTEGER });
const IDENTIFIER = text({ min: 1, max: 256 });

export const HEADER_SHAPE = object({
  format: oneOf([EXPORT_FORMAT]),
  channel: CHANNEL,
  mspId: MSP_ID,
  logId: HASH,
  origin: text({ min: 1, max: MAX_ORIGIN_BYTES }),
  certificates: list(blob(), { max: 1024 }),
  'ledger?': oneOf(['fabric']),
});

const TRANSACTION = object({
  txId: text({ min: 1, max: 128 }),
  at: time(),
  creator: object({ mspId: MSP_ID, certificate: HASH }),
  name: text({ min: 1, max: 256 }),
  request: ANY_TEXT,
  writes: list(object({ key: ANY_TEXT, value: blob() }), { max: 1_000_000 }),
  'event?': object({ name: ANY_TEXT, payload: blob() }),
});

const CONTENT: Readonly<Record<Tag, Shape>> = {
  block: object({
    channel: CHANNEL,
    number: integer(),
    previous: HASH,
    transactions: list(TRANSACTION, { max: 65_536 }),
  }),
  entry: object({
    ordinal: integer(),
    leaf: blob(LEAF_BYTES),
    entry: anything(),
    'openings?': map(
      text({ min: 1, max: 64 }),
      object({ salt: blob(OPENING_SALT_BYTES), value: anything() }),
      { max: 64 },
    ),
  }),
  patient: object({ label: HASH, system: IDENTIFIER, value: IDENTIFIER }),
  baseline: object({
    label: HASH,
    modifiedAtMs: integer({ min: -(2 ** 53) + 1 }),
    path: blob(),
    size: integer(),
  }),
  attestation: object({
    size: integer(),
    attestation: anything(),
    checkpoint: ANY_TEXT,
    closingLeaf: nullable(blob(LEAF_BYTES)),
  }),
  end: object({
    blocks: integer(),
    entries: integer(),
    lines: integer(),
    digest: HASH,
    signature: blob(64),
  }),
};

/** Shape of the whole line of each kind. */
export const LINE_SHAPES = Object.fromEntries(
  TAGS.map((tag) => [tag, object({ [tag]: CONTENT[tag] })]),
) as Readonly<Record<Tag, Shape>>;

const CONTEXT = utf8('chartseal/export/1\0');

/** What the log's note key signs: only who holds the keys can make an export or change one. */
export function signedBytes(digest: Uint8Array): Uint8Array {
  return concat(CONTEXT, digest);
}

/** PEM of a certificate of the header. */
export function certificatePem(base64: string): string {
  const der = Buffer.from(decodeBase64(base64, 'certificate')).toString('base64');
  const lines = der.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
