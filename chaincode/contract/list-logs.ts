// listLogs: the logs of the channel or of one organisation, by ascending log id, in pages.
import type { JsonValue } from '../core/json.js';
import { HASH_BYTES, MAX_PAGE_ROWS } from '../core/limits.js';
import { checkShape, hex, integer, object, text } from '../core/shape.js';
import { ANY_ROLE, requireRole } from './authorize.js';
import type { LogRow } from './rows.js';
import type { Page } from './state.js';
import { logKey, logRange, ownerKey } from './state-keys.js';
import type { TransactionContext } from './transaction-context.js';

const REQUEST = object({
  'mspId?': text({ min: 1, max: 128 }),
  'after?': hex(HASH_BYTES),
  'limit?': integer({ min: 1, max: MAX_PAGE_ROWS }),
});

interface ListLogsRequest {
  readonly mspId?: string;
  /** Last log id of the page before. */
  readonly after?: string;
  readonly limit?: number;
}

interface ListedLog {
  readonly logId: string;
  readonly row: LogRow;
}

async function pageOfOwner(
  { state }: TransactionContext,
  mspId: string,
  after: string,
  limit: number,
): Promise<Page<ListedLog>> {
  const owner = await state.find(ownerKey(mspId));
  const logs = (owner?.logs ?? []).filter((logId) => logId > after);
  const rows: ListedLog[] = [];
  for (const logId of logs.slice(0, limit)) {
    rows.push({ logId, row: await state.read(logKey(logId)) });
  }
  return { rows, more: logs.length > limit };
}

async function pageOfAll(
  { state }: TransactionContext,
  after: string | undefined,
  limit: number,
): Promise<Page<ListedLog>> {
  const { rows, more } = await state.page(logRange(after), limit);
  return { rows: rows.map(({ key, row }) => ({ logId: key.slice(-HASH_BYTES * 2), row })), more };
}

/** Throws ACCESS_DENIED. */
export async function listLogs(context: TransactionContext, value: JsonValue): Promise<object> {
  requireRole(context, ANY_ROLE);
  checkShape(REQUEST, value, 'listLogs');
  const { mspId, after, limit = MAX_PAGE_ROWS } = value as ListLogsRequest;
  const { rows, more } =
    mspId === undefined
      ? await pageOfAll(context, after, limit)
      : await pageOfOwner(context, mspId, after ?? '', limit);
  const logs = rows.map(({ logId, row }) => ({
    logId,
    mspId: row.registration.mspId,
    origin: row.registration.origin,
  }));
  return { logs, next: more ? logs.at(-1)?.logId : undefined };
}
