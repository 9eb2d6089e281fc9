// A program of its own that works on a channel as a hospital's process does, or as many clients do
// who send a transaction for each document, and says on stdout, as JSON, what it took.
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { mapRoot } from '../../chaincode/core/subject-map.js';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import { openFabricLedger } from '../../gateway/ledger/fabric/fabric-ledger.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { prepareAppend } from '../../gateway/services/sequencer/prepare-append.js';
import { callInTurn } from './callers.js';
import { DOCUMENTS } from './fabric-documents.js';
import { countAttested, type FabricParts, openParts } from './fabric-parts.js';
import { networkProcessorMs } from './fabric-processor.js';
import { type Stretch, sampled, timeOf, timeWithin } from './sampled.js';
import { record, submissionAt } from './submissions.js';
import { type Metered, metered } from './workshop.js';

export type FabricTask =
  /** Anchors entries and makes the receipt of each. */
  | {
      readonly task: 'anchor';
      /** State folder of the network. */
      readonly network: string;
      readonly folder: string;
      readonly warmUp: number;
      readonly entries: number;
    }
  /** One transaction for each document. */
  | {
      readonly task: 'documents';
      readonly network: string;
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

export interface Work extends Metered {
  /** Of all processes of the network; null where the system does not tell. */
  readonly networkMs: number | null;
}

export interface Anchoring extends Work {
  readonly receiptBytes: number;
  /** Appends of the time that was measured, on their way. */
  readonly flights: readonly Stretch[];
  /** Before that time: ms of preparing appends, and how much of it while one was on its way. */
  readonly preparing: number;
  readonly preparingInFlight: number;
  /** Since the log began. */
  readonly attests: number;
  readonly attested: number;
}

export interface Offering {
  readonly intervalMs: number;
  /** From the moment of the schedule, ms. */
  readonly accepted: readonly number[];
  readonly proven: readonly number[];
  readonly attests: number;
  readonly attested: number;
}

const CALLERS = 1024;
const POLL_MS = 2;
const RECEIPTS_AT_ONCE = 32;
const PATIENCE_MS = 120_000;

async function work(network: string, act: () => Promise<unknown>): Promise<Work> {
  const before = await networkProcessorMs(network);
  const took = await metered(act);
  const after = await networkProcessorMs(network);
  const isKnown = before !== undefined && after !== undefined;
  return { ...took, networkMs: isKnown ? after - before : null };
}

/** Each caller waits until its entry is durable, and for room where the ledger is behind. */
const acceptAll = ({ sequencer }: FabricParts, end: number) =>
  callInTurn(CALLERS, sequencer.counts.accepted, end, (at) => sequencer.acceptWhenRoom(record(at)));

/** Receipts of the entries up to `end`, each as soon as its entry is proven; gives their bytes. */
async function makeReceipts({ sequencer, receipts }: FabricParts, end: number): Promise<number> {
  let bytes = 0;
  for (let next = sequencer.counts.proven; next < end; ) {
    const { proven } = sequencer.counts;
    for (; next < Math.min(proven, end); next++) {
      bytes += formatReceipt(await receipts.make(next)).length;
      // Others have to come in between.
      if (next % RECEIPTS_AT_ONCE === 0) await turn();
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

async function anchor({ network, folder, warmUp, entries }: Task<'anchor'>): Promise<Anchoring> {
  const parts = await openParts(folder);
  const { ledger, store } = parts;
  const { inside } = await sampled([prepareAppend.name, mapRoot.name], () =>
    anchorMore(parts, warmUp),
  );
  const preparing = timeOf(inside);
  const preparingInFlight = timeWithin(inside, ledger.flights);
  const before = ledger.flights.length;
  let receiptBytes = 0;
  const took = await work(network, async () => {
    receiptBytes = await anchorMore(parts, entries);
  });
  const flights = ledger.flights.slice(before);
  const attested = await countAttested(store);
  await parts.close();
  return {
    ...took,
    receiptBytes,
    flights,
    preparing,
    preparingInFlight,
    attests: ledger.attests,
    attested,
  };
}

async function sendDocuments(task: Task<'documents'>): Promise<Work> {
  const profile = { ...(await readFabricProfile(task.profile)), chaincode: DOCUMENTS };
  const ledger = await openFabricLedger(profile, 'writer');
  const send = (first: number, count: number) =>
    callInTurn(task.clients, first, first + count, (at) => {
      const id = `${process.pid}/${at}.pdf`;
      const digest = encodeHex(sha256(utf8(id)));
      return ledger.submit('put', JSON.stringify({ id, digest }));
    });
  await send(0, task.warmUp);
  const took = await work(task.network, () => send(task.warmUp, task.documents));
  await ledger.close();
  return took;
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
