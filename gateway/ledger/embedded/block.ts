// A block of the embedded ledger: canonical JSON, chained by hash. It keeps what was asked, by
// whom, and what was written, so that any tree can be rebuilt from blocks alone.

import { concat, decodeUtf8, encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';

/** Hash of the block before the first. */
export const NO_HASH = '0'.repeat(HASH_BYTES * 2);

export interface BlockTransaction {
  readonly txId: string;
  /** Time of the proposal. */
  readonly at: string;
  readonly creator: {
    readonly mspId: string;
    /** SHA-256 of the certificate, hex. */
    readonly certificate: string;
  };
  readonly name: string;
  readonly request: string;
  /** In the order in which they were made; a key stands once. */
  readonly writes: readonly BlockWrite[];
  readonly event?: { readonly name: string; readonly payload: string };
}

export interface BlockWrite {
  readonly key: string;
  /** Base64. */
  readonly value: string;
}

export interface Block {
  readonly channel: string;
  /** 0 is the first, which holds no transactions. */
  readonly number: number;
  /** Hash of the block before, hex; NO_HASH in the first. */
  readonly previous: string;
  readonly transactions: readonly BlockTransaction[];
}

/** A block as it was written. */
export interface StoredBlock {
  readonly block: Block;
  readonly hash: string;
  /** Canonical JSON. */
  readonly bytes: Uint8Array;
}

export interface SealedBlock {
  /** SHA-256 of the block's canonical JSON. */
  readonly hash: string;
  /** hash 32 ‖ canonical JSON. */
  readonly row: Uint8Array;
}

export function sealBlock(block: Block): SealedBlock {
  const bytes = canonicalBytes(block);
  const hash = sha256(bytes);
  return { hash: encodeHex(hash), row: concat(hash, bytes) };
}

/** Block and hash of a row; throws LEDGER_CORRUPT when it is not the one wanted, unchanged. */
export function parseBlockRow(
  row: Uint8Array | undefined,
  channel: string,
  number: number,
): StoredBlock {
  if (row === undefined) {
    throw new ChartsealError('LEDGER_CORRUPT', `block ${number} is missing`);
  }
  const bytes = row.subarray(HASH_BYTES);
  const hash = sha256(bytes);
  if (!equalBytes(hash, row.subarray(0, HASH_BYTES))) {
    throw new ChartsealError('LEDGER_CORRUPT', `block ${number} is not what was written`);
  }
  // The hash says that these are bytes of sealBlock, so no strict reader is needed.
  const block: Block = JSON.parse(decodeUtf8(bytes, 'block'));
  if (block.channel !== channel || block.number !== number) {
    throw new ChartsealError('LEDGER_CORRUPT', `block ${number} is not of this channel and place`);
  }
  return { block, hash: encodeHex(hash), bytes };
}
