// The channel of a data folder as this process has it open, whatever the engine.
import type { LedgerProbe } from '../ledger/ledger-probe.js';
import type { LogContext } from './log-context.js';

/** What the blocks of the ledger say of a log. */
export interface BlockAudit {
  /** Appends to the log. */
  readonly appends: number;
  /** SHA-256 over the closing leaves that they announced, in order; hex. */
  readonly closingLeaves: string;
  /** What was looked at, for people. */
  readonly sentence: string;
}

export interface OwnNetwork {
  readonly kind: 'embedded' | 'fabric';
  /** How long entries gather for an append, in ms; undefined for the sequencer's own default. */
  readonly intervalMs?: number;
  /** Canonical bytes of the trust file as this organisation gives it out. */
  trustFile(context: LogContext): Uint8Array;
  /** Goes through every block; throws LEDGER_CORRUPT at the first fault. */
  audit(logId: string): Promise<BlockAudit>;
  /** Who sent the newest append of the log, in words; undefined where nobody else can. */
  describeWriter(logId: string): Promise<string | undefined>;
  /** Who answers now; takes little longer than `waitMs`. */
  probe(waitMs: number): Promise<LedgerProbe>;
  close(): Promise<void>;
}
