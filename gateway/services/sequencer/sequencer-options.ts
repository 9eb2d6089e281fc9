// What a sequencer works with, and what it counts.
import type { LogLedger } from '../../ledger/log-ledger.js';
import type { Store } from '../../store/store.js';
import type { LogContext } from '../log-context.js';
import type { Submitter } from './build-entry.js';
import type { ClockWitnesses } from './clock-guard.js';

export interface SequencerOptions {
  readonly store: Store;
  readonly ledger: LogLedger;
  readonly context: LogContext;
  readonly by: Submitter;
  readonly now?: () => number;
  /** By what else the clock is judged; see {@link ClockGuard}. */
  readonly clock?: ClockWitnesses;
  readonly flushEntries?: number;
  /** Bound of what may wait for the ledger. */
  readonly outboxEntries?: number;
  /** Pause between appends, in which entries gather. */
  readonly intervalMs?: number;
  /**
   * There when the ledger did not answer at opening: entries are accepted, and store and ledger
   * are compared when this has succeeded. Throws as the ledger does.
   */
  readonly meet?: () => Promise<void>;
  /** Who sent the newest append, for the message when it was not us. */
  readonly describeWriter?: () => Promise<string | undefined>;
}

/** Entries in each state; each state includes the next. */
export interface SequencerCounts {
  readonly accepted: number;
  readonly committed: number;
  readonly proven: number;
}
