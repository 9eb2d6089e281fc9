// What an append does to the subject map: the one step that writer and endorsers share.
import { ChartsealError } from './errors.js';
import type { Leaf } from './leaf.js';
import { applyLeaf } from './subject.js';
import { findSubject, type MapNode, setSubject } from './subject-map.js';

/**
 * The map after these leaves, applied in order; the map given stays as it is.
 * @param hashes leaf hashes, parallel to `leaves`; they become the heads of the chains
 * @param logLabel label of the log itself
 * Throws CHAIN_BROKEN, ACT_REFUSED or BAD_WITNESS, naming the leaf by its index in the batch.
 */
export function applyLeaves(
  map: MapNode,
  leaves: readonly Leaf[],
  hashes: readonly Uint8Array[],
  logLabel: Uint8Array,
): MapNode {
  if (hashes.length !== leaves.length) {
    throw new ChartsealError(
      'BAD_INPUT',
      `${hashes.length} leaf hashes for ${leaves.length} leaves`,
    );
  }
  let after = map;
  for (const [index, leaf] of leaves.entries()) {
    after = applyOne(after, leaf, hashes[index] as Uint8Array, logLabel, index);
  }
  return after;
}

function applyOne(
  map: MapNode,
  leaf: Leaf,
  hash: Uint8Array,
  logLabel: Uint8Array,
  index: number,
): MapNode {
  try {
    const state = applyLeaf(findSubject(map, leaf.subject), leaf, hash, logLabel);
    return setSubject(map, leaf.subject, state);
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    throw new ChartsealError(error.code, `leaf ${index}: ${error.message}`, { cause: error });
  }
}
