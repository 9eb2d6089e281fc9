// Who of a ledger answers now: asked often, so it costs little and waits for nobody for long.

/** A part of the ledger that others run, or another process of ours. */
export interface LedgerPart {
  readonly kind: 'peer' | 'organisation' | 'orderer';
  /** Endpoint or MSP id. */
  readonly name: string;
  readonly isUp: boolean;
  /** Number of blocks that it has, where it says so. */
  readonly height?: number;
}

export interface LedgerProbe {
  readonly parts: readonly LedgerPart[];
  /** Whether enough answer for an append to be committed. */
  readonly canCommit: boolean;
  /** Whether enough answer for a checkpoint to be attested. */
  readonly canProve: boolean;
}
