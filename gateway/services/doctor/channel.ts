// A channel of several organisations, part by part as a transaction meets it: profile, own peers,
// channel, contract, other organisations, orderers, policies, and the log itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import type { FabricConfig } from '../../data/config.js';
import { type ChannelConfig, readChannelConfig } from '../../ledger/fabric/channel-config.js';
import { readCommittedDefinition } from '../../ledger/fabric/committed-definition.js';
import { type FabricLedger, openFabricLedger } from '../../ledger/fabric/fabric-ledger.js';
import { QUESTION } from '../../ledger/fabric/probe.js';
import type { FabricProfile } from '../../ledger/fabric/profile.js';
import { canConnect, orderersNeeded } from '../../ledger/fabric/reach.js';
import { readChainInfo } from '../../ledger/fabric/system-call.js';
import { LogLedger } from '../../ledger/log-ledger.js';
import { readOwnProfile } from '../own-fabric.js';
import { type Finding, fault, findingOf, ok, quoted, warning } from './finding.js';
import { checkIdentities } from './identities.js';
import type { OpenedLedger } from './ledger.js';

const REACH_MS = 3_000;
const POLL_MS = 250;

export interface ExaminedChannel {
  readonly findings: readonly Finding[];
  readonly opened: OpenedLedger | undefined;
}

const isCode = (error: unknown, ...codes: ErrorCode[]): error is ChartsealError =>
  error instanceof ChartsealError && codes.includes(error.code);

const sentenceOf = (error: ChartsealError) =>
  `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`;

/** Own peers; undefined when none can be reached. */
async function checkPeers(ledger: FabricLedger): Promise<readonly Finding[]> {
  const peers = await ledger.connection.reach(REACH_MS);
  const isOneUp = peers.some(({ isReached }) => isReached);
  return peers.map(({ endpoint, isReached }) => {
    const check = `peer ${endpoint}`;
    if (isReached) return ok(check, 'It can be reached, and its certificate is the expected one.');
    const next = `look at the peer's log; on a network of this machine: chartseal network status; ask whoever runs ${endpoint}`;
    if (isOneUp)
      return warning(check, 'It cannot be reached; another peer of ours does its work.', next);
    const sentence =
      'It cannot be reached, or shows another certificate than the profile expects. Entries are kept and wait; nothing is lost.';
    return fault(check, sentence, next);
  });
}

async function checkChannel(ledger: FabricLedger, folder: string): Promise<Finding> {
  const { channel, mspId } = ledger.profile;
  try {
    const { height } = await readChainInfo(ledger.connection);
    return ok('channel', `${channel} has ${height} blocks at our peer.`);
  } catch (error) {
    if (isCode(error, 'IDENTITY_REFUSED')) {
      const sentence = `The peer refuses our certificate on ${channel}: it was revoked, or is of an organisation that the channel does not have. ${sentenceOf(error)}`;
      return fault('channel', sentence, `ask the administrator of ${mspId} for a certificate`);
    }
    if (isCode(error, 'LEDGER_UNAVAILABLE')) {
      const sentence = `The peer does not serve the channel ${channel}. ${sentenceOf(error)}`;
      const next =
        'ask whoever runs the peer whether it joined that channel, and look at the profile';
      return fault('channel', sentence, next);
    }
    return findingOf('channel', error, folder, 'fabric');
  }
}

async function checkContract(ledger: FabricLedger, folder: string): Promise<Finding> {
  const { mspId, chaincode } = ledger.profile;
  try {
    await ledger.evaluate(...QUESTION);
    return ok('contract', `${chaincode} answers at our peer.`);
  } catch (error) {
    if (isCode(error, 'LEDGER_UNAVAILABLE')) {
      const sentence = `The contract process of ${mspId} does not run, or is not the version that the channel has defined. ${sentenceOf(error)}`;
      const next =
        'start the contract process of the version that is defined (chartseal network up, network status); others endorse meanwhile if the policy can be met';
      return fault('contract', sentence, next);
    }
    return findingOf('contract', error, folder, 'fabric');
  }
}

function othersOf({ mspId: own, endorsing, attesting }: FabricProfile): string[] {
  const all = new Set([...endorsing, ...attesting.organisations]);
  return [...all].filter((mspId) => mspId !== own);
}

/** Ours has by now what the others had when they were asked, or it lags. */
async function checkBlocks(ledger: FabricLedger): Promise<Finding> {
  const heightOf = async (mspId: string) => {
    const { height } = await readChainInfo(ledger.connection, mspId);
    return { mspId, height };
  };
  const answers = await Promise.allSettled(othersOf(ledger.profile).map(heightOf));
  const heights = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const [newest] = heights.sort((a, b) => b.height - a.height);
  for (const until = performance.now() + REACH_MS; ; await sleep(POLL_MS)) {
    const { height } = await readChainInfo(ledger.connection);
    if (height >= (newest?.height ?? 0)) {
      return ok('blocks', `Our peer has all ${newest?.height ?? height} blocks that others have.`);
    }
    if (performance.now() < until) continue;
    const sentence = `Our peer has ${height} blocks, that of ${newest?.mspId} has ${newest?.height}: it lags, so nothing is proven to be committed before it has them. Entries are kept and wait.`;
    const next = 'look in the log of our peer whether it gets blocks from an orderer';
    return warning('blocks', sentence, next);
  }
}

async function checkOthers(ledger: FabricLedger): Promise<readonly Finding[]> {
  return Promise.all(
    othersOf(ledger.profile).map(async (mspId) => {
      const check = `organisation ${mspId}`;
      try {
        await ledger.evaluateAt(mspId, ...QUESTION);
        return ok(check, 'Its peer and its contract process answer.');
      } catch (error) {
        if (!(error instanceof ChartsealError)) throw error;
        const sentence = `It does not answer: its peer or its contract process is down, or our peer does not know its peer yet. ${sentenceOf(error)}`;
        return warning(
          check,
          sentence,
          `ask ${mspId}; without it, the others must meet the policies`,
        );
      }
    }),
  );
}

/** Whether enough organisations answer to write, and to attest. */
function checkEnough(profile: FabricProfile, found: readonly Finding[], isOwnUp: boolean): Finding {
  const down = new Set(
    found
      .filter(({ status }) => status !== 'ok')
      .map(({ check }) => check.replace('organisation ', '')),
  );
  if (!isOwnUp) down.add(profile.mspId);
  const up = (names: readonly string[]) => names.filter((mspId) => !down.has(mspId)).length;
  const { endorsing, endorsements, attesting } = profile;
  const next = 'bring enough of them up; entries are kept and wait, nothing is lost';
  if (up(endorsing) < endorsements) {
    const sentence = `${up(endorsing)} organisations can endorse, ${endorsements} are needed: nothing can be committed now.`;
    return fault('endorsers', sentence, next);
  }
  const missing = attesting.required.filter((mspId) => down.has(mspId));
  if (up(attesting.organisations) < attesting.k || missing.length > 0) {
    const sentence = `${up(attesting.organisations)} organisations can attest, ${attesting.k} are needed${missing.length > 0 ? ` and ${missing.join(', ')} is required` : ''}: nothing can be proven now.`;
    return fault('endorsers', sentence, next);
  }
  return ok('endorsers', `${endorsements} organisations endorse and ${attesting.k} attest.`);
}

async function checkOrderers(config: ChannelConfig): Promise<Finding> {
  const { orderers } = config;
  const up = await Promise.all(orderers.map((one) => canConnect(one, REACH_MS)));
  const down = orderers.filter((_, index) => !up[index]);
  if (down.length === 0) {
    const { length } = orderers;
    return ok('orderers', length === 1 ? 'The one orderer answers.' : `All ${length} answer.`);
  }
  const needed = orderersNeeded(config);
  const isEnough = orderers.length - down.length >= needed;
  const next = `ask whoever runs ${down.join(', ')}; our peer submits through any orderer that it reaches`;
  const from = `${down.join(', ')} cannot be reached from this machine.`;
  if (isEnough) return warning('orderers', `${from} The others are enough to go on.`, next);
  const sentence = `${from} ${needed} of ${orderers.length} must agree: nothing can be committed now. Entries are kept and wait.`;
  return fault('orderers', sentence, next);
}

/** Nobody alone may replace the contract, change the channel, or write. */
async function checkPolicies(ledger: FabricLedger, config: ChannelConfig): Promise<Finding> {
  const { k } = ledger.profile.attesting;
  const definition = await readCommittedDefinition(ledger.connection);
  const { version, sequence, endorsementPolicy, endorsers = config.lifecycleQuorum } = definition;
  const weak = [
    ...(endorsers < k ? [`the contract's endorsement policy (${endorsers})`] : []),
    ...(config.lifecycleQuorum < k ? [`LifecycleEndorsement (${config.lifecycleQuorum})`] : []),
    ...(config.adminQuorum < k ? [`Admins of the channel (${config.adminQuorum})`] : []),
  ];
  if (weak.length > 0) {
    const sentence = `Fewer organisations than the ${k} that attest suffice for ${weak.join(' and ')}: they could make what the others are taken to vouch for.`;
    return fault('policies', sentence, 'have the consortium raise that policy');
  }
  if (endorsers > ledger.profile.endorsements) {
    const sentence = `The contract asks for ${endorsers} endorsements, the profile for ${ledger.profile.endorsements}: every transaction is ordered and has no effect.`;
    return fault('policies', sentence, `set endorsements to ${endorsers} in the profile`);
  }
  const sentence = `Contract ${version}, definition ${sequence}, ${endorsementPolicy}; no fewer than ${k} organisations can replace it.`;
  return ok('policies', sentence);
}

async function openLog(
  ledger: FabricLedger,
  { logId, profile }: FabricConfig,
  folder: string,
): Promise<Finding | OpenedLedger> {
  const log = new LogLedger(ledger, logId);
  try {
    return { log, answer: await log.readLog(), close: () => ledger.close() };
  } catch (error) {
    if (!isCode(error, 'LOG_UNKNOWN')) return findingOf('ledger', error, folder, 'fabric');
    const sentence =
      'The channel does not know this log: the network was made anew, or the profile leads to another channel of the same name. Nothing can be anchored; receipts already handed out stay good by the trust file of their time.';
    const next = `compare ${quoted(profile)} with the network that the log was made on; a new network needs a new log: chartseal init`;
    return fault('ledger', sentence, next);
  }
}

async function examineOpen(
  ledger: FabricLedger,
  config: FabricConfig,
  folder: string,
  findings: Finding[],
): Promise<OpenedLedger | undefined> {
  const peers = await checkPeers(ledger);
  findings.push(...peers);
  if (peers.every(({ status }) => status === 'fault')) return undefined;
  const channel = await checkChannel(ledger, folder);
  findings.push(channel);
  if (channel.status !== 'ok') return undefined;
  const contract = await checkContract(ledger, folder);
  const [blocks, others] = await Promise.all([checkBlocks(ledger), checkOthers(ledger)]);
  findings.push(blocks, contract, ...others);
  findings.push(checkEnough(ledger.profile, others, contract.status === 'ok'));
  const channelConfig = await readChannelConfig(ledger.connection);
  findings.push(await checkOrderers(channelConfig), await checkPolicies(ledger, channelConfig));
  if (contract.status !== 'ok') return undefined;
  const opened = await openLog(ledger, config, folder);
  if ('status' in opened) {
    findings.push(opened);
    return undefined;
  }
  const { size, appends } = opened.answer.head;
  findings.push(ok('ledger', `The channel has the log: ${size} leaves in ${appends} appends.`));
  return opened;
}

/** Looks at everything between this folder and its log. @param folder DATA */
export async function examineChannel(
  config: FabricConfig,
  folder: string,
  now: number,
): Promise<ExaminedChannel> {
  const findings: Finding[] = [];
  let ledger: FabricLedger | undefined;
  try {
    const profile = await readOwnProfile(config);
    const { mspId, channel } = profile;
    findings.push(ok('profile', `${profile.path} is of ${mspId} on channel ${channel}.`));
    findings.push(...(await checkIdentities(profile, folder, now)));
    ledger = await openFabricLedger(profile, 'writer');
    const opened = await examineOpen(ledger, config, folder, findings);
    if (opened === undefined) await ledger.close();
    return { findings, opened };
  } catch (error) {
    await ledger?.close();
    const hasFault = findings.some(({ status }) => status === 'fault');
    // What the identities' own check told already.
    if (!(hasFault && ledger === undefined)) {
      const check = ledger === undefined ? 'profile' : 'channel';
      findings.push(findingOf(check, error, folder, 'fabric'));
    }
    return { findings, opened: undefined };
  }
}
