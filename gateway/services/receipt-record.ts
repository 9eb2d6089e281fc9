// Of which record a receipt is, by what stands in it; nothing is verified.
import { decodeBase64 } from '../../chaincode/core/bytes.js';
import { parseEntry } from '../../chaincode/core/entry.js';
import { parseReceipt } from '../evidence/receipt.js';

export interface ReceiptRecord {
  /** Origin of the log. */
  readonly log: string;
  readonly id: string;
}

/**
 * Undefined for the receipt of an entry that is of no record. Throws as {@link parseReceipt} and
 * {@link parseEntry} for what is no receipt.
 */
export function recordOfReceipt(bytes: Uint8Array): ReceiptRecord | undefined {
  const entry = parseEntry(decodeBase64(parseReceipt(bytes).entry, 'entry'));
  return 'record' in entry ? { log: entry.log, id: entry.record.id } : undefined;
}
