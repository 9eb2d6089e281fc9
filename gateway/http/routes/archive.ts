// The archivist's page: what the archive holds and what waits, records by what is known of them,
// what was sent and is not in the log, and trying that again.
import { RECORD_MEMBERS } from '../../../chaincode/core/entry-shapes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { hex, integer, type Shape, text } from '../../../chaincode/core/shape.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { archiveOverview } from '../../services/archive/overview.js';
import { type FoundPage, RecordSearch } from '../../services/archive/record-search.js';
import { failedPage } from '../../services/feed/failed-report.js';
import { retryFailed } from '../../services/feed/failed-retry.js';
import { auditReader } from '../../services/feed/read-audit.js';
import { ACCEPT_REFUSALS } from '../accepting.js';
import {
  FAILED_PAGE_SHAPE,
  FOUND_SHAPE,
  MAX_ARCHIVE_PAGE,
  OVERVIEW_SHAPE,
  RETRY_SHAPE,
} from '../archive-shapes.js';
import { readKeptRecord } from '../failed-record.js';
import { answerJson, describeJson } from '../json-answer.js';
import { DAY_OR_TIME } from '../json-schema.js';
import { versionView } from '../record-view.js';
import type { ApiAnswer, ApiRequest, Parameter, Route } from '../route.js';
import type { GatewayServices } from '../services.js';

const TAG = 'Archive';
const PAGE = 100;
const DAY_MS = 24 * 3_600_000;
/** In UTF-8. */
const MAX_ID_BYTES = RECORD_MEMBERS.id.max;

const query = (name: string, shape: Shape, description: string): Parameter => ({
  in: 'query',
  name,
  description,
  shape,
});

const moment = text({ min: 10, max: 24, pattern: DAY_OR_TIME });

const SEARCH: readonly Parameter[] = [
  query('id', text({ min: 1, max: MAX_ID_BYTES }), 'How the identifier begins.'),
  query('digest', hex(HASH_BYTES), 'SHA-256 of a document.'),
  query('from', moment, 'Anchored at this time or later; of a day in UTC its beginning.'),
  query('to', moment, 'Anchored before this time; of a day in UTC its end.'),
  // An identifier, or a number.
  query('cursor', text({ min: 1, max: MAX_ID_BYTES }), 'The member next of the page before.'),
  query('limit', integer({ min: 1, max: MAX_ARCHIVE_PAGE }), `How many; ${PAGE} by default.`),
];

const FAILED_ID: Parameter = {
  in: 'path',
  name: 'id',
  description: 'Number of what failed.',
  shape: integer({ min: 1 }),
};

async function overview({ hospital, archive }: GatewayServices): Promise<ApiAnswer> {
  const now = Date.now();
  const { feed, inquiries } = hospital;
  const { waiting } = await feed.status();
  const { record, file } = await feed.unanchored.counts();
  const { notKept } = feed.unanchored;
  const failed = {
    events: waiting.count,
    records: record,
    files: file,
    ...(notKept === 0 ? {} : { notKept }),
  };
  const { open, overdue } = await inquiries.open.counts(now);
  const found = await archiveOverview(hospital, archive, now);
  return answerJson({ ...found, failed, inquiries: { open, overdue } });
}

/** @param isEnd a day stands for its end */
function momentMs(given: unknown, isEnd: boolean): number | undefined {
  if (typeof given !== 'string') return undefined;
  if (given.includes('T')) return parseTime(given, 'the time');
  const midnight = parseTime(`${given}T00:00:00.000Z`, 'the day');
  return isEnd ? midnight + DAY_MS : midnight;
}

function badCursor(): never {
  throw new ChartsealError('NOT_FOUND', 'the cursor leads nowhere; begin at the first page');
}

function numberOf(cursor: unknown): number | undefined {
  if (cursor === undefined) return undefined;
  const number = /^[0-9]{1,16}$/.test(String(cursor)) ? Number(cursor) : Number.NaN;
  return Number.isSafeInteger(number) ? number : badCursor();
}

/** Throws REQUEST_CONFLICT unless the search is by one thing. */
async function search(
  { values, signal }: ApiRequest,
  { hospital }: GatewayServices,
): Promise<FoundPage<string | number>> {
  const { id, digest, from, to, cursor, limit = PAGE } = values;
  const { store, sequencer } = hospital;
  const accepted = () => sequencer.counts.accepted;
  const records = new RecordSearch({ store, labels: sequencer.labels, accepted });
  const count = Number(limit);
  const isByDate = from !== undefined || to !== undefined;
  if ([id !== undefined, digest !== undefined, isByDate].filter(Boolean).length !== 1) {
    const message = 'the search is by one of id, digest, and from with to';
    throw new ChartsealError('REQUEST_CONFLICT', message);
  }
  if (id !== undefined) {
    const prefix = String(id);
    if (cursor !== undefined && !String(cursor).startsWith(prefix)) badCursor();
    return records.named(prefix, count, cursor === undefined ? undefined : String(cursor));
  }
  const at = numberOf(cursor);
  if (digest !== undefined) return records.withDigest(String(digest), count, at);
  const [fromMs, toMs] = [momentMs(from, false), momentMs(to, true)];
  const range = {
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  };
  return records.anchored(range, count, signal, at);
}

async function foundRecords(request: ApiRequest, services: GatewayServices): Promise<ApiAnswer> {
  const { found, next } = await search(request, services);
  const records = found.map(({ version, versions, condition }) => ({
    ...versionView(services.hospital, version),
    versions,
    condition: { ...condition },
  }));
  return answerJson({ records, ...(next === undefined ? {} : { next: String(next) }) });
}

export const ARCHIVE_ROUTES: readonly Route[] = [
  {
    operationId: 'readArchive',
    method: 'GET',
    path: '/v1/archive',
    tag: TAG,
    summary: 'What the archive holds, what waits, what failed, and when it was last verified.',
    description:
      'Entries below countedTo are in the figures; the rest is being counted. The window is how long a version was unprotected: from createdAt, else from when it was accepted, to when its append was endorsed; by day (UTC) of that, and in all. Buckets are those that hold something, each up to and with upToMs: 1, 2, 3, and m · 2^e ms for m = 4, 5, 6, 7 and e = 0, 1, 2 …; p50ms and p95ms are such bounds, but never above maxMs, which is exact.',
    access: { own: ['admin', 'archivist', 'auditor', 'privacy-officer'] },
    answers: { 200: describeJson('As it is now.', OVERVIEW_SHAPE) },
    refusals: ['FEED_FAILED', 'FEED_CORRUPT'],
    handle: async (_request, services) => overview(services),
  },
  {
    operationId: 'findRecords',
    method: 'GET',
    path: '/v1/archive/records',
    tag: TAG,
    summary: 'Records by identifier, digest or date.',
    description:
      'By id: newest versions, in the order of identifiers. By digest: versions, the oldest first. By from and to, or one of them: versions, the newest first; a page may hold none and go on.',
    access: { own: ['archivist', 'auditor'] },
    parameters: SEARCH,
    answers: { 200: describeJson('One page.', FOUND_SHAPE) },
    refusals: ['NOT_FOUND', 'REQUEST_CONFLICT'],
    handle: foundRecords,
  },
  {
    operationId: 'listFailed',
    method: 'GET',
    path: '/v1/archive/failed',
    tag: TAG,
    summary: 'What was sent and is not in the log, each with its cause.',
    description:
      'Refused events, refused records, and files that an ingest could not anchor; without what they hold. A record or file goes when it is anchored.',
    access: { own: ['admin', 'archivist'] },
    parameters: [
      query('cursor', integer({ min: 1 }), 'The member next of the page before.'),
      query('limit', integer({ min: 1, max: MAX_ARCHIVE_PAGE }), `How many; ${PAGE} by default.`),
    ],
    answers: { 200: describeJson('The oldest first.', FAILED_PAGE_SHAPE) },
    refusals: ['FEED_FAILED', 'FEED_CORRUPT'],
    handle: async ({ values }, { hospital }) => {
      const { cursor = 0, limit = PAGE } = values as { cursor?: number; limit?: number };
      return answerJson(await failedPage(hospital, cursor, limit));
    },
  },
  {
    operationId: 'retryFailed',
    method: 'POST',
    path: '/v1/archive/failed/{id}/retry',
    tag: TAG,
    summary: 'Tries again what failed, as it was sent and by whom it was sent.',
    description: 'A file is read again from its path by this gateway.',
    access: { own: ['admin', 'archivist'] },
    parameters: [FAILED_ID],
    answers: { 200: describeJson('Whether it is in the log now, or why it is not.', RETRY_SHAPE) },
    refusals: ['NOT_FOUND', ...ACCEPT_REFUSALS, 'FEED_FAILED', 'FEED_CORRUPT'],
    handle: async ({ values, signal }, { hospital, fhir }) => {
      const readers = { audit: auditReader(fhir), record: readKeptRecord };
      return answerJson(await retryFailed(hospital, Number(values['id']), readers, signal));
    },
  },
];
