// Blocks as those who only read them need them, whatever the engine.
import type { LoggedTransaction } from '../../ledger/log-transactions.js';

/** A row of the contract's state as a transaction wrote it; no value when it was deleted. */
export interface WrittenRow {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** A transaction that was applied and wrote state of the contract. */
export interface ChannelTransaction extends LoggedTransaction {
  /** Index in its block. */
  readonly index: number;
  /** Its time in ms since 1970, as its asker stated it; undefined where that is no time. */
  readonly at: number | undefined;
  /** Name of the contract that was asked: another one may have asked ours in turn. */
  readonly contract: string;
  readonly writes: readonly WrittenRow[];
  readonly event?: { readonly name: string; readonly payload: Uint8Array };
}

export interface ChannelBlock {
  readonly number: number;
  /** 32 bytes: what the next block names as the one before. */
  readonly hash: Uint8Array;
  readonly transactions: readonly ChannelTransaction[];
}

/** How far blocks were read: so many, the hash of the last of them. */
export interface BlockPosition {
  readonly blocks: number;
  /** Undefined when there are none. */
  readonly hash: Uint8Array | undefined;
}

export const NO_BLOCKS: BlockPosition = { blocks: 0, hash: undefined };

/** What state says of a log at one size. */
export interface StatedCheckpoint {
  readonly root: Uint8Array;
  readonly closingLeaf: Uint8Array | undefined;
  /** The log's newest size. */
  readonly headSize: number;
}

export interface BlockSource {
  readonly channel: string;
  /** Name of our contract. */
  readonly contract: string;
  /** Number of blocks when it was opened. */
  readonly height: number;
  /**
   * Blocks after `from`, each checked against the hash of the one before. Throws an alarm at a
   * block that does not follow.
   * @param end number of the first block that is not wanted; without it, new blocks come for ever
   */
  blocks(from: BlockPosition, end?: number): AsyncGenerator<ChannelBlock>;
  /** Committed state; undefined where it has no checkpoint of this size. */
  findCheckpoint(logId: string, size: number): Promise<StatedCheckpoint | undefined>;
  /** Ids of the logs that state has. */
  logIds(): AsyncIterable<string>;
  close(): Promise<void>;
}
