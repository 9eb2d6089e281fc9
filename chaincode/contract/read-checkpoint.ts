// readCheckpoint: the answer that organisations attest. It states committed state only, so an
// endorsement of it is a proof of commit.
import { ChartsealError } from '../core/errors.js';
import type { JsonValue } from '../core/json.js';
import { HASH_BYTES, MAX_NONCE_HEX } from '../core/limits.js';
import { checkShape, hex, integer, object, text } from '../core/shape.js';
import { formatTime, parseTime } from '../core/time.js';
import { ANY_ROLE, readLogRow, requireRole } from './authorize.js';
import { checkpointKey, headKey, ownerKey } from './state-keys.js';
import type { TransactionContext } from './transaction-context.js';

const KIND = 'chartseal-checkpoint/1';

const REQUEST = object({
  logId: hex(HASH_BYTES),
  'size?': integer(),
  'nonce?': text({ min: 1, max: MAX_NONCE_HEX, pattern: /^[0-9a-f]+$/ }),
});

interface ReadCheckpointRequest {
  readonly logId: string;
  /** The newest when left out. */
  readonly size?: number;
  readonly nonce?: string;
}

/** Throws ACCESS_DENIED, LOG_UNKNOWN, CLOCK_SKEW, or NOT_FOUND for a size between two appends. */
export async function readCheckpoint(
  context: TransactionContext,
  value: JsonValue,
): Promise<object> {
  requireRole(context, ANY_ROLE);
  checkShape(REQUEST, value, 'readCheckpoint');
  const request = value as unknown as ReadCheckpointRequest;
  const { logId, nonce } = request;
  const { state } = context;
  const { registration } = await readLogRow(context, logId);
  const head = await state.read(headKey(logId));
  const asOf = context.transactionTime(parseTime(head.endorsedAt, 'endorsedAt'));
  const size = request.size ?? head.size;
  const row = await state.find(checkpointKey(logId, size));
  if (row === undefined) {
    throw new ChartsealError('NOT_FOUND', `the log has no checkpoint of size ${size}`);
  }
  const owner = await state.read(ownerKey(registration.mspId));
  return {
    kind: KIND,
    channel: context.stub.getChannelID(),
    logId,
    origin: registration.origin,
    size,
    root: row.root,
    closingLeaf: row.closingLeaf,
    endorsedAt: row.endorsedAt,
    headSize: head.size,
    asOf: formatTime(asOf),
    ownerLogs: owner.logs,
    nonce,
  };
}
