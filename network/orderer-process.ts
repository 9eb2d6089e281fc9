// An orderer without a system channel: its whole configuration, and how it joins the channel.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../chaincode/core/errors.js';
import { writeConfiguration } from './files.js';
import { telling } from './log-tail.js';
import { isServing, type Served } from './operations.js';
import { genesisBlockFile, ordererAdminFolder, ordererFolder, processFolder } from './paths.js';
import type { ProcessSpec } from './processes.js';
import { runProgram } from './run-program.js';
import type { NetworkState, Orderer } from './state.js';

const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

function ordererConfig(state: NetworkState, orderer: Orderer) {
  const folder = processFolder(state, orderer.name);
  const material = ordererFolder(state, orderer);
  const tls = (name: string) => join(material, 'tls', name);
  const own = { Certificate: tls('server.crt'), PrivateKey: tls('server.key') };
  return {
    General: {
      ListenAddress: '127.0.0.1',
      ListenPort: orderer.ports.orderer,
      TLS: { Enabled: true, ...own, RootCAs: [tls('ca.crt')], ClientAuthRequired: false },
      Keepalive: { ServerMinInterval: '10s', ServerInterval: '7200s', ServerTimeout: '20s' },
      MaxRecvMsgSize: MAX_MESSAGE_BYTES,
      MaxSendMsgSize: MAX_MESSAGE_BYTES,
      Cluster: {
        SendBufferSize: 100,
        ClientCertificate: own.Certificate,
        ClientPrivateKey: own.PrivateKey,
      },
      BootstrapMethod: 'none',
      LocalMSPDir: join(material, 'msp'),
      LocalMSPID: orderer.mspId,
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: join(folder, 'data') },
    Operations: { ListenAddress: `127.0.0.1:${orderer.ports.operations}` },
    Metrics: { Provider: 'prometheus' },
    Admin: {
      ListenAddress: `127.0.0.1:${orderer.ports.admin}`,
      TLS: { Enabled: true, ...own, ClientAuthRequired: true, ClientRootCAs: [tls('ca.crt')] },
    },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '4 MB' },
    // Taken from this file only: the environment does not reach it.
    Consensus: {
      ...(state.profile === 'bft' ? { Type: 'BFT' } : {}),
      WALDir: join(folder, 'wal'),
      SnapDir: join(folder, 'snapshots'),
    },
  };
}

export function ordererServed(state: NetworkState, orderer: Orderer): Served {
  const { operations, orderer: port } = orderer.ports;
  const tlsRoot = join(ordererFolder(state, orderer), 'tls', 'ca.crt');
  return { operationsPort: operations, port, tlsRoot };
}

/** Writes its configuration; says how it is started. */
export async function ordererSpec(state: NetworkState, orderer: Orderer): Promise<ProcessSpec> {
  const { name } = orderer;
  const folder = processFolder(state, name);
  await writeConfiguration(join(folder, 'orderer.yaml'), ordererConfig(state, orderer));
  return {
    name,
    program: state.programs.orderer,
    args: [],
    cwd: folder,
    // Else BFT writes a warning for each message.
    env: {
      FABRIC_CFG_PATH: folder,
      FABRIC_LOGGING_SPEC: 'info:orderer.common.cluster.step=error',
    },
    isReady: () => isServing(ordererServed(state, orderer)),
    version: state.programs.version,
    makes: ['data', 'wal', 'snapshots'].map((name) => join(folder, name)),
  };
}

/** Created, and the refusal of an orderer that has the channel already. */
const JOINED = new Set(['201', '405']);

async function askToJoin(state: NetworkState, orderer: Orderer): Promise<void> {
  const admin = join(ordererAdminFolder(state, orderer), 'tls');
  const what = `${orderer.name} joining the channel (osnadmin)`;
  const { stdout } = await runProgram({
    what,
    program: state.programs.osnadmin,
    args: [
      ...['channel', 'join', '--channelID', state.channel],
      ...['--config-block', genesisBlockFile(state)],
      ...['--orderer-address', `localhost:${orderer.ports.admin}`],
      ...['--ca-file', join(ordererFolder(state, orderer), 'tls', 'ca.crt')],
      ...['--client-cert', join(admin, 'client.crt')],
      ...['--client-key', join(admin, 'client.key')],
    ],
  });
  // It ends well whatever the orderer answered.
  const [, status = ''] = /^Status: ([0-9]{3})$/m.exec(stdout) ?? [];
  if (JOINED.has(status)) return;
  throw new ChartsealError('NETWORK_FAILED', `${what} failed: ${telling(stdout)}`);
}

/**
 * Joins the channel; once. Throws NETWORK_FAILED, and then takes away the log that was begun: an
 * orderer that finds one takes itself for one that was restarted, and never leads.
 */
export async function joinOrderer(state: NetworkState, orderer: Orderer): Promise<void> {
  const folder = processFolder(state, orderer.name);
  const logs = ['wal', 'snapshots'].map((name) => join(folder, name, state.channel));
  const absent = logs.filter((path) => !existsSync(path));
  try {
    await askToJoin(state, orderer);
  } catch (error) {
    for (const path of absent) await rm(path, { recursive: true, force: true });
    throw error;
  }
}
