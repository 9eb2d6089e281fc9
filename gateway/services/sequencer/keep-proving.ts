// Proves what is committed, again and again: one call of the ledger covers all that came meanwhile.
import type { Pace } from './pace.js';
import type { ProvenLog } from './proven-log.js';
import { Patience, RETRY_PAUSE_MS } from './retry.js';
import type { Signal } from './signal.js';

const AT_REST_MS = 60_000;

export interface ProvingOptions {
  /** How long answers of the ledger may be behind. */
  readonly lagMs?: number | undefined;
  isRunning(): boolean;
  /** While a clock is not believed: what is attested says up to when nothing newer was there. */
  isHeld(): boolean;
  onProven(): void;
  /** What trying again does not mend. */
  onFault(error: unknown): void;
}

/**
 * Resolves when it does not run any more.
 * @param signal tells that there may be more to prove, or that it does not run any more
 */
export async function keepProving(
  proven: ProvenLog,
  pace: Pace,
  signal: Signal,
  { lagMs = 0, isRunning, isHeld, onProven, onFault }: ProvingOptions,
): Promise<void> {
  const patience = new Patience(lagMs);
  while (isRunning()) {
    if (proven.isCurrent) {
      await signal.next(AT_REST_MS);
      continue;
    }
    if (isHeld()) {
      await signal.next(RETRY_PAUSE_MS);
      continue;
    }
    try {
      await proven.advance();
      patience.renew();
      pace.proved();
      onProven();
    } catch (error) {
      pace.failed('prove', error);
      if (patience.allows(error)) await signal.next(RETRY_PAUSE_MS);
      else onFault(error);
    }
  }
}
