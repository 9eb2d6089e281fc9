// One log in the blocks of its ledger: its registration, and what its appends hold.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Registration } from '../../../chaincode/core/registration.js';
import type { Block, BlockTransaction } from '../../ledger/embedded/block.js';
import { type LogTransaction, parseLogTransaction } from '../../ledger/log-transactions.js';

/** A transaction of this log; throws NOT_SUPPORTED when it is of another one. */
export function parseOwnTransaction(transaction: BlockTransaction, logId: string): LogTransaction {
  const parsed = parseLogTransaction(transaction);
  if (parsed.logId !== logId) {
    throw new ChartsealError('NOT_SUPPORTED', 'the ledger holds another log beside this one');
  }
  return parsed;
}

/** Registration of the log among these blocks. Throws LEDGER_CORRUPT when it is not there. */
export async function readRegistration(
  blocks: AsyncIterable<Block> | Iterable<Block>,
  logId: string,
): Promise<Registration> {
  for await (const { transactions } of blocks) {
    for (const transaction of transactions) {
      const parsed = parseLogTransaction(transaction);
      if (parsed.kind === 'registerLog' && parsed.logId === logId) return parsed.registration;
    }
  }
  throw new ChartsealError('LEDGER_CORRUPT', 'the blocks do not register the log');
}
