// Of which record a receipt is, by what stands in it; nothing is verified.
import { decodeBase64 } from '../../chaincode/core/bytes.js';
import { parseEntry } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
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

function findRecord(bytes: Uint8Array): ReceiptRecord | undefined {
  try {
    return recordOfReceipt(bytes);
  } catch (error) {
    if (error instanceof ChartsealError) return undefined;
    throw error;
  }
}

/** Whether both are receipts of one record, or of one and the same entry. */
export function isOfSameRecord(one: Uint8Array, other: Uint8Array): boolean {
  if (parseReceipt(one).entry === parseReceipt(other).entry) return true;
  const [a, b] = [findRecord(one), findRecord(other)];
  return a !== undefined && a.log === b?.log && a.id === b.id;
}
