// Everything that works on one data folder, opened in order and closed in the opposite one.
import { type DataConfig, readConfig } from '../data/config.js';
import { readKeysFor } from '../data/keys.js';
import { type DataLayout, dataLayout } from '../data/layout.js';
import type { LedgerProbe } from '../ledger/ledger-probe.js';
import type { Store } from '../store/store.js';
import { confirmedAt } from './clock-confirmed.js';
import { closeEach } from './close-each.js';
import { Feed } from './feed/feed.js';
import type { FeedBounds } from './feed/limits.js';
import { Histories } from './histories.js';
import { Inquiries } from './inquiries/inquiries.js';
import type { LogContext } from './log-context.js';
import { LogReading } from './log-reading.js';
import { LogTiles } from './log-tiles.js';
import { keptTrust, type OwnLedger, openOwnLedger } from './own-ledger.js';
import { openOwnStore } from './own-store.js';
import { Receipts } from './receipts.js';
import { RecordAnchor } from './record-anchor.js';
import { Sequencer } from './sequencer/sequencer.js';

export interface HospitalOptions {
  /** DATA. */
  readonly folder: string;
  /** Operator or system that submits, as it stands in entries. */
  readonly operator: string;
  /** Bound of what may wait for the ledger. */
  readonly outboxEntries?: number;
  /** Whether to open also while the channel does not answer, by what is kept of it in the store. */
  readonly ledgerMayBeAway?: boolean;
  /** Of what is known of sources, and of refused events kept aside. */
  readonly feedBounds?: Partial<FeedBounds>;
}

interface Parts {
  readonly layout: DataLayout;
  readonly config: DataConfig;
  readonly ledger: OwnLedger;
  readonly store: Store;
  readonly context: LogContext;
  readonly sequencer: Sequencer;
  readonly feed: Feed;
}

export class Hospital {
  readonly #parts: Parts;
  readonly store: Store;
  readonly context: LogContext;
  readonly sequencer: Sequencer;
  readonly receipts: Receipts;
  readonly histories: Histories;
  readonly records: RecordAnchor;
  /** What sources sent, and what of it was refused. */
  readonly feed: Feed;
  /** What patients asked, and what the hospital answered. */
  readonly inquiries: Inquiries;
  /** The proven log as others follow it. */
  readonly log: LogReading;
  readonly tiles: LogTiles;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.store = parts.store;
    this.context = parts.context;
    this.sequencer = parts.sequencer;
    this.receipts = new Receipts(parts);
    this.histories = new Histories(parts);
    this.records = new RecordAnchor(parts);
    this.feed = parts.feed;
    this.inquiries = new Inquiries(parts);
    this.log = LogReading.of(parts.store);
    this.tiles = new LogTiles(parts.store);
  }

  get layout(): DataLayout {
    return this.#parts.layout;
  }

  get config(): DataConfig {
    return this.#parts.config;
  }

  /** The connection with which the sequencer works: for reading alone. */
  get ledger(): OwnLedger {
    return this.#parts.ledger;
  }

  /** DATA. */
  get folder(): string {
    return this.#parts.layout.folder;
  }

  /** DATA/run, for files of this process. */
  get run(): string {
    return this.#parts.layout.run;
  }

  get ledgerKind(): 'embedded' | 'fabric' {
    return this.#parts.ledger.network.kind;
  }

  /** Who of the ledger answers now; takes little longer than `waitMs`. */
  probeLedger(waitMs: number): Promise<LedgerProbe> {
    return this.#parts.ledger.network.probe(waitMs);
  }

  /** Canonical bytes of the trust file as this organisation gives it out. */
  trustFile(): Uint8Array {
    const { network, context } = this.#parts.ledger;
    return network.trustFile(context);
  }

  async close(): Promise<void> {
    await closeEach([
      () => this.sequencer.close(),
      () => this.inquiries.close(),
      () => this.feed.close(),
      () => this.store.close(),
      () => this.#parts.ledger.network.close(),
    ]);
  }
}

/** Throws NO_DATA, STORE_LOCKED, and the codes of store, ledger and recovery. */
export async function openHospital(options: HospitalOptions): Promise<Hospital> {
  const { folder, operator, outboxEntries, ledgerMayBeAway = false, feedBounds } = options;
  const layout = dataLayout(folder);
  const config = await readConfig(layout.config);
  const keys = await readKeysFor(config.ledger, layout.keys);
  // The store first: its lock says that another process works here.
  const store = await openOwnStore(layout, config.logId);
  const opened: (() => Promise<void>)[] = [() => store.close()];
  try {
    const kept = keptTrust(store, ledgerMayBeAway);
    const ledger = await openOwnLedger(layout, config, keys, kept);
    const { network, log, context, meet } = ledger;
    opened.unshift(() => network.close());
    const by = { id: operator, mspId: config.mspId };
    const { intervalMs } = network;
    const sequencer = await Sequencer.open({
      store,
      ledger: log,
      context,
      by,
      clock: { confirmedAt: () => confirmedAt(layout.run) },
      describeWriter: () => network.describeWriter(config.logId),
      ...(meet === undefined ? {} : { meet }),
      ...(intervalMs === undefined ? {} : { intervalMs }),
      ...(outboxEntries === undefined ? {} : { outboxEntries }),
    });
    const feed = new Feed({
      folder: layout.feed,
      logId: config.logId,
      ...(feedBounds === undefined ? {} : { bounds: feedBounds }),
    });
    return new Hospital({ layout, config, ledger, store, context, sequencer, feed });
  } catch (error) {
    // Why it could not be opened says more than what then cannot be closed.
    await Promise.allSettled([closeEach(opened)]);
    throw error;
  }
}
