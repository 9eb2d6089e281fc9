// Commands about what sources sent, and what of it was refused.
import * as flags from '../flags.js';
import { type CommandRow, command, config, data, waitMs } from './row.js';

export const FEED_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'feed status',
    summary: 'What came from each source, what of it was refused and why, and when it was silent.',
    example: 'feed status --data hospital',
    flags: { data },
    run: async (_given, values, context) =>
      (await import('../commands/feed.js')).feedStatus(values, context),
  }),
  command({
    name: 'feed refused',
    summary: 'Refused events that are kept aside, each with its cause.',
    example: 'feed refused 17 --content',
    positional: ['[id...]', 'only these'],
    flags: {
      data,
      content: flags.flag('--content', 'print what one event holds, which is health data'),
    },
    run: async (given, values, context) =>
      (await import('../commands/feed.js')).feedRefused(given, values, context),
  }),
  command({
    name: 'feed failed',
    summary: 'All that was sent and is not in the log: refused events and records, and files.',
    example: 'feed failed --data hospital',
    flags: { data },
    run: async (_given, values, context) =>
      (await import('../commands/feed-failed.js')).feedFailed(values, context),
  }),
  command({
    name: 'feed replay',
    summary: 'Try refused events again; what is accepted now is kept aside no more.',
    example: 'feed replay --all',
    positional: ['[id...]', 'numbers that feed refused shows'],
    flags: { data, waitMs, all: flags.flag('--all', 'all that are kept aside'), config },
    run: async (given, values, context) =>
      (await import('../commands/feed.js')).feedReplay(given, values, context),
  }),
  command({
    name: 'feed discard',
    summary: 'Give up what failed: it is removed, and counted as given up.',
    example: 'feed discard 17 18',
    positional: ['<id...>', 'numbers that feed failed shows'],
    flags: { data },
    run: async (given, values, context) =>
      (await import('../commands/feed.js')).feedDiscard(given, values, context),
  }),
];
