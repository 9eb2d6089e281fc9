// A channel as the source of an export: it has the blocks for whoever imports.
import type { Registration } from '../../../chaincode/core/registration.js';
import type { FabricConfig } from '../../data/config.js';
import { type FabricLedger, openFabricLedger } from '../../ledger/fabric/fabric-ledger.js';
import { readAppends } from '../../ledger/fabric/log-appends.js';
import { LogLedger } from '../../ledger/log-ledger.js';
import { readOwnProfile } from '../own-fabric.js';
import type { LedgerSource } from './ledger-source.js';

export class ChannelSource implements LedgerSource {
  readonly certificates: readonly string[] = [];
  readonly #ledger: FabricLedger;
  readonly #logId: string;

  private constructor(ledger: FabricLedger, logId: string) {
    this.#ledger = ledger;
    this.#logId = logId;
  }

  static async open(config: FabricConfig): Promise<ChannelSource> {
    const ledger = await openFabricLedger(await readOwnProfile(config), 'writer');
    return new ChannelSource(ledger, config.logId);
  }

  async registration(): Promise<Registration> {
    return (await new LogLedger(this.#ledger, this.#logId).readLog()).registration;
  }

  *blockLines(): Generator<Uint8Array> {
    // The channel has them.
  }

  appends(): AsyncGenerator<readonly Uint8Array[]> {
    return readAppends(this.#ledger, this.#logId);
  }

  close(): Promise<void> {
    return this.#ledger.close();
  }
}
