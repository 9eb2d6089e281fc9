// What of a network runs, and how far each process is.
import { authorityServed } from './authority-process.js';
import { type ChaincodeStatus, chaincodeStatus } from './chaincode-deploy.js';
import { findLack } from './heights.js';
import { channelHeight, isServing, type Served } from './operations.js';
import { ordererServed } from './orderer-process.js';
import { caProcess, logFile, peerProcess } from './paths.js';
import { peerServed } from './peer-process.js';
import { findProcess } from './processes.js';
import { type NetworkState, readState } from './state.js';

export interface ProcessStatus {
  readonly name: string;
  readonly kind: 'orderer' | 'peer' | 'ca' | 'chaincode';
  readonly isRunning: boolean;
  /** It runs and says that it is well; of a contract, that its peer got an answer. */
  readonly isReady: boolean;
  readonly pid?: number;
  /** Of the program that runs; another one may have been named since. */
  readonly version?: string;
  /** Where its clients reach it. */
  readonly port?: number;
  /** Count of the channel's blocks that it has. */
  readonly height?: number;
  /** What is wrong. */
  readonly fault?: string;
  readonly log: string;
}

export interface NetworkStatus {
  readonly state: NetworkState;
  readonly processes: readonly ProcessStatus[];
  /** Absent as long as no contract was deployed. */
  readonly chaincode?: ChaincodeStatus;
  /** All of it runs and is ready. */
  readonly isUp: boolean;
}

interface Asked {
  readonly name: string;
  readonly kind: ProcessStatus['kind'];
  readonly served: Served;
  readonly hasBlocks: boolean;
}

function askedProcesses(state: NetworkState): Asked[] {
  const { orderers, organisations } = state;
  return [
    ...orderers.map((orderer): Asked => {
      const served = ordererServed(state, orderer);
      return { name: orderer.name, kind: 'orderer', served, hasBlocks: true };
    }),
    ...organisations.flatMap((one): Asked[] => {
      const peer = peerServed(state, one);
      const ca = authorityServed(state, one);
      return [
        { name: peerProcess(one), kind: 'peer', served: peer, hasBlocks: true },
        { name: caProcess(one), kind: 'ca', served: ca, hasBlocks: false },
      ];
    }),
  ];
}

async function statusOf(state: NetworkState, asked: Asked): Promise<ProcessStatus> {
  const { name, kind, served, hasBlocks } = asked;
  const { port, operationsPort } = served;
  const log = logFile(state, name);
  const record = await findProcess(state, name);
  if (record === undefined) {
    return { name, kind, isRunning: false, isReady: false, port, fault: 'does not run', log };
  }
  const { pid, version } = record;
  const isWell = await isServing(served);
  const height = hasBlocks ? await channelHeight(operationsPort, state.channel) : undefined;
  const isReady = isWell && (!hasBlocks || height !== undefined);
  const fault = isWell ? 'has not joined the channel' : 'does not answer';
  const ran = { name, kind, isRunning: true, isReady, pid, port, log };
  const known = { ...ran, ...(version === undefined ? {} : { version }) };
  return { ...known, ...(height === undefined ? {} : { height }), ...(isReady ? {} : { fault }) };
}

function contractProcesses(state: NetworkState, chaincode?: ChaincodeStatus): ProcessStatus[] {
  return (chaincode?.services ?? []).map(({ name, pid, isReady, fault }) => ({
    ...{ name, kind: 'chaincode' as const, isRunning: pid !== undefined, isReady },
    ...(pid === undefined ? {} : { pid }),
    ...(fault === undefined ? {} : { fault }),
    log: logFile(state, name),
  }));
}

/** Orderers whose clients would be given another history than the peers have are not ready. */
async function withLack(state: NetworkState, found: readonly ProcessStatus[]) {
  const isOrderer = ({ kind, isReady }: ProcessStatus) => kind === 'orderer' && isReady;
  const lack = found.some(isOrderer) ? await findLack(state) : undefined;
  if (lack === undefined) return found;
  return found.map((one) => (isOrderer(one) ? { ...one, isReady: false, fault: lack } : one));
}

/** Throws NO_NETWORK. */
export async function networkStatus(stateFolder: string): Promise<NetworkStatus> {
  const state = await readState(stateFolder);
  const asked = askedProcesses(state);
  const found = await Promise.all(asked.map((one) => statusOf(state, one)));
  const nodes = await withLack(state, found);
  const chaincode = await chaincodeStatus(state);
  const processes = [...nodes, ...contractProcesses(state, chaincode)];
  const isUp = chaincode !== undefined && processes.every(({ isReady }) => isReady);
  return { state, processes, isUp, ...(chaincode === undefined ? {} : { chaincode }) };
}
