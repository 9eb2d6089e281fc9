// One run of a program that is to be killed: at a point of its own, or after a time. Its answers
// go to a file, so that what it told is known to the last line.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FAULT_ENV, type FaultPlan } from './fault-points.js';
import type { Random } from './fault-random.js';
import { levelFolders } from './raw-store.js';

const PRELOAD = join(__dirname, 'fault-preload.js');
/** No child of ours takes this long: it hangs, and that is a fault too. */
const MAX_LIFE_MS = 60_000;
const POLL_MS = 10;

/** When a child is killed; neither plan nor time: not at all. */
export interface Kill {
  readonly plan?: FaultPlan;
  readonly afterMs?: number;
  /** Its line from which that time counts; without, from the start. */
  readonly afterLine?: string;
}

export interface Ran {
  readonly killed: boolean;
  readonly exitCode: number | null;
  readonly durationMs: number;
  /** Whole lines of stdout. */
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** Points reached, each with the milliseconds since the process began. */
export type Reached = readonly { readonly point: string; readonly ms: number }[];

function environment(folder: string, { plan }: Kill, points: boolean): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_OPTIONS: `--require=${JSON.stringify(PRELOAD)}`,
    [FAULT_ENV.durable]: join(folder, 'durable'),
  };
  if (plan !== undefined) env[FAULT_ENV.plan] = JSON.stringify(plan);
  if (points) env[FAULT_ENV.points] = join(folder, 'points');
  return env;
}

async function said(child: ChildProcess, stdout: string, line: string): Promise<void> {
  const isSaid = () => readFileSync(stdout, 'utf8').split('\n').includes(line);
  while (child.exitCode === null && child.signalCode === null && !isSaid()) await sleep(POLL_MS);
}

async function ended(
  child: ChildProcess,
  { afterMs, afterLine }: Kill,
  stdout: string,
): Promise<boolean> {
  const exited = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  if (afterLine !== undefined) await said(child, stdout, afterLine);
  const timer = afterMs === undefined ? undefined : setTimeout(kill, afterMs);
  let hung = false;
  const life = setTimeout(() => {
    hung = true;
    kill();
  }, MAX_LIFE_MS);
  await exited;
  clearTimeout(timer);
  clearTimeout(life);
  if (hung) throw new Error('the program hangs');
  return child.signalCode === 'SIGKILL';
}

/** @param folder holds what the child leaves for us beside what it works on */
export async function runChild(
  folder: string,
  [program, ...args]: readonly string[],
  kill: Kill,
  points = false,
): Promise<Ran> {
  rmSync(join(folder, 'durable'), { recursive: true, force: true });
  mkdirSync(join(folder, 'durable'));
  const [out, err] = ['stdout', 'stderr'].map((name) => openSync(join(folder, name), 'w'));
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(__dirname, `${program}.js`), ...args], {
    env: environment(folder, kill, points),
    stdio: ['ignore', out, err],
  });
  const killed = await ended(child, kill, join(folder, 'stdout'));
  const durationMs = performance.now() - startedAt;
  for (const file of [out, err]) closeSync(file as number);
  const text = readFileSync(join(folder, 'stdout'), 'utf8');
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  const stderr = readFileSync(join(folder, 'stderr'), 'utf8');
  return { killed, exitCode: child.exitCode, durationMs, lines, stderr };
}

export function readReached(folder: string): Reached {
  const lines = readFileSync(join(folder, 'points'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [point = '', ms] = line.split('\t');
    return { point, ms: Number(ms) };
  });
}

/**
 * What a loss of power does: bytes of log files that were not fsynced before anybody was answered
 * are gone, from a random one on in each. Says how many.
 * @param database its folder, or that of a store
 */
export function tearLog(folder: string, database: string, random: Random): number {
  return levelFolders(database).reduce((sum, path) => sum + tearOne(folder, path, random), 0);
}

function tearOne(folder: string, database: string, random: Random): number {
  const noted = join(folder, 'durable', database.slice(database.lastIndexOf('/') + 1));
  if (!existsSync(noted) || !existsSync(database)) return 0;
  const note = readFileSync(noted, 'utf8');
  // Killed between making the file of the first note and writing it.
  if (note === '') return 0;
  const durable = JSON.parse(note) as { log: string; size: number };
  const newest = readdirSync(database)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .at(-1);
  if (newest !== durable.log) return 0;
  const path = join(database, newest);
  const open = statSync(path).size - durable.size;
  if (open <= 0) return 0;
  const cut = 1 + random.integer(open);
  truncateSync(path, durable.size + open - cut);
  return cut;
}
