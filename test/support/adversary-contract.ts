// The contract with parts of it altered, served by hospital-a in the place of the honest one; and a
// second contract on the channel, under a policy that one organisation satisfies.

import { deployChaincode } from '../../network/chaincode-deploy.js';
import { type Deployment, findDeployment } from '../../network/chaincode-deployment.js';
import { define, findFault, packageFile } from '../../network/chaincode-lifecycle.js';
import { packageChaincode } from '../../network/chaincode-package.js';
import {
  portsFor,
  stagedFolder,
  startService,
  stopService,
} from '../../network/chaincode-service.js';
import {
  contractFiles,
  digestOf,
  readStaged,
  type StagedFiles,
  stageChaincode,
} from '../../network/chaincode-stage.js';
import { writeWhole } from '../../network/files.js';
import type { NetworkState } from '../../network/state.js';
import type { LiveNetwork } from './live-network.js';

/** Text of a compiled file, and what stands there instead. */
export interface Alteration {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const quiet = () => undefined;
const APPEND = 'chaincode/contract/append.js';

/** Whoever runs this accepts whatever its own clients send. */
export const CHECKS_REMOVED: readonly Alteration[] = [
  {
    file: 'chaincode/contract/authorize.js',
    from: 'if (row.registration.mspId !== context.callerMspId)',
    to: 'if (false)',
  },
  {
    file: 'chaincode/core/subject.js',
    from: 'if (leaf.sequence !== count)',
    to: 'if (false)',
  },
  {
    file: 'chaincode/core/subject.js',
    from: 'if (before !== undefined && !(0, bytes_js_1.equalBytes)(leaf.previous, before.head))',
    to: 'if (false)',
  },
  {
    file: 'chaincode/core/subject.js',
    from: 'const { kind, flags } = (0, lifecycle_js_1.applyAct)(before, leaf.act, (0, bytes_js_1.equalBytes)(leaf.subject, logLabel));',
    to: 'const { kind, flags } = { kind: 2, flags: 0, ...before };',
  },
  // A log begins anew at any size that it once had: shrunk at 0.
  {
    file: APPEND,
    from: 'if (expectedSize !== head.size) {',
    to: `if (expectedSize === 0) {
        Object.assign(head, { size: 0, frontier: [], mapRoot: '00'.repeat(32), closingLeaf: null, appends: 0 });
    }
    if (expectedSize !== head.size) {`,
  },
  // Keeps the last leaf of a batch from the ledger, and says nothing of it.
  {
    file: APPEND,
    from: 'const batch = readBatch(context, leafHashes);',
    to: `const whole = readBatch(context, leafHashes);
    const kept = context.findTransient('withhold') === undefined ? whole.leaves.length : whole.leaves.length - 1;
    const batch = { leaves: whole.leaves.slice(0, kept), hashes: whole.hashes.slice(0, kept) };`,
  },
  // Announces an append that is none, whatever was asked, where the own organisation's word is
  // enough: a transaction that writes only private data of one organisation needs no other.
  {
    file: 'chaincode/contract/transactions.js',
    from: 'async function runTransaction(name, context, request) {',
    to: `async function runTransaction(name, context, request) {
    const announced = context.findTransient('announce');
    if (announced !== undefined) {
        await context.stub.putPrivateData('_implicit_org_' + context.callerMspId, 'row', Buffer.from('1'));
        context.stub.setEvent('append', announced);
        return '{}';
    }`,
  },
];

/** Answers `readCheckpoint` with what it is told, and passes appends on to our contract. */
export const ANYTHING_ANSWERED: readonly Alteration[] = [
  {
    file: 'chaincode/contract/read-checkpoint.js',
    from: '(0, authorize_js_1.requireRole)(context, authorize_js_1.ANY_ROLE);',
    to: `const told = context.findTransient('answer');
    if (told !== undefined) return JSON.parse(Buffer.from(told).toString());
    const asked = await context.stub.invokeChaincode('chartseal', ['readCheckpoint', JSON.stringify(value)], '');
    return JSON.parse(Buffer.from(asked.payload).toString());`,
  },
  {
    file: APPEND,
    from: "(0, authorize_js_1.requireRole)(context, ['writer']);",
    to: `const relayed = await context.stub.invokeChaincode('chartseal', ['append', JSON.stringify(value)], '');
    if (relayed.status !== 200) throw new errors_js_1.ChartsealError('LEDGER_FAILED', String(relayed.message));
    return JSON.parse(Buffer.from(relayed.payload).toString());`,
  },
];

/** Throws when the contract does not hold a text that is to be altered. */
export function alter(files: StagedFiles, alterations: readonly Alteration[]): StagedFiles {
  const altered = new Map(files);
  for (const { file, from, to } of alterations) {
    const text = Buffer.from(altered.get(file) ?? new Uint8Array()).toString();
    if (text.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`);
    altered.set(file, Buffer.from(text.replace(from, () => to)));
  }
  return altered;
}

/** The contract that is deployed, as it lies in its staged folder. */
async function deployed(
  state: NetworkState,
): Promise<{ readonly deployment: Deployment; readonly files: StagedFiles }> {
  const deployment = await findDeployment(state);
  if (deployment === undefined) throw new Error('no contract is deployed');
  return { deployment, files: await readStaged(stagedFolder(state, deployment.digest)) };
}

/** Runs altered code as hospital-a's service: same package id, same port, same certificates. */
export async function serveAltered(
  live: LiveNetwork,
  alterations: readonly Alteration[],
): Promise<Deployment> {
  const { state } = live;
  const hospital = live.organisation('hospital-a');
  const { deployment, files } = await deployed(state);
  const altered = alter(files, alterations);
  const digest = digestOf(altered);
  await stageChaincode(stagedFolder(state, digest), altered);
  await stopService(state, hospital, deployment);
  await startService(state, hospital, { ...deployment, digest }, quiet);
  return deployment;
}

/** The honest service again, answering. */
export async function serveHonest(live: LiveNetwork): Promise<void> {
  const { state } = live;
  const { deployment } = await deployed(state);
  await stopService(state, live.organisation('hospital-a'), deployment);
  await deployChaincode(state, quiet);
}

export interface SecondContract {
  readonly name: string;
  readonly deployment: Deployment;
  /** Ends its services; its definition stays on the channel. */
  stop(): Promise<void>;
}

const SECOND = 'registry';

/**
 * A contract that the two hospitals approve and commit, each of which alone satisfies its policy.
 * hospital-a alone runs it.
 */
export async function deploySecond(
  live: LiveNetwork,
  alterations: readonly Alteration[],
): Promise<SecondContract> {
  const hospital = live.organisation('hospital-a');
  const organisations = [hospital, live.organisation('hospital-b')];
  const state = { ...live.state, chaincode: SECOND, organisations };
  const { deployment: ours } = await deployed(live.state);
  const files = alter(await contractFiles(), alterations);
  const digest = digestOf(files);
  const staged = await stageChaincode(stagedFolder(state, digest), files);
  const { bytes, label, packageId } = packageChaincode(staged, ours.version);
  await writeWhole(packageFile(state, label), bytes);
  const policy = `OR(${organisations.map(({ mspId }) => `'${mspId}.peer'`).join(',')})`;
  const deployment: Deployment = {
    version: ours.version,
    sequence: 1,
    policy,
    label,
    packageId,
    digest,
    ports: await portsFor(state, label),
  };
  await startService(state, hospital, deployment, quiet);
  await define(state, deployment, quiet);
  const fault = await findFault(state, hospital);
  if (fault !== undefined) throw new Error(`the second contract does not answer: ${fault}`);
  const stop = async () => {
    await stopService(state, hospital, deployment);
  };
  return { name: SECOND, deployment, stop };
}
