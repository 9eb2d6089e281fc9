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

interface AnchorServices {
  readonly store: Store;
  readonly ledger: OwnLedger;
}

/** Faults of these do not stand in the way of a further entry. */
const BESIDE_THE_LOG: ReadonlySet<string> = new Set(['patients', 'baselines', 'attestations']);

/** Whether a further entry may follow: not onto a log that has to be mended first. */
export function isWritable(checks: readonly CheckResult[]): boolean {
  return checks.every(({ check, status }) => status === 'OK' || BESIDE_THE_LOG.has(check));
}

/** How an entry gets into the log. */
export type Anchor = (
  fixity: FixityFacts,
  by: { readonly id: string; readonly mspId: string },
  waitMs: number,
) => Promise<Anchoring>;

/** Never throws what the write side is refused with: that is the answer then. */
async function orRefusal(act: () => Promise<Anchoring>): Promise<Anchoring> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return { error };
  }
}

/** Where a sequencer is at work already. */
export function anchorRunning(sequencer: Sequencer): Anchor {
  return (fixity, by, waitMs) =>
    orRefusal(async () => {
      const { leafHash, ordinal } = await sequencer.accept({ fixity }, { by });
      const isProven = await sequencer.waitProvenUpTo(ordinal, waitMs);
      return { leafHash: encodeHex(leafHash), isProven };
    });
}

/** Where this run alone has store and ledger: for as long as it takes. */
export function anchorAlone({ store, ledger }: AnchorServices): Anchor {
  return (fixity, by, waitMs) =>
    orRefusal(async () => {
      const { log, context } = ledger;
      const sequencer = await Sequencer.open({ store, ledger: log, context, by });
      try {
        return await anchorRunning(sequencer)(fixity, by, waitMs);
      } finally {
        await sequencer.close();
      }
    });
}
