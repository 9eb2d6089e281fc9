// The appends to one log, from the blocks of its channel.
import { findAppend } from './chain-audit.js';
import type { FabricLedger } from './fabric-ledger.js';
import { readChainInfo } from './system-call.js';

/** Leaf hashes of each append, in order, up to the block that is the newest now. */
export async function* readAppends(
  ledger: FabricLedger,
  logId: string,
): AsyncGenerator<readonly Uint8Array[]> {
  const { height } = await readChainInfo(ledger.connection);
  for await (const { number, transactions } of ledger.blocks(0)) {
    for (const transaction of transactions) {
      const append = findAppend(logId, ledger.profile.chaincode, transaction);
      if (append !== undefined) yield append.hashes;
    }
    if (number >= height - 1) return;
  }
}
