// The tree on disk: tiles of up to 256 hashes as C2SP tlog-tiles cuts them (levels 0, 8, 16, …).
// A tile row holds what is there so far; only hashes of complete subtrees stand in tiles, so a
// tile grows at its end and nothing in it ever changes.
import { concat } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { nodeHash } from '../../chaincode/core/merkle.js';
import type { NodeReader } from '../../chaincode/core/tree-proofs.js';
import type { Batch, Reader } from './database.js';
import { readRow } from './database.js';
import { tileKey } from './keys.js';

export const TILE_HEIGHT = 8;
/** More than a tree has. */
const LEVELS = 64;
export const TILE_WIDTH = 2 ** TILE_HEIGHT;
export const TILE_BYTES = TILE_WIDTH * HASH_BYTES;

function hashAt(tile: Uint8Array, position: number): Uint8Array {
  const hash = tile.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES);
  if (hash.length !== HASH_BYTES) {
    throw new ChartsealError('STORE_CORRUPT', 'a tile of the tree is shorter than the tree');
  }
  return hash;
}

/** Root of `count` hashes (a power of two) from `start` on, all in one tile. */
function subtreeRoot(tile: Uint8Array, start: number, count: number): Uint8Array {
  let row = Array.from({ length: count }, (_, at) => hashAt(tile, start + at));
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, at) =>
      nodeHash(row[at * 2] as Uint8Array, row[at * 2 + 1] as Uint8Array),
    );
  }
  return row[0] as Uint8Array;
}

/** Root of a full tile. */
export function tileRoot(tile: Uint8Array): Uint8Array {
  return subtreeRoot(tile, 0, TILE_WIDTH);
}

/** Reads hashes of complete subtrees; what was read or computed stays for the reader's life. */
export function tileNodeReader(reader: Reader): NodeReader {
  const tiles = new Map<string, Uint8Array>();
  const tileOf = (level: number, tile: number) => {
    const key = tileKey(level, tile);
    let found = tiles.get(key);
    if (found === undefined) {
      found = readRow(reader, key);
      tiles.set(key, found);
    }
    return found;
  };
  const nodes = new Map<number, Uint8Array>();
  const node = (level: number, index: number): Uint8Array => {
    if (level % TILE_HEIGHT === 0) {
      return hashAt(tileOf(level, Math.floor(index / TILE_WIDTH)), index % TILE_WIDTH);
    }
    const key = index * LEVELS + level;
    let found = nodes.get(key);
    if (found === undefined) {
      found = nodeHash(node(level - 1, index * 2), node(level - 1, index * 2 + 1));
      nodes.set(key, found);
    }
    return found;
  };
  return node;
}

/**
 * Adds leaf hashes to the tree on disk.
 * @param size leaves in the tree before
 * @param leafHashes 32 bytes each, one after the other
 */
export function putTiles(reader: Reader, batch: Batch, size: number, leafHashes: Uint8Array): void {
  let added = leafHashes;
  let start = size;
  for (let level = 0; added.length > 0; level += TILE_HEIGHT) {
    const above: Uint8Array[] = [];
    const aboveStart = Math.floor(start / TILE_WIDTH);
    let at = 0;
    while (at < added.length) {
      const number = Math.floor(start / TILE_WIDTH);
      const filled = start % TILE_WIDTH;
      const room = TILE_BYTES - filled * HASH_BYTES;
      const part = added.subarray(at, at + room);
      const key = tileKey(level, number);
      const before = filled === 0 ? part.subarray(0, 0) : readRow(reader, key);
      if (before.length !== filled * HASH_BYTES) {
        throw new ChartsealError('STORE_CORRUPT', 'a tile of the tree does not end at the marker');
      }
      const tile = concat(before, part);
      batch.put(key, tile);
      if (tile.length === TILE_BYTES) above.push(subtreeRoot(tile, 0, TILE_WIDTH));
      at += part.length;
      start += part.length / HASH_BYTES;
    }
    added = concat(...above);
    start = aboveStart;
  }
}
