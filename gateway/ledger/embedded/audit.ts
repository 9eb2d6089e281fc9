// Compares every block from the first with all of state: what state holds was written by a block,
// and what blocks wrote is what state holds or was written over later. Memory stays bounded: state
// rows carry the place of their write.
import { createHash } from 'node:crypto';
import { decodeBase64, equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { Turns } from '../../turns.js';
import type { BlockTransaction } from './block.js';
import { NO_HASH } from './block.js';
import type { BlockStore } from './block-store.js';
import type { StateReader } from './state-reader.js';
import type { Version } from './state-row.js';

export interface LedgerAudit {
  readonly blocks: number;
  readonly transactions: number;
  /** Values in state, each of them written by one of the blocks. */
  readonly values: number;
  /** Appends to the log that was asked about. */
  readonly appends: number;
  /** SHA-256 over the closing leaves that those appends announced, in order; hex. */
  readonly closingLeaves: string;
}

const APPEND = 'append';

const corrupt = (reason: string) => new ChartsealError('LEDGER_CORRUPT', reason);

/** Whether a state row was written here; throws when state holds something older or else. */
function isNewest(
  state: StateReader,
  { key, value }: BlockTransaction['writes'][number],
  at: Version,
): boolean {
  const found = state.find(key);
  if (found === undefined) throw corrupt(`state lost a value that block ${at.block} wrote`);
  const { version } = found;
  const isLater =
    version.block > at.block ||
    (version.block === at.block && version.transaction > at.transaction);
  if (isLater) return false;
  const isHere = version.block === at.block && version.transaction === at.transaction;
  if (!isHere) throw corrupt(`state holds an older value than block ${at.block} wrote`);
  if (!equalBytes(found.value, decodeBase64(value, 'value'))) {
    throw corrupt(`state holds another value than block ${at.block} wrote`);
  }
  return true;
}

/** Closing leaf that a transaction added to this log. */
function findClosingLeaf(
  { name, request, event }: BlockTransaction,
  logId: string,
): Uint8Array | undefined {
  if (name !== APPEND || event === undefined) return undefined;
  const { logId: named } = JSON.parse(request) as { logId: string };
  return named === logId ? decodeBase64(event.payload, 'payload') : undefined;
}

async function countValues(state: StateReader): Promise<number> {
  let values = 0;
  for await (const _ of state.range('', '')) values++;
  return values;
}

/**
 * The ledger as it is now: blocks that are committed meanwhile are not looked at. Throws
 * LEDGER_CORRUPT at the first thing that does not fit.
 * @param logId 64 hex digits
 */
export async function auditBlocks(store: BlockStore, logId: string): Promise<LedgerAudit> {
  const closingLeaves = createHash('sha256');
  const { state, height } = store.moment();
  const turns = new Turns();
  let previous = NO_HASH;
  let transactions = 0;
  let newest = 0;
  let appends = 0;
  try {
    for (let number = 0; number <= height; number++) {
      const { block, hash } = store.readBlock(number);
      if (block.previous !== previous) {
        throw corrupt(`block ${number} does not follow from the one before`);
      }
      previous = hash;
      for (const [transaction, one] of block.transactions.entries()) {
        const at = { block: number, transaction };
        for (const write of one.writes) if (isNewest(state, write, at)) newest++;
        const closing = findClosingLeaf(one, logId);
        if (closing !== undefined) {
          closingLeaves.update(closing);
          appends++;
        }
        transactions++;
      }
      await turns.next();
    }
    const values = await countValues(state);
    if (values !== newest) {
      throw corrupt(`state holds ${values} values, and the blocks wrote ${newest}`);
    }
    store.checkSeen();
    const digest = closingLeaves.digest('hex');
    return { blocks: height + 1, transactions, values, appends, closingLeaves: digest };
  } finally {
    await state.close();
  }
}
