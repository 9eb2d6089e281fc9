// An upgrade of the contract as a command of its own: alone at its network, which must be up.
import { resolve } from 'node:path';
import { ChartsealError } from '../chaincode/core/errors.js';
import { type UpgradeOptions, upgradeChaincode } from './chaincode-deploy.js';
import type { Deployment } from './chaincode-deployment.js';
import { writeConnectionProfiles } from './connection-profiles.js';
import type { Progress } from './programs.js';
import { readState } from './state.js';
import { withLock } from './state-lock.js';

/** Throws NO_NETWORK, NETWORK_BUSY, USAGE, and as {@link upgradeChaincode}. */
export async function upgradeNetwork(
  stateFolder: string,
  options: UpgradeOptions,
  progress: Progress,
): Promise<Deployment> {
  const state = await readState(stateFolder);
  const { endorsements = 1 } = options;
  if (endorsements > state.organisations.length) {
    const count = state.organisations.length;
    throw new ChartsealError('USAGE', `the channel has ${count} organisations that endorse`);
  }
  return withLock(resolve(stateFolder), async () => {
    const next = await upgradeChaincode(state, options, progress);
    await writeConnectionProfiles(state);
    return next;
  });
}
