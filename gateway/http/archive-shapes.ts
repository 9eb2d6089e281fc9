// What an archivist is told, as shapes.
import { FIXITY_MEMBERS, RECORD_MEMBERS } from '../../chaincode/core/entry-shapes.js';
import { flag, integer, list, object, oneOf, text, time } from '../../chaincode/core/shape.js';
import { CODE } from '../client/wire.js';
import { MAX_RUNS } from '../services/archive/fixity.js';
import { BUCKET_BOUNDS_MS } from '../services/archive/histogram.js';
import { WINDOW_DAYS } from '../services/archive/window.js';
import { VERSION_MEMBERS } from './record-view.js';

export const MAX_ARCHIVE_PAGE = 500;

const words = text({ min: 0, max: 16_384 });
const date = text({ min: 10, max: 10, pattern: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/ });

const DAY = object({
  date,
  versions: integer(),
  p50ms: integer(),
  p95ms: integer(),
  maxMs: integer(),
  unprotectedOver1h: integer(),
});

const RUN = object({
  startedAt: time(),
  endedAt: time(),
  coverage: oneOf(['all', 'part']),
  counts: FIXITY_MEMBERS.counts,
  scope: FIXITY_MEMBERS.scope,
});

export const OVERVIEW_SHAPE = object({
  asOf: time(),
  entries: object({ accepted: integer(), committed: integer(), proven: integer() }),
  records: object({ records: integer(), versions: integer() }),
  accessEvents: integer(),
  countedTo: integer(),
  'countFault?': CODE,
  waiting: object({ count: integer(), 'oldestAt?': time() }),
  writeSide: object({ ok: flag(), 'code?': CODE }),
  failed: object({
    events: integer(),
    records: integer(),
    files: integer(),
    'notKept?': integer({ min: 1 }),
  }),
  window: object({
    days: list(DAY, { max: WINDOW_DAYS }),
    buckets: list(object({ upToMs: integer({ min: 1 }), count: integer({ min: 1 }) }), {
      max: BUCKET_BOUNDS_MS.length,
    }),
    withoutCreatedAt: integer(),
  }),
  fixity: object({
    runs: list(RUN, { max: MAX_RUNS }),
    coveredRecords: integer(),
    'lastAllAt?': time(),
  }),
  inquiries: object({ open: integer(), overdue: integer() }),
});

export const FOUND_SHAPE = object({
  records: list(
    object({
      ...VERSION_MEMBERS,
      versions: integer({ min: 1 }),
      condition: object({ held: flag(), sealed: flag(), lent: flag(), destroyed: flag() }),
    }),
    { max: MAX_ARCHIVE_PAGE },
  ),
  'next?': text({ min: 1, max: RECORD_MEMBERS.id.max }),
});

export const FAILED_PAGE_SHAPE = object({
  failed: list(
    object({
      id: integer({ min: 1 }),
      kind: oneOf(['event', 'record', 'file']),
      receivedAt: time(),
      'lastTriedAt?': time(),
      tries: integer(),
      code: CODE,
      message: words,
      hint: words,
      'source?': words,
      'path?': words,
      'record?': RECORD_MEMBERS.id,
    }),
    { max: MAX_ARCHIVE_PAGE },
  ),
  'next?': integer({ min: 1 }),
});

export const RETRY_SHAPE = object({
  state: oneOf(['accepted', 'refused']),
  'code?': CODE,
  'message?': words,
});
