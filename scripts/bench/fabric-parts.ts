// A data folder on a channel, opened as openHospital does, with a watch on the ledger port: which
// calls went through it, and when.
import { readConfig } from '../../gateway/data/config.js';
import { readKeysFor } from '../../gateway/data/keys.js';
import { dataLayout } from '../../gateway/data/layout.js';
import type { Ledger, Transient } from '../../gateway/ledger/ledger.js';
import { LogLedger } from '../../gateway/ledger/log-ledger.js';
import { OwnFabric } from '../../gateway/services/own-fabric.js';
import { openOwnLedger } from '../../gateway/services/own-ledger.js';
import { openOwnStore } from '../../gateway/services/own-store.js';
import { Receipts } from '../../gateway/services/receipts.js';
import { Sequencer } from '../../gateway/services/sequencer/sequencer.js';
import { TABLES } from '../../gateway/store/keys.js';
import type { Store } from '../../gateway/store/store.js';
import type { Stretch } from './sampled.js';

/** Passes everything on to a ledger. */
class WatchedLedger implements Ledger {
  /** From the call of each append to its answer. */
  readonly flights: Stretch[] = [];
  /** Calls of {@link attest}. */
  attests = 0;
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  evaluate(name: string, json: string): Promise<string> {
    return this.#ledger.evaluate(name, json);
  }

  async submit(name: string, json: string, transient?: Transient): Promise<string> {
    if (name !== 'append') return this.#ledger.submit(name, json, transient);
    const from = performance.now();
    const answer = await this.#ledger.submit(name, json, transient);
    this.flights.push({ from, to: performance.now() });
    return answer;
  }

  attest(json: string, organisations: readonly string[]) {
    this.attests++;
    return this.#ledger.attest(json, organisations);
  }

  subscribe(fromBlock: number) {
    return this.#ledger.subscribe(fromBlock);
  }

  limits() {
    return this.#ledger.limits();
  }

  close(): Promise<void> {
    return this.#ledger.close();
  }
}

export interface FabricParts {
  readonly intervalMs: number;
  readonly ledger: WatchedLedger;
  readonly store: Store;
  readonly sequencer: Sequencer;
  readonly receipts: Receipts;
  close(): Promise<void>;
}

/** Checkpoints whose attestations lie in the store. */
export function countAttested({ db }: Store): Promise<number> {
  return db.count(TABLES.attestation);
}

export async function openParts(folder: string): Promise<FabricParts> {
  const layout = dataLayout(folder);
  const config = await readConfig(layout.config);
  const keys = await readKeysFor(config.ledger, layout.keys);
  const { network, context } = await openOwnLedger(layout, config, keys);
  if (!(network instanceof OwnFabric)) throw new Error('the data folder is not on a channel');
  const { intervalMs } = network;
  const ledger = new WatchedLedger(network.ledger);
  const log = new LogLedger(ledger, config.logId, (attestation, answer) =>
    network.verify(context, attestation, answer),
  );
  const store = await openOwnStore(layout, config.logId);
  const by = { id: 'bench', mspId: config.mspId };
  const sequencer = await Sequencer.open({ store, ledger: log, context, by, intervalMs });
  const close = async () => {
    await sequencer.close();
    await store.close();
    await network.close();
  };
  const receipts = new Receipts({ store, context });
  return { intervalMs, ledger, store, sequencer, receipts, close };
}
