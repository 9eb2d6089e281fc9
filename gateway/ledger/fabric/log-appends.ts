// The appends to one log, from the blocks of its channel.
import { parseLogTransaction } from '../log-transactions.js';
import { isAppendTo } from './chain-audit.js';
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
      if (!isAppendTo(logId, ledger.profile.chaincode, transaction)) continue;
      const { txId, creator, name, args } = transaction;
      const request = Buffer.from(args[0] as Uint8Array).toString();
      const parsed = parseLogTransaction({ txId, creator, name, request });
      if (parsed.kind === 'append') yield parsed.hashes;
    }
    if (number >= height - 1) return;
  }
}
