// Where things lie below the state folder of a network.
import { join } from 'node:path';
import type { NetworkState, Orderer, Organisation } from './state.js';

type Place = Pick<NetworkState, 'folder'>;

/** Crypto material, as cryptogen lays it out. */
export const materialFolder = ({ folder }: Place) => join(folder, 'organisations');

export const organisationFolder = (state: Place, { domain }: Organisation) =>
  join(materialFolder(state), 'peerOrganizations', domain);

export const ordererOrganisationFolder = (state: Place, { domain }: Orderer) =>
  join(materialFolder(state), 'ordererOrganizations', domain);

/** Holds `msp` and `tls` {ca.crt, server.crt, server.key}. */
export const peerFolder = (state: Place, organisation: Organisation) =>
  join(organisationFolder(state, organisation), 'peers', `peer0.${organisation.domain}`);

/** Holds `msp` and `tls`. */
export const ordererFolder = (state: Place, orderer: Orderer) =>
  join(ordererOrganisationFolder(state, orderer), 'orderers', `node.${orderer.domain}`);

/** Holds `msp` and `tls` {ca.crt, client.crt, client.key}. */
export const userFolder = (state: Place, organisation: Organisation, user: 'Admin' | 'User1') =>
  join(organisationFolder(state, organisation), 'users', `${user}@${organisation.domain}`);

export const ordererAdminFolder = (state: Place, orderer: Orderer) =>
  join(ordererOrganisationFolder(state, orderer), 'users', `Admin@${orderer.domain}`);

/** Certificate and key of the organisation's certificate authority, root of its identities. */
export const authorityFiles = (state: Place, organisation: Organisation) => {
  const folder = join(organisationFolder(state, organisation), 'ca');
  return {
    certificate: join(folder, `ca.${organisation.domain}-cert.pem`),
    key: join(folder, 'priv_sk'),
  };
};

/** Root of the TLS certificates of the organisation's peer and certificate authority. */
export const tlsRootFile = (state: Place, organisation: Organisation) =>
  join(organisationFolder(state, organisation), 'tlsca', `tlsca.${organisation.domain}-cert.pem`);

export const channelFolder = ({ folder }: Place) => join(folder, 'channel');
export const genesisBlockFile = (state: Place) => join(channelFolder(state), 'genesis.block');

/** Data and configuration of one process. */
export const processFolder = ({ folder }: Place, name: string) => join(folder, name);
export const logFile = ({ folder }: Place, name: string) => join(folder, 'logs', `${name}.log`);
export const runFolder = ({ folder }: Place) => join(folder, 'run');
export const profileFile = ({ folder }: Place, { name }: Organisation) =>
  join(folder, 'profiles', `${name}.json`);

export const chaincodeFolder = ({ folder }: Place) => join(folder, 'chaincode');

export const peerProcess = ({ name }: Organisation) => `peer-${name}`;
export const caProcess = ({ name }: Organisation) => `ca-${name}`;
