// Runs transactions of the contract as a peer does, over committed state. What only hands them on
// there, fabric-contract-api, is left out: it would take every crash of the process for its own.
import { TransactionContext } from '../../../chaincode/contract/transaction-context.js';
import {
  isTransaction,
  noSuchTransaction,
  runTransaction,
} from '../../../chaincode/contract/transactions.js';
import { ChartsealError, decodeError } from '../../../chaincode/core/errors.js';
import type { LevelStub } from './level-stub.js';
import type { Identity } from './membership.js';

/** Errors cross the contract's border as the text `CODE message`; any other text stays inside. */
function decodeFailure(error: unknown): ChartsealError {
  const text = error instanceof Error ? error.message : '';
  const known = decodeError(text);
  if (known === undefined) {
    return new ChartsealError('LEDGER_FAILED', 'the contract failed', { cause: error });
  }
  const cause = (error as Error).cause;
  return new ChartsealError(known.code, known.message, { cause });
}

/** One transaction to run. */
export interface Run {
  readonly name: string;
  readonly args: readonly string[];
  readonly stub: LevelStub;
  readonly identity: Identity;
  /** The endorser's time, in ms since 1970. */
  readonly clock: number;
}

/** The transaction's answer; its reads and writes stay in the stub. Throws coded errors only. */
export async function execute({ name, args, stub, identity, clock }: Run): Promise<string> {
  if (!isTransaction(name)) throw noSuchTransaction();
  const [request] = args;
  if (request === undefined || args.length !== 1) {
    throw new ChartsealError('BAD_INPUT', `${name} takes 1 argument, not ${args.length}`);
  }
  try {
    return await runTransaction(name, new TransactionContext(stub, identity, () => clock), request);
  } catch (error) {
    throw decodeFailure(error);
  }
}
