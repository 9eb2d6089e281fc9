// Tiles of one tree whose root is known: what comes from here was checked against that root,
// wherever it was read. A full tile is checked against the tile above it; those that are not full
// make up the right edge of the tree and lead to its root together.
import { encodeHex, equalBytes, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { type NodeReader, treeRoot } from '../../chaincode/core/tree-proofs.js';
import { tileKey } from '../store/keys.js';
import { TILE_HEIGHT, TILE_WIDTH, tileNodeReader, tileRoot } from '../store/tiles.js';
import { BoundedMap } from './bounded-map.js';
import type { HashTilePlace } from './tile-path.js';

export interface ProvenTilesOptions {
  readonly size: number;
  readonly root: Uint8Array;
  /** Gives exactly `width` hashes. */
  readonly read: (tile: HashTilePlace) => Promise<Uint8Array>;
  /** Throws what is to be thrown when tiles do not lead to the root. */
  readonly fail: (reason: string) => never;
  /** Full tiles that were read before. */
  readonly known?: FullTiles;
}

const KNOWN_TILES = 128;

/** Full tiles by their roots, so that each is what it was, whatever tree asks; at most 2 MiB. */
export type FullTiles = BoundedMap<string, Uint8Array>;

export function newFullTiles(): FullTiles {
  return new BoundedMap(KNOWN_TILES);
}

const nameOf = (level: number, number: number) => tileKey(level * TILE_HEIGHT, number);

export class ProvenTiles {
  readonly size: number;
  readonly root: Uint8Array;
  readonly known: FullTiles;
  readonly #read: ProvenTilesOptions['read'];
  readonly #fail: ProvenTilesOptions['fail'];
  #edge: Promise<ReadonlyMap<string, Uint8Array>> | undefined;

  constructor({ size, root, read, fail, known }: ProvenTilesOptions) {
    this.size = size;
    this.root = root;
    this.known = known ?? newFullTiles();
    this.#read = read;
    this.#fail = fail;
  }

  /** Hashes that this tile has in this tree: 0 beyond it. */
  widthOf(level: number, number: number): number {
    const hashes = Math.floor(this.size / TILE_WIDTH ** level);
    return Math.max(0, Math.min(TILE_WIDTH, hashes - number * TILE_WIDTH));
  }

  /** Checks the root, which needs the right edge alone. */
  async check(): Promise<void> {
    await this.#readEdgeOnce();
  }

  /** A tile that the tree has, as wide as it has it. */
  async tile(level: number, number: number): Promise<Uint8Array> {
    const width = this.widthOf(level, number);
    if (width < TILE_WIDTH) {
      const tile = (await this.#readEdgeOnce()).get(nameOf(level, number));
      return tile ?? this.#fail(`the tree has no tile ${number} on level ${level}`);
    }
    const above = await this.tile(level + 1, Math.floor(number / TILE_WIDTH));
    const at = (number % TILE_WIDTH) * HASH_BYTES;
    const root = above.subarray(at, at + HASH_BYTES);
    const key = encodeHex(root);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const tile = await this.#read({ level, number, width });
    if (!equalBytes(tileRoot(tile), root)) {
      this.#fail(`tile ${number} on level ${level} does not lead to the root`);
    }
    this.known.set(key, tile);
    return tile;
  }

  /** Root that the tree had when it had this many leaves. */
  async rootAt(size: number): Promise<Uint8Array> {
    const tiles = new Map<string, Uint8Array>();
    const wanted: (readonly [level: number, number: number])[] = [];
    treeRoot(size, (height, index) => {
      const level = Math.floor(height / TILE_HEIGHT);
      const first = index * 2 ** (height - level * TILE_HEIGHT);
      wanted.push([level, Math.floor(first / TILE_WIDTH)]);
      return ZERO_HASH;
    });
    for (const [level, number] of wanted) {
      tiles.set(nameOf(level, number), await this.tile(level, number));
    }
    return treeRoot(size, nodesOf(tiles));
  }

  /** Once, unless it fails. */
  #readEdgeOnce(): Promise<ReadonlyMap<string, Uint8Array>> {
    this.#edge ??= this.#readEdge().catch((error: unknown) => {
      this.#edge = undefined;
      throw error;
    });
    return this.#edge;
  }

  async #readEdge(): Promise<ReadonlyMap<string, Uint8Array>> {
    const tiles = new Map<string, Uint8Array>();
    for (let level = 0, hashes = this.size; hashes > 0; level++) {
      const number = Math.floor(hashes / TILE_WIDTH);
      const width = hashes % TILE_WIDTH;
      if (width > 0) tiles.set(nameOf(level, number), await this.#read({ level, number, width }));
      hashes = number;
    }
    if (!equalBytes(treeRoot(this.size, nodesOf(tiles)), this.root)) {
      this.#fail(`the tiles of size ${this.size} do not lead to the root`);
    }
    return tiles;
  }
}

function nodesOf(tiles: ReadonlyMap<string, Uint8Array>): NodeReader {
  return tileNodeReader({ find: (key) => tiles.get(key) });
}
