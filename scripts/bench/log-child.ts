// A program of its own that works on one data folder as a hospital's process does, and says on
// stdout, as JSON, what it took. Its memory is that of this work alone.
import { existsSync, readFileSync } from 'node:fs';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import type { Sequencer } from '../../gateway/services/sequencer/sequencer.js';
import { callInTurn } from './callers.js';
import { submissionAt } from './submissions.js';
import { type Metered, metered } from './workshop.js';

export type LogTask =
  /** Adds `entries`, of which the first and the last `block` are timed by themselves. */
  | {
      readonly task: 'grow';
      readonly folder: string;
      /** Entries before the clock is started. */
      readonly warmUp: number;
      readonly entries: number;
      readonly block: number;
    }
  /** Adds without end, saying so once it is at work. */
  | { readonly task: 'endless'; readonly folder: string }
  /** Opens and closes. */
  | { readonly task: 'open'; readonly folder: string };

type GrowTask = Extract<LogTask, { task: 'grow' }>;

/** The largest seen, bytes. */
export interface Memory {
  readonly resident: number;
  /** Without mapped files, which the system takes back when it needs room; 0 if not told. */
  readonly anonymous: number;
}

export interface Growth {
  /** Until all entries were proven. */
  readonly all: Metered;
  readonly firstBlock: Metered;
  readonly lastBlock: Metered;
  readonly memory: Memory;
}

export interface Opening {
  readonly ms: number;
  /** Accepted entries that were not proven when the process before was killed. */
  readonly unproven: number;
}

const CALLERS = 1024;
const STATUS = '/proc/self/status';
const SAMPLE_MS = 20;
/** A log that proves nothing for so long never will. */
const PATIENCE_MS = 600_000;

/** Each caller waits until its entry is durable, and for room where the ledger is behind. */
async function addEntries(sequencer: Sequencer, count: number): Promise<void> {
  // Everything before was submitted in this order too.
  const { accepted } = sequencer.counts;
  await callInTurn(CALLERS, accepted, accepted + count, (at) =>
    sequencer.acceptWhenRoom(submissionAt(at)),
  );
}

/** What it takes until so many more entries are proven. */
function prove({ sequencer }: Hospital, count: number): Promise<Metered> {
  return metered(async () => {
    await addEntries(sequencer, count);
    if (!(await sequencer.waitProven(PATIENCE_MS))) throw new Error('entries are never proven');
  });
}

function sumOf(times: readonly Metered[]): Metered {
  const sum = (of: (time: Metered) => number) => times.reduce((total, time) => total + of(time), 0);
  return { ms: sum(({ ms }) => ms), processorMs: sum(({ processorMs }) => processorMs) };
}

async function grow(hospital: Hospital, { warmUp, entries, block }: GrowTask) {
  if (warmUp > 0) await prove(hospital, warmUp);
  const firstBlock = await prove(hospital, Math.min(block, entries));
  const between = await prove(hospital, Math.max(0, entries - 2 * block));
  const lastBlock = await prove(hospital, entries > block ? block : 0);
  return { all: sumOf([firstBlock, between, lastBlock]), firstBlock, lastBlock };
}

function anonymousBytes(): number {
  if (!existsSync(STATUS)) return 0;
  const [, kibibytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8')) ?? [];
  return Number(kibibytes ?? 0) * 1024;
}

async function say(value: object | string): Promise<void> {
  await new Promise((resolve) => process.stdout.write(`${JSON.stringify(value)}\n`, resolve));
}

async function main(): Promise<void> {
  // Its end is that of the parent, which may have been killed.
  process.stdin.once('end', () => process.exit(2)).resume();
  process.stdin.unref();
  const task: LogTask = JSON.parse(process.argv[2] ?? '{}');
  let memory: Memory = { resident: 0, anonymous: 0 };
  const look = () => {
    memory = {
      resident: Math.max(memory.resident, process.memoryUsage.rss()),
      anonymous: Math.max(memory.anonymous, anonymousBytes()),
    };
  };
  setInterval(look, SAMPLE_MS).unref();
  const startedAt = performance.now();
  const hospital = await openHospital({ folder: task.folder, operator: 'bench' });
  const ms = performance.now() - startedAt;
  if (task.task === 'endless') {
    await addEntries(hospital.sequencer, CALLERS);
    await say('at work');
    for (;;) await addEntries(hospital.sequencer, 100 * CALLERS);
  }
  if (task.task === 'open') {
    const { accepted, proven } = hospital.sequencer.counts;
    await hospital.close();
    await say({ ms, unproven: accepted - proven } satisfies Opening);
  } else {
    const times = await grow(hospital, task);
    await hospital.close();
    look();
    await say({ ...times, memory } satisfies Growth);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exit(1);
});
