// Faults of the whole write side.
import type { ErrorCode } from '../../chaincode/core/errors.js';

/** No single submission is at fault: all that come after it would be refused alike. */
export const ENDS_ALL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CLOCK_AHEAD',
  'LOG_STOPPED',
  'SHUTTING_DOWN',
  'STORE_FAILED',
]);
