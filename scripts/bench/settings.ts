// What was asked for on the command line of the benchmark.
import { parseArgs } from 'node:util';
import { ChartsealError } from '../../chaincode/core/errors.js';

export type Output = 'text' | 'json' | 'markdown';

export interface Settings {
  /** Less of everything: under three minutes in all. */
  readonly quick: boolean;
  /** Times that everything is measured; medians of them are told. */
  readonly rounds: number;
  /** Length of the log of the rows that grow one. */
  readonly entries: number;
}

export interface Request {
  readonly settings: Settings;
  /** Names of the rows, in the order in which they run. */
  readonly rows: readonly string[];
  readonly output: Output;
}

export const USAGE =
  'npm run bench -- [--quick] [--row NAME]... [--rounds N] [--entries N] [--json | --markdown]';

const ROUNDS = 3;
const ENTRIES = 1_000_000;
const QUICK_ENTRIES = 50_000;
const MIN_ENTRIES = 1000;
/** Of one machine's patience. */
const MAX_COUNT = 100_000_000;

const OPTIONS = {
  quick: { type: 'boolean' },
  row: { type: 'string', multiple: true },
  rounds: { type: 'string' },
  entries: { type: 'string' },
  json: { type: 'boolean' },
  markdown: { type: 'boolean' },
} as const;

function refuse(message: string, cause?: unknown): never {
  throw new ChartsealError('USAGE', message, { cause });
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    return refuse((error as Error).message, error);
  }
}

function parseCount(text: string | undefined, flag: string, least: number): number | undefined {
  if (text === undefined) return undefined;
  const count = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  if (count < least || count > MAX_COUNT) {
    refuse(`--${flag} is a whole number from ${least} to ${MAX_COUNT}`);
  }
  return count;
}

/** Throws USAGE. @param known names of all rows, in their order */
export function parseRequest(args: readonly string[], known: readonly string[]): Request {
  const flags = parseFlags(args);
  const unknown = flags.row?.find((name) => !known.includes(name));
  if (unknown !== undefined) refuse(`no row is named ${unknown}; rows: ${known.join(', ')}`);
  if (flags.json === true && flags.markdown === true) refuse('--json or --markdown, not both');
  const quick = flags.quick ?? false;
  const format = flags.json === true ? 'json' : 'text';
  return {
    settings: {
      quick,
      rounds: parseCount(flags.rounds, 'rounds', 1) ?? ROUNDS,
      entries:
        parseCount(flags.entries, 'entries', MIN_ENTRIES) ?? (quick ? QUICK_ENTRIES : ENTRIES),
    },
    rows: flags.row === undefined ? known : known.filter((name) => flags.row?.includes(name)),
    output: flags.markdown === true ? 'markdown' : format,
  };
}
