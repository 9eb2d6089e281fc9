// The rows that the contract writes, made a second time from what a reader of blocks knows: what
// was written must be these, no more and no less.
import {
  decodeBase64,
  encodeBase64,
  encodeHex,
  equalBytes,
  ZERO_HASH,
} from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import { type Frontier, frontierRoot } from '../../../chaincode/core/compact-range.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { type JsonObject, parseJsonBytes } from '../../../chaincode/core/json.js';
import { EMPTY_ROOT } from '../../../chaincode/core/merkle.js';
import type { Registration } from '../../../chaincode/core/registration.js';
import { formatTime } from '../../../chaincode/core/time.js';
import type { WrittenRow } from './channel-block.js';

const SIZE_DIGITS = 16;

export const logRowKey = (logId: string) => `log/${logId}`;
export const headRowKey = (logId: string) => `head/${logId}`;
export const checkpointRowKey = (logId: string, size: number) =>
  `checkpoint/${logId}/${String(size).padStart(SIZE_DIGITS, '0')}`;
const originRowKey = (origin: string) => `origin/${origin}`;
const publicKeyRowKey = (hex: string) => `key/${hex}`;
const ownerRowKey = (mspId: string) => `owner/${mspId}`;

/** Rows by key. */
export type Rows = ReadonlyMap<string, object>;

/** What an append leads to. */
export interface AppendOutcome {
  readonly logId: string;
  readonly frontier: Frontier;
  readonly closingLeaf: Uint8Array;
  readonly mapRoot: Uint8Array;
  readonly endorsedAt: number;
  readonly appendNumber: number;
  /** Leaves submitted. */
  readonly leaves: number;
  /** Size before it, and SHA-256 of the hashes that were submitted. */
  readonly expectedSize: number;
  readonly leafHashesDigest: Uint8Array;
}

export function appendRows(outcome: AppendOutcome): Rows {
  const { logId, frontier, appendNumber, leaves, expectedSize } = outcome;
  const same = {
    size: frontier.size,
    root: encodeHex(frontierRoot(frontier)),
    endorsedAt: formatTime(outcome.endorsedAt),
    closingLeaf: encodeBase64(outcome.closingLeaf),
  };
  const leafHashesDigest = encodeHex(outcome.leafHashesDigest);
  const head = {
    ...same,
    frontier: frontier.hashes.map(encodeHex),
    mapRoot: encodeHex(outcome.mapRoot),
    appends: appendNumber + 1,
    last: { expectedSize, leafHashesDigest },
  };
  return new Map<string, object>([
    [headRowKey(logId), head],
    [checkpointRowKey(logId, frontier.size), { ...same, appendNumber, leaves }],
  ]);
}

/** @param owned ids of the logs that its owner has then, ascending */
export function registrationRows(
  logId: string,
  registration: Registration,
  registeredAt: string,
  owned: readonly string[],
): Rows {
  const root = encodeHex(EMPTY_ROOT);
  const empty = { size: 0, root, endorsedAt: registeredAt, closingLeaf: null };
  const rows = new Map<string, object>([
    [logRowKey(logId), { registeredAt, registration }],
    [headRowKey(logId), { ...empty, frontier: [], mapRoot: encodeHex(ZERO_HASH), appends: 0 }],
    [checkpointRowKey(logId, 0), { ...empty, leaves: 0 }],
    [originRowKey(registration.origin), { logId }],
    [ownerRowKey(registration.mspId), { logs: owned }],
  ]);
  for (const key of [registration.noteKey, registration.vrfKey]) {
    rows.set(publicKeyRowKey(encodeHex(decodeBase64(key, 'key', 32))), { logId });
  }
  return rows;
}

/** First part of a key, in words. */
const kindOf = (key: string) => `"${key.slice(0, key.indexOf('/'))}"`;

/** Members in which a row differs from the wanted one; none when only unknown ones were added. */
function differences(value: Uint8Array, wanted: object): string[] {
  let row: JsonObject;
  try {
    row = parseJsonBytes(value, 'a row of state') as JsonObject;
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return ['form'];
  }
  const same = (a: unknown, b: unknown) =>
    a !== undefined && equalBytes(canonicalBytes({ a }), canonicalBytes({ a: b }));
  return Object.entries(wanted).flatMap(([name, one]) => (same(row?.[name], one) ? [] : [name]));
}

/** What does not fit, in words; undefined when these rows and no others were written. */
export function findDifference(writes: readonly WrittenRow[], rows: Rows): string | undefined {
  const left = new Map(rows);
  for (const { key, value } of writes) {
    const wanted = left.get(key);
    if (wanted === undefined) return `a row ${kindOf(key)} is written that does not belong to it`;
    left.delete(key);
    if (value === undefined) return `the row ${kindOf(key)} is deleted`;
    if (equalBytes(value, canonicalBytes(wanted))) continue;
    const [first = 'members that are not known here'] = differences(value, wanted);
    return `the row ${kindOf(key)} states another ${first} than follows from the hashes`;
  }
  for (const key of left.keys()) return `the row ${kindOf(key)} is not written`;
  return undefined;
}
