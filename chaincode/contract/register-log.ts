// registerLog: creates a log owned by the caller's organisation, with its checkpoint of size 0.
import { decodeBase64, encodeHex, ZERO_HASH } from '../core/bytes.js';
import { checkPublicKey } from '../core/ed25519-key.js';
import { ChartsealError } from '../core/errors.js';
import type { JsonValue } from '../core/json.js';
import { EMPTY_ROOT } from '../core/merkle.js';
import { logIdOf, parseRegistrationRequest, type Registration } from '../core/registration.js';
import { formatTime } from '../core/time.js';
import { requireRole } from './authorize.js';
import type { HeadRow } from './rows.js';
import {
  checkpointKey,
  headKey,
  logKey,
  originKey,
  ownerKey,
  publicKeyKey,
  type StateKey,
} from './state-keys.js';
import type { TransactionContext } from './transaction-context.js';

/** Both keys in hex; throws BAD_KEY. */
function checkKeys(registration: Registration): string[] {
  const noteKey = decodeBase64(registration.noteKey, 'noteKey', 32);
  const vrfKey = decodeBase64(registration.vrfKey, 'vrfKey', 32);
  checkPublicKey(noteKey, 'noteKey');
  checkPublicKey(vrfKey, 'vrfKey');
  const keys = [encodeHex(noteKey), encodeHex(vrfKey)];
  if (keys[0] === keys[1]) {
    throw new ChartsealError('BAD_KEY', 'noteKey and vrfKey are the same key');
  }
  return keys;
}

async function requireFree(
  context: TransactionContext,
  key: StateKey<object>,
  what: string,
): Promise<void> {
  if ((await context.state.find(key)) !== undefined) {
    throw new ChartsealError('LOG_EXISTS', `a log with this ${what} is registered already`);
  }
}

/** A predecessor may be of another channel; one of this channel must be the caller's own. */
async function checkPredecessor(context: TransactionContext, logId: string): Promise<void> {
  const row = await context.state.find(logKey(logId));
  if (row !== undefined && row.registration.mspId !== context.callerMspId) {
    throw new ChartsealError('ACCESS_DENIED', 'the predecessor belongs to another organisation');
  }
}

async function writeLog(
  context: TransactionContext,
  registration: Registration,
  logId: string,
  registeredAt: string,
): Promise<void> {
  const { state } = context;
  const root = encodeHex(EMPTY_ROOT);
  const head: HeadRow = {
    size: 0,
    root,
    frontier: [],
    mapRoot: encodeHex(ZERO_HASH),
    closingLeaf: null,
    endorsedAt: registeredAt,
    appends: 0,
  };
  await state.put(logKey(logId), { registeredAt, registration });
  await state.put(headKey(logId), head);
  await state.put(checkpointKey(logId, 0), {
    size: 0,
    root,
    endorsedAt: registeredAt,
    closingLeaf: null,
    leaves: 0,
  });
}

/** Throws ACCESS_DENIED, BAD_INPUT, BAD_KEY, LOG_EXISTS or CLOCK_SKEW. */
export async function registerLog(
  context: TransactionContext,
  request: JsonValue,
): Promise<object> {
  requireRole(context, ['admin']);
  const registration: Registration = {
    ...parseRegistrationRequest(request),
    mspId: context.callerMspId,
    txId: context.stub.getTxID(),
  };
  const keys = checkKeys(registration);
  const registeredAt = formatTime(context.transactionTime());
  await requireFree(context, originKey(registration.origin), 'origin');
  for (const key of keys) await requireFree(context, publicKeyKey(key), 'key');
  if (registration.predecessor !== undefined) {
    await checkPredecessor(context, registration.predecessor);
  }
  const logId = encodeHex(logIdOf(registration));
  const { state } = context;
  const owned = (await state.find(ownerKey(registration.mspId)))?.logs ?? [];
  await writeLog(context, registration, logId, registeredAt);
  await state.put(originKey(registration.origin), { logId });
  for (const key of keys) await state.put(publicKeyKey(key), { logId });
  await state.put(ownerKey(registration.mspId), { logs: [...owned, logId].sort() });
  return { logId, registeredAt, registration };
}
