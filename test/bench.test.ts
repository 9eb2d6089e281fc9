import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { quantile } from '../scripts/bench/fabric.js';
import { isMet, type Line, type Measured, median, ratioOf } from '../scripts/bench/row.js';
import { ROWS } from '../scripts/bench/rows.js';
import { sampled, timeOf, timeWithin } from '../scripts/bench/sampled.js';
import { parseRequest } from '../scripts/bench/settings.js';
import { submissionAt } from '../scripts/bench/submissions.js';
import { formatLines } from '../scripts/bench/table.js';
import { expectCode } from './support/expect-code.js';
import { newTempFolder, removeTempFolder } from './support/temp-folder.js';

const KNOWN = ['slow', 'fast', 'map'];

const line = (changes: Partial<Measured>): Measured => ({
  row: 'fast',
  what: 'entries that are fast',
  unit: 'entries/s',
  values: [3000, 1000, 2000],
  ...changes,
});

const ratioBudget = { limit: 0.9, is: 'at least', of: 'ratio' } as const;

describe('the arguments of npm run bench', () => {
  it('name rows, which run in the order of the table; without any, all do', () => {
    expect(parseRequest([], KNOWN).rows).to.deep.equal(KNOWN);
    const { rows } = parseRequest(['--row', 'map', '--row', 'slow', '--row', 'map'], KNOWN);
    expect(rows).to.deep.equal(['slow', 'map']);
  });

  it('give three rounds and a million entries unless they say otherwise', () => {
    expect(parseRequest([], KNOWN).settings).to.deep.equal({
      quick: false,
      rounds: 3,
      entries: 1_000_000,
    });
    const quick = parseRequest(['--quick', '--rounds', '5'], KNOWN).settings;
    expect(quick).to.deep.equal({ quick: true, rounds: 5, entries: 50_000 });
    expect(parseRequest(['--quick', '--entries', '2000'], KNOWN).settings.entries).to.equal(2000);
  });

  it('are refused when they name an unknown row or flag, or no sensible number', () => {
    const wrong = [
      ['--row', 'nothing'],
      ['--row', 'map', '--row', 'constructor'],
      ['--row'],
      ['--fast'],
      ['map'],
      ['--rounds', '0'],
      ['--rounds', '1.5'],
      ['--rounds', 'three'],
      ['--entries', '999'],
      ['--entries', '-5000'],
      ['--entries', '1e9'],
      ['--json', '--markdown'],
    ];
    for (const args of wrong) expectCode(() => parseRequest(args, KNOWN), 'USAGE');
  });
});

describe('the figures of a benchmark', () => {
  it('are medians', () => {
    expect(median([7])).to.equal(7);
    expect(median([9, 1, 5])).to.equal(5);
    expect(median([4, 1, 100, 2])).to.equal(3);
    expectCode(() => median([]), 'BAD_INPUT');
  });

  it('are compared round by round with their baseline', () => {
    const values = [10, 100, 30];
    const baseline = { what: 'other', values: [10, 200, 20] };
    expect(ratioOf(line({ values, baseline }))).to.equal(1);
    expect(ratioOf(line({}))).to.equal(undefined);
  });

  it('meet a budget at its limit, and not beyond it', () => {
    const least = { limit: 2000, is: 'at least', of: 'value' } as const;
    const most = { limit: 1999, is: 'at most', of: 'value' } as const;
    expect(isMet(line({ budget: least }))).to.equal(true);
    expect(isMet(line({ budget: { ...least, limit: 2001 } }))).to.equal(false);
    expect(isMet(line({ budget: most }))).to.equal(false);
    const baseline = { what: 'other', values: [3000, 1000, 2000] };
    expect(isMet(line({ budget: ratioBudget, baseline }))).to.equal(true);
    expect(isMet(line({ budget: { ...ratioBudget, limit: 1.1 }, baseline }))).to.equal(false);
  });

  it('meet nothing without a budget, without a baseline, without being measured', () => {
    expect(isMet(line({}))).to.equal(undefined);
    expect(isMet(line({ budget: ratioBudget }))).to.equal(undefined);
    const none: Line = { row: 'a', what: 'b', notMeasured: 'no xargs', budget: ratioBudget };
    expect(isMet(none)).to.equal(undefined);
  });
});

describe('the table of a benchmark', () => {
  const lines: readonly Line[] = [
    line({
      baseline: { what: 'bare | batch', values: [3000, 2000, 4000] },
      budget: { ...ratioBudget, later: '80,000 entries/s' },
      note: 'half of them are records',
    }),
    { row: 'slow', what: 'files', notMeasured: 'xargs is missing here', budget: ratioBudget },
  ];

  it('says measured value, range, baseline, ratio, budget and verdict', () => {
    const text = formatLines(lines, 'text');
    expect(text).to.include('2,000 entries/s (1,000..3,000)');
    expect(text).to.include('bare | batch: 3,000 entries/s (2,000..4,000)');
    expect(text).to.include('0.50');
    expect(text).to.include('≥ 0.9 × the baseline, then 80,000 entries/s');
    expect(text).to.include('not met');
    expect(text).to.include('half of them are records');
    expect(text).to.include('not measured: xargs is missing here');
  });

  it('is a Markdown table with as many cells in each row, and notes below', () => {
    const text = formatLines(lines, 'markdown');
    const [table = '', notes] = text.split('\n\n');
    const cells = table.split('\n').map((row) => row.split(/(?<!\\)\|/).length);
    expect(new Set(cells).size).to.equal(1);
    expect(cells).to.have.lengthOf(4);
    expect(table).to.include('bare \\| batch');
    expect(notes).to.equal('- fast: half of them are records\n');
  });

  it('is one JSON object a line for programs', () => {
    const [fast, slow, rest] = formatLines(lines, 'json').split('\n');
    expect(rest).to.equal('');
    const { measured, ratio, budget, met, values } = JSON.parse(fast ?? '');
    expect(measured).to.deep.equal({ median: 2000, min: 1000, max: 3000 });
    expect({ ratio, met, values }).to.deep.equal({
      ratio: 0.5,
      met: false,
      values: [3000, 1000, 2000],
    });
    expect(budget.limit).to.equal(0.9);
    expect(JSON.parse(slow ?? '').met).to.equal(null);
  });
});

describe('times of a benchmark', () => {
  it('have the quantile below which so many of them lie', () => {
    const values = [50, 10, 40, 20, 30];
    expect([0, 0.5, 0.8, 0.95, 1].map((share) => quantile(values, share))).to.deep.equal([
      10, 30, 40, 50, 50,
    ]);
    expect(() => quantile([], 0.5)).to.throw(RangeError);
  });

  it('lie within others as far as they overlap', () => {
    const others = [
      { from: 0, to: 10 },
      { from: 20, to: 30 },
    ];
    expect(timeOf(others)).to.equal(20);
    expect(timeWithin([{ from: 5, to: 25 }], others)).to.equal(10);
    expect(timeWithin([{ from: 10, to: 20 }], others)).to.equal(0);
    expect(timeWithin(others, others)).to.equal(20);
  });

  it('are sampled in functions by their names, with all that those call', async () => {
    // Of the processor: on a busy machine a function may be there without ever running.
    const spin = (ms: number) => {
      const { user } = process.cpuUsage();
      while (process.cpuUsage().user - user < ms * 1000);
    };
    const watched = (ms: number) => spin(ms);
    const before = performance.now();
    const { result, inside } = await sampled([watched.name], async () => {
      watched(120);
      spin(120);
      return 7;
    });
    expect(result).to.equal(7);
    const all = { from: before, to: performance.now() };
    expect(timeWithin(inside, [all])).to.be.greaterThan(0);
    expect(timeWithin(inside, [all])).to.be.at.most(timeOf(inside) + 1e-6);
    expect(inside.every(({ from }) => from >= before)).to.equal(true);
    expect((await sampled(['nobody'], async () => spin(20))).inside).to.deep.equal([]);
  });
});

describe('npm run bench', () => {
  const PROGRAM = join(__dirname, '..', 'scripts', 'bench.js');
  const temp = newTempFolder();
  after(() => removeTempFolder(temp));
  const benchIn = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    spawnSync(process.execPath, [PROGRAM, ...args], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: temp, ...env },
    });
  const bench = (...args: string[]) => benchIn({}, ...args);

  it('submits every entry once, a record or the access to a patient', () => {
    const all = Array.from({ length: 400 }, (_, index) => submissionAt(index));
    expect(new Set(all.map((one) => JSON.stringify(one))).size).to.equal(400);
    const patients = all.flatMap((one) => ('actor' in one ? [one.patient.value] : []));
    expect(patients).to.have.lengthOf(200);
    expect(new Set(patients).size).to.equal(20);
  });

  it('measures the row asked for, says so with its budget, and leaves nothing behind', () => {
    const { status, stdout, stderr } = bench(
      '--quick',
      '--rounds',
      '1',
      '--row',
      'receipt-size',
      '--json',
    );
    expect(status, stderr).to.equal(0);
    const { row, met, budget, measured } = JSON.parse(stdout);
    expect({ row, met, limit: budget.limit }).to.deep.equal({
      row: 'receipt-size',
      met: true,
      limit: 8192,
    });
    expect(measured.median).to.be.within(1000, 8192);
    expect(readdirSync(temp)).to.deep.equal([]);
  });

  it('builds no network’s programs: where there are none, rows say so, and how to get them', () => {
    const cache = newTempFolder();
    const names = Object.keys(ROWS).filter((name) => name.startsWith('fabric-'));
    const rows = names.flatMap((name) => ['--row', name]);
    const env = { PATH: cache, XDG_CACHE_HOME: cache, CHARTSEAL_FABRIC_BIN: '' };
    const { status, stdout, stderr } = benchIn(env, '--quick', '--json', ...rows);
    expect(status, stderr).to.equal(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ row }) => row)).to.deep.equal(names);
    for (const { notMeasured, met } of lines) {
      expect(met).to.equal(null);
      expect(notMeasured).to.match(/^there is no Fabric on this machine: .*CHARTSEAL_FABRIC_BIN/);
    }
    expect(readdirSync(cache)).to.deep.equal([]);
    removeTempFolder(cache);
    expect(readdirSync(temp)).to.deep.equal([]);
  });

  it('refuses a row that it does not have, and names those that it has', () => {
    const { status, stdout, stderr } = bench('--row', 'nothing');
    expect(status).to.equal(64);
    expect(stdout).to.equal('');
    expect(stderr).to.include('error: no row is named nothing');
    for (const name of Object.keys(ROWS)) expect(stderr).to.include(name);
    expect(stderr).to.match(/\nhint: npm run bench -- /);
  });
});
