// Commands about the contract on a network.
import * as flags from '../flags.js';
import { type CommandRow, command, positive } from './row.js';

export const CONTRACT_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'network upgrade',
    summary: "Take the channel to this program's contract or another policy; its users go on.",
    example: 'network upgrade --endorsements 3',
    flags: {
      state: flags.textOr(
        '--state <dir>',
        'folder with all that the network is: keys, blocks, logs',
        'chartseal-network',
      ),
      version: flags.text('--version <version>', "name of the definition; the contract's own"),
      endorsements: flags.parsed(
        '--endorsements <number>',
        'how many organisations must endorse; as before when left out',
        positive,
      ),
    },
    run: async (_given, values, context) =>
      (await import('../commands/network-upgrade.js')).networkUpgrade(values, context),
  }),
];
