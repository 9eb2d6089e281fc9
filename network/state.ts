// The state of one network: what STATE/network.json says, and where everything lies below STATE.
// All members are fixed when the network is made; what runs is asked of processes.ts.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { canonicalBytes } from '../chaincode/core/canonical-json.js';
import { ChartsealError, damagedFile } from '../chaincode/core/errors.js';
import { type JsonObject, type JsonValue, parseJsonBytes } from '../chaincode/core/json.js';
import { checkShape, integer, list, object, oneOf, text, time } from '../chaincode/core/shape.js';
import { findFile, writeWhole } from './files.js';
import type { Programs } from './programs.js';

export type NetworkProfile = 'raft' | 'bft';

export interface OrganisationPorts {
  readonly peer: number;
  /** Where the peer would wait for chaincode of its own making; nothing of ours connects. */
  readonly peerChaincode: number;
  readonly peerOperations: number;
  readonly ca: number;
  readonly caOperations: number;
  /** Where the organisation's chaincode service listens. */
  readonly chaincode: number;
}

export interface Organisation {
  readonly name: string;
  readonly mspId: string;
  readonly domain: string;
  readonly ports: OrganisationPorts;
}

export interface OrdererPorts {
  readonly orderer: number;
  readonly admin: number;
  readonly operations: number;
}

export interface Orderer {
  /** Also the name of its process. */
  readonly name: string;
  /** From 1 on; its number among the consenters. */
  readonly id: number;
  readonly mspId: string;
  readonly domain: string;
  readonly ports: OrdererPorts;
}

export interface NetworkState {
  /** Absolute path of STATE. */
  readonly folder: string;
  readonly createdAt: string;
  readonly profile: NetworkProfile;
  readonly channel: string;
  readonly chaincode: string;
  readonly basePort: number;
  readonly batchTimeoutMs: number;
  readonly organisations: readonly Organisation[];
  readonly orderers: readonly Orderer[];
  readonly programs: Programs;
}

export const CHANNEL = 'chartseal';
export const CHAINCODE = 'chartseal';
export const DEFAULT_BASE_PORT = 7050;
export const DEFAULT_BATCH_TIMEOUT_MS = 50;
/** Ports from the base on, in the larger profile. */
export const PORT_COUNT = 30;
const PORTS_PER_ORDERER = 3;
const FIRST_ORGANISATION_PORT = 4 * PORTS_PER_ORDERER;
const PORTS_PER_ORGANISATION = 6;

const ORGANISATIONS = [
  { name: 'hospital-a', mspId: 'HospitalAMSP' },
  { name: 'hospital-b', mspId: 'HospitalBMSP' },
  { name: 'auditor', mspId: 'AuditorMSP' },
] as const;

const ORDERERS: Readonly<Record<NetworkProfile, readonly { name: string; mspId: string }[]>> = {
  raft: [{ name: 'orderer', mspId: 'OrdererMSP' }],
  bft: [1, 2, 3, 4].map((id) => ({ name: `orderer-${id}`, mspId: `Orderer${id}MSP` })),
};

export function organisationsFrom(basePort: number): Organisation[] {
  return ORGANISATIONS.map(({ name, mspId }, at) => {
    const first = basePort + FIRST_ORGANISATION_PORT + at * PORTS_PER_ORGANISATION;
    const ports = {
      peer: first,
      peerChaincode: first + 1,
      peerOperations: first + 2,
      ca: first + 3,
      caOperations: first + 4,
      chaincode: first + 5,
    };
    return { name, mspId, domain: `${name}.example`, ports };
  });
}

export function orderersFrom(profile: NetworkProfile, basePort: number): Orderer[] {
  return ORDERERS[profile].map(({ name, mspId }, at) => {
    const first = basePort + at * PORTS_PER_ORDERER;
    const ports = { orderer: first, admin: first + 1, operations: first + 2 };
    return { name, id: at + 1, mspId, domain: `${name}.example`, ports };
  });
}

const FORMAT = 'chartseal-network/1';
const WORD = text({ min: 1, max: 256 });
const PATH = text({ min: 1, max: 4096 });
const PORT = integer({ min: 1, max: 65_535 });
const ports = (names: readonly string[]) =>
  object(Object.fromEntries(names.map((name) => [name, PORT])));
const SHAPE = object({
  format: oneOf([FORMAT]),
  createdAt: time(),
  profile: oneOf(['raft', 'bft']),
  channel: WORD,
  chaincode: WORD,
  basePort: PORT,
  batchTimeoutMs: integer({ min: 1, max: 60_000 }),
  organisations: list(
    object({
      name: WORD,
      mspId: WORD,
      domain: WORD,
      ports: ports(['peer', 'peerChaincode', 'peerOperations', 'ca', 'caOperations', 'chaincode']),
    }),
    { max: 16 },
  ),
  orderers: list(
    object({
      name: WORD,
      id: integer({ min: 1, max: 16 }),
      mspId: WORD,
      domain: WORD,
      ports: ports(['orderer', 'admin', 'operations']),
    }),
    { max: 16 },
  ),
  programs: object({
    version: WORD,
    caVersion: WORD,
    peer: PATH,
    orderer: PATH,
    configtxgen: PATH,
    cryptogen: PATH,
    osnadmin: PATH,
    'fabric-ca-server': PATH,
  }),
});

const stateFile = (folder: string) => join(folder, 'network.json');

export async function writeState(state: NetworkState): Promise<void> {
  const { folder, ...members } = state;
  await writeWhole(stateFile(folder), canonicalBytes({ format: FORMAT, ...members }));
}

const PUT_BACK =
  'Put network.json back from a copy of this folder. Without one: chartseal network down ends what runs, chartseal network reset --yes removes the network with its channel.';

function checkNewer(value: JsonValue, folder: string): void {
  const format = (value as JsonObject | null)?.['format'];
  if (typeof format === 'string' && format !== FORMAT && format.startsWith('chartseal-network/')) {
    const text = `the network in ${folder} was made by a newer Chartseal`;
    throw new ChartsealError('NEWER_VERSION', text);
  }
}

function parseMembers(bytes: Uint8Array, path: string): JsonObject {
  try {
    const value = parseJsonBytes(bytes, 'its text');
    checkNewer(value, dirname(path));
    checkShape(SHAPE, value, 'its text');
    return value as JsonObject;
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'NEWER_VERSION') throw error;
    throw damagedFile(error, path, PUT_BACK);
  }
}

/**
 * undefined when no network was made in this folder. Throws BAD_INPUT, BAD_JSON, NEWER_VERSION,
 * FILE_UNREADABLE.
 */
export async function findState(stateFolder: string): Promise<NetworkState | undefined> {
  const folder = resolve(stateFolder);
  const bytes = await findFile(stateFile(folder));
  if (bytes === undefined) return undefined;
  const { format: _, ...members } = parseMembers(bytes, stateFile(folder));
  return { folder, ...members } as unknown as NetworkState;
}

const noNetwork = (folder: string) =>
  new ChartsealError('NO_NETWORK', `there is no network in ${folder}`);

/** As {@link findState}; NO_NETWORK when there is none. */
export async function readState(stateFolder: string): Promise<NetworkState> {
  const state = await findState(stateFolder);
  if (state !== undefined) return state;
  throw noNetwork(resolve(stateFolder));
}

/** The folder's path, whatever is written in its network.json. Throws NO_NETWORK. */
export function requireNetwork(stateFolder: string): string {
  const folder = resolve(stateFolder);
  if (existsSync(stateFile(folder))) return folder;
  throw noNetwork(folder);
}
