// A channel in one process: the engine in a worker thread, and connections of its members.
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { claimFolder } from '../../claimed-folders.js';
import type { Ledger } from '../ledger.js';
import type { LedgerAudit } from './audit.js';
import { type Block, parseBlockRow, type StoredBlock } from './block.js';
import { readable } from './database.js';
import { type EmbeddedIdentity, EmbeddedLedger } from './embedded-ledger.js';
import type { MspOptions } from './membership.js';
import type { WorkerData } from './messages.js';
import type { ReplayInput } from './replay.js';
import { WorkerClient } from './worker-client.js';

export interface EmbeddedNetworkOptions {
  /** Folder of the database, for this ledger alone. */
  readonly folder: string;
  readonly channel: string;
  readonly msps: readonly MspOptions[];
  /** Path of the file outside `folder` that keeps the newest block's hash. */
  readonly checkpointFile: string;
  /** Makes a new ledger; otherwise one that is not there is refused with LEDGER_BEHIND. */
  readonly create?: boolean;
  /** Clock of the callers, in ms since 1970; endorsement uses the machine's own. */
  readonly now?: () => number;
}

/** Appends make much short-lived garbage; a roomier nursery collects it with fewer pauses. */
const YOUNG_GENERATION_MB = 64;

export class EmbeddedNetwork {
  readonly #client: WorkerClient;
  readonly #channel: string;
  readonly #now: () => number;

  constructor(client: WorkerClient, channel: string, now: () => number) {
    this.#client = client;
    this.#channel = channel;
    this.#now = now;
  }

  /** Number of the newest block. */
  get height(): number {
    return this.#client.height;
  }

  /**
   * Blocks from the first to this one, each checked against the one before, while others are
   * committed. Throws LEDGER_CORRUPT.
   */
  async *blocks(until = this.height): AsyncGenerator<StoredBlock> {
    let previous: string | undefined;
    let number = 0;
    while (number <= until) {
      const answer = await this.#client.call({ kind: 'rows', from: number, until });
      for (const row of answer as readonly Uint8Array[]) {
        const stored = parseBlockRow(row, this.#channel, number);
        if (previous !== undefined && stored.block.previous !== previous) {
          const text = `block ${number} does not follow from the one before`;
          throw new ChartsealError('LEDGER_CORRUPT', text);
        }
        previous = stored.hash;
        number++;
        yield stored;
      }
    }
  }

  /** The channel as a member sees it; throws IDENTITY_REFUSED. */
  async connect(identity: EmbeddedIdentity): Promise<Ledger> {
    const { mspId, certificatePem } = identity;
    await this.#client.call({ kind: 'identify', mspId, certificatePem });
    return new EmbeddedLedger(this.#client, identity, this.#now);
  }

  /**
   * Takes over the next block of an exported ledger, executed again by the contract. Durable only
   * when the network is closed and its files are synced. Throws LEDGER_CORRUPT naming the block
   * when anything comes out otherwise.
   * @param inputs parallel to its transactions
   */
  async replay(block: Block, inputs: readonly ReplayInput[]): Promise<void> {
    await this.#client.call({ kind: 'replay', block, inputs });
  }

  /** Compares every block with all of state; throws LEDGER_CORRUPT at the first difference. */
  async audit(logId: string): Promise<LedgerAudit> {
    return (await this.#client.call({ kind: 'audit', logId })) as LedgerAudit;
  }

  /** Commits what waits and lets go of the folder; connections fail from now on. */
  async close(): Promise<void> {
    await this.#client.close();
  }
}

/**
 * Throws LEDGER_LOCKED, LEDGER_BEHIND, LEDGER_CORRUPT, LEDGER_FAILED, DATA_EXISTS, and
 * IDENTITY_REFUSED or BAD_INPUT for the MSPs given.
 */
export async function openEmbeddedNetwork(
  options: EmbeddedNetworkOptions,
): Promise<EmbeddedNetwork> {
  const { folder, channel, msps, checkpointFile } = options;
  const workerData: WorkerData = {
    folder,
    channel,
    msps,
    checkpointFile,
    create: options.create ?? false,
  };
  const release = readable(() => claimFolder(folder));
  if (release === undefined) {
    throw new ChartsealError('LEDGER_LOCKED', 'the ledger is open in this process already');
  }
  const worker = new Worker(join(__dirname, 'worker.js'), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  worker.once('exit', release);
  const client = new WorkerClient(worker);
  try {
    await client.opened;
  } catch (error) {
    // The folder is free again only when the worker has ended.
    await client.close();
    throw error;
  }
  return new EmbeddedNetwork(client, channel, options.now ?? Date.now);
}
