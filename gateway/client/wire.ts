// What commands and their gateway send each other: shapes, checked by whoever receives.
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { HASH_BYTES, LEAF_BYTES } from '../../chaincode/core/limits.js';
import {
  anything,
  blob,
  checkShape,
  flag,
  hex,
  integer,
  list,
  object,
  oneOf,
  type Shape,
  text,
  time,
} from '../../chaincode/core/shape.js';
import { MAX_ROW_BYTES } from './limits.js';
import { gatewayFailed } from './refusal.js';

/** Header of every request: the account of this machine whose command it is, percent-encoded. */
export const OPERATOR_HEADER = 'Chartseal-Operator';
export const OPERATOR_SHAPE = text({ min: 5, max: 1024, pattern: /^cli:[A-Za-z0-9%._~!'()*-]+$/ });
const OPERATOR = /^cli:[^\p{Cc}]{1,64}$/u;

export function formatOperator(operator: string): string {
  return `cli:${encodeURIComponent(operator.slice('cli:'.length))}`;
}

/** Inverse of {@link formatOperator}. Throws BAD_INPUT. */
export function parseOperator(encoded: string): string {
  const bad = (cause?: unknown) =>
    new ChartsealError('BAD_INPUT', `the header ${OPERATOR_HEADER} names no operator`, { cause });
  try {
    const operator = decodeURIComponent(encoded);
    if (OPERATOR.test(operator)) return operator;
  } catch (error) {
    throw bad(error);
  }
  throw bad();
}

/** Whatever services check themselves, with words of their own. */
const anyText = text({ min: 0, max: MAX_ROW_BYTES });
const anyInteger = integer({ min: Number.MIN_SAFE_INTEGER });
/** Of an error. */
export const CODE = text({ min: 1, max: 64, pattern: /^[A-Z0-9_]+$/ });

export const FAULT = object({ code: CODE, message: anyText });
/** An error on the way between the two. */
export interface WireFault {
  readonly code: string;
  readonly message: string;
}
export const faultOf = ({ code, message }: ChartsealError): WireFault => ({ code, message });

const PATIENT = object({ system: anyText, value: anyText });

export const STANDING = object({
  logId: hex(HASH_BYTES),
  counts: object({ accepted: integer(), committed: integer(), proven: integer() }),
  'delay?': FAULT,
});

export const WANTED_RECEIPT = object({
  'record?': anyText,
  'version?': integer(),
  'leafHash?': hex(HASH_BYTES),
  'index?': integer(),
  'ordinal?': integer(),
});
export const HISTORY_QUERY = object({
  'patient?': PATIENT,
  'record?': anyText,
  'log?': oneOf([true]),
});

export const WAIT = object({ waitMs: integer() });
export const WAITED = object({ isProven: flag() });

export const ACCEPTED = object({ leafHash: hex(HASH_BYTES), duplicate: flag() });
/** A line of an import: an event, or why there is none. */
export const IMPORT_ROW = object({ line: integer(), 'value?': anything(), 'error?': FAULT });
export const IMPORTED_ROW = object({
  line: integer(),
  'leafHash?': hex(HASH_BYTES),
  'duplicate?': flag(),
  'ordinal?': integer(),
  'error?': FAULT,
});

/** The first row of an ingest; files follow. */
export const INGEST_OPTIONS = object({ category: anyText, 'patient?': PATIENT, moved: flag() });
/** A file that was digested, or why it could not be. */
export const FILE_ROW = object({
  line: integer(),
  /** Names need not be UTF-8. */
  path: blob(),
  'name?': anyText,
  'id?': anyText,
  'digest?': hex(HASH_BYTES),
  'size?': integer(),
  'modifiedAtMs?': anyInteger,
  'error?': FAULT,
});
export const INGESTED_ROW = object({
  line: integer(),
  'state?': oneOf(['anchored', 'unchanged']),
  'version?': integer({ min: 1 }),
  'ordinal?': integer(),
  'error?': FAULT,
});

const anyTexts = list(anyText, { max: 65_536 });
/** The first row of an audit, {@link AuditAsked}; a row `stop` ends it in order. */
export const AUDIT_OPTIONS = object({
  tool: text({ min: 1, max: 128 }),
  paths: anyTexts,
  isLogOnly: flag(),
  isRestart: flag(),
  /** Absolute. */
  'report?': anyText,
  'bytesPerSecond?': integer({ min: 1 }),
  'windowMs?': integer({ min: 1 }),
  waitMs: integer(),
  /** Whether somebody watches how far it is. */
  isWatched: flag(),
});
export interface AuditAsked {
  readonly tool: string;
  readonly paths: readonly string[];
  readonly isLogOnly: boolean;
  readonly isRestart: boolean;
  readonly report?: string;
  readonly bytesPerSecond?: number;
  readonly windowMs?: number;
  readonly waitMs: number;
  readonly isWatched: boolean;
}
export const STOP_ROW = object({ stop: oneOf([true]) });

const CHECKS = list(
  object({
    check: anyText,
    status: oneOf(['OK', 'FAILED', 'NOT CHECKED']),
    sentence: anyText,
    faults: integer(),
    findings: list(object({ code: CODE, sentence: anyText, next: anyText }), { max: 65_536 }),
  }),
  { max: 1024 },
);
const COUNTS = object({
  altered: integer(),
  missing: integer(),
  notChecked: integer(),
  unchanged: integer(),
  unreadable: integer(),
});
const ANSWER = object({
  'path?': anything(),
  id: anyText,
  version: integer(),
  answer: oneOf(['unchanged', 'altered', 'missing', 'unreadable', 'not checked']),
  'digest?': hex(HASH_BYTES),
  anchored: anyText,
  'reason?': anyText,
});
/** One member of each row is there. */
export const AUDIT_ROW = object({
  'log?': CHECKS,
  'archive?': object({ isResumed: flag(), records: integer(), startedAt: anyText }),
  /** Records to come. */
  'total?': integer(),
  'answer?': ANSWER,
  /** Bytes read so far. */
  'read?': integer(),
});
export const AUDIT_SUMMARY = object({
  log: CHECKS,
  counts: COUNTS,
  scope: object({
    coverage: oneOf(['all', 'part']),
    records: integer(),
    size: integer(),
    paths: anyTexts,
  }),
  left: integer(),
  later: integer(),
  isOverrun: flag(),
  startedAt: time(),
  endedAt: time(),
  'report?': anyText,
  anchoring: object({
    'leafHash?': hex(HASH_BYTES),
    'isProven?': flag(),
    'error?': FAULT,
  }),
});

/** A leaf of the tree. */
export const LEAF_ROW = object({
  index: integer(),
  leaf: blob(LEAF_BYTES),
  leafHash: hex(HASH_BYTES),
});

/** What a gateway sent, when it is of that shape. Throws GATEWAY_FAILED. */
export function received<T>(shape: Shape, value: JsonValue): T {
  try {
    checkShape(shape, value, 'the answer');
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    throw gatewayFailed(`the gateway answered with what nobody asked for: ${error.message}`);
  }
  return value as unknown as T;
}

/** What a command sent, when it is of that shape. Throws BAD_INPUT. */
export function sent<T>(shape: Shape, value: JsonValue): T {
  checkShape(shape, value, 'the row');
  return value as unknown as T;
}
