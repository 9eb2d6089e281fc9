// A data folder opened part by part, so that tests can look at store and ledger themselves; and
// everything that must hold in it after any kill.
import { randomBytes } from 'node:crypto';
import { Level } from 'level';
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { type Entry, parseEntry } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { readConfig } from '../../gateway/data/config.js';
import { readKeys } from '../../gateway/data/keys.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { formatHistory } from '../../gateway/evidence/history.js';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import { parseTrustFile, type Trust } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { findCheckpointFile } from '../../gateway/ledger/embedded/checkpoint-file.js';
import { openEmbeddedNetwork } from '../../gateway/ledger/embedded/embedded-network.js';
import { Engine } from '../../gateway/ledger/embedded/engine.js';
import type { Ledger } from '../../gateway/ledger/ledger.js';
import { LogLedger } from '../../gateway/ledger/log-ledger.js';
import { Histories, type HistoryQuery } from '../../gateway/services/histories.js';
import type { LogContext } from '../../gateway/services/log-context.js';
import { Receipts } from '../../gateway/services/receipts.js';
import { Sequencer } from '../../gateway/services/sequencer/sequencer.js';
import { exportTrust } from '../../gateway/services/trust-export.js';
import { openStore, type Store } from '../../gateway/store/store.js';

export interface OpenParts {
  readonly log: LogLedger;
  readonly store: Store;
  readonly context: LogContext;
  readonly sequencer: Sequencer;
  readonly trust: Trust;
  close(): Promise<void>;
}

export class Broken extends Error {}

const FLUSH_ENTRIES = 8;

/** Throws {@link Broken}: something that must hold after every kill does not. */
export function mustBe(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** The ledger as it lies there, in this thread: to be read and not to be written. */
function readingLedger(engine: Engine, mspId: string, certificatePem: string): Ledger {
  const refuse = () => Promise.reject(new ChartsealError('NOT_SUPPORTED', 'only for reading'));
  return {
    evaluate: (name, json) =>
      engine.evaluate({
        mspId,
        certificatePem,
        txId: randomBytes(32).toString('hex'),
        at: Date.now(),
        name,
        args: [utf8(json)],
        transient: new Map(),
      }),
    submit: refuse,
    attest: refuse,
    subscribe: () => {
      throw new ChartsealError('NOT_SUPPORTED', 'only for asking');
    },
    limits: () => ({ appendLeaves: 1 }),
    close: () => engine.close(),
  };
}

export interface PartsOptions {
  /** Few, so that the map goes to disk often. */
  readonly flushEntries?: number;
  /** Reads what lies there and cannot append: without a thread, and so in no time. */
  readonly onlyReads?: boolean;
}

export async function openParts(folder: string, options: PartsOptions): Promise<OpenParts> {
  const layout = dataLayout(folder);
  const { channel, mspId, logId } = await readConfig(layout.config);
  const keys = await readKeys(layout.keys);
  const certificatePem = keys.writerCertificate;
  const ledgerOptions = {
    folder: layout.ledger,
    channel,
    msps: [{ mspId, roots: [keys.caCertificate] }],
    checkpointFile: layout.checkpoint,
  };
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of closing.splice(0)) await one();
  };
  try {
    const store = await openStore(layout.store, logId);
    closing.push(() => store.close());
    let ledger: Ledger;
    if (options.onlyReads === true) {
      const engine = await Engine.open({ ...ledgerOptions, create: false }, () => undefined);
      ledger = readingLedger(engine, mspId, certificatePem);
      closing.push(() => engine.close());
    } else {
      const network = await openEmbeddedNetwork(ledgerOptions);
      closing.push(() => network.close());
      const signer = { sign: keys.secrets.signNote };
      ledger = await network.connect({ mspId, certificatePem, signer });
    }
    const log = new LogLedger(ledger, logId);
    const { registration } = await log.readLog();
    const context = { logId, registration, secrets: keys.secrets };
    const { flushEntries = FLUSH_ENTRIES } = options;
    const sequencer = await Sequencer.open({
      ...{ store, ledger: log, context, flushEntries, intervalMs: 2 },
      by: { id: 'test', mspId },
    });
    closing.unshift(() => sequencer.close());
    const trust = parseTrustFile(exportTrust(context, channel, [keys.caCertificate]));
    return { log, store, context, sequencer, trust, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What makes an entry the one that a caller was told of. */
export interface StandingEntry {
  readonly leafHash: string;
  /** Of the document, where there is one. */
  readonly digest?: string;
}

/** Request id of an access event; id and version of a record; a run of an audit is itself. */
function nameOf(entry: Entry, hash: string): string {
  if (entry.act === 'access') return `event ${entry.source.requestId}`;
  if (!('record' in entry)) return `${entry.act} ${hash}`;
  return `record ${entry.record.id} ${entry.record.version}`;
}

async function checkHeads(parts: OpenParts): Promise<void> {
  const marker = parts.store.findMarker();
  const { head } = await parts.log.readLog();
  const { accepted, committed, proven } = parts.sequencer.counts;
  mustBe(marker !== undefined, 'there is no marker');
  mustBe(accepted === committed && committed === proven, 'not everything accepted is proven');
  mustBe(marker.size === head.size, 'the marker is not at the head');
  mustBe(marker.root === encodeHex(head.root), 'the marker has another root than the ledger');
  mustBe(marker.appends === head.appends, 'the marker has another number of appends');
  mustBe(head.size === accepted + head.appends, 'the ledger holds more than was accepted');
}

/** Entries by name, each once. */
export function readEntries({ store, sequencer }: OpenParts): Map<string, StandingEntry> {
  const found = new Map<string, StandingEntry>();
  for (let ordinal = 0; ordinal < sequencer.counts.accepted; ordinal++) {
    const { entry, leaf } = store.readEntry(ordinal);
    const parsed = parseEntry(entry);
    const hash = encodeHex(leafHash(leaf));
    const name = nameOf(parsed, hash);
    mustBe(!found.has(name), `${name} stands twice`);
    const digest = digestOf(parsed);
    const standing = { leafHash: hash };
    found.set(name, digest === undefined ? standing : { ...standing, digest });
  }
  return found;
}

function digestOf(entry: Entry): string | undefined {
  return 'record' in entry ? entry.record.digests['sha-256'] : undefined;
}

async function checkReceipts({ store, context, sequencer, trust }: OpenParts): Promise<void> {
  const receipts = new Receipts({ store, context });
  for (let ordinal = 0; ordinal < sequencer.counts.accepted; ordinal++) {
    const receipt = formatReceipt(await receipts.make(ordinal));
    const digest = digestOf(parseEntry(store.readEntry(ordinal).entry));
    const document = digest === undefined ? {} : { document: { digests: { 'sha-256': digest } } };
    const { verdict } = verifyReceipt({ receipt, trust, ...document });
    mustBe(verdict === 'unchanged', `the receipt of entry ${ordinal} says ${verdict}`);
  }
}

/** Every chain, asked for by its patient or record, and that they hold all entries together. */
async function checkHistories(parts: OpenParts): Promise<void> {
  const { store, sequencer, trust, context } = parts;
  const histories = new Histories(parts);
  const queries = new Map<string, HistoryQuery>([['log', { log: true }]]);
  for (let ordinal = 0; ordinal < sequencer.counts.accepted; ordinal++) {
    const { leaf, entry } = store.readEntry(ordinal);
    const parsed = parseEntry(entry);
    if (parsed.act === 'fixity') continue;
    if (!('record' in parsed)) {
      const patient = store.findPatient(leaf.subarray(2, 34)) as PatientIdentifier;
      queries.set(JSON.stringify(patient), { patient });
    } else {
      queries.set(parsed.record.id, { record: parsed.record.id });
    }
  }
  const { recordKey } = context.secrets;
  let leaves = 0;
  for (const query of queries.values()) {
    const made = await histories.make(query);
    leaves += made.leaves.length;
    const { verdict } = verifyHistory({ history: formatHistory(made), trust, recordKey });
    mustBe(verdict === 'complete', `a history says ${verdict}`);
  }
  mustBe(leaves === sequencer.counts.accepted, 'the histories do not hold all entries');
}

/** The checkpoint file names the newest block, whatever came between. */
async function checkCheckpointFile(folder: string): Promise<void> {
  const layout = dataLayout(folder);
  const seen = findCheckpointFile(layout.checkpoint);
  const ledger = new Level<string, string>(layout.ledger, { createIfMissing: false });
  await ledger.open();
  const tip = await ledger.get('tip');
  await ledger.close();
  mustBe(seen?.hash === tip, 'the checkpoint file is behind the ledger');
}

/** What lies in a data folder whose work is finished. */
export interface Everything {
  readonly entries: ReadonlyMap<string, StandingEntry>;
  readonly trust: Trust;
}

/** Reads everything where all work is finished; throws at the first thing that does not hold. */
export async function readAll(folder: string): Promise<Everything> {
  const parts = await openParts(folder, { onlyReads: true });
  try {
    await checkHeads(parts);
    await checkReceipts(parts);
    await checkHistories(parts);
    return { entries: readEntries(parts), trust: parts.trust };
  } finally {
    await parts.close();
    await checkCheckpointFile(folder);
  }
}

/** What was told to a caller stands; `digest` is compared where it was told. */
export function checkTold(
  found: ReadonlyMap<string, StandingEntry>,
  name: string,
  told: Partial<StandingEntry>,
): void {
  const standing = found.get(name);
  mustBe(standing !== undefined, `${name} was answered as accepted and is gone`);
  const { leafHash: hash = standing.leafHash, digest = standing.digest } = told;
  mustBe(standing.leafHash === hash, `${name} stands with another leaf than was answered`);
  mustBe(standing.digest === digest, `${name} stands with another digest than was answered`);
}
