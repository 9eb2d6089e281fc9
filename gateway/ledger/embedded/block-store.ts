// Blocks and state on disk: checked when opened, written in one synced batch per block, with the
// newest block's hash kept in the checkpoint file beside the database.
import { decodeBase64, equalBytes, utf8 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { isSystemError, systemErrorText } from '../../services/file-error.js';
import {
  type BlockTransaction,
  NO_HASH,
  parseBlockRow,
  type StoredBlock,
  sealBlock,
} from './block.js';
import {
  findCheckpointFile,
  type LedgerCheckpoint,
  writeCheckpointFile,
} from './checkpoint-file.js';
import {
  type Batch,
  blockKey,
  type Db,
  databaseFailure,
  findRow,
  openDatabase,
  SEAL_TABLE,
  STATE_TABLE,
  TIP_KEY,
} from './database.js';
import { StateReader } from './state-reader.js';
import { formatStateRow, sameVersion, sealOf, type Version } from './state-row.js';

export interface BlockStoreOptions {
  readonly folder: string;
  readonly channel: string;
  /** Path of the checkpoint file, outside `folder`. */
  readonly checkpointFile: string;
  /** Makes a new ledger; otherwise a ledger that is not there is refused. */
  readonly create: boolean;
}

/** Newest blocks that are checked at least when the ledger is opened. */
const CHECKED_BLOCKS = 1000;

const corrupt = (reason: string) => new ChartsealError('LEDGER_CORRUPT', reason);

export class BlockStore {
  readonly #db: Db;
  readonly #options: BlockStoreOptions;
  /** Number and hash of the newest block. */
  #tip: LedgerCheckpoint;

  private constructor(db: Db, options: BlockStoreOptions, tip: LedgerCheckpoint) {
    this.#db = db;
    this.#options = options;
    this.#tip = tip;
  }

  /** Throws LEDGER_LOCKED, LEDGER_BEHIND, LEDGER_CORRUPT, LEDGER_FAILED or DATA_EXISTS. */
  static async open(options: BlockStoreOptions): Promise<BlockStore> {
    if (options.create && findCheckpointFile(options.checkpointFile) !== undefined) {
      throw new ChartsealError('LEDGER_BEHIND', 'a checkpoint file tells of a ledger that is gone');
    }
    const db = await openDatabase(options.folder, options.create);
    const nothing = { channel: options.channel, block: -1, hash: NO_HASH };
    const store = new BlockStore(db, options, nothing);
    try {
      if (options.create) await store.commit([]);
      else await store.#checkAll();
      return store;
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  /** Number of the newest block. */
  get height(): number {
    return this.#tip.block;
  }

  /** Committed state as it is now; close it after use. */
  state(): StateReader {
    return new StateReader(this.#db);
  }

  /** Committed state as it is now, and the newest block that wrote to it. */
  moment(): { readonly state: StateReader; readonly height: number } {
    const state = this.state();
    // A block that is written is there before this store knows that it is durable.
    const isAhead = state.hasBlock(this.height + 1);
    return { state, height: isAhead ? this.height + 1 : this.height };
  }

  /** A block as its row has it, unchecked. Throws LEDGER_CORRUPT when it is not there. */
  readBlockRow(number: number): Uint8Array {
    const row = findRow(this.#db, blockKey(number));
    if (row === undefined) throw corrupt(`block ${number} is missing`);
    return row;
  }

  /** Throws LEDGER_CORRUPT when the block is not there or not what was written. */
  readBlock(number: number): StoredBlock {
    return parseBlockRow(findRow(this.#db, blockKey(number)), this.#options.channel, number);
  }

  /**
   * Writes one block with its state, durable when it resolves. After a failure the fate of the
   * block is unknown, and the store must be opened again.
   */
  async commit(transactions: readonly BlockTransaction[]): Promise<void> {
    this.#tip = await this.#write(transactions, { sync: true });
    this.#writeCheckpoint(this.#tip);
  }

  /**
   * Writes a block of an export, which must have this hash: LEDGER_CORRUPT otherwise, and nothing
   * is written. Neither durable nor in the checkpoint file before {@link BlockStore.settle}.
   */
  async commitAgain(transactions: readonly BlockTransaction[], hash: string): Promise<void> {
    this.#tip = await this.#write(transactions, { sync: false, hash });
  }

  /** Brings the checkpoint file up to the newest block. */
  settle(): void {
    this.#writeCheckpoint(this.#tip);
  }

  async #write(
    transactions: readonly BlockTransaction[],
    expected: { readonly sync: boolean; readonly hash?: string },
  ): Promise<LedgerCheckpoint> {
    const { channel } = this.#options;
    const number = this.#tip.block + 1;
    const { hash, row } = sealBlock({ channel, number, previous: this.#tip.hash, transactions });
    if (expected.hash !== undefined && hash !== expected.hash) {
      throw corrupt(`block ${number} does not follow from the one before`);
    }
    const batch = this.#db.batch().put(blockKey(number), row).put(TIP_KEY, utf8(hash));
    for (const [index, transaction] of transactions.entries()) {
      putWrites(batch, transaction, { block: number, transaction: index });
    }
    try {
      await batch.write({ sync: expected.sync });
    } catch (cause) {
      throw databaseFailure(cause);
    }
    return { channel, block: number, hash };
  }

  /** What the checkpoint file saw, which is the newest block or the one before it. */
  checkSeen(): void {
    const seen = findCheckpointFile(this.#options.checkpointFile);
    const { block, channel } = this.#tip;
    const isNear = seen !== undefined && seen.block <= block && seen.block >= block - 1;
    if (!isNear || seen.channel !== channel || this.readBlock(seen.block).hash !== seen.hash) {
      throw corrupt('the checkpoint file does not name the newest block');
    }
  }

  async close(): Promise<void> {
    await this.#db.close();
  }

  #writeCheckpoint(tip: LedgerCheckpoint): void {
    try {
      writeCheckpointFile(this.#options.checkpointFile, tip);
    } catch (cause) {
      const why = isSystemError(cause) ? systemErrorText(cause) : (cause as Error).message;
      const text = `the checkpoint file could not be written: ${why}`;
      throw new ChartsealError('LEDGER_FAILED', text, { cause });
    }
  }

  async #checkAll(): Promise<void> {
    const seen = findCheckpointFile(this.#options.checkpointFile);
    if (seen === undefined) {
      throw new ChartsealError(
        'LEDGER_BEHIND',
        'the checkpoint file is gone, so nothing shows that this ledger is the newest',
      );
    }
    if (seen.channel !== this.#options.channel) {
      throw corrupt('the checkpoint file is of another channel');
    }
    this.#tip = this.#findTip(seen);
    if (this.readBlock(seen.block).hash !== seen.hash) {
      throw corrupt('the ledger is not the one that the checkpoint file saw');
    }
    await this.#checkNewestBlocks(seen.block);
    // The file is behind: what is built on this block now must not be lost unseen.
    if (this.#tip.block > seen.block) this.#writeCheckpoint(this.#tip);
  }

  /**
   * The newest block: after a crash one more than the checkpoint file saw; any number more when
   * that file was put back without the ledger, of which nothing is lost then.
   */
  #findTip(seen: LedgerCheckpoint): LedgerCheckpoint {
    if (findRow(this.#db, blockKey(seen.block)) === undefined) {
      const newer = findRow(this.#db, TIP_KEY);
      if (newer !== undefined && Buffer.from(newer).toString() === seen.hash) {
        throw corrupt(`block ${seen.block} is missing`);
      }
      throw new ChartsealError(
        'LEDGER_BEHIND',
        `the ledger has no block ${seen.block}, which it had before`,
      );
    }
    let block = seen.block;
    while (findRow(this.#db, blockKey(block + 1)) !== undefined) block++;
    const { hash } = this.readBlock(block);
    const tip = findRow(this.#db, TIP_KEY);
    if (tip === undefined || !equalBytes(tip, utf8(hash))) {
      throw corrupt('the newest block is not the one that was written last');
    }
    return { channel: seen.channel, block, hash };
  }

  /**
   * Chain of the newest blocks, down to the one that was seen at least: only so do they follow
   * from it. And that state holds what they wrote last.
   */
  async #checkNewestBlocks(seen: number): Promise<void> {
    const state = this.state();
    const checked = new Set<string>();
    try {
      let wanted = this.#tip.hash;
      const last = Math.max(0, Math.min(seen, this.#tip.block - CHECKED_BLOCKS + 1));
      for (let number = this.#tip.block; number >= last; number--) {
        const { block, hash } = this.readBlock(number);
        if (hash !== wanted) throw corrupt(`block ${number} is not the one that the next names`);
        wanted = block.previous;
        for (const [index, { writes }] of [...block.transactions.entries()].reverse()) {
          checkWrites(state, writes, { block: number, transaction: index }, checked);
        }
      }
      if (last === 0 && wanted !== NO_HASH) throw corrupt('the first block has one before it');
    } finally {
      await state.close();
    }
  }
}

function putWrites(batch: Batch, { writes }: BlockTransaction, version: Version): void {
  for (const { key, value: text } of writes) {
    const value = decodeBase64(text, 'value');
    const seal = sealOf(key, { version, value });
    batch.put(STATE_TABLE + key, formatStateRow(seal, value)).put(SEAL_TABLE + key, seal);
  }
}

/** The newest write of each key, which is met first, must be what state holds. */
function checkWrites(
  state: StateReader,
  writes: BlockTransaction['writes'],
  version: Version,
  checked: Set<string>,
): void {
  for (const { key, value } of writes) {
    if (checked.has(key)) continue;
    checked.add(key);
    const found = state.find(key);
    const same =
      sameVersion(found?.version, version) &&
      equalBytes(found?.value ?? new Uint8Array(), decodeBase64(value, 'value'));
    if (!same) throw corrupt('state is not what the newest blocks wrote');
  }
}
