// Commands that take a log away from its machine and bring it back.
import * as flags from '../flags.js';
import { type CommandRow, command, data } from './row.js';

const passphraseFile = flags.text(
  '--passphrase-file <file>',
  'the passphrase is the first line of this file; else it is asked for',
);

export const BACKUP_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'export',
    summary: 'Write the whole log, its ledger with it, as JSON lines.',
    example: 'export /backup/archive.jsonl',
    positional: ['[file]', 'file that is not there yet; stdout when it is left out or -'],
    flags: { data },
    run: async ([file = '-'], values, context) =>
      (await import('../commands/export.js')).exportLog(file, values, context),
  }),
  command({
    name: 'import',
    summary: 'Build a data folder from an export, beside restored keys; everything is checked.',
    example: 'import /backup/archive.jsonl --data restored',
    positional: ['<file>', 'file that export wrote'],
    flags: {
      data,
      profile: flags.text('--profile <file>', 'connection profile, for a log on a channel'),
    },
    run: async ([file = ''], values, context) =>
      (await import('../commands/import.js')).importLog(file, values, context),
  }),
  command({
    name: 'keys backup',
    summary: 'Write all keys of the log to one encrypted file.',
    example: 'keys backup /safe/archive.keys',
    positional: ['<file>', 'file that is not there yet'],
    flags: { data, passphraseFile },
    run: async ([file = ''], values, context) =>
      (await import('../commands/keys.js')).keysBackup(file, values, context),
  }),
  command({
    name: 'keys restore',
    summary: 'Bring the keys back from their backup, or those of them that are missing.',
    example: 'keys restore /safe/archive.keys --data restored',
    positional: ['<file>', 'file that keys backup wrote'],
    flags: { data, passphraseFile },
    run: async ([file = ''], values, context) =>
      (await import('../commands/keys.js')).keysRestore(file, values, context),
  }),
  command({
    name: 'keys renew',
    summary: 'Give the identities of a log in this folder certificates without an end.',
    example: 'keys renew --data hospital',
    flags: { data },
    run: async (_, values, context) =>
      (await import('../commands/keys-renew.js')).keysRenew(values, context),
  }),
];
