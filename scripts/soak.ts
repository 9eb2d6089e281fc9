// Kills the program thousands of times and reads what is left each time:
// npm run soak -- [--kills N] [--seed N] [--minutes N] [--case NAME] [--only N]
import { parseArgs } from 'node:util';
import { FAULT_CASES } from '../test/support/fault-cases.js';
import { describeReport, type FaultCase, runFaults } from '../test/support/fault-harness.js';
import { chosenSeed } from '../test/support/fault-random.js';

const KILLS = 2000;
const TOLD_EVERY = 100;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

class UsageError extends Error {}

function wholeNumber(name: string, text: string | undefined, least = 0): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9]{1,10}$/.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(`--${name} is a whole number from ${least} on`);
}

function parseFlags() {
  const text = { type: 'string' } as const;
  const options = { kills: text, seed: text, minutes: text, only: text, case: text };
  try {
    return parseArgs({ options }).values;
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

function casesOf(name: string | undefined): readonly FaultCase[] {
  const cases = FAULT_CASES.filter((one) => name === undefined || one.name === name);
  const names = FAULT_CASES.map((one) => one.name).join(', ');
  if (cases.length === 0) throw new UsageError(`--case is one of: ${names}`);
  return cases;
}

async function main(): Promise<number> {
  const values = parseFlags();
  const seed = wholeNumber('seed', values.seed) ?? chosenSeed();
  const minutes = wholeNumber('minutes', values.minutes, 1);
  const only = wholeNumber('only', values.only);
  say(`seed ${seed}`);
  const report = await runFaults({
    cases: casesOf(values.case),
    seed,
    kills: wholeNumber('kills', values.kills, 1) ?? KILLS,
    ...(minutes === undefined ? {} : { minutes }),
    ...(only === undefined ? {} : { only }),
    onKill: (kills) => {
      if (kills % TOLD_EVERY === 0) process.stderr.write(`${kills} kills\n`);
    },
  });
  for (const line of describeReport(report)) say(line);
  return report.faults.length === 0 ? 0 : 1;
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof UsageError ? 64 : 2);
  },
);
