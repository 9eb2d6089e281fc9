// A program of its own that has a network up for one run of the benchmark, in a temporary folder,
// and takes it down when its stdin ends: at the end of the run, or of whoever started it, however
// that came about. Says on stdout, as JSON, what there is.
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUp, reset } from '../../network/network.js';
import { profileFile } from '../../network/paths.js';
import { isFree } from '../../network/ports.js';
import {
  findState,
  type NetworkState,
  type Organisation,
  PORT_COUNT,
} from '../../network/state.js';
import { deployDocuments } from './fabric-documents.js';

export interface KeptNetwork {
  /** State folder. */
  readonly folder: string;
  /** Connection profile of the first organisation, and its MSP id. */
  readonly profile: string;
  readonly mspId: string;
  readonly organisations: number;
  readonly batchTimeoutMs: number;
  /** Version of Fabric. */
  readonly version: string;
}

/** Below the ports that systems give to outgoing connections. */
const FIRST_PORT = 15_000;
const LAST_PORT = 31_000;

async function freeBasePort(): Promise<number> {
  for (;;) {
    const blocks = Math.floor((LAST_PORT - FIRST_PORT) / PORT_COUNT);
    const first = FIRST_PORT + Math.floor(Math.random() * blocks) * PORT_COUNT;
    const ports = Array.from({ length: PORT_COUNT }, (_, at) => first + at);
    const free = await Promise.all(ports.map(isFree));
    if (free.every((one) => one)) return first;
  }
}

function told(state: NetworkState): KeptNetwork {
  const { organisations, batchTimeoutMs, programs } = state;
  const [own] = organisations as [Organisation];
  return {
    folder: state.folder,
    profile: profileFile(state, own),
    mspId: own.mspId,
    organisations: organisations.length,
    batchTimeoutMs,
    version: programs.version,
  };
}

async function keep(folder: string, stop: AbortSignal): Promise<void> {
  const progress = () => undefined;
  const basePort = await freeBasePort();
  const state = await bringUp({ stateFolder: folder, basePort, progress, signal: stop });
  stop.throwIfAborted();
  await deployDocuments(state, progress);
  process.stdout.write(`${JSON.stringify(told(state))}\n`);
  if (!stop.aborted) await once(stop, 'abort');
}

async function main(): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.stdin.once('end', end).once('error', end).resume();
  // Nobody listens any more.
  process.stdout.once('error', end);
  process.stderr.once('error', end);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'chartseal-bench-network-')));
  try {
    await keep(folder, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    if ((await findState(folder)) !== undefined) await reset(folder);
    await rm(folder, { recursive: true, force: true });
    process.stdin.destroy();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});
