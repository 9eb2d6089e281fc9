// Brings a network up and down. Each step of `up` is done only where it is missing, so that `up` of
// a network that runs does nothing, and `up` after any crash goes on from what is there.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ChartsealError } from '../chaincode/core/errors.js';
import { authoritySpec } from './authority-process.js';
import { enrolIdentities } from './ca-enrol.js';
import { writeChaincodeBuilder } from './chaincode-builder.js';
import { deployChaincode } from './chaincode-deploy.js';
import { runPeer } from './chaincode-peer.js';
import { makeGenesisBlock } from './channel-block.js';
import { writeConnectionProfiles } from './connection-profiles.js';
import { makeFolder } from './files.js';
import { requireAllBlocks, requireNoBlocks, waitUntilCaughtUp } from './heights.js';
import { telling } from './log-tail.js';
import { makeMaterial } from './material.js';
import { channelHeight, hasLeader, knownPeers, waitUntil } from './operations.js';
import { joinOrderer, ordererSpec } from './orderer-process.js';
import { beginRemoval, isBeingRemoved, namesIn, REMOVED, requireEmpty } from './own-names.js';
import { genesisBlockFile, logFile, materialFolder } from './paths.js';
import { peerSpec } from './peer-process.js';
import { planNetwork, type UpOptions } from './plan.js';
import { checkPorts, wantedPorts } from './ports.js';
import { runningProcesses, startProcess, stopProcess } from './processes.js';
import type { Progress } from './programs.js';
import {
  findState,
  type NetworkState,
  type Organisation,
  requireNetwork,
  writeState,
} from './state.js';
import { withLock } from './state-lock.js';

/** Peers meet within seconds; a network that was away may take some rounds of gossip. */
const MEET_MS = 60_000;
const LEADER_MS = 60_000;

async function checkFreePorts(state: NetworkState): Promise<void> {
  const wanted = wantedPorts(state);
  const running = new Set(await runningProcesses(state));
  const needed = wanted.filter(({ process }) => !running.has(process));
  const contracts = state.organisations.map(({ name, ports }) => ({
    port: ports.chaincode,
    process: `the contract of ${name}`,
  }));
  const isNew = !existsSync(materialFolder(state));
  await checkPorts(isNew ? [...needed, ...contracts] : needed);
}

async function makeOnce(state: NetworkState, progress: Progress): Promise<void> {
  if (!existsSync(materialFolder(state))) {
    progress('making keys and certificates');
    await makeMaterial(state);
  }
  if (!existsSync(genesisBlockFile(state))) {
    progress(`making the channel ${state.channel}, ordered by ${state.profile}`);
    await makeGenesisBlock(state);
  }
  await writeChaincodeBuilder(state.folder);
}

/** Waits for all, also when one fails: else what starts late would be left running. */
async function all(acts: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(acts);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function startNodes(state: NetworkState, progress: Progress): Promise<void> {
  const specs = [
    ...(await Promise.all(state.orderers.map((orderer) => ordererSpec(state, orderer)))),
    ...(await Promise.all(state.organisations.map((one) => peerSpec(state, one)))),
    ...(await Promise.all(state.organisations.map((one) => authoritySpec(state, one)))),
  ];
  await all(
    specs.map(async (spec) => {
      if (await startProcess(state, spec)) progress(`${spec.name} runs`);
    }),
  );
}

async function joinPeer(state: NetworkState, organisation: Organisation): Promise<void> {
  const args = ['channel', 'join', '-b', genesisBlockFile(state)];
  const { exitCode, stderr } = await runPeer(state, organisation, args);
  if (exitCode === 0) return;
  const what = `the peer of ${organisation.name} joining the channel`;
  throw new ChartsealError('NETWORK_FAILED', `${what} failed: ${telling(stderr)}`);
}

async function joinChannel(state: NetworkState, progress: Progress): Promise<void> {
  const { channel, orderers, organisations, profile } = state;
  const hasJoined = async (port: number) => (await channelHeight(port, channel)) !== undefined;
  await requireNoBlocks(state);
  await all(
    orderers.map(async (orderer) => {
      if (await hasJoined(orderer.ports.operations)) return;
      await joinOrderer(state, orderer);
      progress(`${orderer.name} joined the channel`);
    }),
  );
  if (profile === 'raft') {
    const ports = orderers.map(({ ports }) => ports.operations);
    const logs = orderers.map(({ name }) => logFile(state, name)).join(', ');
    const what = `an orderer leads (it needs its folders data, wal and snapshots of one time; see ${logs})`;
    await waitUntil(what, () => hasLeader(ports, channel), LEADER_MS);
  }
  await requireAllBlocks(state);
  await all(
    organisations.map(async (organisation) => {
      if (await hasJoined(organisation.ports.peerOperations)) return;
      await joinPeer(state, organisation);
      progress(`the peer of ${organisation.name} joined the channel`);
    }),
  );
  await waitUntilCaughtUp(state);
}

/** A gateway finds only those peers of other organisations that its own peer has met. */
async function waitUntilMet({ channel, organisations }: NetworkState): Promise<void> {
  const others = organisations.length - 1;
  await all(
    organisations.map(({ name, ports }) => {
      const haveMet = async () => (await knownPeers(ports.peerOperations, channel)) >= others;
      return waitUntil(`the peer of ${name} meets the others`, haveMet, MEET_MS);
    }),
  );
}

/** Who may use the network, how it is reached, and the contract. */
async function equip(state: NetworkState, { progress, signal }: UpOptions): Promise<void> {
  await enrolIdentities(state, progress);
  signal?.throwIfAborted();
  await deployChaincode(state, progress);
  // An upgrade that was cut off may have ended just now: profiles say what the channel's policy is.
  await writeConnectionProfiles(state);
}

async function bringUpSteps(state: NetworkState, options: UpOptions): Promise<void> {
  const { progress, signal } = options;
  for (const step of [makeOnce, startNodes, joinChannel]) {
    signal?.throwIfAborted();
    await step(state, progress);
  }
  signal?.throwIfAborted();
  await all([waitUntilMet(state), equip(state, options)]);
  signal?.throwIfAborted();
}

/** Contracts and peers first: they would only complain about what is gone. */
async function stopAll(state: Pick<NetworkState, 'folder'>, names: readonly string[]) {
  const isFirst = (name: string) => /^(chaincode|peer)-/.test(name);
  for (const group of [names.filter(isFirst), names.filter((name) => !isFirst(name))]) {
    await all(group.map((name) => stopProcess(state, name)));
  }
}

/**
 * Makes or starts the network; whatever runs or is done already stays. When it fails, what it
 * started is ended. Throws USAGE, DATA_EXISTS, NETWORK_DIFFERS, NETWORK_BUSY, PORT_TAKEN,
 * NETWORK_FAILED, NETWORK_BEHIND and what programs, identities and contract throw.
 */
export async function bringUp(options: UpOptions): Promise<NetworkState> {
  const folder = resolve(options.stateFolder);
  await makeFolder(folder);
  return withLock(folder, async () => {
    if ((await findState(folder)) === undefined) await requireEmpty(folder);
    const state = await planNetwork(folder, options);
    await checkFreePorts(state);
    await writeState(state);
    const before = new Set(await runningProcesses(state));
    try {
      await bringUpSteps(state, options);
    } catch (error) {
      const now = await runningProcesses(state);
      const started = now.filter((name) => !before.has(name));
      options.progress(`failed: ending what was started (${started.join(', ') || 'nothing'})`);
      await stopAll(state, started);
      throw error;
    }
    return state;
  });
}

async function stopEverything(folder: string): Promise<string[]> {
  const damaged: unknown[] = [];
  const names = await runningProcesses({ folder }, (error) => damaged.push(error));
  await stopAll({ folder }, names);
  if (damaged.length > 0) throw damaged[0];
  return names;
}

/**
 * Ends all processes; gives their names. Needs nothing of network.json, which may be damaged.
 * Throws NO_NETWORK, NETWORK_BUSY.
 */
export async function bringDown(stateFolder: string): Promise<string[]> {
  const folder = requireNetwork(stateFolder);
  return withLock(folder, () => stopEverything(folder));
}

/**
 * Ends all processes and removes all that the network is: keys, blocks, logs. Gives the names of
 * what else lies in the folder, which stays. One that was killed is finished by the next.
 */
export async function reset(stateFolder: string): Promise<string[]> {
  const folder = resolve(stateFolder);
  if (!isBeingRemoved(folder)) requireNetwork(folder);
  return withLock(folder, async () => {
    await stopEverything(folder);
    await beginRemoval(folder);
    const { own, others } = await namesIn(folder);
    const last = new Set(['lock', REMOVED]);
    for (const name of own.filter((one) => !last.has(one))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
    await rm(join(folder, REMOVED));
    return others;
  });
}
