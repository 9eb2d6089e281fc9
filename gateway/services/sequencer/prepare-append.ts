// One append before it is sent: its leaves, the map after them, and the witness of the map before.
import { applyLeaves } from '../../../chaincode/core/append-rules.js';
import { parseLeaf } from '../../../chaincode/core/leaf.js';
import type { MapNode } from '../../../chaincode/core/subject-map.js';
import { formatWitness } from '../../../chaincode/core/witness.js';
import type { MapPages } from '../../store/map-pages.js';
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
