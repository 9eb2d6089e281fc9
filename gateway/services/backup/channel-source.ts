// A channel as the source of an export: it has the blocks for whoever imports.
import type { Registration } from '../../../chaincode/core/registration.js';
import type { FabricConfig } from '../../data/config.js';
import { type FabricLedger, openFabricLedger } from '../../ledger/fabric/fabric-ledger.js';
import { readAppends } from '../../ledger/fabric/log-appends.js';
import { LogLedger } from '../../ledger/log-ledger.js';
import { type OwnFabric, readOwnProfile } from '../own-fabric.js';
import { type Extent, ExtentCounter } from './extent.js';
import type { LedgerSource } from './ledger-source.js';

export class ChannelSource implements LedgerSource {
  readonly certificates: readonly string[] = [];
  readonly #ledger: FabricLedger;
  readonly #logId: string;
  /** Of a channel that others have open, and go on writing to. */
  readonly #extent: Extent | undefined;

  private constructor(ledger: FabricLedger, logId: string, extent?: Extent) {
    this.#ledger = ledger;
    this.#logId = logId;
    this.#extent = extent;
  }

  static async open(config: FabricConfig): Promise<ChannelSource> {
    const ledger = await openFabricLedger(await readOwnProfile(config), 'writer');
    return new ChannelSource(ledger, config.logId);
  }

  /** On the connection that is open; as far as this extent goes. */
  static running({ ledger }: OwnFabric, logId: string, extent: Extent): ChannelSource {
    return new ChannelSource(ledger, logId, extent);
  }

  async registration(): Promise<Registration> {
    return (await new LogLedger(this.#ledger, this.#logId).readLog()).registration;
  }

  *blockLines(): Generator<Uint8Array> {
    // The channel has them.
  }

  async *appends(): AsyncGenerator<readonly Uint8Array[]> {
    const counter = this.#extent && new ExtentCounter(this.#extent);
    for await (const hashes of readAppends(this.#ledger, this.#logId)) {
      if (counter?.takes(hashes.length) === false) return;
      yield hashes;
    }
  }

  async close(): Promise<void> {
    if (this.#extent === undefined) await this.#ledger.close();
  }
}
