// Anchors the result of an audit as a fixity entry under the log itself, and waits for its proof.
import { encodeHex } from '../../../chaincode/core/bytes.js';
import type { FixityFacts } from '../../../chaincode/core/entry.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Store } from '../../store/store.js';
import type { OwnLedger } from '../own-ledger.js';
import { Sequencer } from '../sequencer/sequencer.js';
import type { CheckResult } from './checks.js';

/** Where the result stands, or why it does not. */
export type Anchoring =
  | { readonly leafHash: string; readonly isProven: boolean }
  | { readonly error: ChartsealError };

export interface AnchorServices {
  readonly store: Store;
  readonly ledger: OwnLedger;
  readonly by: { readonly id: string; readonly mspId: string };
  readonly waitMs: number;
}

/** Faults of these do not stand in the way of a further entry. */
const BESIDE_THE_LOG: ReadonlySet<string> = new Set(['patients', 'baselines', 'attestations']);

/** Whether a further entry may follow: not onto a log that has to be mended first. */
export function isWritable(checks: readonly CheckResult[]): boolean {
  return checks.every(({ check, status }) => status === 'OK' || BESIDE_THE_LOG.has(check));
}

/** Never throws what the write side is refused with: that is the answer then. */
export async function anchorFixity(
  { store, ledger, by, waitMs }: AnchorServices,
  fixity: FixityFacts,
): Promise<Anchoring> {
  try {
    const { log, context } = ledger;
    const sequencer = await Sequencer.open({ store, ledger: log, context, by });
    try {
      const { leafHash } = await sequencer.accept({ fixity });
      const isProven = await sequencer.waitProven(waitMs);
      return { leafHash: encodeHex(leafHash), isProven };
    } finally {
      await sequencer.close();
    }
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return { error };
  }
}
