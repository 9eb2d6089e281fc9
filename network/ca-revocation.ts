// Puts an organisation's list of revoked certificates into the channel: until its configuration
// holds the list, peers and orderers go on accepting them. The organisation's own administrator
// signs; it concerns no other organisation.
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { common, msp } from '@hyperledger/fabric-protos';
import { equalBytes } from '../chaincode/core/bytes.js';
import { ChartsealError } from '../chaincode/core/errors.js';
import { ordererArguments, peerOutput } from './chaincode-peer.js';
import { makeFolder } from './files.js';
import { waitUntil } from './operations.js';
import { channelFolder } from './paths.js';
import type { NetworkState, Organisation } from './state.js';

const KNOWN_MS = 30_000;
const APPLICATION = 'Application';
const MSP = 'MSP';

function missing(what: string): never {
  throw new ChartsealError('NETWORK_FAILED', `the channel's configuration has no ${what}`);
}

/** The configuration in the newest configuration block. */
function configOf(block: Uint8Array): common.Config {
  const [data] = common.Block.deserializeBinary(block).getData()?.getDataList_asU8() ?? [];
  if (data === undefined) return missing('transaction');
  const envelope = common.Envelope.deserializeBinary(data);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  return config ?? missing('configuration');
}

const groupOf = (group: common.ConfigGroup, name: string): common.ConfigGroup =>
  group.getGroupsMap().get(name) ?? missing(`group ${name}`);

/** The value with this list as its only one; undefined when it has exactly that already. */
function withList(value: common.ConfigValue, list: Uint8Array): common.ConfigValue | undefined {
  const config = msp.MSPConfig.deserializeBinary(value.getValue_asU8());
  const fabric = msp.FabricMSPConfig.deserializeBinary(config.getConfig_asU8());
  const [found, ...others] = fabric.getRevocationListList_asU8();
  if (found !== undefined && others.length === 0 && equalBytes(found, list)) return undefined;
  fabric.setRevocationListList([list]);
  config.setConfig(fabric.serializeBinary());
  const changed = new common.ConfigValue();
  changed.setVersion(value.getVersion() + 1);
  changed.setModPolicy(value.getModPolicy());
  changed.setValue(config.serializeBinary());
  return changed;
}

/** Groups on the way to the organisation, with their versions and nothing else in them. */
function pathTo(root: common.ConfigGroup, mspId: string): common.ConfigGroup {
  const application = groupOf(root, APPLICATION);
  const bare = (group: common.ConfigGroup) => {
    const copy = new common.ConfigGroup();
    copy.setVersion(group.getVersion());
    return copy;
  };
  const [top, middle] = [bare(root), bare(application)];
  middle.getGroupsMap().set(mspId, bare(groupOf(application, mspId)));
  top.getGroupsMap().set(APPLICATION, middle);
  return top;
}

/** The update, as `peer channel update` takes it; undefined when there is nothing to change. */
function updateOf(
  block: Uint8Array,
  channel: string,
  mspId: string,
  list: Uint8Array,
): Uint8Array | undefined {
  const root = configOf(block).getChannelGroup() ?? missing('group');
  const organisation = groupOf(groupOf(root, APPLICATION), mspId);
  const value = withList(organisation.getValuesMap().get(MSP) ?? missing(`value ${MSP}`), list);
  if (value === undefined) return undefined;
  const writes = pathTo(root, mspId);
  groupOf(groupOf(writes, APPLICATION), mspId).getValuesMap().set(MSP, value);
  const update = new common.ConfigUpdate();
  update.setChannelId(channel);
  update.setReadSet(pathTo(root, mspId));
  update.setWriteSet(writes);
  const envelope = new common.ConfigUpdateEnvelope();
  envelope.setConfigUpdate(update.serializeBinary());
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG_UPDATE);
  channelHeader.setChannelId(channel);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(envelope.serializeBinary());
  const whole = new common.Envelope();
  whole.setPayload(payload.serializeBinary());
  return whole.serializeBinary();
}

/** The newest configuration block, as the orderer has it or as the organisation's own peer has. */
async function fetchConfig(
  state: NetworkState,
  organisation: Organisation,
  file: string,
  from: 'orderer' | 'peer',
): Promise<Uint8Array> {
  const where = ['-c', state.channel, ...(from === 'orderer' ? await ordererArguments(state) : [])];
  await peerOutput(state, organisation, ['channel', 'fetch', 'config', file, ...where]);
  return readFile(file);
}

/**
 * Makes the channel refuse what the list names, and waits until the organisation's own peer does.
 * False when it has this very list already.
 * @param listPem of the organisation's certificate authority
 * Throws CHAINCODE_FAILED with the words of the program `peer`.
 */
export async function publishRevocations(
  state: NetworkState,
  organisation: Organisation,
  listPem: string,
): Promise<boolean> {
  await makeFolder(channelFolder(state));
  const file = join(channelFolder(state), `revocation-${randomBytes(6).toString('hex')}`);
  const updateFrom = async (from: 'orderer' | 'peer') => {
    const block = await fetchConfig(state, organisation, file, from);
    return updateOf(block, state.channel, organisation.mspId, Buffer.from(listPem));
  };
  try {
    const update = await updateFrom('orderer');
    if (update !== undefined) {
      await writeFile(file, update);
      const where = ['-c', state.channel, ...(await ordererArguments(state))];
      await peerOutput(state, organisation, ['channel', 'update', '-f', file, ...where]);
    }
    const isKnown = async () => (await updateFrom('peer')) === undefined;
    await waitUntil('the list of revoked certificates on the peer', isKnown, KNOWN_MS);
    return update !== undefined;
  } finally {
    await rm(file, { force: true });
  }
}
