// What a command and its gateway tell each other of the feed, as shapes.
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import {
  blob,
  flag,
  hex,
  integer,
  list,
  map,
  object,
  oneOf,
  text,
  time,
} from '../../chaincode/core/shape.js';
import { FEED_WAYS } from '../services/feed/facts.js';
import { MAX_PAGE_FAILED, MAX_PAGE_LETTERS, MAX_SOURCES } from '../services/feed/limits.js';
import { CODE, FAULT } from './wire.js';

const anyText = text({ min: 0, max: 64 * 1024 });
const HELD = object({ count: integer(), bytes: integer() });
const SENDER = {
  via: oneOf(FEED_WAYS),
  'system?': anyText,
  caller: anyText,
  organisation: anyText,
} as const;

const SOURCE = object({
  ...SENDER,
  arrived: integer(),
  accepted: integer(),
  duplicates: integer(),
  refused: integer(),
  refusedBy: map(CODE, integer(), { max: 1024 }),
  replayed: integer(),
  discarded: integer(),
  waiting: HELD,
  firstAt: time(),
  lastAt: time(),
  'longestSilence?': object({ seconds: integer(), from: time() }),
  silentSeconds: integer(),
  'lastEventAt?': time(),
});

/** {@link FeedReport} */
export const FEED_REPORT = object({
  sources: list(SOURCE, { max: MAX_SOURCES + 1 }),
  waiting: HELD,
  room: HELD,
  'oldestAt?': time(),
  missed: integer(),
});

const REFUSED_MEMBERS = {
  id: integer(),
  ...SENDER,
  receivedAt: time(),
  lastReceivedAt: time(),
  times: integer(),
  tries: integer(),
  mediaType: anyText,
  'profile?': oneOf(['balp']),
  size: integer(),
  digest: hex(HASH_BYTES),
  code: CODE,
  message: anyText,
  'expression?': anyText,
} as const;

/** {@link RefusedPage} */
export const REFUSED_PAGE = object({
  refused: list(object(REFUSED_MEMBERS), { max: MAX_PAGE_LETTERS }),
  'next?': integer(),
});
/** {@link FailedPage} */
export const FAILED_PAGE = object({
  failed: list(
    object({
      id: integer(),
      kind: oneOf(['event', 'record', 'file']),
      receivedAt: time(),
      'lastTriedAt?': time(),
      tries: integer(),
      code: CODE,
      message: anyText,
      hint: anyText,
      'source?': anyText,
      'path?': anyText,
      'record?': anyText,
    }),
    { max: MAX_PAGE_FAILED },
  ),
  'next?': integer(),
});
/** {@link RefusedEvent}; `content` is health data. */
export const REFUSED_EVENT = object({ ...REFUSED_MEMBERS, content: blob() });

/** Which refused events are tried again; all of them when `ids` is left out. */
export const REPLAY = object({ 'ids?': list(integer(), { max: 100_000 }) });
const LEAF_HASHES = list(hex(HASH_BYTES), { max: 1024 });
export const REPLAYED_ROW = object({
  id: integer(),
  'leafHashes?': LEAF_HASHES,
  'duplicate?': flag(),
  'error?': FAULT,
});

/** An event of an import, or why there is none. */
export const AUDIT_ITEM_ROW = object({
  number: integer(),
  'content?': blob(),
  'mediaType?': anyText,
  'profile?': oneOf(['balp']),
  'error?': FAULT,
});
export const AUDIT_ITEM_OUTCOME = object({
  number: integer(),
  'leafHashes?': LEAF_HASHES,
  'duplicate?': flag(),
  'aside?': integer(),
  'error?': FAULT,
});
