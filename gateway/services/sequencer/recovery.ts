// Restart, and every commit of uncertain outcome: compares what was accepted, what is proven and
// what the ledger holds, and re-applies the appends in between.

import { applyLeaves } from '../../../chaincode/core/append-rules.js';
import { encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { checkFrontier } from '../../../chaincode/core/compact-range.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { parseLeaf } from '../../../chaincode/core/leaf.js';
import { mapRoot } from '../../../chaincode/core/subject-map.js';
import type { LogLedger } from '../../ledger/log-ledger.js';
import type { MapPages } from '../../store/map-pages.js';
import type { Marker } from '../../store/rows.js';
import { markerHash, type Store } from '../../store/store.js';
import type { AcceptedLeaf } from './acceptor.js';
import { type CommittedAppend, commitAppend, EMPTY_LOG, type LogState } from './log-state.js';

/** The state that the marker describes, its map loaded from the pages. */
export async function stateAtMarker(
  store: Store,
  pages: MapPages,
  marker: Marker | undefined,
): Promise<LogState> {
  if (marker === undefined || marker.size === 0) return EMPTY_LOG;
  const map = pages.loadTop(markerHash(marker.mapRoot));
  if (encodeHex(mapRoot(map)) !== marker.mapRoot) {
    throw new ChartsealError('STORE_CORRUPT', 'the map on disk does not have the marker’s root');
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

/** The log's size as the ledger has it; throws LEDGER_BEHIND or LOG_FORKED against our state. */
async function compareHead(ledger: LogLedger, state: LogState): Promise<number> {
  const { size } = state.frontier;
  const { head } = await ledger.readLog();
  if (head.size < size) {
    throw new ChartsealError(
      'LEDGER_BEHIND',
      `the ledger has ${head.size} leaves, ${size} were proven before`,
    );
  }
  const same = head.size === size ? head.root : (await ledger.readCheckpoint(size)).root;
  if (!equalBytes(same, state.root)) {
    throw new ChartsealError('LOG_FORKED', `the ledger's root at size ${size} is not ours`);
  }
  return head.size;
}

/**
 * Appends that the ledger holds beyond `state`, re-applied from accepted leaves.
 * @param leaves accepted leaves from `state.entries` on, as many as there are
 * Throws STORE_BEHIND when the ledger holds more than they explain, LOG_FORKED, LEDGER_BEHIND.
 */
export async function* missedAppends(
  ledger: LogLedger,
  pages: MapPages,
  state: LogState,
  leaves: (first: number, count: number) => Promise<readonly AcceptedLeaf[]>,
  logLabel: Uint8Array,
): AsyncGenerator<CommittedAppend> {
  let at = state;
  const target = await compareHead(ledger, state);
  while (at.frontier.size < target) {
    const { checkpoints } = await ledger.listCheckpoints(at.frontier.size);
    if (checkpoints.length === 0) {
      throw new ChartsealError(
        'LEDGER_CORRUPT',
        'the ledger lists fewer appends than its head has',
      );
    }
    for (const row of checkpoints) {
      const batch = await leaves(at.entries, row.leaves);
      if (batch.length < row.leaves) {
        throw new ChartsealError(
          'STORE_BEHIND',
          `append ${row.appendNumber} of the ledger holds entries that this store does not have`,
        );
      }
      const hashes = batch.map(({ hash }) => hash);
      const parsed = batch.map(({ leaf }) => parseLeaf(leaf));
      const map = pages.expand(
        at.map,
        parsed.map(({ subject }) => subject),
      );
      const append = commitAppend(
        at,
        hashes,
        applyLeaves(map, parsed, hashes, logLabel),
        row.closingLeaf,
        row.root,
      );
      yield append;
      at = append.after;
    }
  }
}
