// What of a network runs, and how far each process is.
import { type ChaincodeStatus, chaincodeStatus } from './chaincode-deploy.js';
import { channelHeight, isServing } from './operations.js';
import { caProcess, logFile, peerProcess } from './paths.js';
import { findProcess } from './processes.js';
import { type NetworkState, readState } from './state.js';

export interface ProcessStatus {
  readonly name: string;
  readonly kind: 'orderer' | 'peer' | 'ca' | 'chaincode';
  readonly isRunning: boolean;
  /** It runs and says that it is well; of a contract, that its peer got an answer. */
  readonly isReady: boolean;
  readonly pid?: number;
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
  readonly port: number;
  readonly operations: number;
  readonly hasBlocks: boolean;
}

function askedProcesses({ orderers, organisations }: NetworkState): Asked[] {
  return [
    ...orderers.map(({ name, ports: { orderer, operations } }) => ({
      ...({ name, kind: 'orderer', port: orderer, operations, hasBlocks: true } as const),
    })),
    ...organisations.flatMap((organisation): Asked[] => {
      const { peer, peerOperations, ca, caOperations } = organisation.ports;
      const peerName = peerProcess(organisation);
      const caProcessName = caProcess(organisation);
      return [
        { name: peerName, kind: 'peer', port: peer, operations: peerOperations, hasBlocks: true },
        { name: caProcessName, kind: 'ca', port: ca, operations: caOperations, hasBlocks: false },
      ];
    }),
  ];
}

async function statusOf(state: NetworkState, asked: Asked): Promise<ProcessStatus> {
  const { name, kind, port, operations, hasBlocks } = asked;
  const log = logFile(state, name);
  const record = await findProcess(state, name);
  if (record === undefined) {
    return { name, kind, isRunning: false, isReady: false, port, fault: 'does not run', log };
  }
  const { pid } = record;
  const isWell = await isServing(operations, port);
  const height = hasBlocks ? await channelHeight(operations, state.channel) : undefined;
  const isReady = isWell && (!hasBlocks || height !== undefined);
  const fault = isWell ? 'has not joined the channel' : 'does not answer';
  const known = { name, kind, isRunning: true, isReady, pid, port, log };
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

/** Throws NO_NETWORK. */
export async function networkStatus(stateFolder: string): Promise<NetworkStatus> {
  const state = await readState(stateFolder);
  const nodes = await Promise.all(askedProcesses(state).map((asked) => statusOf(state, asked)));
  const chaincode = await chaincodeStatus(state);
  const processes = [...nodes, ...contractProcesses(state, chaincode)];
  const isUp = chaincode !== undefined && processes.every(({ isReady }) => isReady);
  return { state, processes, isUp, ...(chaincode === undefined ? {} : { chaincode }) };
}
