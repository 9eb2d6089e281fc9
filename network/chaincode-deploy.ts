// Puts the contract to work on a network and takes it to its next definition while clients go on.
// Every step may be cut off; the next call goes on from what is there.
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError } from '../chaincode/core/errors.js';
import {
  DEFAULT_ENDORSEMENTS,
  type Deployment,
  endorsementPolicy,
  findDeployment,
  finishUpgrade,
  writeDeployment,
} from './chaincode-deployment.js';
import { define, findFault, packageFile, waitUntilReady } from './chaincode-lifecycle.js';
import { packageChaincode } from './chaincode-package.js';
import {
  portsFor,
  serviceProcess,
  stagedFolder,
  startServices,
  stopServices,
} from './chaincode-service.js';
import { contractFiles, digestOf, type StagedFiles, stageChaincode } from './chaincode-stage.js';
import { writeWhole } from './files.js';
import { findProcess } from './processes.js';
import type { Progress } from './programs.js';
import type { NetworkState } from './state.js';

export interface UpgradeOptions {
  /** How many organisations' peers must endorse; as many as before when left out. */
  readonly endorsements?: number;
  /** Of the next definition; that of the contract's manifest when left out. */
  readonly version?: string;
  /** Another contract than this program's own, see chaincode-stage. */
  readonly files?: StagedFiles;
}

export interface ServiceStatus {
  readonly organisation: string;
  /** Name of its process and log. */
  readonly name: string;
  readonly pid?: number;
  /** The organisation's peer got an answer through it. */
  readonly isReady: boolean;
  /** Why not. */
  readonly fault?: string;
}

export interface ChaincodeStatus extends Omit<Deployment, 'ports'> {
  readonly services: readonly ServiceStatus[];
}

/** What the services of the definition before are still answering. */
const DRAIN_MS = 2_000;

/** Stages and packages a contract; named by its digest, it stays whatever is built later. */
async function prepare(
  state: NetworkState,
  files: StagedFiles,
  version?: string,
): Promise<Pick<Deployment, 'version' | 'digest' | 'label' | 'packageId'>> {
  const digest = digestOf(files);
  const staged = await stageChaincode(stagedFolder(state, digest), files);
  const { bytes, label, packageId } = packageChaincode(staged, version);
  await writeWhole(packageFile(state, label), bytes);
  return { version: version ?? staged.version, digest, label, packageId };
}

async function planFirst(state: NetworkState): Promise<Deployment> {
  const prepared = await prepare(state, await contractFiles());
  const deployment = {
    ...prepared,
    sequence: 1,
    policy: endorsementPolicy(state, DEFAULT_ENDORSEMENTS),
    ports: Object.fromEntries(
      state.organisations.map(({ name, ports }) => [name, ports.chaincode]),
    ),
  };
  await writeDeployment(state, deployment);
  return deployment;
}

/**
 * Stages the contract, starts its services, and brings its definition to the channel; what is done
 * already stays as it is. An upgrade that was cut off is taken to its end. Peers and orderers must
 * be up, the channel joined. Throws CHAINCODE_FAILED, CHAINCODE_ALTERED, PORT_TAKEN.
 */
export async function deployChaincode(
  state: NetworkState,
  progress: Progress,
): Promise<Deployment> {
  const current = (await findDeployment(state)) ?? (await planFirst(state));
  await startServices(state, current, progress);
  await define(state, current, progress);
  const upgrade = await findDeployment(state, 'upgrade');
  if (upgrade !== undefined) return completeUpgrade(state, current, upgrade, progress);
  await waitUntilReady(state);
  return current;
}

async function completeUpgrade(
  state: NetworkState,
  current: Deployment,
  next: Deployment,
  progress: Progress,
): Promise<Deployment> {
  await startServices(state, next, progress);
  await define(state, next, progress);
  await waitUntilReady(state);
  await finishUpgrade(state);
  if (next.label !== current.label) {
    await sleep(DRAIN_MS);
    await stopServices(state, current);
    progress(`services of contract ${current.label} ended`);
  }
  return next;
}

/**
 * Takes the channel to the next definition: another contract, another version of the same one, or
 * another policy. The services of both run side by side until every peer has the new definition, so
 * clients go on. Throws as {@link deployChaincode}.
 */
export async function upgradeChaincode(
  state: NetworkState,
  options: UpgradeOptions,
  progress: Progress,
): Promise<Deployment> {
  const current = await deployChaincode(state, progress);
  const { version, endorsements } = options;
  const prepared = await prepare(state, options.files ?? (await contractFiles()), version);
  const next = {
    ...prepared,
    sequence: current.sequence + 1,
    policy: endorsements === undefined ? current.policy : endorsementPolicy(state, endorsements),
    ports: await portsFor(state, prepared.label),
  };
  if (next.label === current.label && next.policy === current.policy) {
    throw new ChartsealError('CHAINCODE_FAILED', `contract ${next.label} is deployed already`);
  }
  await writeDeployment(state, next, 'upgrade');
  return completeUpgrade(state, current, next, progress);
}

/** undefined when nothing was deployed yet. */
export async function chaincodeStatus(state: NetworkState): Promise<ChaincodeStatus | undefined> {
  const found = await findDeployment(state);
  if (found === undefined) return undefined;
  const { ports: _, ...deployment } = found;
  const services = state.organisations.map(async (organisation): Promise<ServiceStatus> => {
    const name = serviceProcess(organisation, found);
    const running = await findProcess(state, name);
    const fault =
      running === undefined ? `${name} does not run` : await findFault(state, organisation);
    return {
      organisation: organisation.name,
      name,
      ...(running === undefined ? {} : { pid: running.pid }),
      isReady: fault === undefined,
      ...(fault === undefined ? {} : { fault }),
    };
  });
  return { ...deployment, services: await Promise.all(services) };
}
