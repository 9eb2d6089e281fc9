// Every key of the contract's state, each typed with the row that stands under it. All are simple
// keys: Fabric cannot begin a page in the middle of a range of composite keys in a transaction
// that writes, and with simple keys the pages need no bookmark that a client could forge.
import type { CheckpointRow, HeadRow, LogRow, OwnerRow, ReferenceRow } from './rows.js';

/** A state key; `Row` is the type of what stands under it. */
export interface StateKey<Row> {
  readonly text: string;
  /** Never set: ties the key to its row for the compiler. */
  readonly row?: Row;
}

/** Keys from `start` (included) to `end` (not included), in the order of UTF-8 bytes. */
export interface KeyRange<Row> {
  readonly start: string;
  readonly end: string;
  readonly row?: Row;
}

// '0' follows '/' in ASCII, so `table0` ends the range of `table/`.
const AFTER_SLASH = '0';
/** Digits of 2^53, so that text order is number order. */
const SIZE_DIGITS = 16;

const paddedSize = (size: number) => String(size).padStart(SIZE_DIGITS, '0');

/** Registration of a log. Log ids are 64 hex digits. */
export const logKey = (logId: string): StateKey<LogRow> => ({ text: `log/${logId}` });

/** Registrations with a log id above `after`, or all. */
export const logRange = (after: string | undefined): KeyRange<LogRow> => ({
  start: after === undefined ? 'log/' : `log/${after}${AFTER_SLASH}`,
  end: `log${AFTER_SLASH}`,
});

/** Newest state of a log. */
export const headKey = (logId: string): StateKey<HeadRow> => ({ text: `head/${logId}` });

/** The log as it was at one size: 0, or the size after an append. */
export const checkpointKey = (logId: string, size: number): StateKey<CheckpointRow> => ({
  text: `checkpoint/${logId}/${paddedSize(size)}`,
});

/** Checkpoints of a size above `after`. */
export const checkpointRange = (logId: string, after: number): KeyRange<CheckpointRow> => ({
  start: checkpointKey(logId, after + 1).text,
  end: `checkpoint/${logId}${AFTER_SLASH}`,
});

/** All logs of one organisation. */
export const ownerKey = (mspId: string): StateKey<OwnerRow> => ({ text: `owner/${mspId}` });

/** The log that has an origin. */
export const originKey = (origin: string): StateKey<ReferenceRow> => ({
  text: `origin/${origin}`,
});

/** The log that uses a public key (in hex), as note key or as VRF key: one table for both. */
export const publicKeyKey = (publicKey: string): StateKey<ReferenceRow> => ({
  text: `key/${publicKey}`,
});
