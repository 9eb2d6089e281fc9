// The embedded ledger of a data folder, as an {@link OwnNetwork}.
import type { StoredBlock } from '../ledger/embedded/block.js';
import type { EmbeddedNetwork } from '../ledger/embedded/embedded-network.js';
import type { LedgerProbe } from '../ledger/ledger-probe.js';
import type { LogContext } from './log-context.js';
import type { BlockAudit, OwnNetwork } from './own-network.js';
import { exportTrust } from './trust-export.js';

export class OwnEmbedded implements OwnNetwork {
  readonly kind = 'embedded';
  readonly #network: EmbeddedNetwork;
  readonly #channel: string;
  readonly #caCertificate: string;

  constructor(network: EmbeddedNetwork, channel: string, caCertificate: string) {
    this.#network = network;
    this.#channel = channel;
    this.#caCertificate = caCertificate;
  }

  trustFile(context: LogContext): Uint8Array {
    return exportTrust(context, this.#channel, [this.#caCertificate]);
  }

  async audit(logId: string): Promise<BlockAudit> {
    const found = await this.#network.audit(logId);
    const { appends, closingLeaves, blocks, transactions, values } = found;
    const sentence = `${blocks} blocks, ${transactions} transactions, ${values} values of state, all as written`;
    return { appends, closingLeaves, sentence };
  }

  /** Blocks up to the newest one of now. */
  blocksUntilNow(): () => AsyncGenerator<StoredBlock> {
    const { height } = this.#network;
    return () => this.#network.blocks(height);
  }

  /** One process has the ledger, so no other one can have written. */
  async describeWriter(): Promise<undefined> {
    return undefined;
  }

  /** It lives in this process: what fails there stops the write side. */
  async probe(): Promise<LedgerProbe> {
    return { parts: [], canCommit: true, canProve: true };
  }

  async close(): Promise<void> {
    await this.#network.close();
  }
}
