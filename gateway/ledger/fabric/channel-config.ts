// The channel's own configuration, as the own peer has it: organisations with their authorities,
// what they revoked, and the kind of ordering.
import 'reflect-metadata';
import { common, msp, orderer } from '@hyperledger/fabric-protos';
import * as x509 from '@peculiar/x509';
import { encodeBase64 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Organisation } from '../../evidence/trust.js';
import type { FabricConnection } from './connection.js';
import { organisationsNeeded } from './policy-text.js';
import { callSystem } from './system-call.js';

export interface ChannelConfig {
  readonly ordering: 'raft' | 'bft';
  /** By ascending MSP id. */
  readonly organisations: readonly Organisation[];
  /** `host:port` of every orderer. */
  readonly orderers: readonly string[];
  /** How many organisations must agree to replace the contract, and to change the configuration. */
  readonly lifecycleQuorum: number;
  readonly adminQuorum: number;
}

const ORDERINGS: Readonly<Record<string, ChannelConfig['ordering']>> = {
  etcdraft: 'raft',
  BFT: 'bft',
};

function corrupt(what: string, cause?: unknown): never {
  throw new ChartsealError('LEDGER_CORRUPT', `the channel's configuration ${what}`, { cause });
}

/** Base64 of the DER of certificates, each as PEM or DER. */
function certificatesOf(list: readonly Uint8Array[]): string[] {
  return list.map((bytes) => {
    try {
      return encodeBase64(new Uint8Array(new x509.X509Certificate(Buffer.from(bytes)).rawData));
    } catch (cause) {
      return corrupt('holds a certificate that cannot be read', cause);
    }
  });
}

/** Serial numbers in lower-case hex without leading zeros. */
function serialsOf(lists: readonly Uint8Array[]): string[] {
  const serials = new Set<string>();
  for (const bytes of lists) {
    try {
      for (const { serialNumber } of new x509.X509Crl(Buffer.from(bytes)).entries) {
        serials.add(BigInt(`0x${serialNumber}`).toString(16));
      }
    } catch (cause) {
      corrupt('holds a list of revocations that cannot be read', cause);
    }
  }
  return [...serials].sort();
}

function organisationOf(group: common.ConfigGroup): Organisation {
  const value = group.getValuesMap().get('MSP')?.getValue_asU8();
  if (value === undefined) return corrupt('has an organisation without certificates');
  const wrapper = msp.MSPConfig.deserializeBinary(value);
  const config = msp.FabricMSPConfig.deserializeBinary(wrapper.getConfig_asU8());
  return {
    mspId: config.getName(),
    roots: certificatesOf(config.getRootCertsList_asU8()),
    intermediates: certificatesOf(config.getIntermediateCertsList_asU8()),
    revoked: serialsOf(config.getRevocationListList_asU8()),
  };
}

function parseConfig(bytes: Uint8Array): common.ConfigGroup {
  const block = common.Block.deserializeBinary(bytes);
  const [data] = block.getData()?.getDataList_asU8() ?? [];
  if (data === undefined) return corrupt('is empty');
  const envelope = common.Envelope.deserializeBinary(data);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  return config?.getChannelGroup() ?? corrupt('is empty');
}

/** The kind of ordering. */
function orderingOf(group: common.ConfigGroup): ChannelConfig['ordering'] {
  const values = group.getGroupsMap().get('Orderer')?.getValuesMap();
  const bytes = values?.get('ConsensusType')?.getValue_asU8() ?? new Uint8Array();
  const type = orderer.ConsensusType.deserializeBinary(bytes).getType();
  return ORDERINGS[type] ?? corrupt(`orders by "${type}", which is not known here`);
}

/** Endpoints of the ordering organisations, and those of older channels, which name them once. */
function orderersOf(group: common.ConfigGroup): string[] {
  const found = new Set<string>();
  const add = (value: common.ConfigValue | undefined) => {
    const bytes = value?.getValue_asU8() ?? new Uint8Array();
    const addresses: string[] = common.OrdererAddresses.deserializeBinary(bytes).getAddressesList();
    for (const address of addresses) found.add(address);
  };
  add(group.getValuesMap().get('OrdererAddresses'));
  const organisations = group.getGroupsMap().get('Orderer')?.getGroupsMap();
  organisations?.forEach((one: common.ConfigGroup) => {
    add(one.getValuesMap().get('Endpoints'));
  });
  return [...found].sort();
}

/** Throws LEDGER_CORRUPT for a configuration that is not understood, and codes of the peer. */
export async function readChannelConfig(connection: FabricConnection): Promise<ChannelConfig> {
  const { channel } = connection.profile;
  const group = parseConfig(await callSystem(connection, 'cscc', 'GetConfigBlock', [channel]));
  const application = group.getGroupsMap().get('Application')?.getGroupsMap();
  const organisations: Organisation[] = [];
  application?.forEach((organisation: common.ConfigGroup) => {
    organisations.push(organisationOf(organisation));
  });
  organisations.sort((a, b) => (a.mspId < b.mspId ? -1 : 1));
  const quorum = (name: string): number => {
    const policies = group.getGroupsMap().get('Application')?.getPoliciesMap();
    return organisationsNeeded(policies?.get(name)?.getPolicy(), organisations.length);
  };
  return {
    ordering: orderingOf(group),
    organisations,
    orderers: orderersOf(group),
    lifecycleQuorum: quorum('LifecycleEndorsement'),
    adminQuorum: quorum('Admins'),
  };
}
