// npm test, in three processes that take about as long: the tests of a live Fabric network and of
// the browser mostly wait. With arguments it is mocha and nothing else.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MOCHA = join(__dirname, '..', '..', 'node_modules', 'mocha', 'bin', 'mocha.js');
const ALL = 'dist/test/**/*.test.js';
const WAITING = [
  'dist/test/live/*.test.js',
  'dist/test/network/*.test.js',
  'dist/test/ledger/fabric.test.js',
  'dist/test/browser/*.test.js',
];
const BESIDE = [
  'dist/test/services/*.test.js',
  'dist/test/http/*.test.js',
  'dist/test/fault/*.test.js',
];
const TOTALS = /^(\d+) passed, (\d+) failed$/;

interface Totals {
  passed: number;
  failed: number;
}

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MOCHA, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Lines are given as they come, but for the last one, which is what this resolves with. */
async function followed(mocha: ChildProcess, write: (line: string) => void): Promise<Totals> {
  const closed = once(mocha, 'close');
  let totals: Totals | undefined;
  for await (const line of createInterface({ input: mocha.stdout as NodeJS.ReadableStream })) {
    const [, passed, failed] = TOTALS.exec(line) ?? [];
    if (passed === undefined) write(line);
    else totals = { passed: Number(passed), failed: Number(failed) };
  }
  await closed;
  const { exitCode, signalCode } = mocha;
  if (totals !== undefined && (exitCode === 0) === (totals.failed === 0)) return totals;
  write(`mocha ended with ${signalCode ?? exitCode} and without all of its results`);
  return { passed: totals?.passed ?? 0, failed: (totals?.failed ?? 0) + 1 };
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
  const others = [ALL, ...[...WAITING, ...BESIDE].flatMap((files) => ['--ignore', files])];
  const runs = [others, BESIDE, WAITING].map((files) => start(...files));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      for (const mocha of runs) mocha.kill(signal);
    });
  }
  const results = await inOrder(runs);
  const sum = (of: keyof Totals) => results.reduce((all, totals) => all + totals[of], 0);
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
