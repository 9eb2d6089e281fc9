// The ledger port: all that the gateway knows of an engine. Engines give coded errors only, and
// one conformance suite (test/ledger/conformance.ts) faces each of them.
import type { Attestation } from '../evidence/attestation.js';

/** Bytes that endorsers see and the ledger does not keep, by name. */
export type Transient = Readonly<Record<string, Uint8Array>>;

/** One transaction of a committed block. */
export interface LedgerEvent {
  /** Number of the block. */
  readonly block: number;
  readonly txId: string;
  /** `VALID`, or why its writes were not applied. */
  readonly code: string;
  /** Name of the chaincode event, when the transaction set one. */
  readonly event?: string;
  readonly payload?: Uint8Array;
}

export interface LedgerLimits {
  /** Largest number of leaves in one append. */
  readonly appendLeaves: number;
  /**
   * How long an answer may tell of an older state than was seen before, in ms: another peer may
   * have given it. 0 or absent where that is always a fault.
   */
  readonly lagMs?: number;
}

/** A channel as one identity sees it. */
export interface Ledger {
  /** Answer of a transaction over committed state; nothing is written. */
  evaluate(name: string, json: string): Promise<string>;
  /** Answer of a transaction once it is committed. After any error the fate may be unknown. */
  submit(name: string, json: string, transient?: Transient): Promise<string>;
  /** `readCheckpoint` with this request, vouched for by these organisations. */
  attest(json: string, organisations: readonly string[]): Promise<Attestation>;
  /** Transactions from this block on, in order, then new ones as they are committed. */
  subscribe(fromBlock: number): AsyncIterable<LedgerEvent>;
  limits(): LedgerLimits;
  /** Ends subscriptions; later calls fail. */
  close(): Promise<void>;
}
