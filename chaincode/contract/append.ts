// append: checks every leaf of a batch against its chain and the lifecycle table, and computes
// the new map root, the closing leaf and the new tree root itself. Nothing is believed.
import { applyLeaves } from '../core/append-rules.js';
import {
  decodeBase64,
  decodeHex,
  encodeBase64,
  encodeHex,
  equalBytes,
  ZERO_HASH,
} from '../core/bytes.js';
import { appendHashes, checkFrontier, type Frontier, frontierRoot } from '../core/compact-range.js';
import { ChartsealError } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import type { JsonValue } from '../core/json.js';
import { logLabel } from '../core/labels.js';
import { formatClosingLeaf, type Leaf, leafHash, parseLeaf } from '../core/leaf.js';
import { HASH_BYTES, LEAF_BYTES, MAX_APPEND_LEAVES } from '../core/limits.js';
import { blob, checkShape, hex, integer, object } from '../core/shape.js';
import { mapRoot } from '../core/subject-map.js';
import { formatTime, parseTime } from '../core/time.js';
import { parseWitness } from '../core/witness.js';
import { readOwnLogRow, requireRole } from './authorize.js';
import type { HeadRow } from './rows.js';
import { checkpointKey, headKey } from './state-keys.js';
import type { TransactionContext } from './transaction-context.js';

/** Name of the event; its payload is the closing leaf. */
const APPEND_EVENT = 'append';

const REQUEST = object({ logId: hex(HASH_BYTES), expectedSize: integer(), leafHashes: blob() });

interface AppendRequest {
  readonly logId: string;
  readonly expectedSize: number;
  readonly leafHashes: Uint8Array;
}

interface Batch {
  readonly leaves: readonly Leaf[];
  readonly hashes: readonly Uint8Array[];
}

function parseRequest(value: JsonValue): AppendRequest {
  checkShape(REQUEST, value, 'append');
  const request = value as unknown as { logId: string; expectedSize: number; leafHashes: string };
  const leafHashes = decodeBase64(request.leafHashes, 'leafHashes');
  if (leafHashes.length === 0 || leafHashes.length % HASH_BYTES !== 0) {
    throw new ChartsealError(
      'BAD_INPUT',
      `leafHashes is not a number of ${HASH_BYTES}-byte hashes`,
    );
  }
  const count = leafHashes.length / HASH_BYTES;
  if (count > MAX_APPEND_LEAVES) {
    throw new ChartsealError(
      'TOO_LARGE',
      `${count} leaves in one append, the limit is ${MAX_APPEND_LEAVES}`,
    );
  }
  return { ...request, leafHashes };
}

/** Reads the leaves and compares each with the hash that the ledger will keep. */
function readBatch(context: TransactionContext, leafHashes: Uint8Array): Batch {
  const bytes = context.findTransient('leaves');
  const count = leafHashes.length / HASH_BYTES;
  if (bytes === undefined || bytes.length !== count * LEAF_BYTES) {
    throw new ChartsealError('BAD_LEAF', `transient "leaves" is not ${count} leaves`);
  }
  const leaves: Leaf[] = [];
  const hashes: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const leaf = bytes.subarray(index * LEAF_BYTES, (index + 1) * LEAF_BYTES);
    const hash = leafHash(leaf);
    const stated = leafHashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
    if (!equalBytes(hash, stated)) {
      throw new ChartsealError('BAD_LEAF', `leaf ${index} does not have the hash stated for it`);
    }
    leaves.push(parseLeaf(leaf));
    hashes.push(hash);
  }
  return { leaves, hashes };
}

/** Root of the map after the batch; the witness must show the map that the head names. */
function newMapRoot(
  context: TransactionContext,
  head: HeadRow,
  batch: Batch,
  origin: string,
): Uint8Array {
  const witness = context.findTransient('witness');
  if (witness === undefined) {
    throw new ChartsealError('BAD_WITNESS', 'transient "witness" is missing');
  }
  const map = parseWitness(witness, batch.leaves.length);
  if (encodeHex(mapRoot(map)) !== head.mapRoot) {
    throw new ChartsealError('BAD_WITNESS', "the witness does not have the head's map root");
  }
  return mapRoot(applyLeaves(map, batch.leaves, batch.hashes, logLabel(origin)));
}

function frontierOf(head: HeadRow): Frontier {
  const hashes = head.frontier.map((hash) => decodeHex(hash, 'frontier', HASH_BYTES));
  return checkFrontier(head.size, hashes);
}

/** The closing leaf's bytes. */
function close(head: HeadRow, endorsedAt: number, root: Uint8Array): Uint8Array {
  const before = head.closingLeaf;
  return formatClosingLeaf({
    endorsedAt,
    appendNumber: head.appends,
    previous: before === null ? ZERO_HASH : leafHash(decodeBase64(before, 'closingLeaf')),
    mapRoot: root,
  });
}

/** What the caller learns of the append that led to this head. */
function answerOf({ size, root, mapRoot, closingLeaf, endorsedAt, appends }: HeadRow): object {
  return { appendNumber: appends - 1, closingLeaf, endorsedAt, mapRoot, root, size };
}

function isReplay({ last }: HeadRow, expectedSize: number, leafHashesDigest: string): boolean {
  return last?.expectedSize === expectedSize && last.leafHashesDigest === leafHashesDigest;
}

/**
 * Throws ACCESS_DENIED, LOG_UNKNOWN, CLOCK_SKEW, LOG_MOVED, TOO_LARGE, BAD_LEAF, BAD_WITNESS,
 * CHAIN_BROKEN or ACT_REFUSED. An exact replay of the last append answers as the first time.
 */
export async function append(context: TransactionContext, value: JsonValue): Promise<object> {
  requireRole(context, ['writer']);
  const { logId, expectedSize, leafHashes } = parseRequest(value);
  const { registration } = await readOwnLogRow(context, logId);
  const head = await context.state.read(headKey(logId));
  const time = context.transactionTime(parseTime(head.endorsedAt, 'endorsedAt'));
  const leafHashesDigest = encodeHex(sha256(leafHashes));
  if (isReplay(head, expectedSize, leafHashesDigest)) return answerOf(head);
  if (expectedSize !== head.size) {
    throw new ChartsealError('LOG_MOVED', `the log has size ${head.size}, not ${expectedSize}`);
  }
  const batch = readBatch(context, leafHashes);
  const newRoot = newMapRoot(context, head, batch, registration.origin);
  const closingLeaf = close(head, time, newRoot);
  const frontier = appendHashes(frontierOf(head), [...batch.hashes, leafHash(closingLeaf)]);
  const after: HeadRow = {
    size: frontier.size,
    root: encodeHex(frontierRoot(frontier)),
    frontier: frontier.hashes.map(encodeHex),
    mapRoot: encodeHex(newRoot),
    closingLeaf: encodeBase64(closingLeaf),
    endorsedAt: formatTime(time),
    appends: head.appends + 1,
    last: { expectedSize, leafHashesDigest },
  };
  await write(context, logId, after, batch.leaves.length);
  context.stub.setEvent(APPEND_EVENT, closingLeaf);
  return answerOf(after);
}

async function write(
  { state }: TransactionContext,
  logId: string,
  head: HeadRow,
  leaves: number,
): Promise<void> {
  const { size, root, endorsedAt, closingLeaf, appends } = head;
  await state.put(headKey(logId), head);
  await state.put(checkpointKey(logId, size), {
    size,
    root,
    endorsedAt,
    closingLeaf,
    appendNumber: appends - 1,
    leaves,
  });
}
