// Fabric's lifecycle of a contract, each step asked for first and done only where it is missing:
// installed on every peer, approved by every organisation, committed to the channel.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError } from '../chaincode/core/errors.js';
import { isObject, type JsonObject, type JsonValue, parseJson } from '../chaincode/core/json.js';
import type { Deployment } from './chaincode-deployment.js';
import { everyPeer, lastWords, ordererArguments, peerOutput, runPeer } from './chaincode-peer.js';
import { writeConnection } from './chaincode-service.js';
import { chaincodeFolder } from './paths.js';
import type { Progress } from './programs.js';
import type { NetworkState, Organisation } from './state.js';

const LIFECYCLE = ['lifecycle', 'chaincode'];
const JSON_OUTPUT = ['--output', 'json'];
/** A transaction that every contract answers, whoever of the channel asks. */
const METADATA = { Args: ['org.hyperledger.fabric:GetMetadata'] };
const READY_MS = 60_000;
const POLL_MS = 200;

export const packageFile = (state: NetworkState, label: string): string =>
  join(chaincodeFolder(state), 'packages', `${label}.tar.gz`);

/** What a definition is on the channel, as arguments of the program. */
function definition(state: NetworkState, { version, sequence, policy }: Deployment): string[] {
  return [
    ...['--channelID', state.channel],
    ...['--name', state.chaincode],
    ...['--version', version],
    ...['--sequence', String(sequence)],
    ...['--signature-policy', policy],
  ];
}

function members(text: string, what: string): JsonObject {
  const value: JsonValue = parseJson(text, what);
  if (isObject(value)) return value;
  throw new ChartsealError('CHAINCODE_FAILED', `${what} is not an object`);
}

async function installedIds(state: NetworkState, organisation: Organisation): Promise<string[]> {
  const text = await peerOutput(state, organisation, [
    ...LIFECYCLE,
    'queryinstalled',
    ...JSON_OUTPUT,
  ]);
  const listed = (members(text, 'queryinstalled')['installed_chaincodes'] ?? []) as JsonObject[];
  return listed.map((installed) => String(installed['package_id']));
}

/** Sequence of the definition on the channel, as this organisation's peer has it; 0 for none. */
export async function committedSequence(
  state: NetworkState,
  organisation: Organisation,
): Promise<number> {
  const args = [...LIFECYCLE, 'querycommitted', '--channelID', state.channel];
  const text = await peerOutput(state, organisation, [...args, ...JSON_OUTPUT]);
  const listed = (members(text, 'querycommitted')['chaincode_definitions'] ?? []) as JsonObject[];
  const ours = listed.find((one) => one['name'] === state.chaincode);
  return Number(ours?.['sequence'] ?? 0);
}

async function install(
  state: NetworkState,
  organisation: Organisation,
  deployment: Deployment,
  progress: Progress,
): Promise<void> {
  const { label, packageId } = deployment;
  if ((await installedIds(state, organisation)).includes(packageId)) return;
  await writeConnection(state, organisation, deployment);
  await peerOutput(state, organisation, [...LIFECYCLE, 'install', packageFile(state, label)]);
  if (!(await installedIds(state, organisation)).includes(packageId)) {
    throw new ChartsealError(
      'CHAINCODE_FAILED',
      `the peer of ${organisation.name} gave the package another id than ${packageId}`,
    );
  }
  progress(`contract ${label} installed on the peer of ${organisation.name}`);
}

/** Which organisations approve exactly this definition. */
async function approvals(
  state: NetworkState,
  organisation: Organisation,
  deployment: Deployment,
): Promise<JsonObject> {
  const args = [...LIFECYCLE, 'checkcommitreadiness', ...definition(state, deployment)];
  const text = await peerOutput(state, organisation, [...args, ...JSON_OUTPUT]);
  return members(text, 'checkcommitreadiness')['approvals'] as JsonObject;
}

async function approve(
  state: NetworkState,
  organisation: Organisation,
  deployment: Deployment,
  progress: Progress,
): Promise<void> {
  const found = await approvals(state, organisation, deployment);
  if (found[organisation.mspId] === true) return;
  await peerOutput(state, organisation, [
    ...LIFECYCLE,
    'approveformyorg',
    ...(await ordererArguments(state)),
    ...definition(state, deployment),
    ...['--package-id', deployment.packageId],
  ]);
  progress(`definition ${deployment.sequence} approved by ${organisation.name}`);
}

/** Until every peer answers through its own organisation's service. */
export async function waitUntilReady(state: NetworkState): Promise<void> {
  const until = performance.now() + READY_MS;
  for (const organisation of state.organisations) {
    for (;;) {
      const failure = await findFault(state, organisation);
      if (failure === undefined) break;
      if (performance.now() > until) {
        const what = `the contract of ${organisation.name} does not answer`;
        throw new ChartsealError('CHAINCODE_FAILED', `${what}: ${failure}`);
      }
      await sleep(POLL_MS);
    }
  }
}

/** Why an organisation's peer gets no answer from the contract; undefined when it does. */
export async function findFault(
  state: NetworkState,
  organisation: Organisation,
): Promise<string | undefined> {
  const { exitCode, stderr } = await runPeer(state, organisation, [
    ...['chaincode', 'query', '-C', state.channel, '-n', state.chaincode],
    ...['-c', JSON.stringify(METADATA)],
  ]);
  return exitCode === 0 ? undefined : lastWords(stderr);
}

/** Until the peer of every organisation has the definition of this sequence. */
async function waitCommitted(state: NetworkState, sequence: number): Promise<void> {
  const until = performance.now() + READY_MS;
  for (const organisation of state.organisations) {
    while ((await committedSequence(state, organisation)) < sequence) {
      if (performance.now() > until) {
        const what = `the peer of ${organisation.name} does not see definition ${sequence}`;
        throw new ChartsealError('CHAINCODE_FAILED', what);
      }
      await sleep(POLL_MS);
    }
  }
}

/** Brings the definition to every peer and to the channel. Throws CHAINCODE_FAILED. */
export async function define(
  state: NetworkState,
  deployment: Deployment,
  progress: Progress,
): Promise<void> {
  const { sequence, version, policy } = deployment;
  const first = state.organisations[0] as Organisation;
  await Promise.all(state.organisations.map((one) => install(state, one, deployment, progress)));
  if ((await committedSequence(state, first)) < sequence) {
    await Promise.all(state.organisations.map((one) => approve(state, one, deployment, progress)));
    await peerOutput(state, first, [
      ...LIFECYCLE,
      'commit',
      ...(await ordererArguments(state)),
      ...definition(state, deployment),
      ...everyPeer(state),
    ]);
    progress(`definition ${sequence} of contract ${version} committed: ${policy}`);
  }
  await waitCommitted(state, sequence);
}
