// From an endorsed proposal to its block. A transaction that was handed over and not heard of again
// may still be committed: its fate is asked for before anything else, and said when it is unknown.
import { setTimeout as sleep } from 'node:timers/promises';
import { msp, gateway as protos } from '@hyperledger/fabric-protos';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { invalidTransaction, isConflict } from './commit-codes.js';
import type { FabricConnection } from './connection.js';
import { type ContractCall, type Endorsed, endorse } from './endorse.js';
import type { EndorserSets } from './endorser-sets.js';
import { isUncertain, toLedgerError, toOrderingError } from './fabric-errors.js';

/** SmartBFT refuses larger transactions (hard coded), and says so in the details only. */
const MAX_BFT_BYTES = 512_000;
const MAX_CONFLICTS = 20;
const CONFLICT_PAUSE_MS = 60;
/** How long to ask for a transaction that the orderers did not acknowledge. */
const FATE_MS = 3_000;
const PAUSE_MS = 200;

/** The cause of an error after which a transaction may still be committed. */
export class UnknownFate extends Error {
  override readonly name = 'UnknownFate';
}

function commitRequest({ profile, certificatePem }: FabricConnection, txId: string): Uint8Array {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(profile.mspId);
  identity.setIdBytes(Buffer.from(certificatePem));
  const request = new protos.CommitStatusRequest();
  request.setChannelId(profile.channel);
  request.setTransactionId(txId);
  request.setIdentity(identity.serializeBinary());
  const signed = new protos.SignedCommitStatusRequest();
  signed.setRequest(request.serializeBinary());
  return signed.serializeBinary();
}

/** Validation code of a transaction, once it is committed. Rejects with LEDGER_UNAVAILABLE. */
async function awaitCommit(
  connection: FabricConnection,
  txId: string,
  waitMs: number,
): Promise<number> {
  const until = performance.now() + waitMs;
  const bytes = commitRequest(connection, txId);
  for (;;) {
    try {
      const { code } = await connection.run((gateway) =>
        gateway.newCommit(bytes).getStatus({ deadline: Date.now() + until - performance.now() }),
      );
      return code;
    } catch (error) {
      const known = toLedgerError(error);
      if (known.code !== 'LEDGER_UNAVAILABLE' || connection.isClosed) throw known;
      if (performance.now() + PAUSE_MS >= until) throw known;
    }
    await sleep(PAUSE_MS);
  }
}

/** Validation code of the transaction. Rejects with LEDGER_UNAVAILABLE when its fate is unknown. */
async function commit(connection: FabricConnection, { txId, bytes }: Endorsed): Promise<number> {
  const { ordering, deadlinesMs } = connection.profile;
  if (ordering === 'bft' && bytes.length > MAX_BFT_BYTES) {
    const text = `the transaction has ${bytes.length} bytes, the orderers take ${MAX_BFT_BYTES}`;
    throw new ChartsealError('TOO_LARGE', text);
  }
  let waitMs = deadlinesMs.commit;
  let reason = '';
  try {
    await connection.runOnce((gateway) => gateway.newTransaction(bytes).submit());
  } catch (error) {
    const known = toOrderingError(error);
    if (!isUncertain(error) || known.code !== 'LEDGER_UNAVAILABLE') throw known;
    waitMs = FATE_MS;
    reason = `: ${known.message}`;
  }
  try {
    return await awaitCommit(connection, txId, waitMs);
  } catch (cause) {
    const { code, message } = toLedgerError(cause);
    if (code !== 'LEDGER_UNAVAILABLE') throw cause;
    const taken = `: the orderer took it, and our peer got no block with it for ${waitMs / 1000} s (${message})`;
    const text = `what became of transaction ${txId} is not known${reason || taken}`;
    const unknown = new UnknownFate(text, { cause });
    throw new ChartsealError('LEDGER_UNAVAILABLE', text, { cause: unknown });
  }
}

/**
 * The answer of a transaction once it is committed. Where another transaction came first, the call
 * is made again, as if for the first time.
 */
export async function submit(
  connection: FabricConnection,
  sets: EndorserSets,
  call: ContractCall,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const endorsed = await endorse(connection, sets, call);
    const code = await commit(connection, endorsed);
    if (code === 0) return endorsed.answer;
    if (!isConflict(code) || attempt === MAX_CONFLICTS) throw invalidTransaction(code);
    await sleep(Math.ceil(Math.random() * CONFLICT_PAUSE_MS * Math.min(attempt, 5)));
  }
}
