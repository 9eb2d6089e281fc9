// What the transactions of a block ask for, by the names that log-ledger gives them: for those who
// read blocks and do not run the ledger.
import { decodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseJson } from '../../chaincode/core/json.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import {
  logIdOf,
  parseRegistrationRequest,
  type Registration,
} from '../../chaincode/core/registration.js';
import { blob, checkShape, hex, integer, object } from '../../chaincode/core/shape.js';

/** One transaction as a block keeps it. */
export interface LoggedTransaction {
  readonly txId: string;
  readonly creator: { readonly mspId: string };
  readonly name: string;
  readonly request: string;
}

export type LogTransaction =
  | { readonly kind: 'registerLog'; readonly logId: string; readonly registration: Registration }
  | {
      readonly kind: 'append';
      readonly logId: string;
      readonly expectedSize: number;
      /** Leaf hashes in order. */
      readonly hashes: readonly Uint8Array[];
    };

export type LoggedAppend = Extract<LogTransaction, { kind: 'append' }>;

/** Name of the contract in its chaincode. */
export const CONTRACT = 'chartseal';
/** fabric-shim finds contract and transaction by this expression in the first argument. */
const CALLED = /([^:]*)(?::|^)(.*)/;

/**
 * The transaction that runs when the contract is called by this name: there are many such names, as
 * `chartseal:append`, `:append`, and `append` with another line after it.
 */
export function transactionName(called: string): string {
  const [, contract = '', name = ''] = CALLED.exec(called) ?? [];
  return contract.trim() === '' || contract === CONTRACT ? name : called;
}

/** The request as the contract reads it: what is no UTF-8 is replaced, nothing is refused. */
export function requestText(argument: Uint8Array): string {
  return Buffer.from(argument.buffer, argument.byteOffset, argument.length).toString();
}

const APPEND = object({ logId: hex(HASH_BYTES), expectedSize: integer(), leafHashes: blob() });

function parseAppend(request: string): LoggedAppend {
  const value = parseJson(request, 'append');
  checkShape(APPEND, value, 'append');
  const append = value as unknown as { logId: string; expectedSize: number; leafHashes: string };
  const bytes = decodeBase64(append.leafHashes, 'leafHashes');
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += HASH_BYTES) {
    hashes.push(bytes.subarray(at, at + HASH_BYTES));
  }
  return { kind: 'append', logId: append.logId, expectedSize: append.expectedSize, hashes };
}

function parseRegister({ creator, txId, request }: LoggedTransaction): LogTransaction {
  const asked = parseRegistrationRequest(parseJson(request, 'registration'));
  const registration = { ...asked, mspId: creator.mspId, txId };
  return { kind: 'registerLog', logId: encodeHex(logIdOf(registration)), registration };
}

/** Throws NOT_SUPPORTED for another transaction, LEDGER_CORRUPT for one that is not understood. */
export function parseLogTransaction(transaction: LoggedTransaction): LogTransaction {
  const { name, request } = transaction;
  if (name !== 'append' && name !== 'registerLog') {
    throw new ChartsealError('NOT_SUPPORTED', 'the ledger holds a transaction of another kind');
  }
  try {
    return name === 'append' ? parseAppend(request) : parseRegister(transaction);
  } catch (cause) {
    throw new ChartsealError('LEDGER_CORRUPT', `a request to ${name} is not understood`, { cause });
  }
}
