// Commands that look after a data folder.
import { type CommandRow, command, data } from './row.js';

export const UPKEEP_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'doctor',
    summary:
      'Look at folder, keys, clock, disk, store and ledger, and say what to do. Changes nothing.',
    example: 'doctor --data hospital',
    flags: { data },
    run: async (_given, values, context) =>
      (await import('../commands/doctor.js')).doctor(values, context),
  }),
];
