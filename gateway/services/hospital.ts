// Everything that works on one data folder, opened in order and closed in the opposite one.
import { readConfig } from '../data/config.js';
import { readKeysFor } from '../data/keys.js';
import { type DataLayout, dataLayout } from '../data/layout.js';
import type { Store } from '../store/store.js';
import { Histories } from './histories.js';
import type { LogContext } from './log-context.js';
import { openOwnLedger } from './own-ledger.js';
import type { OwnNetwork } from './own-network.js';
import { openOwnStore } from './own-store.js';
import { Receipts } from './receipts.js';
import { Sequencer } from './sequencer/sequencer.js';

export interface HospitalOptions {
  /** DATA. */
  readonly folder: string;
  /** Operator or system that submits, as it stands in entries. */
  readonly operator: string;
}

interface Parts {
  readonly layout: DataLayout;
  readonly network: OwnNetwork;
  readonly store: Store;
  readonly context: LogContext;
  readonly sequencer: Sequencer;
}

export class Hospital {
  readonly #parts: Parts;
  readonly store: Store;
  readonly context: LogContext;
  readonly sequencer: Sequencer;
  readonly receipts: Receipts;
  readonly histories: Histories;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.store = parts.store;
    this.context = parts.context;
    this.sequencer = parts.sequencer;
    this.receipts = new Receipts(parts);
    this.histories = new Histories(parts);
  }

  /** DATA. */
  get folder(): string {
    return this.#parts.layout.folder;
  }

  /** DATA/run, for files of this process. */
  get run(): string {
    return this.#parts.layout.run;
  }

  /** Canonical bytes of the trust file as this organisation gives it out. */
  trustFile(): Uint8Array {
    const { network, context } = this.#parts;
    return network.trustFile(context);
  }

  async close(): Promise<void> {
    await this.sequencer.close();
    await this.store.close();
    await this.#parts.network.close();
  }
}

/** Throws NO_DATA, STORE_LOCKED, and the codes of store, ledger and recovery. */
export async function openHospital({ folder, operator }: HospitalOptions): Promise<Hospital> {
  const layout = dataLayout(folder);
  const config = await readConfig(layout.config);
  const keys = await readKeysFor(config.ledger, layout.keys);
  // The store first: its lock says that another process works here.
  const store = await openOwnStore(layout, config.logId);
  const opened: (() => Promise<void>)[] = [() => store.close()];
  try {
    const { network, log, context } = await openOwnLedger(layout, config, keys);
    opened.unshift(() => network.close());
    const by = { id: operator, mspId: config.mspId };
    const { intervalMs } = network;
    const sequencer = await Sequencer.open({
      store,
      ledger: log,
      context,
      by,
      describeWriter: () => network.describeWriter(config.logId),
      ...(intervalMs === undefined ? {} : { intervalMs }),
    });
    return new Hospital({ layout, network, store, context, sequencer });
  } catch (error) {
    for (const close of opened) await close();
    throw error;
  }
}
