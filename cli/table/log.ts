// Commands about the log itself and what others need to verify it.
import { InvalidArgumentError } from 'commander';
import * as flags from '../flags.js';
import { type CommandRow, command, data, durationMs, out, positive } from './row.js';

function fromZero(number: string): number {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(number)) {
    throw new InvalidArgumentError('It is a number from 0 on.');
  }
  return Number(number);
}

const DEFAULT_WITHHELD_MS = 900_000;

function delay(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('It is a time like 0s, 15m or 8h.');
  return ms;
}

const profile = flags.text('--profile <file>', 'connection profile of the channel');
const trust = flags.text('--trust <file>', 'trust file with which the logs must agree');

export const LOG_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'trust export',
    summary: 'Write the trust file of this log.',
    example: 'trust export --out trust.json',
    flags: { data, out },
    run: async (_given, values, context) =>
      (await import('../commands/trust.js')).trustExport(values, context),
  }),
  command({
    name: 'trust pin',
    summary:
      'Pin a checkpoint in a trust file: that its log holds something is then shown by hashes alone.',
    example: 'trust pin checkpoint.txt --trust trust.json --out pinned.json',
    positional: ['<checkpoint>', 'signed checkpoint of a log that the trust file names'],
    flags: { trust: flags.requiredText('--trust <file>', 'trust file to begin with'), out },
    run: async ([checkpoint = ''], values, context) =>
      (await import('../commands/trust.js')).trustPin(checkpoint, values, context),
  }),
  command({
    name: 'log checkpoint',
    summary: 'Print the newest checkpoint of the log, or one of an earlier size, signed.',
    example: 'log checkpoint',
    flags: { data, size: flags.parsed('--size <number>', 'an attested size', fromZero) },
    run: async (_given, values, context) =>
      (await import('../commands/log.js')).logCheckpoint(values, context),
  }),
  command({
    name: 'log consistency',
    summary: 'Prove that the log only grew since a size, or since a checkpoint that was saved.',
    example: 'log consistency saved-checkpoint.txt',
    positional: ['<old>', 'a size, or a file with a signed checkpoint (./12 for a file named 12)'],
    flags: {
      data,
      size: flags.parsed('--size <number>', 'an attested size; the newest by default', fromZero),
    },
    run: async ([old = ''], values, context) =>
      (await import('../commands/log.js')).logConsistency(old, values, context),
  }),
  command({
    name: 'log leaves',
    summary: 'Print leaves of the log in the order of its tree, as JSON lines.',
    example: 'log leaves --from 1000 --count 50',
    flags: {
      data,
      from: flags.parsed('--from <index>', 'first index; 0 by default', fromZero),
      count: flags.parsed('--count <number>', 'how many; all by default', positive),
    },
    run: async (_given, values, context) =>
      (await import('../commands/log.js')).logLeaves(values, context),
  }),
  command({
    name: 'log rebuild',
    summary: "Rebuild every log of a channel from the blocks of one's own peer, and compare.",
    example: 'log rebuild --ledger fabric --profile auditor.json',
    flags: {
      data,
      ledger: flags.parsed(
        '--ledger <engine>',
        'embedded or fabric; as the folder has it',
        flags.oneOf(['embedded', 'fabric']),
      ),
      profile,
      trust,
    },
    run: async (_given, values, context) =>
      (await import('../commands/log-rebuild.js')).logRebuild(values, context),
  }),
  command({
    name: 'log mirror',
    summary:
      'Follow the logs of a channel, or one log over HTTP, into a folder; check hashes and leaves, raise the alarm.',
    example:
      'log mirror --url https://host/v1/log --trust trust.json --token-file token --to mirror',
    flags: {
      profile,
      url: flags.text('--url <url>', 'a log in the layout of C2SP tlog-tiles: https://host/v1/log'),
      to: flags.requiredText('--to <dir>', 'folder of the mirror; the next run goes on in it'),
      leaves: flags.list('--leaves <file>', 'leaves as log leaves prints them; - is stdin'),
      log: flags.text('--log <origin>', 'the log that the leaves are of; found by their hashes'),
      trust,
      vkey: flags.text('--vkey <key>', 'with --url: verifier key of the log, in place of --trust'),
      tokenFile: flags.text('--token-file <file>', 'with --url: file with a bearer token'),
      certificate: flags.text('--certificate <file>', 'with --url: own certificate, PEM'),
      key: flags.text('--key <file>', 'with --url: its key, PEM'),
      authority: flags.text('--authority <file>', 'with --url: authorities of the server, PEM'),
      withheldMs: flags.parsedOr(
        '--withheld-after <time>',
        'raise the alarm when leaves are not given for so long: 0s, 15m, 8h',
        delay,
        DEFAULT_WITHHELD_MS,
        '15m',
      ),
      follow: flags.flag('--follow', 'go on with new blocks and leaves until it is ended'),
    },
    run: async (_given, values, context) =>
      (await import('../commands/log-mirror.js')).logMirror(values, context),
  }),
];
