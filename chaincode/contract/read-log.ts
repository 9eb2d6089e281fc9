// readLog: registration and head of one log.
import type { JsonValue } from '../core/json.js';
import { HASH_BYTES } from '../core/limits.js';
import { checkShape, hex, object } from '../core/shape.js';
import { ANY_ROLE, readLogRow, requireRole } from './authorize.js';
import { headKey } from './state-keys.js';
import type { TransactionContext } from './transaction-context.js';

const REQUEST = object({ logId: hex(HASH_BYTES) });

/** Throws ACCESS_DENIED or LOG_UNKNOWN. */
export async function readLog(context: TransactionContext, value: JsonValue): Promise<object> {
  requireRole(context, ANY_ROLE);
  checkShape(REQUEST, value, 'readLog');
  const { logId } = value as { logId: string };
  const { registration } = await readLogRow(context, logId);
  const { size, root, frontier, mapRoot, closingLeaf, endorsedAt, appends } =
    await context.state.read(headKey(logId));
  const head = { size, root, frontier, mapRoot, closingLeaf, endorsedAt, appends };
  return { logId, registration, head };
}
