// Follows a channel: hashes from the blocks of the own peer, leaves from whoever gives them. Ends
// with an alarm at the first thing that does not fit; what was verified before stays on disk.
import { encodeHex } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { formatTime } from '../../../chaincode/core/time.js';
import type { Trust } from '../../evidence/trust.js';
import { Alarm } from './alarm.js';
import type { BlockPosition, BlockSource, ChannelBlock } from './channel-block.js';
import { ChannelLogs, type RebuiltLog } from './channel-logs.js';
import { LeafInputs } from './leaf-inputs.js';
import { readLeaves } from './leaves-input.js';
import { onMirror } from './mirror-folder.js';
import { MirrorStore } from './mirror-store.js';
import type { LeafProgress } from './mirrored-leaves.js';
import { Bell, ReadAhead } from './read-ahead.js';
import { checkTrustedLogs, compareLogs, rootOf } from './rebuild-channel.js';

export interface GivenLeaves {
  /** For messages. */
  readonly name: string;
  /** Its bytes; they end when it is stopped. */
  read(stop: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface MirrorOptions {
  readonly folder: string;
  readonly source: BlockSource;
  readonly leaves: readonly GivenLeaves[];
  /** The log that the leaves are of; found by their hashes when left out. */
  readonly origin?: string;
  readonly trust?: Trust;
  /** Leaves that are not given so long after their append are withheld. */
  readonly withheldMs: number;
  readonly follow: boolean;
  readonly stop: AbortSignal;
  now?(): number;
  /** Nothing is known of before, with which to compare. */
  onBegin?(): void;
  onStatus?(status: MirrorStatus): void;
}

export interface LogStatus {
  readonly log: RebuiltLog;
  readonly leaves: LeafProgress;
  /** Whether somebody gives its leaves. */
  readonly isGiven: boolean;
}

export interface MirrorStatus {
  readonly blocks: number;
  /** By ascending log id. */
  readonly logs: readonly LogStatus[];
  /** Leaves that are beyond the blocks that were read: of which input, from which index on. */
  readonly ahead: readonly { readonly name: string; readonly index: number }[];
}

const FLUSH_BYTES = 8 * 1024 * 1024;
const IDLE_MS = 1_000;
const BLOCKS_AHEAD = 8;
const LEAVES_AHEAD = 4_096;

/** What the clock said at first and the time that has passed since: nobody sets that. */
function steadyClock(): () => number {
  const begunAt = Date.now() - performance.now();
  return () => begunAt + performance.now();
}

export class Mirror {
  readonly #options: MirrorOptions;
  readonly #store: MirrorStore;
  readonly #logs: ChannelLogs;
  readonly #inputs: LeafInputs;
  readonly #bell = new Bell();
  readonly #end = new AbortController();
  readonly #blocks: ReadAhead<ChannelBlock>;
  readonly #steady = steadyClock();
  #position: BlockPosition;
  #isCompared = false;
  #told = '';

  private constructor(options: MirrorOptions, store: MirrorStore) {
    const { source, follow, leaves, origin, stop } = options;
    const end = AbortSignal.any([stop, this.#end.signal]);
    this.#options = options;
    this.#store = store;
    this.#position = store.position;
    this.#logs = new ChannelLogs(source.contract, store.logs);
    const inputs = leaves.map(({ name, read }) => ({
      name,
      items: new ReadAhead(readLeaves(read(end), name), this.#bell, LEAVES_AHEAD),
    }));
    this.#inputs = new LeafInputs({ store, inputs, ...(origin === undefined ? {} : { origin }) });
    const last = follow ? undefined : source.height;
    this.#blocks = new ReadAhead(source.blocks(store.position, last), this.#bell, BLOCKS_AHEAD);
  }

  /**
   * Until all is read, or with `follow` until it is stopped. Throws alarms; LEDGER_BEHIND when the
   * peer has fewer blocks than were read before; STORE_LOCKED, MIRROR_CORRUPT, DATA_EXISTS.
   */
  static async run(options: MirrorOptions): Promise<MirrorStatus> {
    const { source, folder } = options;
    const store = await MirrorStore.open(folder, { channel: source.channel });
    try {
      if (store.isNew) options.onBegin?.();
      const { blocks } = store.position;
      if (blocks > source.height) {
        const text = `the peer has ${source.height} blocks, ${blocks} were read before`;
        throw new ChartsealError('LEDGER_BEHIND', text);
      }
      return await onMirror(() => new Mirror(options, store).#run());
    } finally {
      await store.close();
    }
  }

  async #run(): Promise<MirrorStatus> {
    const { stop } = this.#options;
    const wake = () => this.#bell.ring();
    stop.addEventListener('abort', wake);
    try {
      await this.#flush();
      await this.#loop();
      return await this.#status();
    } catch (error) {
      // What was verified before the alarm is not lost.
      if (error instanceof Alarm) await this.#flush();
      throw error;
    } finally {
      this.#end.abort();
      this.#inputs.close();
      this.#blocks.close();
      stop.removeEventListener('abort', wake);
    }
  }

  async #loop(): Promise<void> {
    const { source, follow, stop } = this.#options;
    while (!stop.aborted) {
      if (await this.#takeBlock()) continue;
      if (this.#position.blocks >= source.height) {
        if (this.#isDirty) await this.#flush();
        await this.#compare();
        if (await this.#inputs.take()) {
          if (this.#inputs.isDue) await this.#flush();
          continue;
        }
        await this.#flush();
        await this.#tell();
        const isDone = this.#blocks.isOver && this.#inputs.isOver;
        if (isDone || follow) await this.#requireLeaves();
        if (isDone && !follow) return;
      }
      await this.#bell.wait(IDLE_MS);
    }
    await this.#flush();
  }

  get #isDirty(): boolean {
    return this.#position.blocks !== this.#store.position.blocks;
  }

  async #takeBlock(): Promise<boolean> {
    const block = this.#blocks.peek();
    if (block === undefined) return false;
    for (const append of this.#logs.apply(block)) this.#store.putAppend(append);
    this.#position = { blocks: block.number + 1, hash: block.hash };
    this.#blocks.drop();
    if (this.#store.waiting >= FLUSH_BYTES) await this.#flush();
    return true;
  }

  async #flush(): Promise<void> {
    this.#inputs.put();
    await this.#store.flush(this.#position, this.#logs.logs);
    this.#inputs.settle();
  }

  /** Once, when all blocks were read that the peer had: state and trust file. */
  async #compare(): Promise<void> {
    if (this.#isCompared) return;
    this.#isCompared = true;
    const { source, trust } = this.#options;
    if (trust !== undefined) checkTrustedLogs(trust, source.channel, this.#logs.logs);
    await compareLogs(source, this.#logs);
  }

  /** Throws the alarm that leaves are withheld. */
  async #requireLeaves(): Promise<void> {
    const { withheldMs, now = Date.now } = this.#options;
    const { given } = this.#inputs;
    // A clock that is set back puts no alarm off.
    const atMs = Math.max(now(), this.#steady());
    for (const log of this.#store.logs) {
      if (!given.has(log.logId)) continue;
      const leaves = this.#inputs.of(log);
      const { missing, first } = await leaves.progress(log);
      if (first === undefined || atMs - first.endorsedAt <= withheldMs) continue;
      const since = formatTime(first.endorsedAt);
      throw await leaves.withheld(
        `${missing} leaves are not given, the first of them ${first.index}, appended ${since}`,
      );
    }
  }

  async #status(): Promise<MirrorStatus> {
    const { given, ahead } = this.#inputs;
    const logs: LogStatus[] = [];
    for (const log of this.#store.logs) {
      const leaves = await this.#inputs.of(log).progress(log);
      logs.push({ log, leaves, isGiven: given.has(log.logId) });
    }
    logs.sort((a, b) => (a.log.logId < b.log.logId ? -1 : 1));
    return { blocks: this.#store.position.blocks, logs, ahead };
  }

  /** Tells where it stands, when that is news. */
  async #tell(): Promise<void> {
    const { follow, onStatus } = this.#options;
    if (!follow || onStatus === undefined) return;
    const status = await this.#status();
    const news = JSON.stringify(
      status.logs.map(({ log, leaves }) => [encodeHex(rootOf(log)), leaves.size, leaves.missing]),
    );
    if (news === this.#told) return;
    this.#told = news;
    onStatus(status);
  }
}
