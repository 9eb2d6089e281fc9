// Restart, and every commit of uncertain outcome: compares what was accepted, what is proven and
// what the ledger holds, and re-applies the appends in between.

import { encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { checkFrontier } from '../../../chaincode/core/compact-range.js';
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import { EMPTY_MAP, type MapNode, mapRoot } from '../../../chaincode/core/subject-map.js';
import type { LogLedger } from '../../ledger/log-ledger.js';
import type { MapPages } from '../../store/map-pages.js';
import { markerHash, type Store } from '../../store/store.js';
import type { AcceptedLeaf } from './entry-rows.js';
import { type CommittedAppend, commitAppend, EMPTY_LOG, type LogState } from './log-state.js';
import { prepareAppend } from './prepare-append.js';

/** A map with the number of accepted entries that it covers. */
export interface MapState {
  readonly entries: number;
  readonly map: MapNode;
}

const CHUNK_LEAVES = 4096;

/** The map as the pages on disk have it. */
export function mapOnDisk(store: Store, pages: MapPages): MapState {
  const row = store.findFlushedMap();
  if (row === undefined) return { entries: 0, map: EMPTY_MAP };
  return { entries: row.entries, map: pages.loadTop(markerHash(row.mapRoot)) };
}

/**
 * LevelDB drops a damaged record of its log without a word, and keeps what was written after it:
 * a marker without its entries. New entries would take their places, and pass for proven.
 */
function checkNothingGone(store: Store): void {
  const proven = store.findMarker()?.entries ?? 0;
  if (proven <= store.entriesAtOpen) return;
  const gone = `${proven - store.entriesAtOpen} of ${proven} proven entries are gone`;
  throw new ChartsealError('STORE_CORRUPT', gone);
}

/** Refusals of leaves that were accepted by the very rules: the map is not the one of before. */
const OTHER_MAP: readonly ErrorCode[] = ['CHAIN_BROKEN', 'ACT_REFUSED'];

function withLeaves(
  pages: MapPages,
  map: MapNode,
  leaves: readonly AcceptedLeaf[],
  logLabel: Uint8Array,
): MapNode {
  try {
    return prepareAppend(pages, map, leaves, logLabel).map;
  } catch (cause) {
    if (!(cause instanceof ChartsealError) || !OTHER_MAP.includes(cause.code)) throw cause;
    const text = 'the map on disk is not that of the entries before';
    throw new ChartsealError('STORE_CORRUPT', text, { cause });
  }
}

/** The state that the marker describes; leaves that the pages do not cover are re-applied. */
export async function stateAtMarker(
  store: Store,
  pages: MapPages,
  onDisk: MapState,
  logLabel: Uint8Array,
): Promise<LogState> {
  const marker = store.findMarker();
  if (marker === undefined || marker.size === 0) return EMPTY_LOG;
  checkNothingGone(store);
  let map = onDisk.map;
  let batch: AcceptedLeaf[] = [];
  let left = marker.entries - onDisk.entries;
  for await (const leaf of store.leavesFrom(onDisk.entries)) {
    if (left-- <= 0) break;
    batch.push(leaf);
    if (batch.length === CHUNK_LEAVES || left === 0) {
      map = withLeaves(pages, map, batch, logLabel);
      batch = [];
    }
  }
  if (encodeHex(mapRoot(map)) !== marker.mapRoot) {
    throw new ChartsealError('STORE_CORRUPT', "the map on disk does not lead to the marker's root");
  }
  const row = store.readAttestation(marker.size);
  return {
    appends: marker.appends,
    entries: marker.entries,
    frontier: checkFrontier(marker.size, marker.frontier.map(markerHash)),
    map,
    root: markerHash(marker.root),
    closingLeaf: row.closingLeaf === null ? undefined : Buffer.from(row.closingLeaf, 'base64'),
  };
}

/** Root of a committed checkpoint; undefined where no append of the ledger ends at this size. */
async function findRoot(ledger: LogLedger, size: number): Promise<Uint8Array | undefined> {
  try {
    return (await ledger.readCheckpoint(size)).root;
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** The log's size as the ledger has it; throws LEDGER_BEHIND or LOG_FORKED against what is ours. */
export async function compareHead(
  ledger: LogLedger,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
): Promise<number> {
  const { head } = await ledger.readLog();
  if (head.size < size) {
    throw new ChartsealError(
      'LEDGER_BEHIND',
      `the ledger has ${head.size} leaves, ${size} were proven before`,
    );
  }
  const same = head.size === size ? head.root : await findRoot(ledger, size);
  if (same === undefined || !equalBytes(same, root)) {
    throw new ChartsealError('LOG_FORKED', `the ledger's root at size ${size} is not ours`);
  }
  return head.size;
}

/** Accepted leaves from a state on. */
export interface Explanation {
  /** As many as there are. */
  read(first: number, count: number): Promise<readonly AcceptedLeaf[]>;
  /** Ordinal from which on none was sent by this store: see unsent.ts. */
  readonly unsent: number;
}

function behind(appendNumber: number, cause?: unknown): ChartsealError {
  const text = `append ${appendNumber} of the ledger holds entries that this store does not have`;
  return new ChartsealError('STORE_BEHIND', text, { cause });
}

/**
 * Appends that the ledger holds beyond `state`, re-applied from accepted leaves.
 * Throws STORE_BEHIND when the ledger holds more than they explain, LOG_FORKED, LEDGER_BEHIND.
 */
export async function* missedAppends(
  ledger: LogLedger,
  pages: MapPages,
  state: LogState,
  explanation: Explanation,
  logLabel: Uint8Array,
): AsyncGenerator<CommittedAppend> {
  let at = state;
  const target = await compareHead(ledger, { size: state.frontier.size, root: state.root });
  while (at.frontier.size < target) {
    const { checkpoints } = await ledger.listCheckpoints(at.frontier.size);
    if (checkpoints.length === 0) {
      throw new ChartsealError(
        'LEDGER_CORRUPT',
        'the ledger lists fewer appends than its head has',
      );
    }
    for (const row of checkpoints) {
      const batch = await explanation.read(at.entries, row.leaves);
      if (batch.length < row.leaves) throw behind(row.appendNumber);
      const { hashes, map } = prepareAppend(pages, at.map, batch, logLabel);
      let append: CommittedAppend;
      try {
        append = commitAppend(at, hashes, map, row.closingLeaf, row.root);
      } catch (error) {
        // Entries that nobody sent are no other history: those of the ledger are missing here.
        if (at.entries + row.leaves <= explanation.unsent) throw error;
        throw behind(row.appendNumber, error);
      }
      yield append;
      at = append.after;
    }
  }
}
