// The usual way, for comparison: one transaction for each document, which writes the document's
// digest under its identifier and nothing else. Deployed on the same channel beside our contract,
// under the same endorsement policy.
import { endorsementPolicy } from '../../network/chaincode-deployment.js';
import { define, packageFile, waitUntilReady } from '../../network/chaincode-lifecycle.js';
import { packageChaincode } from '../../network/chaincode-package.js';
import { freePort, stagedFolder, startServices } from '../../network/chaincode-service.js';
import { contractFiles, digestOf, stageChaincode } from '../../network/chaincode-stage.js';
import { writeWhole } from '../../network/files.js';
import type { NetworkState } from '../../network/state.js';

/** Name on the channel. */
export const DOCUMENTS = 'documents';
const ENDORSEMENTS = 2;
/** What the manifest names as its main file. */
const MAIN = 'chaincode/index.js';
const CONTRACT = `'use strict';
const { Contract } = require('fabric-contract-api');
class Documents extends Contract {
  async put(context, document) {
    const { id, digest } = JSON.parse(document);
    await context.stub.putState(id, Buffer.from(digest, 'hex'));
  }
}
module.exports.contracts = [Documents];
`;

/** On a network that is up. */
export async function deployDocuments(
  state: NetworkState,
  progress: (line: string) => void,
): Promise<void> {
  const own = await contractFiles();
  const files = new Map([[MAIN, Buffer.from(CONTRACT) as Uint8Array]]);
  for (const name of ['package.json', 'package-lock.json']) {
    files.set(name, own.get(name) as Uint8Array);
  }
  const staged = await stageChaincode(stagedFolder(state, digestOf(files)), files);
  const { bytes, label, packageId } = packageChaincode(staged);
  await writeWhole(packageFile(state, label), bytes);
  const ports: Record<string, number> = {};
  for (const { name } of state.organisations) ports[name] = await freePort();
  const { version, digest } = staged;
  const policy = endorsementPolicy(state, ENDORSEMENTS);
  const deployment = { version, digest, label, packageId, sequence: 1, policy, ports };
  const named = { ...state, chaincode: DOCUMENTS };
  await startServices(named, deployment, progress);
  await define(named, deployment, progress);
  await waitUntilReady(named);
}
