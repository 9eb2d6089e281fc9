// Commands about the log itself and what others need to verify it.
import { type CommandRow, command, data, out } from './row.js';

export const LOG_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'trust export',
    summary: 'Write the trust file of this log.',
    example: 'trust export --out trust.json',
    flags: { data, out },
    run: async (_given, values, context) =>
      (await import('../commands/trust.js')).trustExport(values, context),
  }),
];
