// A log as C2SP tlog-tiles shows it, read strictly: signed checkpoints of the one key that is
// believed, tiles of exactly the size that was asked for. Whether tiles are of the tree that was
// signed is for those to check who put them together.
import { decodeUtf8 } from '../../chaincode/core/bytes.js';
import { parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { HASH_BYTES, LEAF_BYTES } from '../../chaincode/core/limits.js';
import { formatVerifierKey, verifyNote } from '../../chaincode/core/signed-note.js';
import type { SignedCheckpoint } from '../services/log-reading.js';
import {
  formatHashTilePlace,
  formatTilePlace,
  type HashTilePlace,
  type TilePlace,
} from '../services/tile-path.js';
import { TILE_WIDTH } from '../store/tiles.js';
import { type HttpPeer, StrictGet } from './strict-get.js';

/** What a log signs its checkpoints with. */
export interface LogKey {
  readonly origin: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

const MAX_CHECKPOINT_BYTES = 64 * 1024;
const LENGTH_BYTES = 2;
const ROW_BYTES = LENGTH_BYTES + LEAF_BYTES;

function failed(message: string): never {
  throw new ChartsealError('GATEWAY_FAILED', message);
}

/** Leaves of a tile of leaves; throws GATEWAY_FAILED. */
function parseLeaves(bytes: Uint8Array): Uint8Array[] {
  const leaves: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const length = (bytes[at] as number) * 256 + (bytes[at + 1] as number);
    if (length !== LEAF_BYTES) failed(`a leaf is said to have ${length} bytes, not ${LEAF_BYTES}`);
    leaves.push(bytes.subarray(at + LENGTH_BYTES, at + ROW_BYTES));
  }
  return leaves;
}

export class LogClient {
  readonly key: LogKey;
  readonly #http: StrictGet;

  /** Throws USAGE for a URL that cannot be used. */
  constructor(key: LogKey, peer: HttpPeer) {
    this.key = key;
    this.#http = new StrictGet(peer);
  }

  get verifierKey(): string {
    return formatVerifierKey(this.key.origin, this.key.publicKey);
  }

  /** The newest, as this server has it. Throws GATEWAY_FAILED unless the log signed it. */
  async readCheckpoint(stop?: AbortSignal): Promise<SignedCheckpoint> {
    const { origin, publicKey } = this.key;
    const bytes = await this.#http.get('checkpoint', MAX_CHECKPOINT_BYTES, stop);
    try {
      const checkpoint = decodeUtf8(bytes, 'the checkpoint');
      const parsed = parseCheckpoint(verifyNote(checkpoint, origin, publicKey));
      if (parsed.origin !== origin) failed('the checkpoint is of a log of another origin');
      return { ...parsed, checkpoint };
    } catch (cause) {
      if (!(cause instanceof ChartsealError) || cause.code === 'GATEWAY_FAILED') throw cause;
      const text = `the checkpoint is none of ${origin}: ${cause.message}`;
      throw new ChartsealError('GATEWAY_FAILED', text, { cause });
    }
  }

  async readHashTile(place: HashTilePlace, stop?: AbortSignal): Promise<Uint8Array> {
    const path = (width: number) => `tile/${formatHashTilePlace({ ...place, width })}`;
    return this.#readTile(path, place.width, HASH_BYTES, stop);
  }

  async readLeafTile(place: TilePlace, stop?: AbortSignal): Promise<readonly Uint8Array[]> {
    const path = (width: number) => `tile/entries/${formatTilePlace({ ...place, width })}`;
    return parseLeaves(await this.#readTile(path, place.width, ROW_BYTES, stop));
  }

  close(): void {
    this.#http.close();
  }

  /** Servers may drop a tile that is not full as soon as it is. */
  async #readTile(
    path: (width: number) => string,
    width: number,
    rowBytes: number,
    stop?: AbortSignal,
  ): Promise<Uint8Array> {
    try {
      return await this.#readExactly(path(width), width * rowBytes, stop);
    } catch (error) {
      const isGone = error instanceof ChartsealError && error.code === 'NOT_FOUND';
      if (!isGone || width === TILE_WIDTH) throw error;
      const full = await this.#readExactly(path(TILE_WIDTH), TILE_WIDTH * rowBytes, stop);
      return full.subarray(0, width * rowBytes);
    }
  }

  async #readExactly(path: string, size: number, stop?: AbortSignal): Promise<Uint8Array> {
    const bytes = await this.#http.get(path, size, stop);
    if (bytes.length !== size) failed(`${path} has ${bytes.length} bytes, not ${size}`);
    return bytes;
  }
}
