// Rows that follow from committed appends: where they stand, the tiles of the tree, the pages of
// the map.
import { concat, encodeHex, uint64 } from '../../../chaincode/core/bytes.js';
import { type MapNode, mapRoot } from '../../../chaincode/core/subject-map.js';
import type { Batch, Reader } from '../../store/database.js';
import * as keys from '../../store/keys.js';
import { changedPages } from '../../store/map-pages.js';
import { formatJsonRow } from '../../store/rows.js';
import { putTiles } from '../../store/tiles.js';
import type { CommittedAppend, LogState } from './log-state.js';

/** Entries between two flushes of the map: each flush rewrites whole pages. */
export const FLUSH_ENTRIES = 16_384;

/** @param size of the tree before these appends */
export function putAppends(
  reader: Reader,
  batch: Batch,
  size: number,
  appends: readonly CommittedAppend[],
): void {
  for (const { row } of appends) {
    batch
      .put(keys.appendKey(row.firstOrdinal), formatJsonRow(row))
      .put(keys.appendIndexKey(row.firstIndex), uint64(row.firstOrdinal));
  }
  putTiles(reader, batch, size, concat(...appends.flatMap(({ hashes }) => hashes)));
}

/** Adds the pages of the map that differ from those on disk. */
export function putMap(batch: Batch, onDisk: MapNode, state: LogState): void {
  for (const [prefix, page] of changedPages(onDisk, state.map)) {
    batch.put(keys.pageKey(prefix), page);
  }
  const row = { entries: state.entries, mapRoot: encodeHex(mapRoot(state.map)) };
  batch.put(keys.FLUSHED_MAP_KEY, formatJsonRow(row));
}
