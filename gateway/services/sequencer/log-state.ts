// What the ledger is known to hold, as values: the state after an append follows from the state
// before it, the leaves and the closing leaf that the contract added.
import { encodeBase64, encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import {
  appendHashes,
  EMPTY_FRONTIER,
  type Frontier,
  frontierRoot,
} from '../../../chaincode/core/compact-range.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { leafHash, parseClosingLeaf } from '../../../chaincode/core/leaf.js';
import { EMPTY_MAP, type MapNode, mapRoot } from '../../../chaincode/core/subject-map.js';
import type { AppendRow, Marker } from '../../store/rows.js';

/** State of the log after `appends` appends. */
export interface LogState {
  readonly appends: number;
  /** Accepted entries that the tree holds: also the first ordinal that it does not. */
  readonly entries: number;
  readonly frontier: Frontier;
  readonly map: MapNode;
  readonly root: Uint8Array;
  readonly closingLeaf: Uint8Array | undefined;
}

export const EMPTY_LOG: LogState = {
  appends: 0,
  entries: 0,
  frontier: EMPTY_FRONTIER,
  map: EMPTY_MAP,
  root: frontierRoot(EMPTY_FRONTIER),
  closingLeaf: undefined,
};

/** One append that the ledger took, with the state after it. */
export interface CommittedAppend {
  readonly row: AppendRow;
  /** Leaf hashes, the closing leaf's last. */
  readonly hashes: readonly Uint8Array[];
  readonly after: LogState;
}

function forked(what: string): never {
  throw new ChartsealError('LOG_FORKED', `${what} of the ledger is not what this store derives`);
}

/**
 * State after an append; throws LOG_FORKED when the ledger's words differ from our own result.
 * @param hashes leaf hashes submitted, in order
 * @param map the map after these leaves
 * @param closingBytes the closing leaf that the contract added
 * @param root the tree root that the contract computed
 */
export function commitAppend(
  before: LogState,
  hashes: readonly Uint8Array[],
  map: MapNode,
  closingBytes: Uint8Array,
  root: Uint8Array,
): CommittedAppend {
  const closing = parseClosingLeaf(closingBytes);
  const all = [...hashes, leafHash(closingBytes)];
  const frontier = appendHashes(before.frontier, all);
  const previous = before.closingLeaf === undefined ? undefined : leafHash(before.closingLeaf);
  if (closing.appendNumber !== before.appends) forked('the append number');
  if (previous !== undefined && !equalBytes(closing.previous, previous)) {
    forked('the closing leaf before');
  }
  if (!equalBytes(closing.mapRoot, mapRoot(map))) forked('the map root');
  if (!equalBytes(root, frontierRoot(frontier))) forked('the tree root');
  return {
    row: {
      appendNumber: before.appends,
      closingLeaf: encodeBase64(closingBytes),
      firstIndex: before.frontier.size,
      firstOrdinal: before.entries,
      leaves: hashes.length,
    },
    hashes: all,
    after: {
      appends: before.appends + 1,
      entries: before.entries + hashes.length,
      frontier,
      map,
      root,
      closingLeaf: closingBytes,
    },
  };
}

/** The marker row of a state. */
export function markerOf(state: LogState): Marker {
  return {
    appends: state.appends,
    entries: state.entries,
    frontier: state.frontier.hashes.map(encodeHex),
    mapRoot: encodeHex(mapRoot(state.map)),
    root: encodeHex(state.root),
    size: state.frontier.size,
  };
}
