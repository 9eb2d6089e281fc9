// When the log holds what we did not send: the writer is named beside the fault, since whoever it
// is holds a certificate of our own organisation.
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';

const OF_ANOTHER: ReadonlySet<ErrorCode> = new Set(['STORE_BEHIND', 'LOG_FORKED']);

/** The error with the writer in its message, where the ledger can tell. */
export async function nameWriter(
  error: unknown,
  describe: (() => Promise<string | undefined>) | undefined,
): Promise<unknown> {
  if (!(error instanceof ChartsealError) || !OF_ANOTHER.has(error.code)) return error;
  const writer = await describe?.().catch(() => undefined);
  if (writer === undefined) return error;
  return new ChartsealError(error.code, `${error.message}; ${writer}`, { cause: error });
}
