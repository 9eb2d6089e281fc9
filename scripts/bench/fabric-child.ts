// A program of its own that works on a channel as a hospital's process does, or as many clients do
// who send a transaction for each document, and says on stdout, as JSON, what it took.
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import { openFabricLedger } from '../../gateway/ledger/fabric/fabric-ledger.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { DOCUMENTS } from './fabric-documents.js';
import { countAttested, type FabricParts, type Flight, openParts } from './fabric-parts.js';
import { submissionAt } from './submissions.js';

export type FabricTask =
  /** Anchors entries and makes the receipt of each. */
  | {
      readonly task: 'anchor';
      readonly folder: string;
      readonly warmUp: number;
      readonly entries: number;
    }
  /** One transaction for each document. */
  | {
      readonly task: 'documents';
      readonly profile: string;
      readonly clients: number;
      readonly warmUp: number;
      readonly documents: number;
    }
  /** Takes entries at a fixed rate, whatever became of those before. */
  | {
      readonly task: 'offer';
      readonly folder: string;
      readonly warmUpMs: number;
      readonly perSecond: number;
      readonly ms: number;
    };

type Task<Name extends FabricTask['task']> = Extract<FabricTask, { readonly task: Name }>;

export interface Anchoring {
  readonly ms: number;
  /** Of this process. */
  readonly processorMs: number;
  readonly receiptBytes: number;
  /** Appends of the time that was measured. */
  readonly flights: readonly Flight[];
  /** Since the log began. */
  readonly attests: number;
  readonly attested: number;
}

export interface Sending {
  readonly ms: number;
}

export interface Offering {
  readonly intervalMs: number;
  /** From the moment of the schedule, ms. */
  readonly accepted: readonly number[];
  readonly proven: readonly number[];
  readonly attests: number;
  readonly attested: number;
}

/** Entries handed in at once. */
const CALLERS = 1024;
/** Accepted entries that may wait to be proven. */
const WINDOW = 32_768;
const POLL_MS = 2;
const PATIENCE_MS = 120_000;

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function acceptAll({ sequencer }: FabricParts, end: number): Promise<void> {
  for (let next = sequencer.counts.accepted; next < end; ) {
    const last = Math.min(end, next + CALLERS);
    const answers: Promise<unknown>[] = [];
    for (; next < last; next++) answers.push(sequencer.accept(submissionAt(next)));
    await Promise.all(answers);
    while (sequencer.counts.accepted - sequencer.counts.proven > WINDOW) {
      if (sequencer.fault !== undefined) throw sequencer.fault;
      await sleep(POLL_MS);
    }
  }
}

/** Receipts of the entries up to `end`, each as soon as its entry is proven; gives their bytes. */
async function makeReceipts({ sequencer, receipts }: FabricParts, end: number): Promise<number> {
  let bytes = 0;
  for (let next = sequencer.counts.proven; next < end; ) {
    const { proven } = sequencer.counts;
    for (; next < Math.min(proven, end); next++) {
      bytes += formatReceipt(await receipts.make(next)).length;
    }
    if (sequencer.fault !== undefined) throw sequencer.fault;
    await sleep(POLL_MS);
  }
  return bytes;
}

async function anchorMore(parts: FabricParts, entries: number): Promise<number> {
  const end = parts.sequencer.counts.accepted + entries;
  const [bytes] = await Promise.all([makeReceipts(parts, end), acceptAll(parts, end)]);
  return bytes;
}

async function anchor({ folder, warmUp, entries }: Task<'anchor'>): Promise<Anchoring> {
  const parts = await openParts(folder);
  const { ledger, store } = parts;
  await anchorMore(parts, warmUp);
  const before = ledger.flights.length;
  const startedAt = performance.now();
  const worked = processorMs();
  const receiptBytes = await anchorMore(parts, entries);
  const ms = performance.now() - startedAt;
  const flights = ledger.flights.slice(before);
  const attested = await countAttested(store);
  const took = { ms, processorMs: processorMs() - worked, receiptBytes };
  await parts.close();
  return { ...took, flights, attests: ledger.attests, attested };
}

async function sendDocuments(task: Task<'documents'>): Promise<Sending> {
  const profile = { ...(await readFabricProfile(task.profile)), chaincode: DOCUMENTS };
  const ledger = await openFabricLedger(profile, 'writer');
  let next = 0;
  const client = async (end: number) => {
    while (next < end) {
      const id = `${process.pid}/${next++}.pdf`;
      const digest = encodeHex(sha256(utf8(id)));
      await ledger.submit('put', JSON.stringify({ id, digest }));
    }
  };
  const sendUpTo = (end: number) =>
    Promise.all(Array.from({ length: task.clients }, () => client(end)));
  await sendUpTo(task.warmUp);
  const startedAt = performance.now();
  await sendUpTo(task.warmUp + task.documents);
  const ms = performance.now() - startedAt;
  await ledger.close();
  return { ms };
}

/** Hands in one entry at each moment of the schedule, and looks when each is proven. */
async function offerFor(
  { sequencer }: FabricParts,
  perSecond: number,
  ms: number,
): Promise<Pick<Offering, 'accepted' | 'proven'>> {
  const first = sequencer.counts.accepted;
  const count = Math.round((ms / 1000) * perSecond);
  const startedAt = performance.now();
  const since = (at: number) => performance.now() - startedAt - (at / perSecond) * 1000;
  const accepted: number[] = [];
  const proven: number[] = [];
  const answers: Promise<unknown>[] = [];
  const offer = async (at: number) => {
    const { ordinal } = await sequencer.accept(submissionAt(first + at));
    // The schedule knows an entry by its place in it.
    if (ordinal !== first + at) throw new Error('entries were accepted in another order');
    accepted.push(since(at));
  };
  while (proven.length < count) {
    while (answers.length < count && since(answers.length) >= 0)
      answers.push(offer(answers.length));
    while (proven.length < sequencer.counts.proven - first) proven.push(since(proven.length));
    if (sequencer.fault !== undefined) throw sequencer.fault;
    if (performance.now() - startedAt > ms + PATIENCE_MS) throw new Error('nothing is proven');
    await sleep(1);
  }
  await Promise.all(answers);
  return { accepted, proven };
}

async function offer({ folder, warmUpMs, perSecond, ms }: Task<'offer'>): Promise<Offering> {
  const parts = await openParts(folder);
  const { ledger, store, intervalMs } = parts;
  await offerFor(parts, perSecond, warmUpMs);
  const times = await offerFor(parts, perSecond, ms);
  const attested = await countAttested(store);
  await parts.close();
  return { intervalMs, ...times, attests: ledger.attests, attested };
}

async function main(): Promise<void> {
  // Its end is that of the parent, which may have been killed.
  process.stdin.once('end', () => process.exit(2)).resume();
  process.stdin.unref();
  const task: FabricTask = JSON.parse(process.argv[2] ?? '{}');
  const result =
    task.task === 'anchor'
      ? await anchor(task)
      : await (task.task === 'documents' ? sendDocuments(task) : offer(task));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exit(1);
});
