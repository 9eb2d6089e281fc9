// The embedded ledger itself, as the worker runs it: endorsement, ordering and commit in one.
// Transactions that wait together go into one block.
import { encodeBase64, encodeHex } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { formatTime } from '../../../chaincode/core/time.js';
import { requestText } from '../log-transactions.js';
import { auditBlocks, type LedgerAudit } from './audit.js';
import { type Block, type BlockTransaction, sealBlock } from './block.js';
import { BlockStore, type BlockStoreOptions } from './block-store.js';
import { conflicts } from './conflicts.js';
import { execute } from './executor.js';
import { LevelStub } from './level-stub.js';
import { type Identity, Membership, type MspOptions } from './membership.js';
import { type ReplayInput, replayTransactions } from './replay.js';
import type { StateReader } from './state-reader.js';

export interface EngineOptions extends BlockStoreOptions {
  readonly msps: readonly MspOptions[];
}

/** One call of one transaction. */
export interface Call {
  readonly mspId: string;
  readonly certificatePem: string;
  readonly txId: string;
  /** Time of the proposal, in ms since 1970. */
  readonly at: number;
  readonly name: string;
  /** UTF-8 of each argument. */
  readonly args: readonly Uint8Array[];
  readonly transient: ReadonlyMap<string, Uint8Array>;
}

interface Waiting {
  readonly call: Call;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: unknown) => void;
}

/** A call that the contract accepted. */
interface Endorsed {
  readonly waiting: Waiting;
  readonly stub: LevelStub;
  readonly identity: Identity;
  readonly answer: string;
}

const MAX_BLOCK_TRANSACTIONS = 64;
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
/** Of rows that are read at once: others wait meanwhile. */
const READ_BYTES = 1024 * 1024;

export class Engine {
  readonly #store: BlockStore;
  readonly #membership: Membership;
  readonly #channel: string;
  readonly #onBlock: (height: number) => void;
  #queue: Waiting[] = [];
  #isPumping = false;
  #isReplayed = false;
  #pumped: Promise<void> = Promise.resolve();
  #fault: ChartsealError | undefined;

  private constructor(
    store: BlockStore,
    membership: Membership,
    channel: string,
    onBlock: (height: number) => void,
  ) {
    this.#store = store;
    this.#membership = membership;
    this.#channel = channel;
    this.#onBlock = onBlock;
  }

  /** @param onBlock told of the newest block's number after each commit */
  static async open(options: EngineOptions, onBlock: (height: number) => void): Promise<Engine> {
    const membership = new Membership(options.msps);
    const store = await BlockStore.open(options);
    return new Engine(store, membership, options.channel, onBlock);
  }

  get height(): number {
    return this.#store.height;
  }

  /** Throws IDENTITY_REFUSED. */
  identify(mspId: string, certificatePem: string): Identity {
    return this.#membership.identify(mspId, certificatePem, Date.now());
  }

  /** Throws coded errors only. */
  async evaluate(call: Call): Promise<string> {
    this.#requireSound();
    const state = this.#store.state();
    try {
      return (await this.#execute(call, state)).answer;
    } finally {
      await state.close();
    }
  }

  /** Resolves when the transaction is committed and durable. Throws coded errors only. */
  submit(call: Call): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ call, resolve, reject });
      if (!this.#isPumping) this.#pumped = this.#pump();
    });
  }

  /** Transactions of one block, in order; none above the height. Throws LEDGER_CORRUPT. */
  readBlock(number: number): readonly BlockTransaction[] {
    this.#requireSound();
    return number > this.height ? [] : this.#store.readBlock(number).block.transactions;
  }

  /**
   * Rows of blocks from `from` to `until`, as many as are read at once and one at least. Throws
   * LEDGER_CORRUPT when one is not there.
   */
  readRows(from: number, until: number): readonly Uint8Array[] {
    this.#requireSound();
    const rows: Uint8Array[] = [];
    let bytes = 0;
    for (let number = from; number <= until && bytes < READ_BYTES; number++) {
      const row = this.#store.readBlockRow(number);
      rows.push(row);
      bytes += row.length;
    }
    return rows;
  }

  /**
   * Executes the next block of an exported ledger again and commits it with the same bytes, for a
   * ledger that nobody uses yet: durable when the engine is closed and its files are synced.
   * Throws LEDGER_CORRUPT naming the block when anything comes out otherwise.
   * @param inputs parallel to its transactions
   */
  async replay(block: Block, inputs: readonly ReplayInput[]): Promise<void> {
    this.#requireSound();
    const { hash } = sealBlock(block);
    if (block.number === 0 && this.height === 0) {
      if (this.#store.readBlock(0).hash === hash) return;
      throw new ChartsealError('LEDGER_CORRUPT', 'block 0 is not the first of this channel');
    }
    const state = this.#store.state();
    let replayed: BlockTransaction[];
    try {
      replayed = await replayTransactions(block, inputs, state, async (call, reader) => {
        const { stub, identity } = await this.#execute(call, reader, call.at);
        return { stub, transaction: blockTransaction(call, stub, identity) };
      });
    } finally {
      await state.close();
    }
    await this.#sound(() => this.#store.commitAgain(replayed, hash));
    this.#isReplayed = true;
  }

  /** Every block and all of state, compared; see {@link auditBlocks}. */
  async audit(logId: string): Promise<LedgerAudit> {
    this.#requireSound();
    return auditBlocks(this.#store, logId);
  }

  /** Commits what waits, then lets go of the folder. */
  async close(): Promise<void> {
    await this.#pumped;
    if (this.#isReplayed) this.#store.settle();
    await this.#store.close();
  }

  #requireSound(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      try {
        this.#requireSound();
        await this.#commitGroup(group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isPumping = false;
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { call } of this.#queue) {
      bytes += call.args.reduce((sum, arg) => sum + arg.length, 0);
      if (count > 0 && (bytes > MAX_BLOCK_BYTES || count === MAX_BLOCK_TRANSACTIONS)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    const state = this.#store.state();
    let accepted: Endorsed[];
    try {
      const endorsed: Endorsed[] = [];
      for (const waiting of group) {
        const one = await this.#endorse(waiting, state);
        if (one !== undefined) endorsed.push(one);
      }
      accepted = this.#order(endorsed, state);
    } finally {
      await state.close();
    }
    const written = accepted.filter(({ stub }) => stub.writes.size > 0 || stub.event !== undefined);
    if (written.length > 0) {
      const transactions = written.map(({ waiting, stub, identity }) =>
        blockTransaction(waiting.call, stub, identity),
      );
      await this.#sound(() => this.#store.commit(transactions));
    }
    for (const { waiting, answer } of accepted) waiting.resolve(answer);
  }

  async #endorse(waiting: Waiting, state: StateReader): Promise<Endorsed | undefined> {
    try {
      return { waiting, ...(await this.#execute(waiting.call, state)) };
    } catch (error) {
      waiting.reject(error);
      return undefined;
    }
  }

  /** Those that can be applied one after the other; the others are endorsed again at once. */
  #order(endorsed: readonly Endorsed[], state: StateReader): Endorsed[] {
    const written = new Set<string>();
    const applied: Endorsed[] = [];
    const again: Waiting[] = [];
    for (const one of endorsed) {
      if (conflicts(one.stub.reads, state, written)) {
        again.push(one.waiting);
        continue;
      }
      applied.push(one);
      for (const key of one.stub.writes.keys()) written.add(key);
    }
    this.#queue = [...again, ...this.#queue];
    return applied;
  }

  /** Writes a block; when that fails, nothing may follow. */
  async #sound(commit: () => Promise<void>): Promise<void> {
    try {
      await commit();
    } catch (cause) {
      // Refused before anything was written.
      if (cause instanceof ChartsealError && cause.code === 'LEDGER_CORRUPT') throw cause;
      const why = cause instanceof ChartsealError ? `: ${cause.message}` : '';
      this.#fault = new ChartsealError(
        'LEDGER_FAILED',
        `a block could not be written, so the ledger stopped; open it again${why}`,
        { cause },
      );
      throw this.#fault;
    }
    this.#onBlock(this.height);
  }

  /** @param clock the endorser's time, in ms since 1970 */
  async #execute(call: Call, state: StateReader, clock = Date.now()) {
    const identity = this.#membership.identify(call.mspId, call.certificatePem, clock);
    const { txId, at, transient, name } = call;
    const stub = new LevelStub(state, { channel: this.#channel, txId, at, transient });
    const args = call.args.map(requestText);
    const answer = await execute({ name, args, stub, identity, clock });
    return { stub, identity, answer };
  }
}

function blockTransaction(call: Call, stub: LevelStub, identity: Identity): BlockTransaction {
  const certificate = encodeHex(identity.certificateDigest);
  const writes = [...stub.writes].map(([key, value]) => ({ key, value: encodeBase64(value) }));
  const transaction = {
    txId: call.txId,
    at: formatTime(call.at),
    creator: { mspId: call.mspId, certificate },
    name: call.name,
    request: call.args.map(requestText).join(''),
    writes,
  };
  if (stub.event === undefined) return transaction;
  const { name, payload } = stub.event;
  return { ...transaction, event: { name, payload: encodeBase64(payload) } };
}
