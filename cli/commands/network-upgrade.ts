// chartseal network upgrade: the next definition of the contract, while its users go on.
import { existsSync } from 'node:fs';
import { requireOwner } from '../../gateway/data/owner.js';
import { upgradeNetwork } from '../../network/chaincode-upgrade.js';
import type { CommandContext } from '../context.js';
import { clean } from '../render.js';

export interface UpgradeCommandOptions {
  readonly state: string;
  readonly version?: string;
  readonly endorsements?: number;
}

export async function networkUpgrade(
  { state, version, endorsements }: UpgradeCommandOptions,
  context: CommandContext,
): Promise<number> {
  if (existsSync(state)) await requireOwner(state, 'the folder of the network');
  const next = await upgradeNetwork(
    state,
    {
      ...(version === undefined ? {} : { version }),
      ...(endorsements === undefined ? {} : { endorsements }),
    },
    (line) => context.tell(clean(line)),
  );
  if (context.json) {
    const { label, sequence, policy, packageId, digest } = next;
    context.data(
      JSON.stringify({ label, version: next.version, sequence, policy, packageId, digest }),
    );
  }
  context.tell(`the channel has definition ${next.sequence}: contract ${next.label}`);
  context.tell('pin it: write the trust file anew, and give it to those who verify');
  return 0;
}
