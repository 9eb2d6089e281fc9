// Goes through every block of a channel: headers chained by their hashes, data as the headers say,
// and what the appends to one log announced.
import { createHash } from 'node:crypto';
import { EMPTY_BYTES, equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { type LoggedAppend, parseLogTransaction, requestText } from '../log-transactions.js';
import { blockHash } from './block-hash.js';
import type { FabricTransaction } from './fabric-blocks.js';
import type { FabricLedger } from './fabric-ledger.js';
import { readBlock, readChainInfo } from './system-call.js';
import { changesState } from './write-set.js';

export interface ChainAudit {
  readonly blocks: number;
  /** Of the contract, those without effect left out. */
  readonly transactions: number;
  /** Appends to the log that was asked about. */
  readonly appends: number;
  /** SHA-256 over the closing leaves that they announced, in order; hex. */
  readonly closingLeaves: string;
}

/** Whether a transaction of the contract had an effect: a replay of an append has none. */
function isEffective(chaincode: string, transaction: FabricTransaction): boolean {
  return transaction.chaincode === chaincode && changesState(transaction);
}

/** The append to this log that a committed transaction is; undefined when it is none. */
export function findAppend(
  logId: string,
  chaincode: string,
  transaction: FabricTransaction,
): LoggedAppend | undefined {
  const { name, args, creator, txId } = transaction;
  if (!isEffective(chaincode, transaction) || name !== 'append') return undefined;
  const request = requestText(args[0] ?? EMPTY_BYTES);
  const parsed = parseLogTransaction({ txId, creator, name, request });
  return parsed.kind === 'append' && parsed.logId === logId ? parsed : undefined;
}

function corrupt(what: string): never {
  throw new ChartsealError('LEDGER_CORRUPT', what);
}

/** Throws LEDGER_CORRUPT at the first block that does not fit. @param logId 64 hex digits */
export async function auditChain(ledger: FabricLedger, logId: string): Promise<ChainAudit> {
  const { chaincode } = ledger.profile;
  const { height, newest } = await readChainInfo(ledger.connection);
  const closingLeaves = createHash('sha256');
  let transactions = 0;
  let appends = 0;
  let before: Uint8Array | undefined;
  for await (const block of ledger.blocks(0)) {
    const { number, previous, dataHash, data } = block;
    if (before !== undefined && !equalBytes(previous, before)) {
      corrupt(`block ${number} does not follow from the one before`);
    }
    if (!equalBytes(dataHash, sha256(Buffer.concat(data)))) {
      corrupt(`block ${number} does not hold what its header says`);
    }
    before = blockHash(block);
    for (const one of block.transactions) {
      if (!isEffective(chaincode, one)) continue;
      transactions++;
      if (findAppend(logId, chaincode, one) === undefined) continue;
      if (one.event === undefined)
        corrupt(`an append of block ${number} announces no closing leaf`);
      closingLeaves.update(one.event.payload);
      appends++;
    }
    if (number === height - 1) break;
  }
  if (before === undefined || !equalBytes(before, newest)) {
    corrupt('the newest block is not the one that the peer names');
  }
  return { blocks: height, transactions, appends, closingLeaves: closingLeaves.digest('hex') };
}

/** Who sent an append, and where it stands. */
export interface AppendOrigin {
  readonly block: number;
  readonly txId: string;
  readonly creator: FabricTransaction['creator'];
}

/** Newest blocks in which the newest append is looked for. */
const SEARCHED_BLOCKS = 1_000;

/** The newest append to a log, among the newest blocks; undefined when they hold none. */
export async function findNewestAppend(
  ledger: FabricLedger,
  logId: string,
): Promise<AppendOrigin | undefined> {
  const { chaincode } = ledger.profile;
  const { height } = await readChainInfo(ledger.connection);
  for (let number = height - 1; number >= Math.max(0, height - SEARCHED_BLOCKS); number--) {
    const { transactions } = await readBlock(ledger.connection, number);
    const found = transactions.findLast((one) => findAppend(logId, chaincode, one) !== undefined);
    if (found !== undefined) return { block: number, txId: found.txId, creator: found.creator };
  }
  return undefined;
}
