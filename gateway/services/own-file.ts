// Files of ours among the documents of an archive: receipts, and what a killed process left
// half-written. A name makes none: documents may be called so too.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseReceipt } from '../evidence/receipt.js';
import { isUnfinishedName } from './receipt-files.js';
import { RECEIPT_SUFFIX } from './record-id.js';
import { readBeginning, readSmallFile } from './small-file.js';

export type OwnFile = 'receipt' | 'unfinished file';

/** What canonical receipts and histories begin with, and trust files. */
const EVIDENCE_BEGINS = '{"attestation":';
const TRUST_BEGINS = '{"channel":';

function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    // Whoever takes it for a document reads it again, and tells.
    if (error instanceof ChartsealError) return undefined;
    throw error;
  }
}

function begins(path: Buffer, ...beginnings: readonly string[]): boolean {
  const read = unlessUnreadable(() => readBeginning(path, EVIDENCE_BEGINS.length)) ?? '';
  return read !== '' && beginnings.some((one) => one.startsWith(read) || read.startsWith(one));
}

/** Opens files only whose name is like those of ours; follows no link. */
export function findOwnFile(path: Buffer, name: string): OwnFile | undefined {
  if (isUnfinishedName(name)) {
    return begins(path, EVIDENCE_BEGINS, TRUST_BEGINS) ? 'unfinished file' : undefined;
  }
  if (!name.endsWith(RECEIPT_SUFFIX) || !begins(path, EVIDENCE_BEGINS)) return undefined;
  const receipt = unlessUnreadable(() => parseReceipt(readSmallFile(path, { links: 'no link' })));
  return receipt === undefined ? undefined : 'receipt';
}
