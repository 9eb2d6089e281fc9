// Tiles of the proven log as C2SP tlog-tiles cuts them: hashes, and leaves with their lengths.
// Only what the newest proven checkpoint covers, checked against its root before it leaves.
import { concat, decodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { HASH_BYTES, LEAF_BYTES } from '../../chaincode/core/limits.js';
import { readRow } from '../store/database.js';
import { tileKey } from '../store/keys.js';
import type { Store } from '../store/store.js';
import { TILE_HEIGHT, TILE_WIDTH } from '../store/tiles.js';
import { LogReading } from './log-reading.js';
import { newFullTiles, ProvenTiles } from './proven-tiles.js';
import type { HashTilePlace, TilePlace } from './tile-path.js';

/** Big-endian length before each leaf. */
const LEAF_LENGTH = Uint8Array.of(LEAF_BYTES >> 8, LEAF_BYTES & 0xff);

function corrupt(what: string): never {
  throw new ChartsealError('STORE_CORRUPT', what);
}

export class LogTiles {
  readonly #store: Store;
  #proven: ProvenTiles | undefined;

  /** @param store stays open as long as this is used */
  constructor(store: Store) {
    this.#store = store;
  }

  /** Undefined for what the newest proven checkpoint does not cover. Throws STORE_CORRUPT. */
  async findHashes({ level, number, width }: HashTilePlace): Promise<Uint8Array | undefined> {
    const proven = this.#newest();
    if (proven === undefined || proven.widthOf(level, number) < width) return undefined;
    const tile = await proven.tile(level, number);
    return tile.subarray(0, width * HASH_BYTES);
  }

  /** Each leaf after its length. Undefined and throws as {@link findHashes}. */
  async findLeaves({ number, width }: TilePlace): Promise<Uint8Array | undefined> {
    const proven = this.#newest();
    if (proven === undefined || proven.widthOf(0, number) < width) return undefined;
    // The tree on disk is what leaves are compared with there.
    await proven.tile(0, number);
    const parts: Uint8Array[] = [];
    const leaves = LogReading.of(this.#store).leaves(number * TILE_WIDTH, width);
    for await (const { leaf } of leaves) parts.push(LEAF_LENGTH, leaf);
    return concat(...parts);
  }

  #newest(): ProvenTiles | undefined {
    const marker = this.#store.findMarker();
    if (marker === undefined) return undefined;
    const { size } = marker;
    if (this.#proven?.size === size) return this.#proven;
    const proven = new ProvenTiles({
      size,
      root: decodeHex(marker.root, 'root', HASH_BYTES),
      read: async (tile) => this.#read(tile),
      fail: corrupt,
      known: this.#proven?.known ?? newFullTiles(),
    });
    this.#proven = proven;
    return proven;
  }

  /** A tile may have grown since the marker was read. */
  #read({ level, number, width }: HashTilePlace): Uint8Array {
    const row = readRow(this.#store.db, tileKey(level * TILE_HEIGHT, number));
    const tile = row.subarray(0, width * HASH_BYTES);
    return tile.length === width * HASH_BYTES ? tile : corrupt('a tile is shorter than the tree');
  }
}
