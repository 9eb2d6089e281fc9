// The channel's first block: its organisations, ordering, policies and anchor peers, as configtxgen
// makes it from a configuration that is written here.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { writeConfiguration } from './files.js';
import {
  channelFolder,
  genesisBlockFile,
  ordererFolder,
  ordererOrganisationFolder,
  organisationFolder,
} from './paths.js';
import { runProgram } from './run-program.js';
import type { NetworkState, Orderer, Organisation } from './state.js';

const PROFILE = 'Chartseal';

const signature = (Rule: string) => ({ Type: 'Signature', Rule });
const implicit = (Rule: string) => ({ Type: 'ImplicitMeta', Rule });

/** Who may read, write and change a group, by the groups below it. */
const GROUP_POLICIES = {
  Readers: implicit('ANY Readers'),
  Writers: implicit('ANY Writers'),
  Admins: implicit('MAJORITY Admins'),
};

const tlsCertificate = (state: NetworkState, orderer: Orderer) =>
  join(ordererFolder(state, orderer), 'tls', 'server.crt');

function ordererOrganisation(state: NetworkState, orderer: Orderer) {
  const { mspId, ports } = orderer;
  return {
    Name: mspId,
    ID: mspId,
    MSPDir: join(ordererOrganisationFolder(state, orderer), 'msp'),
    Policies: {
      Readers: signature(`OR('${mspId}.member')`),
      Writers: signature(`OR('${mspId}.member')`),
      Admins: signature(`OR('${mspId}.admin')`),
    },
    OrdererEndpoints: [`localhost:${ports.orderer}`],
  };
}

function peerOrganisation(state: NetworkState, organisation: Organisation) {
  const { mspId, ports } = organisation;
  return {
    Name: mspId,
    ID: mspId,
    MSPDir: join(organisationFolder(state, organisation), 'msp'),
    Policies: {
      Readers: signature(`OR('${mspId}.admin', '${mspId}.peer', '${mspId}.client')`),
      Writers: signature(`OR('${mspId}.admin', '${mspId}.client')`),
      Admins: signature(`OR('${mspId}.admin')`),
      Endorsement: signature(`OR('${mspId}.peer')`),
    },
    // Without them a peer does not find those of other organisations.
    AnchorPeers: [{ Host: 'localhost', Port: ports.peer }],
  };
}

function raftOrdering(state: NetworkState) {
  return {
    OrdererType: 'etcdraft',
    EtcdRaft: {
      Consenters: state.orderers.map((orderer) => ({
        Host: 'localhost',
        Port: orderer.ports.orderer,
        ClientTLSCert: tlsCertificate(state, orderer),
        ServerTLSCert: tlsCertificate(state, orderer),
      })),
      Options: {
        // A single orderer leads again after one to two seconds.
        TickInterval: '100ms',
        ElectionTick: 10,
        HeartbeatTick: 1,
        MaxInflightBlocks: 5,
        SnapshotIntervalSize: '16 MB',
      },
    },
  };
}

function bftOrdering(state: NetworkState) {
  return {
    OrdererType: 'BFT',
    ConsenterMapping: state.orderers.map((orderer) => ({
      ID: orderer.id,
      Host: 'localhost',
      Port: orderer.ports.orderer,
      MSPID: orderer.mspId,
      Identity: join(
        ordererFolder(state, orderer),
        'msp',
        'signcerts',
        `node.${orderer.domain}-cert.pem`,
      ),
      ClientTLSCert: tlsCertificate(state, orderer),
      ServerTLSCert: tlsCertificate(state, orderer),
    })),
  };
}

function channelProfile(state: NetworkState) {
  const isBft = state.profile === 'bft';
  return {
    Policies: GROUP_POLICIES,
    // BFT needs V3_0, which programs of 2.5 do not know.
    Capabilities: isBft ? { V3_0: true } : { V2_0: true },
    Orderer: {
      ...(isBft ? bftOrdering(state) : raftOrdering(state)),
      BatchTimeout: `${state.batchTimeoutMs}ms`,
      BatchSize: {
        MaxMessageCount: 500,
        AbsoluteMaxBytes: '10 MB',
        PreferredMaxBytes: '2 MB',
      },
      MaxChannels: 0,
      Organizations: state.orderers.map((orderer) => ordererOrganisation(state, orderer)),
      Policies: { ...GROUP_POLICIES, BlockValidation: implicit('ANY Writers') },
      Capabilities: { V2_0: true },
    },
    Application: {
      Organizations: state.organisations.map((one) => peerOrganisation(state, one)),
      Policies: {
        ...GROUP_POLICIES,
        LifecycleEndorsement: implicit('MAJORITY Endorsement'),
        Endorsement: implicit('MAJORITY Endorsement'),
      },
      Capabilities: { V2_5: true },
    },
  };
}

/** Makes the block; a killed run leaves nothing that looks complete. */
export async function makeGenesisBlock(state: NetworkState): Promise<void> {
  const folder = channelFolder(state);
  const staged = `${genesisBlockFile(state)}.part`;
  await writeConfiguration(join(folder, 'configtx.yaml'), {
    Profiles: { [PROFILE]: channelProfile(state) },
  });
  await runProgram({
    what: 'making the channel (configtxgen)',
    program: state.programs.configtxgen,
    args: ['-configPath', folder, '-profile', PROFILE, '-channelID', state.channel].concat([
      '-outputBlock',
      staged,
    ]),
    env: { FABRIC_CFG_PATH: folder },
  });
  await rename(staged, genesisBlockFile(state));
}
