// The database of the feed: rows of sources and of events kept aside, and what they come to. All
// of it stands in one folder of its own, so that no fault of it is one of the log.
import { readdir } from 'node:fs/promises';
import { encodeHex, utf8 } from '../../../chaincode/core/bytes.js';
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import {
  hex,
  integer,
  map,
  object,
  oneOf,
  type Shape,
  text,
} from '../../../chaincode/core/shape.js';
import { Database, readRow } from '../../store/database.js';
import { keyNumber } from '../../store/keys.js';
import { formatJsonRow, parseJsonRow, parseMetaRow } from '../../store/rows.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { makeFolders } from '../make-folder.js';
import { FEED_WAYS, type FeedSource, type LetterFacts, type SourceFacts } from './facts.js';

const FORMAT = 'chartseal-feed/1';
export const FEED_META_KEY = 'meta';
/**
 * Tables: sources by digest, letters by number, their bytes, numbers by digest. What could not be
 * anchored stands in one more (failed-rows.ts), with numbers and bytes in common.
 */
export const SOURCES = 's/';
export const LETTERS = 'r/';
const BYTES = 'x/';
const DIGESTS = 'i/';

const MAX_TEXT = 64 * 1024;
const anyText = text({ min: 0, max: MAX_TEXT });
const SOURCE: Readonly<Record<string, Shape>> = {
  via: oneOf(FEED_WAYS),
  'system?': anyText,
  caller: object({ id: anyText, mspId: anyText }),
};
const SOURCE_ROW = object({
  ...SOURCE,
  accepted: integer(),
  duplicates: integer(),
  refused: map(text({ min: 1, max: 64 }), integer(), { max: 1024 }),
  replayed: integer(),
  discarded: integer(),
  firstAt: integer(),
  lastAt: integer(),
  'silence?': object({ ms: integer(), from: integer() }),
  'lastEventAt?': integer({ min: Number.MIN_SAFE_INTEGER }),
});
const LETTER_ROW = object({
  id: integer(),
  source: object(SOURCE),
  receivedAt: integer(),
  lastReceivedAt: integer(),
  mediaType: anyText,
  'profile?': oneOf(['balp']),
  cause: object({ code: anyText, message: anyText, 'expression?': anyText }),
  size: integer(),
  digest: hex(32),
  times: integer(),
  tries: integer(),
  'lastTriedAt?': integer(),
});

/** Words of the store's own errors, for this folder. */
const CODES: Partial<Readonly<Record<ErrorCode, readonly [ErrorCode, string]>>> = {
  STORE_CORRUPT: ['FEED_CORRUPT', 'the feed folder of the data folder is damaged'],
  STORE_FAILED: ['FEED_FAILED', 'the feed folder of the data folder cannot be read or written'],
  STORE_BEHIND: ['FEED_FAILED', 'the feed folder of the data folder went away'],
  STORE_LOCKED: ['FEED_FAILED', 'the feed folder of the data folder is in use by another process'],
};

/** What went wrong in the feed's folder, as an error of the feed. */
export function feedFailure(cause: unknown): ChartsealError {
  if (cause instanceof ChartsealError) {
    const [code, message] = CODES[cause.code] ?? [];
    return code === undefined ? cause : new ChartsealError(code, message ?? '', { cause });
  }
  const why = isSystemError(cause) ? `: ${systemErrorText(cause)}` : '';
  const message = `the feed folder of the data folder cannot be used${why}`;
  return new ChartsealError('FEED_FAILED', message, { cause });
}

const textDigest = (value: string) => encodeHex(sha256(utf8(value)));

/** Of a source: the same for the same way, system and caller. */
export function sourceKey({ via, system, caller }: FeedSource): string {
  return JSON.stringify([via, system ?? null, caller.id, caller.mspId]);
}

export const sourceRowKey = (key: string) => `${SOURCES}${textDigest(key)}`;
export const letterKey = (id: number) => `${LETTERS}${keyNumber(id)}`;
export const bytesKey = (id: number) => `${BYTES}${keyNumber(id)}`;
/** The same bytes from the same source are one letter. */
export const digestKey = (source: FeedSource, digest: string) =>
  `${DIGESTS}${textDigest(`${sourceKey(source)}\n${digest}`)}`;

export interface FeedMeta {
  readonly logId: string;
  /** Number of the next letter: none is given twice. */
  readonly next: number;
}

export function formatFeedMeta({ logId, next }: FeedMeta): Uint8Array {
  return formatJsonRow({ format: FORMAT, logId, next });
}

export const formatFacts = (facts: SourceFacts | LetterFacts) => formatJsonRow(facts);
export const parseSourceFacts = (bytes: Uint8Array) =>
  parseJsonRow<SourceFacts>(bytes, SOURCE_ROW, 'a source');
export const parseLetterFacts = (bytes: Uint8Array) =>
  parseJsonRow<LetterFacts>(bytes, LETTER_ROW, 'an event kept aside');

/** A database without the file that names its parts has lost them, unless it never had any. */
const HOLDS_ROWS = /\.(ldb|sst|log)$/;

async function isNewFolder(folder: string): Promise<boolean> {
  await makeFolders(folder, 0o700);
  const names = await readdir(folder);
  if (names.includes('CURRENT')) return false;
  if (names.some((name) => HOLDS_ROWS.test(name))) {
    throw new ChartsealError('STORE_CORRUPT', 'the file CURRENT is gone');
  }
  return true;
}

async function readMeta(db: Database, logId: string): Promise<FeedMeta> {
  if (db.find(FEED_META_KEY) === undefined) {
    // A making that was cut short has no rows yet.
    if ((await db.count('')) > 0) readRow(db, FEED_META_KEY);
    const batch = db.batch().put(FEED_META_KEY, formatFeedMeta({ logId, next: 1 }));
    await batch.write();
    return { logId, next: 1 };
  }
  const meta = parseMetaRow(readRow(db, FEED_META_KEY)) as unknown as Record<string, JsonValue>;
  if (meta['format'] !== FORMAT) {
    throw new ChartsealError('NEWER_VERSION', 'the feed has a format that is not known here');
  }
  const { next } = meta;
  if (meta['logId'] !== logId || typeof next !== 'number') {
    throw new ChartsealError('STORE_CORRUPT', 'the feed belongs to another log');
  }
  return { logId, next };
}

/** Opens the feed of a log, and makes it where there is none. Throws FEED_CORRUPT, FEED_FAILED. */
export async function openFeedRows(
  folder: string,
  logId: string,
): Promise<{ readonly db: Database; readonly meta: FeedMeta }> {
  try {
    const db = await Database.open(folder, { create: await isNewFolder(folder) });
    try {
      return { db, meta: await readMeta(db, logId) };
    } catch (error) {
      await db.close();
      throw error;
    }
  } catch (error) {
    throw feedFailure(error);
  }
}
