// Which refusals of the ledger are answered by trying again, and how soon.
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import type { Signal } from './signal.js';

/** After these the same append may be tried again; anything else stops the write side. */
const RETRIABLE: ReadonlySet<ErrorCode> = new Set([
  'LOG_MOVED',
  'LEDGER_UNAVAILABLE',
  'LEDGER_LOCKED',
  'CLOCK_SKEW',
]);
const isRetriable = (error: unknown) =>
  error instanceof ChartsealError && RETRIABLE.has(error.code);
export const RETRY_PAUSE_MS = 250;

/** What an honest peer says that has not caught up with what another one said before. */
const LAGGING: ReadonlySet<ErrorCode> = new Set(['LEDGER_BEHIND', 'NOT_FOUND', 'LOG_UNKNOWN']);

/** One that is made anew has the contract before it has the log. */
function isLag(error: unknown): boolean {
  if (!(error instanceof ChartsealError)) return false;
  const { code, cause } = error;
  if (code !== 'LEDGER_CORRUPT') return LAGGING.has(code);
  return cause instanceof ChartsealError && cause.code === 'LOG_UNKNOWN';
}

/** Where several peers answer, one may lag: it is waited for, and only then believed. */
export class Patience {
  readonly #lagMs: number;
  #until: number | undefined;

  /** @param lagMs how long answers may be behind; 0 for a ledger that is one process */
  constructor(lagMs: number) {
    this.#lagMs = lagMs;
  }

  /** Whether the same may be tried again. */
  allows(error: unknown): boolean {
    if (isRetriable(error)) {
      // Who goes away while it catches up is given its time again when it comes back.
      if ((error as ChartsealError).code === 'LEDGER_UNAVAILABLE') this.renew();
      return true;
    }
    if (!isLag(error)) return false;
    this.#until ??= performance.now() + this.#lagMs;
    return performance.now() < this.#until;
  }

  /** After a success, and where nobody answers. */
  renew(): void {
    this.#until = undefined;
  }
}

/** Asks again while a peer lags, and no longer than there is patience. */
export async function waitOutLag(
  ask: () => Promise<void>,
  patience: Patience,
  signal: Signal,
): Promise<void> {
  for (;;) {
    try {
      await ask();
      return patience.renew();
    } catch (error) {
      if (!isLag(error) || !patience.allows(error)) throw error;
    }
    await signal.next(RETRY_PAUSE_MS);
  }
}

/** Why nothing is accepted any more. */
export function stoppedBy(cause: unknown): ChartsealError {
  const known = cause instanceof ChartsealError;
  const reason = known ? `${cause.code}: ${cause.message}` : 'an unexpected error';
  return new ChartsealError('LOG_STOPPED', `writing stopped after ${reason}`, { cause });
}
