// Rows about a live network of three organisations: fabric-anchor (throughput with receipts against
// one transaction for each document), fabric-latency (until proven), fabric-attestation (what the
// word of the organisations costs, and what is done while an append is on its way).
import { join } from 'node:path';
import { createDataFolder } from '../../gateway/data/create.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import type { Anchoring, FabricTask, Offering, Work } from './fabric-child.js';
import type { KeptNetwork } from './fabric-keeper.js';
import { keptNetwork } from './fabric-network.js';
import { type Budget, type Line, median, type Row } from './row.js';
import { timeOf } from './sampled.js';
import { formatNumber } from './table.js';
import type { Workshop } from './workshop.js';

interface Sizes {
  readonly entries: number;
  readonly warmUp: number;
  readonly documents: number;
  readonly offeredMs: number;
}

const FULL: Sizes = { entries: 98_304, warmUp: 16_384, documents: 3_000, offeredMs: 20_000 };
const QUICK: Sizes = { entries: 12_288, warmUp: 4_096, documents: 400, offeredMs: 10_000 };
/** From 32 to 200 of them a document costs the processors the same. */
const CLIENTS = 100;
const WARM_UP_DOCUMENTS = 200;
const OFFERED_PER_SECOND = 1_000;
const WARM_UP_MS = 2_000;
/** Of endorsing, ordering's own work, committing and attesting. */
const WORK_MS = 300;

const ANCHOR_BUDGET: Budget = { limit: 50, is: 'at least', of: 'ratio', later: '100 ×' };
const sizesOf = ({ settings }: Workshop) => (settings.quick ? QUICK : FULL);
/** A network takes its time to come up, and the quick benchmark has little. */
const roundsOf = ({ settings }: Workshop) => (settings.quick ? 1 : settings.rounds);
const count = (number: number) => number.toLocaleString('en-US');

async function runTask<T>(workshop: Workshop, task: FabricTask): Promise<T> {
  const args = [join(__dirname, 'fabric-child.js'), JSON.stringify(task)];
  return JSON.parse(await workshop.run(process.execPath, args)) as T;
}

/** A log of its own on the channel. */
async function newLog(workshop: Workshop, { profile, mspId }: KeptNetwork): Promise<string> {
  const folder = workshop.place('fabric');
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  await createDataFolder({
    folder,
    origin: `bench.example/${name}`,
    mspId,
    description: 'benchmark',
    recordLabels: 'hmac',
    patientSystems: [],
    fabric: await readFabricProfile(profile),
  });
  return folder;
}

/** The lines of a row, or that there is no network and why. */
function onNetwork(
  row: string,
  what: string,
  budget: Budget | undefined,
  measure: (workshop: Workshop, network: KeptNetwork) => Promise<readonly Line[]>,
): Row {
  return async (workshop) => {
    const network = await keptNetwork(workshop);
    if (typeof network !== 'string') return measure(workshop, network);
    const told = budget === undefined ? {} : { budget };
    return [{ row, what, notMeasured: network, ...told }];
  };
}

interface Anchorings {
  readonly ours: readonly Anchoring[];
  readonly others: readonly Work[];
}

function anchorings(workshop: Workshop, network: KeptNetwork): Promise<Anchorings> {
  return workshop.keep('anchorings', async () => {
    const { entries, warmUp, documents } = sizesOf(workshop);
    const { profile, folder: state } = network;
    const ours: Anchoring[] = [];
    const others: Work[] = [];
    for (let round = 0; round < roundsOf(workshop); round++) {
      const folder = await newLog(workshop, network);
      ours.push(
        await runTask(workshop, { task: 'anchor', network: state, folder, warmUp, entries }),
      );
      workshop.remove(folder);
      const clients = { network: state, clients: CLIENTS, warmUp: WARM_UP_DOCUMENTS };
      others.push(await runTask(workshop, { task: 'documents', profile, ...clients, documents }));
    }
    return { ours, others };
  });
}
const ANCHOR = 'documents anchored with receipts, end to end';

export const fabricAnchorRow: Row = onNetwork(
  'fabric-anchor',
  `${ANCHOR}, on a live Fabric network`,
  ANCHOR_BUDGET,
  async (workshop, network) => {
    const { entries, documents } = sizesOf(workshop);
    const { ours, others } = await anchorings(workshop, network);
    const bytes = median(ours.map(({ receiptBytes }) => receiptBytes / entries));
    const own = median(ours.map(({ processorMs }) => (processorMs / entries) * 1000));
    const line: Line = {
      row: 'fabric-anchor',
      what: `${ANCHOR}: ${count(entries)} on Fabric ${network.version}, ${network.organisations} organisations`,
      unit: 'documents/s',
      values: ours.map(({ ms }) => (entries / ms) * 1000),
      baseline: {
        what: `one transaction a document, ${count(documents)} by ${CLIENTS} clients`,
        values: others.map(({ ms }) => (documents / ms) * 1000),
      },
      budget: ANCHOR_BUDGET,
      note: `${roundsOf(workshop)} × both in turn, all organisations on this one machine; receipts of ${formatNumber(bytes)} bytes, made and not written`,
    };
    const all = processorLine(ours, entries, others, documents, formatNumber(own));
    return all === undefined ? [line] : [line, all];
  },
);

/** Processor time of everybody for one of `count`, in microseconds; undefined when not told. */
function processorTimes(works: readonly Work[], count: number): number[] | undefined {
  const times: number[] = [];
  for (const { processorMs, networkMs } of works) {
    if (networkMs === null) return undefined;
    times.push(((processorMs + networkMs) / count) * 1000);
  }
  return times;
}

/** The same cost in time that other programs on the machine hardly stretch. */
function processorLine(
  ours: readonly Work[],
  entries: number,
  others: readonly Work[],
  documents: number,
  own: string,
): Line | undefined {
  const values = processorTimes(ours, entries);
  const baseline = processorTimes(others, documents);
  if (values === undefined || baseline === undefined) return undefined;
  return {
    row: 'fabric-anchor',
    what: 'processor time of the hospital and of all processes of the network for an entry',
    unit: 'µs',
    values,
    baseline: { what: 'of clients and network for a document', values: baseline },
    note: `${own} µs of it are the hospital's own`,
  };
}

/** The value below which this share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new RangeError('no values, so no quantile');
  return found;
}

function offerings(workshop: Workshop, network: KeptNetwork): Promise<readonly Offering[]> {
  return workshop.keep('offerings', async () => {
    const ms = sizesOf(workshop).offeredMs;
    const results: Offering[] = [];
    for (let round = 0; round < roundsOf(workshop); round++) {
      const folder = await newLog(workshop, network);
      const load = { perSecond: OFFERED_PER_SECOND, warmUpMs: WARM_UP_MS };
      results.push(await runTask(workshop, { task: 'offer', folder, ms, ...load }));
      workshop.remove(folder);
    }
    return results;
  });
}

const OFFERED = `accepted → proven at ${count(OFFERED_PER_SECOND)} events/s, live Fabric`;

export const fabricLatencyRow: Row = onNetwork(
  'fabric-latency',
  OFFERED,
  undefined,
  async (workshop, network) => {
    const offered = await offerings(workshop, network);
    const { intervalMs } = offered[0] as Offering;
    const { batchTimeoutMs } = network;
    const limit = intervalMs + batchTimeoutMs + WORK_MS;
    const at = (share: number) => offered.map(({ proven }) => quantile(proven, share));
    const accepted = median(offered.map((one) => quantile(one.accepted, 0.95)));
    const line = (share: number, more: Partial<Line> = {}) => ({
      row: 'fabric-latency',
      what: `${OFFERED}: p${share * 100}`,
      unit: 'ms',
      values: at(share),
      ...more,
    });
    const seconds = sizesOf(workshop).offeredMs / 1000;
    const limits = `append interval ${intervalMs} + BatchTimeout ${batchTimeoutMs} + ${WORK_MS} ms`;
    const load = `offered for ${seconds} s by a schedule that waits for no answer, timed from it`;
    return [
      line(0.95, {
        budget: { limit, is: 'at most', of: 'value' },
        note: `budget: ${limits}; ${load}; p95 until accepted ${formatNumber(accepted)} ms`,
      }),
      line(0.5),
      line(0.99),
    ];
  },
);

/** Share of the time from the first append to the last in which none was on its way, percent. */
function idleShare({ flights }: Anchoring): number {
  const all = (flights.at(-1)?.to ?? 0) - (flights[0]?.from ?? 0);
  return (1 - timeOf(flights) / all) * 100;
}

export const fabricAttestationRow: Row = onNetwork(
  'fabric-attestation',
  'attestations fetched for each published checkpoint, live Fabric',
  undefined,
  async (workshop, network) => {
    const { warmUp } = sizesOf(workshop);
    const { ours } = await anchorings(workshop, network);
    const offered = await offerings(workshop, network);
    const fetched = [...ours, ...offered].map(({ attests, attested }) => attests / attested);
    const checkpoints = [...ours, ...offered].reduce((sum, { attested }) => sum + attested, 0);
    const took = median(ours.flatMap(({ flights }) => flights.map(({ from, to }) => to - from)));
    const appends = ours.reduce((sum, { flights }) => sum + flights.length, 0);
    const preparing = median(ours.map((one) => one.preparing));
    return [
      {
        row: 'fabric-attestation',
        what: 'attestations fetched at the ledger port for each checkpoint in the store',
        unit: '',
        values: fetched,
        budget: { limit: 1, is: 'at most', of: 'value' },
        note: `${count(checkpoints)} checkpoints`,
      },
      {
        row: 'fabric-attestation',
        what: 'of the time in which appends are prepared, while the one before is on its way',
        unit: '%',
        values: ours.map((one) => (one.preparingInFlight / one.preparing) * 100),
        note: `${formatNumber(preparing)} ms of preparing for the ${count(warmUp)} entries of the warm-up, sampled every millisecond`,
      },
      {
        row: 'fabric-attestation',
        what: 'of the time, while no append is on its way and entries wait or are accepted',
        unit: '%',
        values: ours.map(idleShare),
        note: `${count(appends)} appends of ${formatNumber(took)} ms`,
      },
    ];
  },
);
