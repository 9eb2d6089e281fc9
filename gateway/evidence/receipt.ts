// The receipt file: one entry, its leaf, the leaf's place under a checkpoint, and who vouches.
import { encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { MAX_JSON_BYTES } from '../../chaincode/core/limits.js';
import { OPENINGS_SHAPE, type Opening } from '../../chaincode/core/private-members.js';
import { anything, blob, checkShape, object, oneOf, text } from '../../chaincode/core/shape.js';
import { formatTlogProof } from '../../chaincode/core/tlog-proof.js';
import { type Attestation, parseAttestation } from './attestation.js';
import { parseFile } from './evidence-file.js';

export const RECEIPT_FORMAT = 'chartseal-receipt/1';

/** Openings of one entry by private member. */
export type Openings = Readonly<Record<string, Opening>>;

/** As the file has it. */
export interface Receipt {
  readonly format: typeof RECEIPT_FORMAT;
  /** Base64 of the entry's bytes. */
  readonly entry: string;
  readonly openings?: Openings;
  /** Base64. */
  readonly leaf: string;
  /** tlog-proof of the leaf. */
  readonly proof: string;
  readonly attestation: Attestation;
}

export interface ReceiptParts {
  readonly entry: Uint8Array;
  readonly openings?: Openings;
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly path: readonly Uint8Array[];
  /** The signed checkpoint. */
  readonly checkpoint: string;
  readonly attestation: Attestation;
}

const RECEIPT_SHAPE = object({
  format: oneOf([RECEIPT_FORMAT]),
  entry: blob(),
  'openings?': OPENINGS_SHAPE,
  leaf: blob(),
  proof: text({ min: 0, max: MAX_JSON_BYTES }),
  attestation: anything(),
});

/** Checks members only; throws BAD_INPUT. */
export function receiptOf(value: JsonValue): Receipt {
  checkShape(RECEIPT_SHAPE, value, 'receipt');
  const receipt = value as unknown as Receipt;
  parseAttestation(receipt.attestation as unknown as JsonValue);
  return receipt;
}

/** Form only, nothing verified. Throws BAD_JSON, BAD_FORMAT, BAD_INPUT, NEWER_VERSION. */
export function parseReceipt(bytes: Uint8Array): Receipt {
  return parseFile(bytes, 'chartseal-receipt', receiptOf);
}

/** Thousands of receipts share the attestation of one checkpoint, by far their longest member. */
const attestationTexts = new WeakMap<Attestation, string>();

function attestationText(attestation: Attestation): string {
  const known = attestationTexts.get(attestation);
  if (known !== undefined) return known;
  const text = canonicalJson(parseAttestation(attestation as unknown as JsonValue));
  attestationTexts.set(attestation, text);
  return text;
}

/** Inverse of {@link parseReceipt}. */
export function formatReceipt(receipt: Receipt): Uint8Array {
  checkShape(RECEIPT_SHAPE, receipt as unknown as JsonValue, 'receipt');
  const { attestation, entry, format, leaf, openings, proof } = receipt;
  // In the order of RFC 8785, in which all others follow the attestation.
  const others = canonicalJson({ entry, format, leaf, openings, proof });
  return utf8(`{"attestation":${attestationText(attestation)},${others.slice(1)}`);
}

export function buildReceipt(parts: ReceiptParts): Receipt {
  const { index, path, checkpoint, openings } = parts;
  const shown = openings !== undefined && Object.keys(openings).length > 0;
  return {
    format: RECEIPT_FORMAT,
    entry: encodeBase64(parts.entry),
    ...(shown ? { openings } : {}),
    leaf: encodeBase64(parts.leaf),
    proof: formatTlogProof({ index, path, checkpoint }),
    attestation: parts.attestation,
  };
}
