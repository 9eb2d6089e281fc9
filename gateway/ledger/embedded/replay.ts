// Executes the transactions of a block again, as its caller's certificate, at its time: what the
// contract writes must be what the block says, byte for byte.
import { equalBytes } from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { parseTime } from '../../../chaincode/core/time.js';
import type { Block, BlockTransaction } from './block.js';
import { conflicts } from './conflicts.js';
import type { Call } from './engine.js';
import type { LevelStub } from './level-stub.js';
import type { StateReader } from './state-reader.js';

/** What a block does not hold of one of its transactions. */
export interface ReplayInput {
  readonly certificatePem: string;
  readonly transient: ReadonlyMap<string, Uint8Array>;
}

/** A transaction executed, as it would stand in a block. */
export interface Executed {
  readonly stub: LevelStub;
  readonly transaction: BlockTransaction;
}

/** Executes a call over state, the clock being the call's own time. */
export type Execute = (call: Call, state: StateReader) => Promise<Executed>;

/** The call that led to a transaction. */
function callOf({ creator, txId, at, name, request }: BlockTransaction, input: ReplayInput): Call {
  return {
    mspId: creator.mspId,
    certificatePem: input.certificatePem,
    txId,
    at: parseTime(at, 'at'),
    name,
    args: [new TextEncoder().encode(request)],
    transient: input.transient,
  };
}

function corrupt(block: Block, index: number, reason: string, cause?: unknown): ChartsealError {
  const text = `block ${block.number}, transaction ${index}: ${reason}`;
  return new ChartsealError('LEDGER_CORRUPT', text, { cause });
}

/**
 * The block's transactions as the contract makes them now. Throws LEDGER_CORRUPT naming block and
 * transaction when one is refused or comes out otherwise.
 * @param state committed state before the block
 */
export async function replayTransactions(
  block: Block,
  inputs: readonly ReplayInput[],
  state: StateReader,
  execute: Execute,
): Promise<BlockTransaction[]> {
  const written = new Set<string>();
  const replayed: BlockTransaction[] = [];
  for (const [index, transaction] of block.transactions.entries()) {
    let executed: Executed;
    try {
      executed = await execute(callOf(transaction, inputs[index] as ReplayInput), state);
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      throw corrupt(block, index, `${error.code} ${error.message}`, error);
    }
    const { stub } = executed;
    if (!equalBytes(canonicalBytes(executed.transaction), canonicalBytes(transaction))) {
      throw corrupt(block, index, 'the contract writes something else');
    }
    if (stub.writes.size === 0 || conflicts(stub.reads, state, written)) {
      throw corrupt(block, index, 'it would not have been committed');
    }
    for (const key of stub.writes.keys()) written.add(key);
    replayed.push(executed.transaction);
  }
  return replayed;
}
