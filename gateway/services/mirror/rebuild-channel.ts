// Every log of a channel rebuilt from its blocks alone, and compared with what the ledger says of
// it and with what a trust file pins. Nobody's word is needed but that of the blocks.
import { encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { frontierRoot } from '../../../chaincode/core/compact-range.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { PinnedCheckpoint, Trust } from '../../evidence/trust.js';
import { Alarm } from './alarm.js';
import { type BlockSource, NO_BLOCKS } from './channel-block.js';
import { ChannelLogs, type RebuiltAppend, type RebuiltLog } from './channel-logs.js';

export interface RebuildCounts {
  readonly blocks: number;
  /** Appends of all logs, and the leaf hashes in their trees. */
  readonly appends: number;
  readonly leaves: number;
}

export interface ChannelRebuild extends RebuildCounts {
  readonly channel: string;
  /** By ascending log id. */
  readonly logs: readonly RebuiltLog[];
}

export interface RebuildOptions {
  readonly trust?: Trust;
  onProgress?(counts: RebuildCounts, height: number): void;
}

const PROGRESS_BLOCKS = 64;

const placeOf = ({ logId, registration: { origin } }: RebuiltLog) => ({ logId, origin });

export const rootOf = ({ frontier }: RebuiltLog): Uint8Array => frontierRoot(frontier);

/** Checkpoints that the trust file pins, met one after the other while a log grows. */
class Pins {
  readonly #pins: readonly PinnedCheckpoint[];
  readonly #met = new Set<PinnedCheckpoint>();

  constructor(trust: Trust | undefined) {
    this.#pins = trust?.file.pinnedCheckpoints ?? [];
  }

  compare({ log, block, transaction }: RebuiltAppend): void {
    if (this.#pins.length === 0) return;
    const { origin } = log.registration;
    for (const pin of this.#pins) {
      if (pin.origin !== origin || pin.size !== log.frontier.size) continue;
      this.#met.add(pin);
      if (pin.root === encodeHex(rootOf(log))) continue;
      const text = `log ${origin} has another root at size ${pin.size} than the trust file pins`;
      throw new Alarm('LOG_BROKEN', text, { ...placeOf(log), block, transaction });
    }
  }

  /** Pins of logs that the channel does not have are of other channels' logs. */
  end(logs: readonly RebuiltLog[]): void {
    for (const pin of this.#pins) {
      const log = logs.find(({ registration }) => registration.origin === pin.origin);
      if (log === undefined || pin.size === 0 || this.#met.has(pin)) continue;
      const reason =
        pin.size > log.frontier.size
          ? `has ${log.frontier.size} leaves, the trust file pins a size of ${pin.size}`
          : `has no append that ends at size ${pin.size}, which the trust file pins`;
      throw new Alarm('LOG_BROKEN', `log ${pin.origin} ${reason}`, placeOf(log));
    }
  }
}

/** Logs of the trust file must be registered with the same words. */
export function checkTrustedLogs(trust: Trust, channel: string, logs: readonly RebuiltLog[]): void {
  if (trust.file.channel !== channel) {
    const text = `the trust file is of the channel ${trust.file.channel}, not of ${channel}`;
    throw new ChartsealError('BAD_INPUT', text);
  }
  for (const { origin, logId } of trust.file.logs) {
    // The id is the digest of the registration, so equal ids are equal registrations.
    if (logs.some((log) => log.logId === logId)) continue;
    const other = logs.find(({ registration }) => registration.origin === origin);
    const text =
      other === undefined
        ? `the blocks do not register ${origin}, which the trust file has`
        : `the blocks register ${origin} otherwise than the trust file has it`;
    throw new Alarm('LOG_BROKEN', text, { origin, logId });
  }
}

/** What state says of a log at the size to which its blocks lead. */
async function compareWithState(source: BlockSource, log: RebuiltLog): Promise<void> {
  const { frontier, closingLeaf } = log;
  const stated = await source.findCheckpoint(log.logId, frontier.size);
  const fail = (reason: string): never => {
    const text = `log ${log.registration.origin}: ${reason}`;
    throw new Alarm('LOG_BROKEN', text, placeOf(log));
  };
  if (stated === undefined) return fail(`the ledger has no checkpoint of size ${frontier.size}`);
  if (stated.headSize < frontier.size) fail(`the ledger says ${stated.headSize} leaves`);
  if (!equalBytes(stated.root, rootOf(log))) fail('the ledger says another root');
  const isSameLeaf =
    stated.closingLeaf === undefined || closingLeaf === undefined
      ? stated.closingLeaf === closingLeaf
      : equalBytes(stated.closingLeaf, closingLeaf);
  if (!isSameLeaf) fail('the ledger says another closing leaf');
}

/** Every log that state had when the blocks were read must come from them. */
export async function compareLogs(source: BlockSource, logs: ChannelLogs): Promise<void> {
  const stated = new Set<string>();
  for await (const logId of source.logIds()) stated.add(logId);
  for (const log of logs.logs) {
    if (!stated.has(log.logId)) {
      const text = `the ledger does not know the log ${log.registration.origin} of its blocks`;
      throw new Alarm('LOG_BROKEN', text, placeOf(log));
    }
    await compareWithState(source, log);
  }
}

/** Reads all blocks; throws an alarm at the first thing that does not fit. */
export async function rebuildChannel(
  source: BlockSource,
  { trust, onProgress }: RebuildOptions = {},
): Promise<ChannelRebuild> {
  const logs = new ChannelLogs(source.contract);
  const pins = new Pins(trust);
  let counts: RebuildCounts = { blocks: 0, appends: 0, leaves: 0 };
  for await (const block of source.blocks(NO_BLOCKS, source.height)) {
    let { appends, leaves } = counts;
    for (const append of logs.apply(block)) {
      pins.compare(append);
      appends++;
      leaves += append.hashes.length + 1;
    }
    counts = { blocks: block.number + 1, appends, leaves };
    if (counts.blocks % PROGRESS_BLOCKS === 0) onProgress?.(counts, source.height);
  }
  if (trust !== undefined) checkTrustedLogs(trust, source.channel, logs.logs);
  pins.end(logs.logs);
  await compareLogs(source, logs);
  return { ...counts, channel: source.channel, logs: logs.logs };
}
