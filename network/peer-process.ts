// An organisation's peer: its whole configuration, written out, so that nothing depends on where
// the programs came from.
import { join } from 'node:path';
import { builderEnvironment } from './chaincode-builder.js';
import { writeConfiguration } from './files.js';
import { isServing, type Served } from './operations.js';
import { peerFolder, peerProcess, processFolder, tlsRootFile } from './paths.js';
import type { ProcessSpec } from './processes.js';
import type { NetworkState, Organisation } from './state.js';

const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;
const SHA2 = { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } };

/** Peers of several organisations find each other within seconds, also after a restart. */
function gossip(endpoint: string) {
  return {
    bootstrap: endpoint,
    endpoint,
    externalEndpoint: endpoint,
    // One peer for each organisation: it fetches blocks itself.
    useLeaderElection: false,
    orgLeader: true,
    reconnectInterval: '1s',
    aliveTimeInterval: '1s',
    membershipTrackerInterval: '1s',
    publishStateInfoInterval: '1s',
    requestStateInfoInterval: '1s',
    // Blocks of others hold no private data of ours: no reason to wait for it a minute each.
    pvtData: {
      pullRetryThreshold: '1s',
      transientstoreMaxBlockRetention: 1000,
      pushAckTimeout: '3s',
      btlPullMargin: 10,
      reconcileBatchSize: 10,
      reconcileSleepInterval: '1m',
      reconciliationEnabled: false,
      implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 1 },
    },
    state: { enabled: false },
  };
}

function peerSection(state: NetworkState, organisation: Organisation) {
  const { mspId, domain, ports } = organisation;
  const material = peerFolder(state, organisation);
  const tls = (name: string) => ({ file: join(material, 'tls', name) });
  const endpoint = `localhost:${ports.peer}`;
  return {
    id: `peer0.${domain}`,
    networkId: 'chartseal',
    listenAddress: `127.0.0.1:${ports.peer}`,
    address: endpoint,
    addressAutoDetect: false,
    chaincodeListenAddress: `127.0.0.1:${ports.peerChaincode}`,
    chaincodeAddress: `localhost:${ports.peerChaincode}`,
    gateway: {
      enabled: true,
      endorsementTimeout: '30s',
      broadcastTimeout: '30s',
      dialTimeout: '10s',
    },
    keepalive: { minInterval: '10s' },
    gossip: gossip(endpoint),
    tls: {
      enabled: true,
      clientAuthRequired: false,
      cert: tls('server.crt'),
      key: tls('server.key'),
      rootcert: tls('ca.crt'),
    },
    authentication: { timewindow: '15m' },
    fileSystemPath: join(processFolder(state, peerProcess(organisation)), 'data'),
    BCCSP: SHA2,
    mspConfigPath: join(material, 'msp'),
    localMspId: mspId,
    client: { connTimeout: '3s' },
    // By default a peer that missed the orderer asks again after up to an hour.
    deliveryclient: {
      blockGossipEnabled: true,
      reconnectTotalTimeThreshold: '3600s',
      connTimeout: '3s',
      reConnectBackoffThreshold: '2s',
    },
    localMspType: 'bccsp',
    handlers: {
      authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }],
      decorators: [{ name: 'DefaultDecorator' }],
      endorsers: { escc: { name: 'DefaultEndorsement' } },
      validators: { vscc: { name: 'DefaultValidation' } },
    },
    discovery: {
      enabled: true,
      authCacheEnabled: true,
      authCacheMaxSize: 1000,
      authCachePurgeRetentionRatio: 0.75,
      orgMembersAllowedAccess: false,
    },
    limits: {
      concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 },
    },
    maxRecvMsgSize: MAX_MESSAGE_BYTES,
    maxSendMsgSize: MAX_MESSAGE_BYTES,
  };
}

function coreConfig(state: NetworkState, organisation: Organisation) {
  const folder = processFolder(state, peerProcess(organisation));
  return {
    peer: peerSection(state, organisation),
    vm: { endpoint: '' },
    chaincode: {
      mode: 'net',
      keepalive: 0,
      installTimeout: '60s',
      startuptimeout: '60s',
      executetimeout: '30s',
      system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
      logging: { level: 'info', shim: 'warning' },
    },
    ledger: {
      state: { stateDatabase: 'goleveldb', totalQueryLimit: 100_000 },
      history: { enableHistoryDatabase: true },
      pvtdataStore: {
        collElgProcMaxDbBatchSize: 5000,
        collElgProcDbBatchesInterval: 1000,
        deprioritizedDataReconcilerInterval: '60m',
        purgeInterval: 100,
        purgedKeyAuditLogging: true,
      },
      snapshots: { rootDir: join(folder, 'snapshots') },
    },
    operations: { listenAddress: `127.0.0.1:${organisation.ports.peerOperations}` },
    metrics: { provider: 'prometheus' },
  };
}

export function peerServed(state: NetworkState, organisation: Organisation): Served {
  const { peer, peerOperations } = organisation.ports;
  const tlsRoot = tlsRootFile(state, organisation);
  return { operationsPort: peerOperations, port: peer, tlsRoot };
}

/** Writes its configuration; says how it is started. */
export async function peerSpec(
  state: NetworkState,
  organisation: Organisation,
): Promise<ProcessSpec> {
  const name = peerProcess(organisation);
  const folder = processFolder(state, name);
  await writeConfiguration(join(folder, 'core.yaml'), coreConfig(state, organisation));
  return {
    name,
    program: state.programs.peer,
    args: ['node', 'start'],
    cwd: folder,
    env: {
      FABRIC_CFG_PATH: folder,
      FABRIC_LOGGING_SPEC: 'info',
      ...builderEnvironment(state.folder, organisation.name),
    },
    isReady: () => isServing(peerServed(state, organisation)),
    version: state.programs.version,
    makes: [join(folder, 'data')],
  };
}
