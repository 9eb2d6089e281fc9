// Pages of inquiries for the people who answer them: what is open, the first to be answered first;
// or all that was ever asked, the newest first.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { keyNumber, parseKeyNumber, TABLES } from '../../store/keys.js';
import type { Store } from '../../store/store.js';
import type { Inquiries } from './inquiries.js';
import { isOpen, isOverdue, type Thread } from './thread.js';

export const LISTED_STATES = ['open', 'overdue', 'answered', 'all'] as const;
export type ListedState = (typeof LISTED_STATES)[number];

export const DEFAULT_PAGE = 50;
export const MAX_PAGE = 100;
/** Entries that one page reads at most. */
const MAX_READ = 1024;

/** Where a page goes on, as text: when the last one is due and its ordinal, or that alone. */
const PLACE = /^[0-9]{1,16}(?:-[0-9]{1,16})?$/;

export interface ThreadPage {
  readonly threads: readonly Thread[];
  /** Undefined when nothing is left. */
  readonly next?: string;
}

export interface WantedPage {
  readonly state: ListedState;
  readonly limit: number;
  /** `next` of the page before. */
  readonly place?: string | undefined;
  /** Ends the work: the page then goes on where it came to. */
  readonly signal?: AbortSignal | undefined;
}

function parsePlace(place: string, length: 1 | 2): readonly number[] {
  const numbers = PLACE.test(place) ? place.split('-').map(Number) : [];
  if (numbers.length === length) return numbers;
  throw new ChartsealError('NOT_FOUND', 'the cursor is of another list; begin at the first page');
}

async function openPage(inquiries: Inquiries, wanted: WantedPage, nowMs: number) {
  const { state, limit, place } = wanted;
  const all = await inquiries.open.list();
  const listed = state === 'overdue' ? all.filter((one) => isOverdue(one, nowMs)) : all;
  const [due = -1, ordinal = -1] = place === undefined ? [] : parsePlace(place, 2);
  const rest = listed.filter(({ dueAtMs, steps: [first] }) =>
    dueAtMs === due ? first.ordinal > ordinal : dueAtMs > due,
  );
  const threads = rest.slice(0, limit);
  const last = threads.at(-1);
  if (last === undefined || rest.length === threads.length) return { threads };
  return { threads, next: `${last.dueAtMs}-${last.steps[0].ordinal}` };
}

async function pageOfAll(inquiries: Inquiries, store: Store, wanted: WantedPage) {
  const { state, limit, place, signal } = wanted;
  const threads: Thread[] = [];
  const [from = Number.MAX_SAFE_INTEGER] = place === undefined ? [] : parsePlace(place, 1);
  let before = from;
  for (let read = 0; threads.length < limit && read < MAX_READ; read++) {
    if (signal?.aborted === true) break;
    const row =
      before === 0 ? undefined : await store.db.findLast(TABLES.inquiry, keyNumber(before - 1));
    if (row === undefined) return { threads };
    before = parseKeyNumber(row[0]);
    const thread = await inquiries.begunBy(before);
    if (thread !== undefined && (state === 'all' || !isOpen(thread))) threads.push(thread);
  }
  return { threads, next: String(before) };
}

/** Throws NOT_FOUND for a place of another list, STORE_CORRUPT. */
export function listThreads(
  { inquiries, store }: { readonly inquiries: Inquiries; readonly store: Store },
  wanted: WantedPage,
  nowMs: number,
): Promise<ThreadPage> {
  const isWork = wanted.state === 'open' || wanted.state === 'overdue';
  return isWork ? openPage(inquiries, wanted, nowMs) : pageOfAll(inquiries, store, wanted);
}

/** One patient's own, the newest first; the place is the sequence of the last one shown. */
export function ownPage(
  threads: readonly Thread[],
  limit: number,
  place: string | undefined,
): ThreadPage {
  const [before = Number.MAX_SAFE_INTEGER] = place === undefined ? [] : parsePlace(place, 1);
  const rest = [...threads].reverse().filter(({ steps: [first] }) => first.sequence < before);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  if (last === undefined || rest.length === shown.length) return { threads: shown };
  return { threads: shown, next: String(last.steps[0].sequence) };
}
