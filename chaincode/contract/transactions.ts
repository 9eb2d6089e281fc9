// The contract itself: its transactions by name. Each takes one JSON text and answers with one
// canonical JSON text, the same on a peer and in the embedded engine. The operations stand in files
// of their own.
import { canonicalJson } from '../core/canonical-json.js';
import { ChartsealError, encodeError } from '../core/errors.js';
import { type JsonValue, parseJson } from '../core/json.js';
import { append } from './append.js';
import { listCheckpoints } from './list-checkpoints.js';
import { listLogs } from './list-logs.js';
import { readCheckpoint } from './read-checkpoint.js';
import { readLog } from './read-log.js';
import { registerLog } from './register-log.js';
import type { TransactionContext } from './transaction-context.js';

type Operation = (context: TransactionContext, request: JsonValue) => Promise<object>;

const OPERATIONS = {
  registerLog,
  append,
  readCheckpoint,
  readLog,
  listLogs,
  listCheckpoints,
} as const satisfies Record<string, Operation>;

/** Name of a transaction. */
export type TransactionName = keyof typeof OPERATIONS;

export const TRANSACTION_NAMES = Object.keys(OPERATIONS) as readonly TransactionName[];

export function isTransaction(name: string): name is TransactionName {
  return Object.hasOwn(OPERATIONS, name);
}

export function noSuchTransaction(): ChartsealError {
  return new ChartsealError('NOT_SUPPORTED', 'the contract has no such transaction');
}

/** Only our own messages are known to hold no content: any other error crosses without its text. */
export function crossing(cause: unknown): Error {
  const known =
    cause instanceof ChartsealError
      ? cause
      : new ChartsealError('LEDGER_FAILED', 'the contract failed for a reason of its own');
  return new Error(encodeError(known), { cause });
}

/** Runs one transaction. Its error crosses Fabric as the text `CODE message` (see core/errors). */
export async function runTransaction(
  name: TransactionName,
  context: TransactionContext,
  request: string,
): Promise<string> {
  try {
    return canonicalJson(await OPERATIONS[name](context, parseJson(request, 'request')));
  } catch (cause) {
    throw crossing(cause);
  }
}
