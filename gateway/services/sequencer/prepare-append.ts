// One append before it is sent: its leaves, the map after them, and the witness of the map before.
import { applyLeaves } from '../../../chaincode/core/append-rules.js';
import { parseLeaf } from '../../../chaincode/core/leaf.js';
import type { MapNode } from '../../../chaincode/core/subject-map.js';
import { formatWitness } from '../../../chaincode/core/witness.js';
import { pageKey } from '../../store/keys.js';
import { MapPages } from '../../store/map-pages.js';
import type { Store } from '../../store/store.js';
import type { AcceptedLeaf } from './entry-rows.js';

export interface PreparedAppend {
  readonly leaves: readonly AcceptedLeaf[];
  /** Leaf hashes, in the same order. */
  readonly hashes: readonly Uint8Array[];
  /** The map after these leaves. */
  readonly map: MapNode;
  /** The pruned map before them, for endorsers. */
  witness(): Uint8Array;
}

/**
 * The pages that these leaves need, read away from this thread. A flush meanwhile changes none of
 * them: it writes a state between the one on disk and this one, and in those parts the two agree.
 * @param map with what differs from the pages on disk; to be prepared with the pages that come out
 */
export async function pagesFor(
  { db }: Store,
  pages: MapPages,
  map: MapNode,
  leaves: readonly AcceptedLeaf[],
): Promise<MapPages> {
  const labels = leaves.map(({ leaf }) => parseLeaf(leaf).subject);
  const rows = await db.prefetch(pages.wanted(map, labels).map(pageKey));
  return new MapPages((prefix) => rows.find(pageKey(prefix)));
}

/** Throws CHAIN_BROKEN or ACT_REFUSED, and STORE_CORRUPT for damaged pages. */
export function prepareAppend(
  pages: MapPages,
  map: MapNode,
  leaves: readonly AcceptedLeaf[],
  logLabel: Uint8Array,
): PreparedAppend {
  const parsed = leaves.map(({ leaf }) => parseLeaf(leaf));
  const subjects = parsed.map(({ subject }) => subject);
  const expanded = pages.expand(map, subjects);
  const hashes = leaves.map(({ hash }) => hash);
  return {
    leaves,
    hashes,
    map: applyLeaves(expanded, parsed, hashes, logLabel),
    witness: () => formatWitness(expanded, subjects),
  };
}
