// The history file: all leaves of one subject, its place in the subject map, the closing leaf
// that dates and carries the map's root, and who vouches.
import { decodeHex, encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { RECORD_MEMBERS } from '../../chaincode/core/entry-shapes.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { HASH_BYTES, MAX_JSON_BYTES } from '../../chaincode/core/limits.js';
import type { MapProof } from '../../chaincode/core/map-proof.js';
import { OPENINGS_SHAPE } from '../../chaincode/core/private-members.js';
import {
  anything,
  blob,
  checkShape,
  hex,
  list,
  nullable,
  object,
  oneOf,
  type Shape,
  tagged,
  text,
} from '../../chaincode/core/shape.js';
import { formatTlogProof } from '../../chaincode/core/tlog-proof.js';
import { VRF_PROOF_BYTES } from '../../chaincode/core/vrf.js';
import { type Attestation, parseAttestation } from './attestation.js';
import { parseFile } from './evidence-file.js';
import type { Openings } from './receipt.js';

export const HISTORY_FORMAT = 'chartseal-history/1';

export interface PatientSubject {
  readonly kind: 'patient';
  readonly system: string;
  readonly value: string;
  /** Base64. */
  readonly vrfProof: string;
}

export interface RecordSubject {
  readonly kind: 'record';
  readonly id: string;
  /** Hex. */
  readonly label: string;
  /** Base64; in logs that name records by VRF. */
  readonly vrfProof?: string;
}

export type HistorySubject = PatientSubject | RecordSubject | { readonly kind: 'log' };

/** The map proof as the file has it, in hex. */
export interface MapProofJson {
  /** From the deepest up to the root. */
  readonly siblings: readonly string[];
  readonly end: 'subject' | 'empty' | { readonly label: string; readonly value: string };
}

/** As the file has it. */
export interface History {
  readonly format: typeof HISTORY_FORMAT;
  readonly subject: HistorySubject;
  /** Base64, in the order of the chain. */
  readonly leaves: readonly string[];
  /** Base64 of the entries' bytes; null for one withheld or erased. */
  readonly entries: readonly (string | null)[];
  readonly openings?: readonly (Openings | null)[];
  readonly mapProof: MapProofJson;
  /** Base64; null at size 0. */
  readonly closingLeaf: string | null;
  /** tlog-proof of the closing leaf; the signed checkpoint alone at size 0. */
  readonly proof: string;
  readonly attestation: Attestation;
}

export interface HistoryParts {
  readonly subject: HistorySubject;
  readonly leaves: readonly Uint8Array[];
  readonly entries: readonly (Uint8Array | null)[];
  readonly openings?: readonly (Openings | null)[];
  readonly mapProof: MapProof;
  /** null at size 0. */
  readonly closing: {
    readonly leaf: Uint8Array;
    readonly index: number;
    readonly path: readonly Uint8Array[];
  } | null;
  /** The signed checkpoint. */
  readonly checkpoint: string;
  readonly attestation: Attestation;
}

/** As many as the size of a file allows. */
const many = (item: Shape) => list(item, { max: MAX_JSON_BYTES });
const anyText = text({ min: 0, max: MAX_JSON_BYTES });
const hash = hex(HASH_BYTES);
const vrfProof = blob(VRF_PROOF_BYTES);

const HISTORY_SHAPE = object({
  format: oneOf([HISTORY_FORMAT]),
  subject: tagged('kind', {
    patient: object({ kind: oneOf(['patient']), system: anyText, value: anyText, vrfProof }),
    record: object({
      kind: oneOf(['record']),
      id: RECORD_MEMBERS.id,
      label: hash,
      'vrfProof?': vrfProof,
    }),
    log: object({ kind: oneOf(['log']) }),
  }),
  leaves: many(blob()),
  entries: many(nullable(blob())),
  'openings?': many(nullable(OPENINGS_SHAPE)),
  mapProof: object({ siblings: many(hash), end: anything() }),
  closingLeaf: nullable(blob()),
  proof: anyText,
  attestation: anything(),
});
const NAMED_END = oneOf(['subject', 'empty']);
const OTHER_END = object({ label: hash, value: hash });

/** Checks members only; throws BAD_INPUT. */
export function historyOf(value: JsonValue): History {
  checkShape(HISTORY_SHAPE, value, 'history');
  const history = value as unknown as History;
  const end = history.mapProof.end as JsonValue;
  checkShape(typeof end === 'string' ? NAMED_END : OTHER_END, end, 'history: mapProof.end');
  parseAttestation(history.attestation as unknown as JsonValue);
  return history;
}

/** Form only, nothing verified. Throws BAD_JSON, BAD_FORMAT, BAD_INPUT, NEWER_VERSION. */
export function parseHistory(bytes: Uint8Array): History {
  return parseFile(bytes, 'chartseal-history', historyOf);
}

/** Inverse of {@link parseHistory}. */
export function formatHistory(history: History): Uint8Array {
  historyOf(history as unknown as JsonValue);
  return canonicalBytes(history);
}

function formatMapProof({ siblings, end }: MapProof): MapProofJson {
  const hexEnd =
    typeof end === 'string' ? end : { label: encodeHex(end.label), value: encodeHex(end.value) };
  return { siblings: siblings.map(encodeHex), end: hexEnd };
}

export function parseMapProof({ siblings, end }: MapProofJson): MapProof {
  const decode = (text: string) => decodeHex(text, 'a hash of the map proof', HASH_BYTES);
  return {
    siblings: siblings.map(decode),
    end: typeof end === 'string' ? end : { label: decode(end.label), value: decode(end.value) },
  };
}

export function buildHistory(parts: HistoryParts): History {
  const { closing, checkpoint, openings } = parts;
  const shown = openings?.some((one) => one !== null) ?? false;
  return {
    format: HISTORY_FORMAT,
    subject: parts.subject,
    leaves: parts.leaves.map(encodeBase64),
    entries: parts.entries.map((entry) => (entry === null ? null : encodeBase64(entry))),
    ...(shown && openings !== undefined ? { openings } : {}),
    mapProof: formatMapProof(parts.mapProof),
    closingLeaf: closing === null ? null : encodeBase64(closing.leaf),
    proof:
      closing === null
        ? checkpoint
        : formatTlogProof({ index: closing.index, path: closing.path, checkpoint }),
    attestation: parts.attestation,
  };
}
