// The blocks of a ledger that nobody runs: for exports and audits. Nothing is executed or written.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { claimFolder } from '../../claimed-folders.js';
import type { StoredBlock } from './block.js';
import { BlockStore, type BlockStoreOptions } from './block-store.js';
import { readable } from './database.js';
import type { StateReader } from './state-reader.js';

export class BlockReader {
  readonly #store: BlockStore;
  readonly #release: () => void;

  private constructor(store: BlockStore, release: () => void) {
    this.#store = store;
    this.#release = release;
  }

  /** Opens it for this process alone; throws the codes of {@link BlockStore.open}. */
  static async open(options: Omit<BlockStoreOptions, 'create'>): Promise<BlockReader> {
    const release = readable(() => claimFolder(options.folder));
    if (release === undefined) {
      throw new ChartsealError('LEDGER_LOCKED', 'the ledger is open in this process already');
    }
    try {
      return new BlockReader(await BlockStore.open({ ...options, create: false }), release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Number of the newest block. */
  get height(): number {
    return this.#store.height;
  }

  /** Blocks in order, each checked against the one before. Throws LEDGER_CORRUPT. */
  *blocks(from = 0): Generator<StoredBlock> {
    let previous: string | undefined;
    for (let number = from; number <= this.height; number++) {
      const stored = this.#store.readBlock(number);
      if (previous !== undefined && stored.block.previous !== previous) {
        const text = `block ${number} does not follow from the one before`;
        throw new ChartsealError('LEDGER_CORRUPT', text);
      }
      previous = stored.hash;
      yield stored;
    }
  }

  /** Committed state as it is now; close it after use. */
  state(): StateReader {
    return this.#store.state();
  }

  async close(): Promise<void> {
    await this.#store.close();
    this.#release();
  }
}
