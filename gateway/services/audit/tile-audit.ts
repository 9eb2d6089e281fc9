// The tree on disk against the one that is derived: hashes come in once, in order, and each tile
// is compared when it is full. Memory holds one tile per level.
import { equalBytes } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import type { Rows } from '../../store/database.js';
import { TABLES, tileKey } from '../../store/keys.js';
import { TILE_BYTES, TILE_HEIGHT, tileRoot } from '../../store/tiles.js';
import type { Check } from './checks.js';

interface Level {
  /** Number of the tile that is being filled. */
  tile: number;
  bytes: number;
  readonly hashes: Uint8Array;
}

export class TileAudit {
  readonly #db: Rows;
  readonly #check: Check;
  readonly #levels: Level[] = [];
  #tiles = 0;

  constructor(db: Rows, check: Check) {
    this.#db = db;
    this.#check = check;
  }

  /** The next leaf hashes of the tree. */
  add(hashes: readonly Uint8Array[]): void {
    for (const hash of hashes) this.#add(0, hash);
  }

  #add(at: number, hash: Uint8Array): void {
    this.#levels[at] ??= { tile: 0, bytes: 0, hashes: new Uint8Array(TILE_BYTES) };
    const level = this.#levels[at] as Level;
    level.hashes.set(hash, level.bytes);
    level.bytes += HASH_BYTES;
    if (level.bytes < TILE_BYTES) return;
    this.#compare(at, level);
    level.tile++;
    level.bytes = 0;
    this.#add(at + 1, tileRoot(level.hashes));
  }

  /** Compares what is not full, and that there are no other tiles. */
  async end(): Promise<void> {
    for (const [at, level] of this.#levels.entries()) {
      if (level.bytes > 0) this.#compare(at, level);
    }
    const found = await this.#db.count(TABLES.tile);
    if (found !== this.#tiles) {
      const sentence = `the tree has ${this.#tiles} tiles, the store ${found}`;
      this.#check.fail('STORE_CORRUPT', sentence, 'rebuild');
    }
  }

  #compare(at: number, { tile, bytes, hashes }: Level): void {
    this.#tiles++;
    const height = at * TILE_HEIGHT;
    const fault = this.#faultOf(tileKey(height, tile), hashes.subarray(0, bytes));
    if (fault === undefined) return;
    const sentence = `tile ${tile} of level ${height} of the tree ${fault}`;
    this.#check.fail('STORE_CORRUPT', sentence, 'rebuild');
  }

  #faultOf(key: string, wanted: Uint8Array): string | undefined {
    try {
      const found = this.#db.find(key);
      if (found === undefined) return 'is gone';
      return equalBytes(found, wanted) ? undefined : 'is not what the leaves lead to';
    } catch (error) {
      if (!(error instanceof ChartsealError) || error.code !== 'STORE_CORRUPT') throw error;
      return 'is damaged';
    }
  }
}
