// Child processes of a network: each in a process group of its own that outlives us, with its log
// and a file that says which process it is. Nothing else starts or ends processes of a network.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError } from '../chaincode/core/errors.js';
import { parseJsonBytes } from '../chaincode/core/json.js';
import { checkShape, integer, list, object, text, time } from '../chaincode/core/shape.js';
import { findFile, makeFolder, writeWhole } from './files.js';
import { lastLines } from './log-tail.js';
import { logFile, runFolder } from './paths.js';
import { isEnding, processMark, worksIn } from './process-mark.js';
import { cleanEnvironment } from './run-program.js';
import type { NetworkState } from './state.js';

type Place = Pick<NetworkState, 'folder'>;

export interface ProcessSpec {
  /** Names its log, its pid file, and by custom its folder. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** All that it gets besides PATH, HOME, TMPDIR, LANG: a user's CORE_… must not steer a peer. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory. */
  readonly cwd: string;
  /** Asked again and again until it answers true; without it, running is enough. */
  isReady?(): Promise<boolean>;
  /** How long it may take to be ready; 30 s. */
  readonly readyMs?: number;
  /** Of its program, as `network status` tells it. */
  readonly version?: string;
  /** What its first start makes: taken away again where that fails, or the next finds halves. */
  readonly makes?: readonly string[];
}

export interface ProcessRecord {
  readonly pid: number;
  readonly startedAt: string;
  /** Which process with this pid, see process-mark.ts. */
  readonly mark: string;
  readonly command: readonly string[];
  /** Absent where an earlier Chartseal started it. */
  readonly version?: string;
}

const SHAPE = object({
  pid: integer({ min: 1 }),
  startedAt: time(),
  mark: text({ min: 1, max: 256 }),
  command: list(text({ min: 0, max: 65_536 }), { max: 1000 }),
  'version?': text({ min: 1, max: 256 }),
});

/**
 * Waits for a word before it becomes the program: should we be killed before its pid is on disk, it
 * ends by itself. Fabric's programs write some files readable for all; the umask says otherwise.
 */
const BEGIN = 'umask 077; read -r word && exec "$0" "$@" </dev/null';
const READY_MS = 30_000;
const POLL_MS = 40;
const TERM_MS = 10_000;
const KILL_MS = 5_000;

const recordFile = (place: Place, name: string) => join(runFolder(place), `${name}.json`);

function parseRecord(bytes: Uint8Array, path: string, name: string): ProcessRecord {
  try {
    const value = parseJsonBytes(bytes, 'record of a process');
    checkShape(SHAPE, value, 'record of a process');
    return value as unknown as ProcessRecord;
  } catch (cause) {
    const text = `${path} is damaged, which said what process ${name} is: end that one yourself (ps), and remove the file`;
    throw new ChartsealError('NETWORK_FAILED', text, { cause });
  }
}

/**
 * The record of a process that runs; undefined when it does not, whatever was left behind. Throws
 * NETWORK_FAILED where the record is damaged.
 */
export async function findProcess(place: Place, name: string): Promise<ProcessRecord | undefined> {
  const bytes = await findFile(recordFile(place, name));
  if (bytes === undefined) return undefined;
  const record = parseRecord(bytes, recordFile(place, name), name);
  if ((await processMark(record.pid)) !== record.mark) return undefined;
  return (await worksIn(record.pid, place.folder)) ? record : undefined;
}

/**
 * Names of all processes that run.
 * @param onDamaged takes what is thrown where a record is damaged, which then is passed over
 */
export async function runningProcesses(
  place: Place,
  onDamaged?: (error: unknown) => void,
): Promise<string[]> {
  let files: string[];
  try {
    files = await readdir(runFolder(place));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new ChartsealError('FILE_UNREADABLE', `cannot read ${runFolder(place)}`, { cause });
  }
  const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
  const find = (name: string) =>
    findProcess(place, name).catch((error: unknown) => {
      if (onDamaged === undefined) throw error;
      onDamaged(error);
      return undefined;
    });
  const records = await Promise.all(names.map(find));
  return names.filter((_, at) => records[at] !== undefined);
}

/** Lets the shell become the program; one that is gone is found by who waits for the process. */
function sendWord({ stdin }: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    stdin?.once('error', () => resolve());
    stdin?.end('go\n', () => resolve());
  });
}

const reason = (error: unknown): string =>
  error instanceof Error ? `: ${error.message}${reason(error.cause)}` : '';

async function launch(place: Place, spec: ProcessSpec): Promise<ProcessRecord> {
  const { name, program, args, cwd, version } = spec;
  const log = logFile(place, name);
  await makeFolder(dirname(log));
  await makeFolder(cwd);
  const output = await open(log, 'a', 0o600);
  const startedAt = new Date().toISOString();
  try {
    await output.write(`---- chartseal starts ${name} at ${startedAt}\n`);
    const child = spawn('/bin/sh', ['-c', BEGIN, program, ...args], {
      cwd,
      env: cleanEnvironment(spec.env),
      detached: true,
      stdio: ['pipe', output.fd, output.fd],
    });
    try {
      const failure = new Promise<never>((_, reject) => child.once('error', reject));
      const started = new Promise<void>((resolve) => child.once('spawn', resolve));
      await Promise.race([started, failure]);
      const pid = child.pid as number;
      const mark = (await processMark(pid)) ?? 'ended';
      const known = { pid, startedAt, mark, command: [program, ...args] };
      const record = { ...known, ...(version === undefined ? {} : { version }) };
      await writeWhole(recordFile(place, name), `${JSON.stringify(record)}\n`);
      await sendWord(child);
      return record;
    } finally {
      child.stdin?.destroy();
      child.unref();
    }
  } catch (cause) {
    const text = `${name} could not be started${reason(cause)}`;
    throw new ChartsealError('NETWORK_FAILED', text, { cause });
  } finally {
    await output.close();
  }
}

async function waitReady(place: Place, spec: ProcessSpec, record: ProcessRecord): Promise<void> {
  const { name, isReady, readyMs = READY_MS } = spec;
  const log = logFile(place, name);
  const until = performance.now() + readyMs;
  for (;;) {
    if ((await processMark(record.pid)) !== record.mark) {
      const said = await lastLines(log);
      throw new ChartsealError('NETWORK_FAILED', `${name} ended at once; see ${log}: ${said}`);
    }
    if (isReady === undefined || (await isReady())) return;
    if (performance.now() > until) {
      const said = await lastLines(log);
      const seconds = Math.ceil(readyMs / 1000);
      throw new ChartsealError(
        'NETWORK_FAILED',
        `${name} was not ready after ${seconds} s; see ${log}: ${said}`,
      );
    }
    await sleep(POLL_MS);
  }
}

/**
 * Starts it and waits until it is ready; one that runs already is only waited for. A process that
 * does not get ready is ended. True when it was started now. Throws NETWORK_FAILED.
 */
export async function startProcess(place: Place, spec: ProcessSpec): Promise<boolean> {
  const running = await findProcess(place, spec.name);
  const absent = (spec.makes ?? []).filter((path) => !existsSync(path));
  const record = running ?? (await launch(place, spec));
  try {
    await waitReady(place, spec, record);
  } catch (error) {
    if (running === undefined) {
      await stopProcess(place, spec.name);
      for (const path of absent) await rm(path, { recursive: true, force: true });
    }
    throw error;
  }
  return running === undefined;
}

/** False when the group is gone. */
function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw cause;
  }
}

/** Of another process that has this pid by now, nothing is waited for. */
async function isStillThere({ pid, mark }: ProcessRecord): Promise<boolean> {
  const found = await processMark(pid);
  return found === mark || (found === undefined && (await isEnding(pid)));
}

async function hasEnded(record: ProcessRecord, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (await isStillThere(record)) {
    if (performance.now() > until) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * Ends it with all its children; true when it ran.
 * @param patienceMs until it is ended by force
 */
export async function stopProcess(
  place: Place,
  name: string,
  patienceMs = TERM_MS,
): Promise<boolean> {
  const record = await findProcess(place, name);
  if (record !== undefined) {
    signalGroup(record.pid, 'SIGTERM');
    const ended = await hasEnded(record, patienceMs);
    // What is left of its group, also when the first of it has ended.
    signalGroup(record.pid, 'SIGKILL');
    if (!ended && !(await hasEnded(record, KILL_MS))) {
      const what = `${name} (pid ${record.pid}) does not end`;
      throw new ChartsealError('NETWORK_FAILED', what);
    }
  }
  await rm(recordFile(place, name), { force: true });
  return record !== undefined;
}
