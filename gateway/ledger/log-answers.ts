// Answers of the contract as typed values. They are read strictly, since what the gateway believes
// of a log it learns here.
import { decodeBase64, decodeHex, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type JsonObject, type JsonValue, parseJson } from '../../chaincode/core/json.js';
import {
  HASH_BYTES,
  LEAF_BYTES,
  MAX_FRONTIER_HASHES,
  MAX_ORIGIN_BYTES,
  MAX_PAGE_ROWS,
} from '../../chaincode/core/limits.js';
import {
  logIdOf,
  parseRegistration,
  REGISTRATION_SHAPE,
  type Registration,
} from '../../chaincode/core/registration.js';
import {
  blob,
  checkShape,
  hex,
  integer,
  list,
  nullable,
  object,
  type Shape,
  text,
  time,
} from '../../chaincode/core/shape.js';
import { parseTime } from '../../chaincode/core/time.js';

/** What one append did. Hashes are 32 bytes. */
export interface AppendAnswer {
  /** Appends of this log before this one. */
  readonly appendNumber: number;
  /** Bytes of leaf size - 1. */
  readonly closingLeaf: Uint8Array;
  readonly endorsedAt: number;
  readonly mapRoot: Uint8Array;
  readonly root: Uint8Array;
  /** Size of the log after it. */
  readonly size: number;
}

/** The log as the ledger has it now. */
export interface LogHead {
  readonly size: number;
  readonly root: Uint8Array;
  readonly frontier: readonly Uint8Array[];
  readonly mapRoot: Uint8Array;
  /** Undefined at size 0. */
  readonly closingLeaf: Uint8Array | undefined;
  readonly endorsedAt: number;
  /** Number of appends. */
  readonly appends: number;
}

export interface LogAnswer {
  readonly logId: string;
  readonly registration: Registration;
  readonly head: LogHead;
}

/** One append as the ledger lists it. */
export interface ListedCheckpoint {
  readonly size: number;
  readonly root: Uint8Array;
  readonly closingLeaf: Uint8Array;
  readonly appendNumber: number;
  readonly endorsedAt: number;
  /** Leaves submitted, the closing leaf not counted. */
  readonly leaves: number;
}

export interface CheckpointPage {
  readonly checkpoints: readonly ListedCheckpoint[];
  /** Ask with this size for the next page; undefined on the last. */
  readonly next?: number;
}

export interface ListedLog {
  readonly logId: string;
  readonly mspId: string;
  readonly origin: string;
}

export interface LogPage {
  readonly logs: readonly ListedLog[];
  readonly next?: string;
}

export interface RegisteredLog {
  readonly logId: string;
  readonly registeredAt: number;
  readonly registration: Registration;
}

const HASH = hex(HASH_BYTES);
const APPEND = object({
  appendNumber: integer(),
  closingLeaf: blob(LEAF_BYTES),
  endorsedAt: time(),
  mapRoot: HASH,
  root: HASH,
  size: integer({ min: 1 }),
});
const HEAD = object({
  size: integer(),
  root: HASH,
  frontier: list(HASH, { max: MAX_FRONTIER_HASHES }),
  mapRoot: HASH,
  closingLeaf: nullable(blob(LEAF_BYTES)),
  endorsedAt: time(),
  appends: integer(),
});
const LOG = object({ logId: HASH, registration: REGISTRATION_SHAPE, head: HEAD });
const REGISTERED = object({
  logId: HASH,
  registeredAt: time(),
  registration: REGISTRATION_SHAPE,
});
const LISTED_CHECKPOINT = object({
  size: integer({ min: 1 }),
  root: HASH,
  closingLeaf: blob(LEAF_BYTES),
  appendNumber: integer(),
  endorsedAt: time(),
  leaves: integer({ min: 1 }),
});
const CHECKPOINTS = object({
  checkpoints: list(LISTED_CHECKPOINT, { max: MAX_PAGE_ROWS }),
  'next?': integer(),
});
const LISTED_LOG = object({
  logId: HASH,
  mspId: text({ min: 1, max: 128 }),
  origin: text({ min: 1, max: MAX_ORIGIN_BYTES }),
});
const LOGS = object({
  logs: list(LISTED_LOG, { max: MAX_PAGE_ROWS }),
  'next?': HASH,
});

const hashOf = (value: JsonValue | undefined) => decodeHex(value, 'a hash', HASH_BYTES);
const leafOf = (value: JsonValue | undefined) => decodeBase64(value, 'closingLeaf', LEAF_BYTES);

/** An answer of this shape; throws LEDGER_FAILED, since it is not the caller who erred. */
function parseAnswer(json: string, shape: Shape, what: string): JsonObject {
  try {
    const value = parseJson(json, what);
    checkShape(shape, value, what);
    return value as JsonObject;
  } catch (cause) {
    throw new ChartsealError('LEDGER_FAILED', `the ledger's answer to ${what} is not understood`, {
      cause,
    });
  }
}

/** A registration must hash to the log id under which it is given; throws LEDGER_CORRUPT. */
function checkedRegistration({ logId, registration: value }: JsonObject): Registration {
  const registration = parseRegistration(value as JsonValue);
  if (encodeHex(logIdOf(registration)) !== logId) {
    throw new ChartsealError('LEDGER_CORRUPT', 'a registration is not the one of its log id');
  }
  return registration;
}

export function parseAppendAnswer(json: string): AppendAnswer {
  const answer = parseAnswer(json, APPEND, 'append');
  return {
    appendNumber: answer['appendNumber'] as number,
    closingLeaf: leafOf(answer['closingLeaf']),
    endorsedAt: parseTime(answer['endorsedAt'], 'endorsedAt'),
    mapRoot: hashOf(answer['mapRoot']),
    root: hashOf(answer['root']),
    size: answer['size'] as number,
  };
}

export function parseLogAnswer(json: string): LogAnswer {
  const answer = parseAnswer(json, LOG, 'readLog');
  const head = answer['head'] as JsonObject;
  return {
    logId: answer['logId'] as string,
    registration: checkedRegistration(answer),
    head: {
      size: head['size'] as number,
      root: hashOf(head['root']),
      frontier: (head['frontier'] as string[]).map(hashOf),
      mapRoot: hashOf(head['mapRoot']),
      closingLeaf: head['closingLeaf'] === null ? undefined : leafOf(head['closingLeaf']),
      endorsedAt: parseTime(head['endorsedAt'], 'endorsedAt'),
      appends: head['appends'] as number,
    },
  };
}

export function parseRegisteredLog(json: string): RegisteredLog {
  const answer = parseAnswer(json, REGISTERED, 'registerLog');
  return {
    logId: answer['logId'] as string,
    registeredAt: parseTime(answer['registeredAt'], 'registeredAt'),
    registration: checkedRegistration(answer),
  };
}

function listedCheckpoint(row: JsonObject): ListedCheckpoint {
  return {
    size: row['size'] as number,
    root: hashOf(row['root']),
    closingLeaf: leafOf(row['closingLeaf']),
    appendNumber: row['appendNumber'] as number,
    endorsedAt: parseTime(row['endorsedAt'], 'endorsedAt'),
    leaves: row['leaves'] as number,
  };
}

/** Rows after size `after`; throws LEDGER_CORRUPT when an append is missing among them. */
export function parseCheckpointPage(json: string, after: number): CheckpointPage {
  const answer = parseAnswer(json, CHECKPOINTS, 'listCheckpoints');
  const checkpoints = (answer['checkpoints'] as readonly JsonObject[]).map(listedCheckpoint);
  let reached = after;
  for (const [index, { size, leaves }] of checkpoints.entries()) {
    const start = size - leaves - 1;
    // `after` may lie inside the first append; the others begin where the one before ends.
    if (index === 0 ? start > reached || size <= reached : start !== reached) {
      throw new ChartsealError('LEDGER_CORRUPT', 'the ledger lists appends with a gap');
    }
    reached = size;
  }
  const { next } = answer;
  return next === undefined ? { checkpoints } : { checkpoints, next: next as number };
}

export function parseLogPage(json: string): LogPage {
  return parseAnswer(json, LOGS, 'listLogs') as unknown as LogPage;
}
