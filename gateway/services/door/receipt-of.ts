// The receipt that was asked for, by whichever name of its entry.
import { decodeHex } from '../../../chaincode/core/bytes.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { formatReceipt } from '../../evidence/receipt.js';
import type { Receipts } from '../receipts.js';
import type { WantedReceipt } from './door.js';

async function ordinalOf(receipts: Receipts, wanted: WantedReceipt): Promise<number> {
  if ('ordinal' in wanted) return wanted.ordinal;
  if ('index' in wanted) return receipts.findIndex(wanted.index);
  if ('record' in wanted) return receipts.findRecord(wanted.record, wanted.version);
  return receipts.findLeafHash(decodeHex(wanted.leafHash, 'leaf hash', HASH_BYTES));
}

/** The file. Throws NOT_FOUND, NOT_PROVEN_YET, STORE_CORRUPT. */
export async function receiptOf(receipts: Receipts, wanted: WantedReceipt): Promise<Uint8Array> {
  return formatReceipt(await receipts.make(await ordinalOf(receipts, wanted)));
}
