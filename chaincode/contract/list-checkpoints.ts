// listCheckpoints: the appends of one log after a size, ascending, in pages.
import type { JsonValue } from '../core/json.js';
import { HASH_BYTES, MAX_INTEGER, MAX_PAGE_ROWS } from '../core/limits.js';
import { checkShape, hex, integer, object } from '../core/shape.js';
import { ANY_ROLE, readLogRow, requireRole } from './authorize.js';
import { checkpointRange } from './state-keys.js';
import type { TransactionContext } from './transaction-context.js';

const REQUEST = object({
  logId: hex(HASH_BYTES),
  after: integer({ min: 0, max: MAX_INTEGER - 1 }),
  'limit?': integer({ min: 1, max: MAX_PAGE_ROWS }),
});

interface ListCheckpointsRequest {
  readonly logId: string;
  /** Rows of a larger size only. */
  readonly after: number;
  readonly limit?: number;
}

/** Throws ACCESS_DENIED or LOG_UNKNOWN. */
export async function listCheckpoints(
  context: TransactionContext,
  value: JsonValue,
): Promise<object> {
  requireRole(context, ANY_ROLE);
  checkShape(REQUEST, value, 'listCheckpoints');
  const request = value as unknown as ListCheckpointsRequest;
  const { logId, after, limit = MAX_PAGE_ROWS } = request;
  await readLogRow(context, logId);
  const page = await context.state.page(checkpointRange(logId, after), limit);
  const checkpoints = page.rows.map(({ row }) => row);
  return { checkpoints, next: page.more ? checkpoints.at(-1)?.size : undefined };
}
