// npm test, in several processes at once: the tests of a live Fabric network and of the browser
// mostly wait, and leave the processors to the others. What failed in any is told at the end. With
// arguments it is mocha and nothing else.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';

const MOCHA = join(__dirname, '..', '..', 'node_modules', 'mocha', 'bin', 'mocha.js');
const TESTS = 'dist/test';
const AT_ONCE = 5;
/** Of all but the first process, which takes longest and mostly waits: they give way to it. */
const NICENESS = 5;
const OTHERS: readonly string[] = [];
/**
 * Beginnings of paths of tests that one process runs, in the order in which they are begun: those
 * that take long first.
 */
const TOGETHER: readonly (readonly string[])[] = [
  ['live/', 'network/', 'ledger/fabric.test.js'],
  ['services/'],
  ['browser/'],
  ['cli/'],
  OTHERS,
  ['http/'],
  ['fault/'],
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

/** What several say at once, one after the other: that of the first as it comes. */
class InTurn {
  readonly #waiting: string[][];
  readonly #ended = new Set<number>();
  #turn = 0;

  constructor(count: number) {
    this.#waiting = Array.from({ length: count }, () => []);
  }

  write(at: number, line: string): void {
    if (at === this.#turn) show(line);
    else this.#waiting[at]?.push(line);
  }

  end(at: number): void {
    this.#ended.add(at);
    while (this.#ended.has(this.#turn)) {
      this.#turn++;
      for (const line of this.#waiting[this.#turn] ?? []) show(line);
    }
  }
}

/** Files of the tests of each process. */
function groupsOfTests(): string[][] {
  const found = readdirSync(TESTS, { recursive: true, encoding: 'utf8' });
  const tests = found.filter((path) => path.endsWith('.test.js')).sort();
  const groups: string[][] = TOGETHER.map(() => []);
  for (const path of tests) {
    const at = TOGETHER.findIndex((some) => some.some((beginning) => path.startsWith(beginning)));
    groups[at < 0 ? TOGETHER.indexOf(OTHERS) : at]?.push(join(TESTS, path));
  }
  return groups.filter((group) => group.length > 0);
}

const NOT_RUN: Totals = { passed: 0, failed: 1, why: ['tests were not run: they were ended'] };

/** As many processes at once as pay; a signal ends them all. */
async function runGroups(groups: readonly (readonly string[])[]): Promise<readonly Totals[]> {
  const running = new Set<ChildProcess>();
  const results = groups.map(() => NOT_RUN);
  const said = new InTurn(groups.length);
  let [next, isEnding] = [0, false];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      isEnding = true;
      for (const mocha of running) mocha.kill(signal);
    });
  }
  const work = async () => {
    while (next < groups.length && !isEnding) {
      const at = next++;
      const mocha = start(...(groups[at] ?? []));
      running.add(mocha);
      if (at > 0 && mocha.pid !== undefined) setPriority(mocha.pid, NICENESS);
      results[at] = await followed(mocha, (line) => said.write(at, line));
      running.delete(mocha);
      said.end(at);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

async function runAll(): Promise<number> {
  const results = await runGroups(groupsOfTests());
  for (const line of results.flatMap((totals) => totals.why)) show(line);
  const sum = (of: 'passed' | 'failed') => results.reduce((all, totals) => all + totals[of], 0);
  show(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  // No test at all proves nothing.
  return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
}

async function runThese(args: readonly string[]): Promise<number> {
  const files = args.some((arg) => arg.endsWith('.js')) ? [] : [`${TESTS}/**/*.test.js`];
  const mocha = spawn(process.execPath, [MOCHA, ...files, ...args], { stdio: 'inherit' });
  const [code] = await once(mocha, 'exit');
  return typeof code === 'number' ? code : 1;
}

const args = process.argv.slice(2);
void (args.length === 0 ? runAll() : runThese(args)).then((code) => {
  process.exitCode = code;
});
