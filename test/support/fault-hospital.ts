// A data folder opened part by part, so that tests can look at store and ledger themselves; and
// everything that must hold in it after any kill.
import { Level } from 'level';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { type Entry, parseEntry } from '../../chaincode/core/entry.js';
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

/** Throws {@link Broken}: something that must hold after every kill does not. */
export function mustBe(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** @param flushEntries few, so that the map goes to disk often */
export async function openParts(folder: string, flushEntries: number): Promise<OpenParts> {
  const layout = dataLayout(folder);
  const { channel, mspId, logId } = await readConfig(layout.config);
  const keys = await readKeys(layout.keys);
  const store = await openStore(layout.store, logId);
  const network = await openEmbeddedNetwork({
    folder: layout.ledger,
    channel,
    msps: [{ mspId, roots: [keys.caCertificate] }],
    checkpointFile: layout.checkpoint,
  }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const closeBoth = async () => {
    await store.close();
    await network.close();
  };
  try {
    const signer = { sign: keys.secrets.signNote };
    const certificatePem = keys.writerCertificate;
    const log = new LogLedger(await network.connect({ mspId, certificatePem, signer }), logId);
    const { registration } = await log.readLog();
    const context = { logId, registration, secrets: keys.secrets };
    const by = { id: 'test', mspId };
    const options = { store, ledger: log, context, by, flushEntries, intervalMs: 2 };
    const sequencer = await Sequencer.open(options);
    const trust = parseTrustFile(exportTrust(context, channel, [keys.caCertificate]));
    const close = async () => {
      await sequencer.close();
      await closeBoth();
    };
    return { log, store, context, sequencer, trust, close };
  } catch (error) {
    await closeBoth();
    throw error;
  }
}

/** What makes an entry the one that a caller was told of. */
export interface StandingEntry {
  readonly leafHash: string;
  /** Of the document, where there is one. */
  readonly digest?: string;
}

/** Request id of an access event; id and version of a record; how often else it may stand. */
function nameOf(entry: Entry): string | undefined {
  if (entry.act === 'access') return `event ${entry.source.requestId}`;
  if (entry.act === 'fixity') return undefined;
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

async function readEntries(parts: OpenParts): Promise<Map<string, StandingEntry>> {
  const { store, context, sequencer, trust } = parts;
  const receipts = new Receipts({ store, context });
  const found = new Map<string, StandingEntry>();
  for (let ordinal = 0; ordinal < sequencer.counts.accepted; ordinal++) {
    const stored = store.readEntry(ordinal);
    const entry = parseEntry(stored.entry);
    const receipt = formatReceipt(await receipts.make(ordinal));
    const digest = 'record' in entry ? entry.record.digests['sha-256'] : undefined;
    const document = digest === undefined ? {} : { document: { digests: { 'sha-256': digest } } };
    const { verdict } = verifyReceipt({ receipt, trust, ...document });
    mustBe(verdict === 'unchanged', `the receipt of entry ${ordinal} says ${verdict}`);
    const name = nameOf(entry);
    if (name === undefined) continue;
    mustBe(!found.has(name), `${name} stands twice`);
    const hash = encodeHex(leafHash(stored.leaf));
    found.set(name, { leafHash: hash, ...(digest === undefined ? {} : { digest }) });
  }
  return found;
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
    if (parsed.act === 'access') {
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

/** Finishes what waits and reads everything; throws at the first thing that does not hold. */
export async function readAll(folder: string): Promise<Map<string, StandingEntry>> {
  const parts = await openParts(folder, 8);
  let found: Map<string, StandingEntry>;
  try {
    mustBe(await parts.sequencer.waitProven(20_000), 'entries do not become proven');
    await checkHeads(parts);
    found = await readEntries(parts);
    await checkHistories(parts);
  } finally {
    await parts.close();
  }
  await checkCheckpointFile(folder);
  return found;
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
