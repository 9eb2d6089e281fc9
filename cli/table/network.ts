// Commands that run a Fabric network of three organisations on this machine.
import { InvalidArgumentError } from 'commander';
import * as flags from '../flags.js';
import { type CommandRow, command, positive } from './row.js';

const MAX_BATCH_TIMEOUT_MS = 60_000;

function batchTimeout(text: string): number {
  const ms = positive(text);
  if (ms > MAX_BATCH_TIMEOUT_MS) throw new InvalidArgumentError('It is at most a minute.');
  return ms;
}

const state = flags.textOr(
  '--state <dir>',
  'folder with all that the network is: keys, blocks, logs',
  'chartseal-network',
);

export const NETWORK_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'network up',
    summary: 'Start the network, made first if there is none; what runs already stays.',
    example: 'network up',
    flags: {
      state,
      profile: flags.parsed(
        '--profile <name>',
        'ordering of a new network: raft or bft',
        flags.oneOf(['raft', 'bft']),
      ),
      basePort: flags.parsed(
        '--base-port <port>',
        'first port of a new network, which takes 30 in a row; 7050 by default',
        positive,
      ),
      batchTimeoutMs: flags.parsed(
        '--batch-timeout <ms>',
        'how long the orderer of a new network waits for more; 50 by default',
        batchTimeout,
      ),
      programs: flags.text(
        '--programs <dir>',
        "Fabric's programs; by default from PATH, the cache, or built with Go",
      ),
    },
    run: async (_given, values, context) =>
      (await import('../commands/network.js')).networkUp(values, context),
  }),
  command({
    name: 'network status',
    summary: 'Say what of the network runs, and how far each process is.',
    example: 'network status',
    flags: { state },
    run: async (_given, values, context) =>
      (await import('../commands/network.js')).networkState(values, context),
  }),
  command({
    name: 'network down',
    summary: 'End all processes of the network; its blocks and keys stay.',
    example: 'network down',
    flags: { state },
    run: async (_given, values, context) =>
      (await import('../commands/network.js')).networkDown(values, context),
  }),
  command({
    name: 'network reset',
    summary: 'End the network and remove it for good, with keys and all that was anchored in it.',
    example: 'network reset --yes',
    flags: { state, yes: flags.flag('--yes', 'yes, remove its keys and blocks') },
    run: async (_given, values, context) =>
      (await import('../commands/network.js')).networkReset(values, context),
  }),
];
