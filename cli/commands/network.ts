// chartseal network up, down, status and reset.
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { requireOwner } from '../../gateway/data/owner.js';
import { bringDown, bringUp, reset } from '../../network/network.js';
import { profileFile } from '../../network/paths.js';
import type { UpOptions } from '../../network/plan.js';
import type { NetworkState } from '../../network/state.js';
import { type NetworkStatus, networkStatus, type ProcessStatus } from '../../network/status.js';
import type { CommandContext } from '../context.js';
import { EXIT_UNDONE } from '../exit.js';
import { untilInterrupted } from '../interrupt.js';
import { clean } from '../render.js';

export interface StateOptions {
  readonly state: string;
}

type GivenUpOptions = StateOptions &
  Pick<UpOptions, 'profile' | 'basePort' | 'batchTimeoutMs' | 'programs'>;

const STANDING_WIDTH = 'not ready'.length;

function standing({ isRunning, isReady }: ProcessStatus): string {
  if (!isRunning) return 'stopped';
  return isReady ? 'running' : 'not ready';
}

/** The version of a program that runs and is not the one that would be started. */
function otherVersion({ kind, version }: ProcessStatus, { programs }: NetworkState) {
  const wanted = kind === 'ca' ? programs.caVersion : programs.version;
  return version === wanted ? undefined : version;
}

function processLine(process: ProcessStatus, width: number, state: NetworkState): string {
  const { name, port, height, pid, fault, log } = process;
  const version = otherVersion(process, state);
  const facts = [
    version === undefined ? '' : `version ${version}`,
    port === undefined ? '' : `port ${port}`,
    height === undefined ? '' : `height ${height}`,
    pid === undefined ? '' : `pid ${pid}`,
    fault === undefined ? '' : `${fault}; see ${log}`,
  ].filter((fact) => fact !== '');
  return `${standing(process).padEnd(STANDING_WIDTH)}  ${name.padEnd(width)}  ${facts.join(', ')}`;
}

function tellStatus({ state, processes, chaincode, isUp }: NetworkStatus, context: CommandContext) {
  const summary = {
    state: state.folder,
    profile: state.profile,
    channel: state.channel,
    version: state.programs.version,
    caVersion: state.programs.caVersion,
    isUp,
    ...(chaincode === undefined
      ? {}
      : { chaincode: { label: chaincode.label, sequence: chaincode.sequence } }),
  };
  if (context.json) {
    for (const process of processes) context.data(JSON.stringify(process));
    context.data(JSON.stringify({ summary }));
    return;
  }
  const width = Math.max(...processes.map(({ name }) => name.length));
  for (const process of processes) context.data(clean(processLine(process, width, state)));
  const contract =
    chaincode === undefined
      ? 'no contract deployed'
      : `contract ${chaincode.label}, sequence ${chaincode.sequence}, ${chaincode.policy}`;
  context.tell(`channel ${state.channel} (${state.profile}, Fabric ${state.programs.version})`);
  context.tell(contract);
  if (processes.some((process) => otherVersion(process, state) !== undefined)) {
    context.tell('hint: programs of another version run on until: network down, network up');
  }
}

/** 0 when all of it runs and is ready, else 2. */
export async function networkState(options: StateOptions, context: CommandContext) {
  const status = await networkStatus(options.state);
  tellStatus(status, context);
  return status.isUp ? 0 : EXIT_UNDONE;
}

/** Runs `act` with a signal that an interrupt of this process gives, instead of ending it. */
async function interruptible<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, release } = untilInterrupted(
    (name) => new ChartsealError('NETWORK_FAILED', `interrupted by ${name}`),
  );
  try {
    return await act(signal);
  } finally {
    release();
  }
}

export async function networkUp(options: GivenUpOptions, context: CommandContext): Promise<number> {
  const { state: stateFolder, profile, basePort, batchTimeoutMs, programs } = options;
  if (existsSync(stateFolder)) await requireOwner(stateFolder, 'the folder of the network');
  const progress = (line: string) => context.tell(clean(line));
  const wanted = { stateFolder, profile, basePort, batchTimeoutMs, programs, progress };
  const state = await interruptible((signal) => bringUp({ ...wanted, signal }));
  const exitCode = await networkState(options, context);
  for (const organisation of state.organisations) {
    const path = relative(process.cwd(), profileFile(state, organisation));
    context.tell(clean(`connection profile of ${organisation.name}: ${path}`));
  }
  return exitCode;
}

export async function networkDown(options: StateOptions, context: CommandContext): Promise<number> {
  const ended = await bringDown(options.state);
  if (context.json) context.data(JSON.stringify({ ended }));
  context.tell(ended.length === 0 ? 'nothing ran' : `ended: ${ended.join(', ')}`);
  return 0;
}

export async function networkReset(
  { state, yes }: StateOptions & { readonly yes?: boolean },
  context: CommandContext,
): Promise<number> {
  if (yes !== true) {
    throw new ChartsealError('USAGE', 'reset removes keys and blocks for good: give --yes as well');
  }
  const left = await reset(state);
  if (context.json) context.data(JSON.stringify({ removed: state, left }));
  context.tell(clean(`the network in ${state} is removed`));
  if (left.length > 0)
    context.tell(clean(`not of the network, and left there: ${left.join(', ')}`));
  return 0;
}
