// Follows one log over HTTP, believing its key alone: each checkpoint must go on with the one
// before, hash tiles lead to its root, leaves to those, and all to the map root of each append.
import { decodeHex, encodeHex, equalBytes, utf8 } from '../../../chaincode/core/bytes.js';
import { parseCheckpoint } from '../../../chaincode/core/checkpoint.js';
import { EMPTY_FRONTIER } from '../../../chaincode/core/compact-range.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { leafHash } from '../../../chaincode/core/leaf.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { parseNote } from '../../../chaincode/core/signed-note.js';
import type { LogClient } from '../../client/log-client.js';
import { isPassing } from '../../client/strict-get.js';
import { TILE_WIDTH } from '../../store/tiles.js';
import type { SignedCheckpoint } from '../log-reading.js';
import { newFullTiles, ProvenTiles } from '../proven-tiles.js';
import type { HashTilePlace } from '../tile-path.js';
import { Alarm, type AlarmPlace } from './alarm.js';
import { NO_BLOCKS } from './channel-block.js';
import type { FollowedLog } from './followed-log.js';
import { GivenAppends } from './given-appends.js';
import { onMirror } from './mirror-folder.js';
import { MirrorStore } from './mirror-store.js';
import { type LeafProgress, MirroredLeaves } from './mirrored-leaves.js';
import { Bell } from './read-ahead.js';

export interface HttpMirrorOptions {
  readonly folder: string;
  readonly client: LogClient;
  /** Roots in hex that the log must have had, from a trust file. */
  readonly pins?: readonly { readonly size: number; readonly root: string }[];
  /** With `follow`: leaves that cannot be had for so long are withheld. */
  readonly withheldMs: number;
  readonly follow: boolean;
  readonly stop: AbortSignal;
  readonly pollMs?: number;
  /** In ms from any beginning, by a clock that nobody sets. */
  now?(): number;
  /** Nothing is known of before, with which to compare. */
  onBegin?(): void;
  onStatus?(status: HttpMirrorStatus): void;
  /** Something that may pass by itself; it is tried again. */
  onTrouble?(error: ChartsealError): void;
}

export interface HttpMirrorStatus {
  /** The newest that was believed, and the root of its tree. */
  readonly size: number;
  readonly root: Uint8Array;
  /** As far as leaves were given. */
  readonly log: FollowedLog;
  readonly leaves: LeafProgress;
}

const POLL_MS = 2_000;
const TILES_AHEAD = 4;
const REFUSED: readonly string[] = ['ACCESS_DENIED', 'NOT_FOUND'];

/** Index of the first leaf below a tile. */
const firstLeaf = ({ level, number }: HashTilePlace) => number * TILE_WIDTH ** (level + 1);

function parseBelieved(checkpoint: string): SignedCheckpoint {
  return { ...parseCheckpoint(parseNote(checkpoint).text), checkpoint };
}

export class HttpMirror {
  readonly #options: HttpMirrorOptions;
  readonly #store: MirrorStore<FollowedLog>;
  readonly #leaves: MirroredLeaves;
  readonly #origin: string;
  #log: FollowedLog;
  #known = newFullTiles();
  #arePinsMet = false;
  /** Since when there are leaves that cannot be had. */
  #behindSince: number | undefined;
  #told = '';

  private constructor(options: HttpMirrorOptions, store: MirrorStore<FollowedLog>) {
    const { key, verifierKey } = options.client;
    this.#options = options;
    this.#store = store;
    this.#origin = key.origin;
    this.#log = store.logs[0] ?? {
      logId: encodeHex(sha256(utf8(verifierKey))),
      registration: { origin: key.origin },
      frontier: EMPTY_FRONTIER,
      appends: 0,
      closingLeaf: undefined,
      endorsedAt: 0,
    };
    this.#leaves = new MirroredLeaves(store, this.#log);
  }

  /**
   * Until the newest checkpoint is reached, or with `follow` until it is stopped. Throws alarms;
   * the codes of the client; STORE_LOCKED, MIRROR_CORRUPT, DATA_EXISTS.
   */
  static async run(options: HttpMirrorOptions): Promise<HttpMirrorStatus> {
    const subject = { log: options.client.verifierKey };
    const store = await MirrorStore.open<FollowedLog>(options.folder, subject);
    try {
      if (store.isNew) options.onBegin?.();
      return await onMirror(() => new HttpMirror(options, store).#run());
    } catch (error) {
      if (!(error instanceof Alarm)) throw error;
      // The id under which it lies here is not that of its registration.
      const { logId: _own, ...place } = error.place;
      throw new Alarm(error.code, error.message, place, error);
    } finally {
      await store.close();
    }
  }

  async #run(): Promise<HttpMirrorStatus> {
    const { follow, stop, pollMs = POLL_MS } = this.#options;
    await this.#store.flush(NO_BLOCKS, [this.#log]);
    for (;;) {
      try {
        await this.#catchUp();
        this.#behindSince = undefined;
      } catch (error) {
        if (!stop.aborted) await this.#judge(error);
        else if (error instanceof Alarm || !isPassing(error)) throw error;
      }
      const status = await this.#status();
      this.#tell(status);
      if (!follow || stop.aborted) return status;
      await untilStopped(pollMs, stop);
    }
  }

  /** Throws it again unless it may pass and there is time left. */
  async #judge(error: unknown): Promise<void> {
    const { follow, withheldMs, now = () => performance.now(), onTrouble } = this.#options;
    if (!follow || !isPassing(error)) throw error;
    // Before a tree is believed it is promised: whoever keeps its tiles back keeps leaves back.
    const { size } = this.#signed() ?? this.#believed() ?? { size: 0 };
    if (this.#leaves.next < size) {
      this.#behindSince ??= now();
      if (now() - this.#behindSince > withheldMs) {
        throw this.#withheld(this.#leaves.next, error.message, error);
      }
    }
    onTrouble?.(error);
  }

  async #catchUp(): Promise<void> {
    const { client, stop } = this.#options;
    const newest = await client.readCheckpoint(stop);
    const tiles = new ProvenTiles({
      size: newest.size,
      root: newest.root,
      known: this.#known,
      read: (tile) =>
        this.#given(client.readHashTile(tile, stop), firstLeaf(tile), [newest.checkpoint]),
      fail: (reason) => this.#fail('LOG_BROKEN', reason, { checkpoints: [newest.checkpoint] }),
    });
    await this.#compare(newest, tiles);
    await this.#comparePins(tiles);
    this.#store.putCheckpoint(newest.checkpoint);
    await this.#store.flush(NO_BLOCKS, [this.#log]);
    const given = new GivenAppends(this.#store, this.#leaves, this.#log);
    try {
      for await (const [index, leaf] of this.#provenLeaves(tiles)) await given.take(index, leaf);
      await given.end();
    } finally {
      // What lies on disk is what the next turn goes on with.
      this.#log = this.#store.logs[0] ?? this.#log;
    }
  }

  #believed(): SignedCheckpoint | undefined {
    const checkpoint = this.#store.findCheckpoint();
    return checkpoint === undefined ? undefined : parseBelieved(checkpoint);
  }

  #signed(): SignedCheckpoint | undefined {
    const checkpoint = this.#store.findSigned();
    return checkpoint === undefined ? undefined : parseBelieved(checkpoint);
  }

  /** What needs no tile: sizes never go back, and none has two roots. */
  #compareSigned(newest: SignedCheckpoint, before: SignedCheckpoint): void {
    const checkpoints = [before.checkpoint, newest.checkpoint];
    if (newest.size < before.size) {
      const text = `it shows ${newest.size} leaves, and signed ${before.size} before`;
      this.#fail('LOG_SHRUNK', text, { checkpoints });
    }
    if (newest.size === before.size && !equalBytes(newest.root, before.root)) {
      const text = `it signed two roots for the size ${newest.size}`;
      this.#fail('LOG_FORKED', text, { checkpoints });
    }
  }

  /** The newest checkpoint must go on with the one that was believed before. */
  async #compare(newest: SignedCheckpoint, tiles: ProvenTiles): Promise<void> {
    const before = this.#believed();
    const signed = this.#signed();
    for (const one of [before, signed]) {
      if (one !== undefined) this.#compareSigned(newest, one);
    }
    if (newest.checkpoint !== signed?.checkpoint) await this.#store.keepSigned(newest.checkpoint);
    await tiles.check();
    if (before === undefined || equalBytes(await tiles.rootAt(before.size), before.root)) return;
    const text = `its tree of size ${newest.size} does not begin with the one of size ${before.size}`;
    this.#fail('LOG_FORKED', text, { checkpoints: [before.checkpoint, newest.checkpoint] });
  }

  /** Once, when the tree is large enough for all of them. */
  async #comparePins(tiles: ProvenTiles): Promise<void> {
    const { pins = [] } = this.#options;
    if (this.#arePinsMet) return;
    for (const { size, root } of pins) {
      if (size > tiles.size) {
        const text = `it has ${tiles.size} leaves, the trust file pins a size of ${size}`;
        this.#fail('LOG_BROKEN', text);
      }
      if (equalBytes(await tiles.rootAt(size), decodeHex(root, 'root', HASH_BYTES))) continue;
      this.#fail('LOG_BROKEN', `it has another root at size ${size} than the trust file pins`);
    }
    this.#arePinsMet = true;
  }

  /** Leaves that are wanted, each compared with the hash tile that it lies under. */
  async *#provenLeaves(tiles: ProvenTiles): AsyncGenerator<readonly [number, Uint8Array]> {
    const { client, stop } = this.#options;
    const first = this.#leaves.next;
    const end = Math.ceil(tiles.size / TILE_WIDTH);
    const read = (number: number) => {
      const place = { number, width: tiles.widthOf(0, number) };
      const both = Promise.all([tiles.tile(0, number), client.readLeafTile(place, stop)]);
      // It is waited for below, unless an earlier one fails.
      both.catch(() => undefined);
      return both;
    };
    const ahead: ReturnType<typeof read>[] = [];
    let asked = Math.floor(first / TILE_WIDTH);
    for (let number = asked; number < end; number++) {
      while (asked < end && ahead.length < TILES_AHEAD) ahead.push(read(asked++));
      const start = number * TILE_WIDTH;
      const given = ahead.shift() as (typeof ahead)[0];
      const [hashes, leaves] = await this.#given(given, Math.max(start, first));
      for (const [at, leaf] of leaves.entries()) {
        const hash = hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
        if (!equalBytes(leafHash(leaf), hash)) {
          const text = `leaf ${start + at} has not the hash of its tree`;
          this.#fail('LEAF_DIFFERS', text, { index: start + at });
        }
        if (start + at >= first) yield [start + at, leaf];
      }
    }
  }

  /** @param checkpoints that promise what is not given */
  async #given<T>(reading: Promise<T>, index: number, checkpoints?: string[]): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof ChartsealError) || !REFUSED.includes(error.code)) throw error;
      throw this.#withheld(index, error.message, error, checkpoints);
    }
  }

  #withheld(index: number, reason: string, cause: unknown, checkpoints?: string[]): Alarm {
    const text = `log ${this.#origin}: leaves from ${index} on are not given (${reason})`;
    const promised = checkpoints === undefined ? {} : { checkpoints };
    return new Alarm('LEAVES_WITHHELD', text, { origin: this.#origin, index, ...promised }, cause);
  }

  #fail(
    code: 'LOG_BROKEN' | 'LOG_FORKED' | 'LOG_SHRUNK' | 'LEAF_DIFFERS',
    reason: string,
    place: AlarmPlace = {},
  ): never {
    throw new Alarm(code, `log ${this.#origin}: ${reason}`, { origin: this.#origin, ...place });
  }

  async #status(): Promise<HttpMirrorStatus> {
    const { size, root } = this.#believed() ?? { size: 0, root: new Uint8Array(HASH_BYTES) };
    return { size, root, log: this.#log, leaves: await this.#leaves.progress(this.#log) };
  }

  /** Tells where it stands, when that is news. */
  #tell(status: HttpMirrorStatus): void {
    const { follow, onStatus } = this.#options;
    const news = `${encodeHex(status.root)} ${status.leaves.size}`;
    if (!follow || onStatus === undefined || news === this.#told) return;
    this.#told = news;
    onStatus(status);
  }
}

/** As long as this, or until it is stopped. */
async function untilStopped(ms: number, stop: AbortSignal): Promise<void> {
  const bell = new Bell();
  const ring = () => bell.ring();
  stop.addEventListener('abort', ring);
  if (!stop.aborted) await bell.wait(ms);
  stop.removeEventListener('abort', ring);
}
