// npm test, in four processes that take about as long: the tests of a live Fabric network and of
// the browser mostly wait. What failed in any is told at the end. With arguments it is mocha and
// nothing else.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';

const MOCHA = join(__dirname, '..', '..', 'node_modules', 'mocha', 'bin', 'mocha.js');
const ALL = 'dist/test/**/*.test.js';
/** Each in a process of its own, beside one for all others. */
const APART = [
  ['dist/test/services/*.test.js', 'dist/test/http/*.test.js', 'dist/test/fault/*.test.js'],
  ['dist/test/browser/*.test.js', 'dist/test/cli/*.test.js'],
  ['dist/test/live/*.test.js', 'dist/test/network/*.test.js', 'dist/test/ledger/fabric.test.js'],
];
const TOTALS = /^(\d+) passed, (\d+) failed$/;
const FAILURES = /^ +\d+ failing$/;

interface Totals {
  passed: number;
  failed: number;
  /** What mocha says of each failed test: all its lines from `N failing` on. */
  why: readonly string[];
}

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MOCHA, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Lines are given as they come, but for those of the failures and the last one. */
async function followed(mocha: ChildProcess, write: (line: string) => void): Promise<Totals> {
  const closed = once(mocha, 'close');
  let totals: Omit<Totals, 'why'> | undefined;
  const why: string[] = [];
  for await (const line of createInterface({ input: mocha.stdout as NodeJS.ReadableStream })) {
    const [, passed, failed] = TOTALS.exec(line) ?? [];
    if (passed !== undefined) totals = { passed: Number(passed), failed: Number(failed) };
    else if (why.length > 0 || FAILURES.test(stripVTControlCharacters(line))) why.push(line);
    else write(line);
  }
  await closed;
  const { exitCode, signalCode } = mocha;
  if (totals !== undefined && (exitCode === 0) === (totals.failed === 0)) return { ...totals, why };
  why.push(`mocha ended with ${signalCode ?? exitCode} and without all of its results`);
  return { passed: totals?.passed ?? 0, failed: (totals?.failed ?? 0) + 1, why };
}

const show = (line: string) => {
  process.stdout.write(`${line}\n`);
};

/** What they say comes one after the other, that of the first at once. */
async function inOrder(runs: readonly ChildProcess[]): Promise<readonly Totals[]> {
  let turn = 0;
  const waiting = runs.map((): string[] => []);
  const done = runs.map((mocha, at) =>
    followed(mocha, (line) => (at === turn ? show(line) : waiting[at]?.push(line))),
  );
  const totals: Totals[] = [];
  for (const result of done) {
    totals.push(await result);
    turn++;
    for (const line of waiting[turn] ?? []) show(line);
  }
  return totals;
}

async function runAll(): Promise<number> {
  const others = [ALL, ...APART.flat().flatMap((files) => ['--ignore', files])];
  const runs = [others, ...APART].map((files) => start(...files));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      for (const mocha of runs) mocha.kill(signal);
    });
  }
  const results = await inOrder(runs);
  for (const line of results.flatMap((totals) => totals.why)) show(line);
  const sum = (of: 'passed' | 'failed') => results.reduce((all, totals) => all + totals[of], 0);
  show(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 ? 0 : 1;
}

async function runThese(args: readonly string[]): Promise<number> {
  const files = args.some((arg) => arg.endsWith('.js')) ? [] : [ALL];
  const mocha = spawn(process.execPath, [MOCHA, ...files, ...args], { stdio: 'inherit' });
  const [code] = await once(mocha, 'exit');
  return typeof code === 'number' ? code : 1;
}

const args = process.argv.slice(2);
void (args.length === 0 ? runAll() : runThese(args)).then((code) => {
  process.exitCode = code;
});
