// Which refusals of the ledger are answered by trying again, and how soon.
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';

/** After these the same append may be tried again; anything else stops the write side. */
const RETRIABLE: ReadonlySet<ErrorCode> = new Set([
  'LOG_MOVED',
  'LEDGER_UNAVAILABLE',
  'LEDGER_LOCKED',
  'CLOCK_SKEW',
]);
export const isRetriable = (error: unknown) =>
  error instanceof ChartsealError && RETRIABLE.has(error.code);
export const RETRY_PAUSE_MS = 250;
