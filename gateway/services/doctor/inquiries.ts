// What patients asked: whether anything waits for its answer longer than they were told.
import { formatTime } from '../../../chaincode/core/time.js';
import type { StoredLog } from '../../store/store.js';
import { ChainThreads } from '../inquiries/chain-threads.js';
import { OpenThreads } from '../inquiries/open-threads.js';
import { isOverdue } from '../inquiries/thread.js';
import { type Finding, ok, quoted, warning } from './finding.js';

const many = (count: number) =>
  count === 1 ? '1 question of a patient' : `${count} questions of patients`;

/** Throws STORE_CORRUPT, STORE_FAILED. @param folder DATA */
export async function checkInquiries(
  open: OpenThreads,
  now: number,
  folder: string,
): Promise<Finding> {
  const threads = await open.list();
  const overdue = threads.filter((thread) => isOverdue(thread, now));
  const [first] = overdue;
  if (first === undefined) {
    return ok('inquiries', `${many(threads.length)} open, none of them overdue.`);
  }
  const since = formatTime(first.dueAtMs);
  const sentence = `${many(overdue.length)} not answered in time, the first since ${since}; ${threads.length} open in all.`;
  const next = `chartseal inquiry list --state overdue --data ${quoted(folder)}; then chartseal inquiry answer`;
  return warning('inquiries', sentence, next);
}

/** Of a store that nobody has open. */
export const openThreadsOf = (store: StoredLog): OpenThreads =>
  new OpenThreads(store, new ChainThreads(store));
