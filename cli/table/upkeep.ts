// Commands that look after a data folder.
import { InvalidArgumentError } from 'commander';
import * as flags from '../flags.js';
import { type CommandRow, command, data, durationMs, waitMs } from './row.js';

/** Timers of Node end at 2^31 ms. */
const MAX_WINDOW_MS = 500 * 3_600_000;

/** Above 0. */
function duration(text: string): number {
  const ms = durationMs(text) ?? 0;
  if (ms === 0) throw new InvalidArgumentError('It is a time like 90s, 30m or 8h.');
  if (ms > MAX_WINDOW_MS) throw new InvalidArgumentError('It is at most 500h.');
  return ms;
}

function mebibytes(text: string): number {
  if (!/^[0-9]{1,6}(\.[0-9]{1,3})?$/.test(text) || Number(text) === 0) {
    throw new InvalidArgumentError('It is a number of MiB above 0.');
  }
  return Number(text);
}

export const UPKEEP_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'doctor',
    summary:
      'Look at folder, keys, clock, disk, store and ledger, and say what to do. Changes nothing.',
    example: 'doctor --data hospital',
    flags: {
      data,
      url: flags.text('--url <url>', 'look at the gateway there instead, through its /v1/doctor'),
      tokenFile: flags.text('--token-file <file>', 'bearer token for --url'),
      certificate: flags.text('--certificate <file>', 'client certificate for --url, PEM'),
      key: flags.text('--key <file>', 'key of the client certificate, PEM'),
      authority: flags.text('--authority <file>', 'authorities to believe for --url, PEM'),
    },
    run: async (_given, values, context) =>
      (await import('../commands/doctor.js')).doctor(values, context),
  }),
  command({
    name: 'clock confirm',
    summary: 'Say that the clock is right, where nothing is accepted because it may be ahead.',
    example: 'clock confirm 2026-11-01 --data hospital',
    positional: ['<date>', 'of today, as another clock says it: 2026-11-01'],
    flags: { data },
    run: async ([date = ''], values, context) =>
      (await import('../commands/clock.js')).clockConfirm(date, values, context),
  }),
  command({
    name: 'audit',
    summary: 'Derive the log anew, hash the archive again, and anchor the result.',
    example: 'audit --rate 20 --for 8h',
    positional: ['[path...]', 'only records whose files were read below these'],
    flags: {
      data,
      waitMs,
      rate: flags.parsed('--rate <mib>', 'read no more than so many MiB a second', mebibytes),
      windowMs: flags.parsed(
        '--for <time>',
        'how long to read the archive: 90s, 30m, 8h; the next run goes on',
        duration,
      ),
      report: flags.text(
        '--report <file>',
        'list of what is not unchanged; by default in DATA/audits',
      ),
      restart: flags.flag('--restart', 'begin anew, also when another pass is not finished'),
      logOnly: flags.flag('--log-only', 'do not read the archive'),
    },
    run: async (given, values, context) =>
      (await import('../commands/audit.js')).audit(given, values, context),
  }),
  command({
    name: 'rebuild',
    summary: 'Build the store anew from its entries and the ledger, when other rows are damaged.',
    example: 'rebuild --data hospital',
    flags: { data, waitMs },
    run: async (_given, values, context) =>
      (await import('../commands/rebuild.js')).rebuild(values, context),
  }),
];
