// A hospital whose log lives on a live channel, and the processes of that network, ended and
// brought up again.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createDataFolder } from '../../gateway/data/create.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { examine } from '../../gateway/services/doctor/doctor.js';
import type { Finding } from '../../gateway/services/doctor/finding.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import { bringUp } from '../../network/network.js';
import { findProcess, runningProcesses, stopProcess } from '../../network/processes.js';
import { accessSubmission } from './hospital.js';
import type { LiveNetwork, OrganisationName } from './live-network.js';

const quiet = () => undefined;

/** Ends all processes of these names with a signal that none can see coming. */
export async function killProcesses({ state }: LiveNetwork, ...prefixes: string[]): Promise<void> {
  const names = await runningProcesses(state);
  for (const prefix of prefixes) {
    const found = names.filter((name) => name.startsWith(prefix));
    if (found.length === 0) throw new Error(`no process ${prefix} runs`);
    for (const name of found) {
      const record = await findProcess(state, name);
      if (record !== undefined) process.kill(record.pid, 'SIGKILL');
      await stopProcess(state, name);
    }
  }
}

/** Sends a signal to the processes whose names begin so; gives their process ids. */
export async function signalProcesses(
  { state }: LiveNetwork,
  prefix: string,
  signal: NodeJS.Signals,
): Promise<number[]> {
  const pids: number[] = [];
  for (const name of await runningProcesses(state)) {
    const record = name.startsWith(prefix) ? await findProcess(state, name) : undefined;
    if (record === undefined) continue;
    process.kill(record.pid, signal);
    pids.push(record.pid);
  }
  if (pids.length === 0) throw new Error(`no process ${prefix} runs`);
  return pids;
}

/** Starts whatever does not run. */
export async function restore({ state }: LiveNetwork): Promise<void> {
  await bringUp({ stateFolder: state.folder, progress: quiet });
}

/** The organisation's profile with other members, as a file of its own. */
export function changedProfile(
  live: LiveNetwork,
  name: OrganisationName,
  path: string,
  changes: Readonly<Record<string, unknown>>,
): string {
  const source = live.profile(name);
  const profile = JSON.parse(readFileSync(source, 'utf8'));
  const folder = resolve(source, '..');
  const here = (relative: string) => resolve(folder, relative);
  for (const peer of profile.peers) peer.tlsRoots = here(peer.tlsRoots);
  for (const files of Object.values<Record<string, string>>(profile.identities)) {
    for (const [member, relative] of Object.entries(files)) files[member] = here(relative);
  }
  if (profile.ca !== undefined) profile.ca.tlsRoots = here(profile.ca.tlsRoots);
  writeFileSync(path, JSON.stringify({ ...profile, ...changes }));
  return path;
}

/** A data folder with a log of its own on the channel. */
export class LiveHospital {
  readonly data: string;
  readonly origin: string;
  #hospital: Hospital | undefined;
  #events = 0;

  private constructor(data: string, origin: string) {
    this.data = data;
    this.origin = origin;
  }

  static async make(folder: string, profile: string): Promise<LiveHospital> {
    const name = randomBytes(6).toString('hex');
    const fabric = await readFabricProfile(profile);
    const origin = `${name}.example/archive`;
    const data = join(folder, name);
    await createDataFolder({
      folder: data,
      origin,
      mspId: fabric.mspId,
      description: 'a log of a live test',
      recordLabels: 'hmac',
      patientSystems: [],
      fabric,
    });
    return new LiveHospital(data, origin);
  }

  /** The same log from a copy of its folder. */
  static at(data: string, origin: string): LiveHospital {
    return new LiveHospital(data, origin);
  }

  get process(): Hospital {
    if (this.#hospital === undefined) throw new Error('the hospital is not open');
    return this.#hospital;
  }

  async open(): Promise<Hospital> {
    this.#hospital = await openHospital({ folder: this.data, operator: 'live test' });
    return this.#hospital;
  }

  /** Accepts an event of some patient. */
  async accept(): Promise<void> {
    const number = this.#events++;
    const id = `${number}-${randomBytes(4).toString('hex')}`;
    await this.process.sequencer.accept(accessSubmission(`P${number % 3}`, id));
  }

  async close(): Promise<void> {
    await this.#hospital?.close();
    this.#hospital = undefined;
  }

  /** What the doctor finds, by check; the hospital must be closed. */
  async examine(): Promise<ReadonlyMap<string, Finding>> {
    const found = await examine({ folder: this.data, nodeProblem: '' });
    return new Map(found.map((finding) => [finding.check, finding]));
  }
}
