// Blocks and state of a ledger in a data folder that nobody runs meanwhile.
import { decodeBase64, decodeHex, encodeHex } from '../../../chaincode/core/bytes.js';
import { type JsonObject, parseJsonBytes } from '../../../chaincode/core/json.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { parseTime } from '../../../chaincode/core/time.js';
import type { EmbeddedConfig } from '../../data/config.js';
import type { DataLayout } from '../../data/layout.js';
import { NO_HASH, type StoredBlock } from '../../ledger/embedded/block.js';
import { BlockReader } from '../../ledger/embedded/block-reader.js';
import { CONTRACT } from '../../ledger/log-transactions.js';
import { Alarm } from './alarm.js';
import type {
  BlockPosition,
  BlockSource,
  ChannelBlock,
  ChannelTransaction,
  StatedCheckpoint,
} from './channel-block.js';
import { checkpointRowKey, headRowKey, logRowKey } from './contract-rows.js';

function toChannelBlock({ block, hash }: StoredBlock): ChannelBlock {
  const transactions = block.transactions.map((one, index): ChannelTransaction => {
    const { txId, at, creator, name, request, writes, event } = one;
    return {
      txId,
      index,
      at: parseTime(at, 'at'),
      creator,
      contract: CONTRACT,
      name,
      request,
      writes: writes.map(({ key, value }) => ({ key, value: decodeBase64(value, 'value') })),
      ...(event === undefined
        ? {}
        : { event: { name: event.name, payload: decodeBase64(event.payload, 'payload') } }),
    };
  });
  return { number: block.number, hash: decodeHex(hash, 'hash', HASH_BYTES), transactions };
}

export class EmbeddedSource implements BlockSource {
  readonly contract = CONTRACT;
  readonly channel: string;
  readonly #reader: BlockReader;

  private constructor(reader: BlockReader, channel: string) {
    this.#reader = reader;
    this.channel = channel;
  }

  /** Throws LEDGER_LOCKED, LEDGER_BEHIND, LEDGER_CORRUPT. */
  static async open(layout: DataLayout, { channel }: EmbeddedConfig): Promise<EmbeddedSource> {
    const { ledger: folder, checkpoint: checkpointFile } = layout;
    const reader = await BlockReader.open({ folder, channel, checkpointFile });
    return new EmbeddedSource(reader, channel);
  }

  get height(): number {
    return this.#reader.height + 1;
  }

  /** Nobody adds blocks meanwhile, so it ends with the newest. */
  async *blocks(from: BlockPosition, end = this.height): AsyncGenerator<ChannelBlock> {
    let before = from.hash === undefined ? NO_HASH : encodeHex(from.hash);
    for (const stored of this.#reader.blocks(from.blocks)) {
      const { number, previous } = stored.block;
      if (number >= end) return;
      if (previous !== before) {
        const text = `block ${number} does not follow from the one before`;
        throw new Alarm('BLOCKS_BROKEN', text, { block: number });
      }
      before = stored.hash;
      yield toChannelBlock(stored);
    }
  }

  async findCheckpoint(logId: string, size: number): Promise<StatedCheckpoint | undefined> {
    const state = this.#reader.state();
    try {
      const rowOf = (key: string): JsonObject | undefined => {
        const found = state.find(key);
        return found && (parseJsonBytes(found.value, 'a row of state') as JsonObject);
      };
      const head = rowOf(headRowKey(logId));
      const row = rowOf(checkpointRowKey(logId, size));
      if (head === undefined || row === undefined) return undefined;
      const { closingLeaf } = row;
      return {
        root: decodeHex(row['root'], 'root', HASH_BYTES),
        closingLeaf: closingLeaf === null ? undefined : decodeBase64(closingLeaf, 'closing leaf'),
        headSize: head['size'] as number,
      };
    } finally {
      await state.close();
    }
  }

  async *logIds(): AsyncGenerator<string> {
    const state = this.#reader.state();
    try {
      const first = logRowKey('');
      // '0' follows '/' in ASCII.
      for await (const { key } of state.range(first, `${first.slice(0, -1)}0`)) {
        yield key.slice(first.length);
      }
    } finally {
      await state.close();
    }
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
