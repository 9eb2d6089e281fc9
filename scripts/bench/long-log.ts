// Rows about long logs: proven (throughput to the end), cost-growth (time and memory at full length
// against the beginning), restart (start-up after a kill).
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { childArgs, grownLog, newDataFolder, runTask } from './grown-log.js';
import type { Growth, Memory, Opening } from './log-child.js';
import { type Budget, type Line, median, type Row } from './row.js';
import { formatNumber } from './table.js';
import type { Metered, Workshop } from './workshop.js';

const SHORT_ENTRIES = 10_000;
/** Added to a log to see how much memory that takes. */
const MORE_ENTRIES = 4096;
const MEBIBYTE = 1024 * 1024;

const count = (entries: number) => entries.toLocaleString('en-US');

/** Median for one of `entries`, in microseconds. */
function processorTime(times: readonly Metered[], entries: number): string {
  return formatNumber(median(times.map(({ processorMs }) => (processorMs / entries) * 1000)));
}

export const provenRow: Row = async (workshop) => {
  const { entries } = workshop.settings;
  const { growths } = await grownLog(workshop);
  const processor = processorTime(
    growths.map(({ all }) => all),
    entries,
  );
  return [
    {
      row: 'proven',
      what: `committed and proven on the embedded ledger, sustained over ${count(entries)} entries`,
      unit: 'entries/s',
      values: growths.map(({ all }) => (entries / all.ms) * 1000),
      budget: { limit: 6000, is: 'at least', of: 'value', later: '15,000, then 25,000' },
      note: `half records, half accesses; one entry in twenty is the first of a patient (VRF label); ${processor} µs of processor time for an entry`,
    },
  ];
};

export const costGrowthRow: Row = async (workshop) => {
  const { entries } = workshop.settings;
  const { growths, block } = await grownLog(workshop);
  const perEntry = ({ ms }: Metered) => (ms / block) * 1000;
  const first = growths.map(({ firstBlock }) => firstBlock);
  const last = growths.map(({ lastBlock }) => lastBlock);
  const cost: Line = {
    row: 'cost-growth',
    what: `time per entry in the last ${count(block)} of ${count(entries)} entries`,
    unit: 'µs',
    values: last.map(perEntry),
    baseline: {
      what: `in the first ${count(block)} after warm-up`,
      values: first.map(perEntry),
    },
    budget: { limit: 1.5, is: 'at most', of: 'ratio' },
    note: `${processorTime(last, block)} µs of processor time for an entry, ${processorTime(first, block)} in the first ones`,
  };
  return [cost, ...(await memoryGrowth(workshop))];
};

/** The same work on a long and on a short log, each time by a fresh process. */
async function memoryGrowth(workshop: Workshop): Promise<Line[]> {
  const { entries } = workshop.settings;
  const { folder } = await grownLog(workshop);
  const add = (data: string, more: number) =>
    runTask<Growth>(workshop, {
      task: 'grow',
      folder: data,
      warmUp: 0,
      entries: more,
      block: more,
    });
  const short = await newDataFolder(workshop, 'short');
  await add(short, SHORT_ENTRIES);
  const values: Memory[] = [];
  const baseline: Memory[] = [];
  for (let round = 0; round < workshop.settings.rounds; round++) {
    values.push((await add(folder, MORE_ENTRIES)).memory);
    const copy = workshop.place('copy');
    cpSync(short, copy, { recursive: true });
    baseline.push((await add(copy, MORE_ENTRIES)).memory);
    workshop.remove(copy);
  }
  workshop.remove(short);
  const line = (what: string, of: (memory: Memory) => number): Line => ({
    row: 'cost-growth',
    what: `${what} of a process that adds ${count(MORE_ENTRIES)} entries to ${count(entries)}`,
    unit: 'MiB',
    values: values.map((memory) => of(memory) / MEBIBYTE),
    baseline: {
      what: `to ${count(SHORT_ENTRIES)}`,
      values: baseline.map((memory) => of(memory) / MEBIBYTE),
    },
  });
  const budget: Budget = { limit: 1.5, is: 'at most', of: 'ratio' };
  const resident = { ...line('resident memory', (memory) => memory.resident), budget };
  if (values.some(({ anonymous }) => anonymous === 0)) return [resident];
  return [resident, line('anonymous memory, without mapped files,', (memory) => memory.anonymous)];
}

/** Starts a process that adds entries, and kills it while it does. */
async function killInMidAppend(workshop: Workshop, folder: string, afterMs: number): Promise<void> {
  const child = workshop.start(process.execPath, childArgs({ task: 'endless', folder }));
  const ended = once(child, 'close');
  const [first] = await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended]);
  if (!Buffer.isBuffer(first)) throw new Error('the process to be killed ended by itself');
  await sleep(afterMs);
  child.kill('SIGKILL');
  await ended;
}

export const restartRow: Row = async (workshop) => {
  const { entries } = workshop.settings;
  const { folder } = await grownLog(workshop);
  const unproven: number[] = [];
  const processes: number[] = [];
  const values = await workshop.repeat(async (round) => {
    await killInMidAppend(workshop, folder, 500 + 137 * round);
    const startedAt = performance.now();
    const opening = await runTask<Opening>(workshop, { task: 'open', folder });
    processes.push((performance.now() - startedAt) / 1000);
    unproven.push(opening.unproven);
    return opening.ms / 1000;
  });
  return [
    {
      row: 'restart',
      what: `start-up with ${count(entries)} entries after kill -9 in mid-append`,
      unit: 's',
      values,
      budget: { limit: 5, is: 'at most', of: 'value' },
      note: `accepted and not proven at start-up: ${unproven.map(count).join('; ')}`,
    },
    {
      row: 'restart',
      what: 'the whole process: start of Node, start-up, orderly end',
      unit: 's',
      values: processes,
    },
  ];
};
