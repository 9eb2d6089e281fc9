// A real Fabric network for tests: one for a whole mocha run, made when the first test asks for it,
// ended after the last or when the run dies. CHARTSEAL_LIVE_STATE names the state folder of one
// that stays up between runs instead.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUp } from '../../network/network.js';
import { profileFile } from '../../network/paths.js';
import type { UpOptions } from '../../network/plan.js';
import { isFree } from '../../network/ports.js';
import { type NetworkState, type Organisation, PORT_COUNT } from '../../network/state.js';

/** For hooks that ask for it first: on a fresh machine, Fabric's programs are built. */
export const LIVE_TIMEOUT_MS = 600_000;

export type OrganisationName = 'hospital-a' | 'hospital-b' | 'auditor';

export interface LiveNetwork {
  readonly state: NetworkState;
  readonly organisation: (name: OrganisationName) => Organisation;
  /** Path of the organisation's connection profile. */
  readonly profile: (name: OrganisationName) => string;
}

export interface GuardedFolder {
  readonly folder: string;
  /** Ends all processes of the network in it and removes it. */
  end(): Promise<void>;
}

/** Below the ports that systems give to outgoing connections. */
const FIRST_PORT = 15_000;
const LAST_PORT = 31_000;

/** A new state folder whose network ends with this process, however it ends. */
export async function newGuardedFolder(): Promise<GuardedFolder> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'chartseal-network-')));
  const program = join(__dirname, 'live-network-guard.js');
  const guard = spawn(process.execPath, [program, folder], {
    // In a group of its own: an interrupt from the terminal is not meant for it.
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(guard, 'exit');
  guard.unref();
  const end = async () => {
    guard.ref();
    guard.stdin.end();
    await ended;
  };
  return { folder, end };
}

/** First of as many free ports in a row as a network needs. */
export async function freeBasePort(): Promise<number> {
  const blocks = Math.floor((LAST_PORT - FIRST_PORT) / PORT_COUNT);
  for (;;) {
    const first = FIRST_PORT + Math.floor(Math.random() * blocks) * PORT_COUNT;
    const ports = Array.from({ length: PORT_COUNT }, (_, at) => first + at);
    const free = await Promise.all(ports.map(isFree));
    if (free.every((one) => one)) return first;
  }
}

const tell = (line: string): void => {
  if (process.env['CHARTSEAL_DEBUG']) process.stderr.write(`live network: ${line}\n`);
};

function toLive(state: NetworkState): LiveNetwork {
  const organisation = (name: OrganisationName) =>
    state.organisations.find((one) => one.name === name) as Organisation;
  return { state, organisation, profile: (name) => profileFile(state, organisation(name)) };
}

/** A network of its own for one test file; the caller ends the folder's guard. */
export async function newNetwork(
  folder: string,
  options: Partial<UpOptions> = {},
): Promise<LiveNetwork> {
  const basePort = await freeBasePort();
  return toLive(await bringUp({ stateFolder: folder, basePort, progress: tell, ...options }));
}

let shared: Promise<LiveNetwork> | undefined;
let guarded: Promise<GuardedFolder> | undefined;

async function openShared(): Promise<LiveNetwork> {
  const kept = process.env['CHARTSEAL_LIVE_STATE'];
  if (kept) return toLive(await bringUp({ stateFolder: kept, progress: tell }));
  guarded = newGuardedFolder();
  return newNetwork((await guarded).folder);
}

/** The network of this run. What a test takes down in it, it brings up again. */
export function liveNetwork(): Promise<LiveNetwork> {
  shared ??= openShared();
  return shared;
}

after(async function endShared() {
  this.timeout(60_000);
  await (await guarded)?.end();
});
