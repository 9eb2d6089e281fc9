// The contract as a service: one process per organisation and package, reached by that
// organisation's peer alone. Ending one loses nothing: it endorses, and what it did not answer the
// peer asks again.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { ChartsealError } from '../chaincode/core/errors.js';
import { connectionsFolder } from './chaincode-builder.js';
import type { Deployment } from './chaincode-deployment.js';
import { installModules } from './chaincode-modules.js';
import { contractFiles, digestOf, readStaged, stageChaincode } from './chaincode-stage.js';
import { ensureServiceTls, portOf, type ServiceTls, serviceConnection } from './chaincode-tls.js';
import { writeWhole } from './files.js';
import { chaincodeFolder } from './paths.js';
import { findProcess, type ProcessSpec, startProcess, stopProcess } from './processes.js';
import type { Progress } from './programs.js';
import type { NetworkState, Organisation } from './state.js';

const LOOPBACK = '127.0.0.1';
const RUNNER = join('node_modules', 'fabric-shim', 'cli.js');

/** Name of the process that serves this package for this organisation. */
export function serviceProcess({ name }: Organisation, { label }: Deployment): string {
  return `chaincode-${name}-${label.slice(label.indexOf('_') + 1)}`;
}

/** Where a contract lies that was or will be deployed. */
export const stagedFolder = (state: NetworkState, digest: string): string =>
  join(chaincodeFolder(state), digest);

const organisationFolder = (state: NetworkState, { name }: Organisation) =>
  join(chaincodeFolder(state), name);

function serviceTls(state: NetworkState, organisation: Organisation): Promise<ServiceTls> {
  return ensureServiceTls(join(organisationFolder(state, organisation), 'tls'), organisation.mspId);
}

/** A port of the loopback interface that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      const port = address === null || typeof address === 'string' ? 0 : address.port;
      server.close(() => resolve(port));
    });
  });
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port });
    const answer = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/**
 * The folder from which a deployment runs: as it was deployed, not what was built since.
 * Throws CHAINCODE_ALTERED when other files lie there, CHAINCODE_FAILED.
 */
async function deployedFolder(
  state: NetworkState,
  { digest }: Deployment,
  progress: Progress,
): Promise<string> {
  const folder = stagedFolder(state, digest);
  if (!existsSync(folder)) {
    const files = await contractFiles();
    if (digestOf(files) !== digest) {
      throw new ChartsealError(
        'CHAINCODE_ALTERED',
        `the contract that was deployed does not lie in ${folder}, and this program has another`,
      );
    }
    await stageChaincode(folder, files);
  }
  if (digestOf(await readStaged(folder)) !== digest) {
    throw new ChartsealError('CHAINCODE_ALTERED', `the contract in ${folder} was changed`);
  }
  await installModules(folder, progress);
  return folder;
}

function serviceSpec(
  organisation: Organisation,
  deployment: Deployment,
  folder: string,
  tls: ServiceTls,
): ProcessSpec {
  const port = deployment.ports[organisation.name] as number;
  return {
    name: serviceProcess(organisation, deployment),
    program: process.execPath,
    args: [
      join(folder, RUNNER),
      'server',
      ...['--chaincode-address', `${LOOPBACK}:${port}`],
      ...['--chaincode-id', deployment.packageId],
      ...['--chaincode-tls-cert-file', tls.server.certificate],
      ...['--chaincode-tls-key-file', tls.server.key],
      ...['--chaincode-tls-client-cacert-file', tls.root],
    ],
    cwd: folder,
    isReady: () => isListening(port),
  };
}

const connectionFile = (state: NetworkState, { name }: Organisation, label: string) =>
  join(connectionsFolder(state.folder, name), `${label}.json`);

/** Tells the organisation's peer where the service of this package is, before it is installed. */
export async function writeConnection(
  state: NetworkState,
  organisation: Organisation,
  { label, ports }: Deployment,
): Promise<void> {
  const tls = await serviceTls(state, organisation);
  const connection = await serviceConnection(ports[organisation.name] as number, tls);
  await writeWhole(connectionFile(state, organisation, label), connection);
}

/**
 * Where the services of a package listen: a peer that has it installed already keeps the port that
 * it was told then, others get a new one.
 */
export async function portsFor(
  state: NetworkState,
  label: string,
): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  for (const organisation of state.organisations) {
    const file = connectionFile(state, organisation, label);
    ports[organisation.name] = existsSync(file)
      ? portOf(await readFile(file, 'utf8'))
      : await freePort();
  }
  return ports;
}

/** Starts one organisation's service unless it runs; true when it was started now. */
export async function startService(
  state: NetworkState,
  organisation: Organisation,
  deployment: Deployment,
  progress: Progress,
): Promise<boolean> {
  const folder = await deployedFolder(state, deployment, progress);
  const tls = await serviceTls(state, organisation);
  const spec = serviceSpec(organisation, deployment, folder, tls);
  const port = deployment.ports[organisation.name] as number;
  if ((await findProcess(state, spec.name)) === undefined && (await isListening(port))) {
    throw new ChartsealError('PORT_TAKEN', `port ${port} of ${spec.name} is in use`);
  }
  return startProcess(state, spec);
}

export async function startServices(
  state: NetworkState,
  deployment: Deployment,
  progress: Progress,
): Promise<void> {
  for (const organisation of state.organisations) {
    await startService(state, organisation, deployment, progress);
  }
}

/** True when it ran. */
export function stopService(
  state: NetworkState,
  organisation: Organisation,
  deployment: Deployment,
): Promise<boolean> {
  return stopProcess(state, serviceProcess(organisation, deployment));
}

export async function stopServices(state: NetworkState, deployment: Deployment): Promise<void> {
  for (const organisation of state.organisations) {
    await stopService(state, organisation, deployment);
  }
}
