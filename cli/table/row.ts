// One row of the table of commands, and the flags that several commands have.
import { InvalidArgumentError } from 'commander';
import { parseTime } from '../../chaincode/core/time.js';
import type { CommandContext } from '../context.js';
import * as flags from '../flags.js';

export interface CommandRow<F extends flags.Flags = flags.Flags> {
  /** One word, or two for a command of a group. */
  readonly name: string;
  readonly summary: string;
  /** As typed after `chartseal`. */
  readonly example: string;
  /** As commander writes them: `<path...>`, `[patient]`; with what they are. */
  readonly positional?: readonly [name: string, help: string];
  readonly flags: F;
  run(
    given: readonly string[],
    values: flags.FlagValues<F>,
    context: CommandContext,
  ): Promise<number>;
}

/** Gives the row the types of its own flags. */
export function command<F extends flags.Flags>(row: CommandRow<F>): CommandRow {
  return row as unknown as CommandRow;
}

const DEFAULT_WAIT_MS = 60_000;

function milliseconds(seconds: string): number {
  if (!/^[0-9]{1,6}$/.test(seconds)) throw new InvalidArgumentError('It is a number of seconds.');
  return Number(seconds) * 1000;
}

export function positive(number: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(number))
    throw new InvalidArgumentError('It is a number from 1 on.');
  return Number(number);
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Of `90s`, `15m`, `8h`, and of `0s`; undefined for what is no such time. */
export function durationMs(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(0|[1-9][0-9]{0,5})([smh])$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  return unitMs === undefined ? undefined : Number(number) * unitMs;
}

/** In ms since 1970. */
export function time(written: string): number {
  try {
    return parseTime(written, 'the value');
  } catch {
    throw new InvalidArgumentError('It is a UTC time such as 2026-11-01T08:00:00.000Z.');
  }
}

export const data = flags.textOr(
  '--data <dir>',
  'data folder; CHARTSEAL_DATA names another default',
  flags.DEFAULT_DATA,
);
export const waitMs = flags.parsedOr(
  '--wait <seconds>',
  'how long to wait until the entries are proven',
  milliseconds,
  DEFAULT_WAIT_MS,
  '60',
);
export const out = flags.text(
  '--out <file>',
  'write it to this file instead of stdout; replaces its own kind only',
);
export const patient = flags.text('--patient <id>', "patient whom they are about: 'SYSTEM|VALUE'");
export const config = flags.text(
  '--config <file>',
  'configuration of a gateway, for its member fhir; one that runs here uses its own',
);
