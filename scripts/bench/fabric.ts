// Rows about a live network of three organisations: fabric-anchor (throughput with receipts against
// one transaction for each document), fabric-latency (until proven), fabric-attestation (what the
// word of the organisations costs, and what is done while an append is on its way).
import { join } from 'node:path';
import { createDataFolder } from '../../gateway/data/create.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import type { Anchoring, FabricTask, Offering, Sending } from './fabric-child.js';
import type { KeptNetwork } from './fabric-keeper.js';
import { keptNetwork } from './fabric-network.js';
import { type Budget, type Line, median, type Row } from './row.js';
import { formatNumber } from './table.js';
import type { Workshop } from './workshop.js';

interface Sizes {
  readonly entries: number;
  readonly warmUp: number;
  readonly documents: number;
  readonly offeredMs: number;
}

const FULL: Sizes = { entries: 98_304, warmUp: 16_384, documents: 3_000, offeredMs: 20_000 };
const QUICK: Sizes = { entries: 16_384, warmUp: 4_096, documents: 400, offeredMs: 10_000 };
/** More of them anchor no more documents in a second. */
const CLIENTS = 100;
const WARM_UP_DOCUMENTS = 200;
const OFFERED_PER_SECOND = 1_000;
const WARM_UP_MS = 2_000;
/** Of endorsing, ordering's own work, committing and attesting. */
const WORK_MS = 300;
/** Less is not the making of an append. */
const LEAST_BUSY_MS = 1;

const ANCHOR_BUDGET: Budget = { limit: 50, is: 'at least', of: 'ratio', later: '100 ×' };
const sizesOf = ({ settings }: Workshop) => (settings.quick ? QUICK : FULL);
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
  readonly others: readonly Sending[];
}

function anchorings(workshop: Workshop, network: KeptNetwork): Promise<Anchorings> {
  return workshop.keep('anchorings', async () => {
    const { entries, warmUp, documents } = sizesOf(workshop);
    const { profile } = network;
    const ours: Anchoring[] = [];
    const others: Sending[] = [];
    for (let round = 0; round < workshop.settings.rounds; round++) {
      const folder = await newLog(workshop, network);
      ours.push(await runTask(workshop, { task: 'anchor', folder, warmUp, entries }));
      workshop.remove(folder);
      const clients = { clients: CLIENTS, warmUp: WARM_UP_DOCUMENTS };
      others.push(await runTask(workshop, { task: 'documents', profile, ...clients, documents }));
    }
    return { ours, others };
  });
}
const ANCHOR = 'entries anchored with receipts, end to end';

export const fabricAnchorRow: Row = onNetwork(
  'fabric-anchor',
  `${ANCHOR}, on a live Fabric network`,
  ANCHOR_BUDGET,
  async (workshop, network) => {
    const { entries, documents } = sizesOf(workshop);
    const { ours, others } = await anchorings(workshop, network);
    const processor = median(ours.map(({ processorMs }) => (processorMs / entries) * 1000));
    const bytes = median(ours.map(({ receiptBytes }) => receiptBytes / entries));
    return [
      {
        row: 'fabric-anchor',
        what: `${ANCHOR}: ${count(entries)} on Fabric ${network.version}, ${network.organisations} organisations`,
        unit: 'entries/s',
        values: ours.map(({ ms }) => (entries / ms) * 1000),
        baseline: {
          what: `one transaction a document, ${count(documents)} by ${CLIENTS} clients`,
          values: others.map(({ ms }) => (documents / ms) * 1000),
        },
        budget: ANCHOR_BUDGET,
        note: `${formatNumber(processor)} µs of the hospital's processor for an entry with its receipt of ${formatNumber(bytes)} bytes; all organisations on this one machine`,
      },
    ];
  },
);

/** The value below which this share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new RangeError('no values, so no quantile');
  return found;
}

function offerings(workshop: Workshop, network: KeptNetwork): Promise<readonly Offering[]> {
  return workshop.keep('offerings', async () => {
    const { quick, rounds } = workshop.settings;
    const ms = sizesOf(workshop).offeredMs;
    const results: Offering[] = [];
    for (let round = 0; round < (quick ? 1 : rounds); round++) {
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
    return [
      line(0.95, {
        budget: { limit, is: 'at most', of: 'value' },
        note: `budget: append interval ${intervalMs} + BatchTimeout ${batchTimeoutMs} + ${WORK_MS} ms; offered for ${workshop.settings.quick ? 10 : 20} s by a schedule that waits for no answer, timed from it; p95 until accepted ${formatNumber(accepted)} ms`,
      }),
      line(0.5),
      line(0.99),
    ];
  },
);

/** How long no append was on its way, after each that another one followed. */
function pauses({ flights }: Anchoring): number[] {
  return flights.slice(1).map(({ sentAt }, at) => sentAt - (flights[at]?.answeredAt as number));
}

export const fabricAttestationRow: Row = onNetwork(
  'fabric-attestation',
  'attestations fetched for each published checkpoint, live Fabric',
  undefined,
  async (workshop, network) => {
    const { ours } = await anchorings(workshop, network);
    const offered = await offerings(workshop, network);
    const fetched = [...ours, ...offered].map(({ attests, attested }) => attests / attested);
    const checkpoints = [...ours, ...offered].reduce((sum, { attested }) => sum + attested, 0);
    const flights = ours.flatMap((one) => one.flights);
    const took = median(flights.map(({ sentAt, answeredAt }) => answeredAt - sentAt));
    const idle = ours.map((one) => {
      const all = pauses(one).reduce((sum, pause) => sum + pause, 0);
      const [first, last] = [one.flights[0], one.flights.at(-1)];
      return (all / ((last?.answeredAt ?? 0) - (first?.sentAt ?? 0))) * 100;
    });
    const ahead = flights.map(({ busy }) => busy).filter((busy) => busy >= LEAST_BUSY_MS);
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
        what: 'share of the time in which no append was on its way, while entries waited',
        unit: '%',
        values: idle,
        note: `an append takes ${formatNumber(took)} ms; ${ahead.length} of ${flights.length - ours.length} that followed another one were prepared while it was on its way, in ${ahead.length === 0 ? 'no' : formatNumber(median(ahead))} ms`,
      },
    ];
  },
);
