import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { type JsonRow, Workplace } from '../support/cli.js';
import { makeFifo, writeFiles } from '../support/temp-folder.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');
const MANY = 1800;

const pathOf = (at: number) => `ward ${at % 3}/${at}.txt`;
const answersOf = (rows: readonly JsonRow[]) =>
  new Map(rows.slice(0, -1).map(({ id, answer }) => [id as string, answer as string]));
const summaryOf = (rows: readonly JsonRow[]) =>
  rows.at(-1)?.['summary'] as Record<string, unknown> & {
    counts: object;
    report: string;
    left: number;
    fixity: { leafHash: string; isProven: boolean };
    scope: { coverage: string; records: number };
  };

interface ReportLine {
  readonly id?: string;
  readonly format?: string;
}
const reportLines = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ReportLine);

describe('chartseal audit', function () {
  this.timeout(60_000);
  let place: Workplace;
  /** With an empty data folder, of which each test gets a copy. */
  let first: Workplace;

  before(() => {
    first = new Workplace();
    first.run(['init', '--origin', 'hospital-a.example/archive', '--org', 'HospitalAMSP']);
  });
  after(() => first.remove());
  beforeEach(() => {
    place = new Workplace();
    cpSync(first.path('chartseal-data'), place.path('chartseal-data'), { recursive: true });
  });
  afterEach(() => place.remove());

  function anchor(count: number, size = 0): void {
    const files = Array.from({ length: count }, (_, at) => [
      pathOf(at),
      `document ${at}`.padEnd(size),
    ]);
    writeFiles(place.path('archive'), Object.fromEntries(files));
    expect(place.run(['ingest', 'archive']).status).to.equal(0);
  }

  const file = (at: number) => place.path('archive', pathOf(at));

  it('gives five answers and anchors them', () => {
    anchor(10);
    writeFileSync(file(0), 'something else');
    truncateSync(file(1));
    unlinkSync(file(2));
    unlinkSync(file(3));
    mkdirSync(file(3));
    unlinkSync(file(4));
    symlinkSync('nowhere', file(4));
    unlinkSync(file(5));
    makeFifo(file(5));
    const { status, rows } = place.json(['audit']);
    expect(status).to.equal(1);
    const answers = answersOf(rows);
    const found = Array.from({ length: 10 }, (_, at) => answers.get(`archive/${pathOf(at)}`));
    const [altered, missing, unreadable, same] = ['altered', 'missing', 'unreadable', 'unchanged'];
    const wanted = [altered, altered, missing, unreadable, unreadable, unreadable];
    expect(found).to.deep.equal([...wanted, same, same, same, same]);
    const summary = summaryOf(rows);
    const counts = { altered: 2, missing: 1, notChecked: 0, unchanged: 4, unreadable: 3 };
    expect(summary.counts).to.deep.equal(counts);
    expect(summary.fixity.isProven).to.equal(true);

    place.run(['receipt', summary.fixity.leafHash, '--out', 'fixity.receipt.json']);
    place.run(['trust', 'export', '--out', 'trust.json']);
    const verified = place.json(['verify', 'fixity.receipt.json', '--trust', 'trust.json']);
    expect(verified.status).to.equal(0);
    const [result] = verified.rows;
    expect(JSON.stringify(result)).to.include('"verdict":"unchanged"');
    const report = readFileSync(summary.report);
    const digest = createHash('sha256').update(report).digest('hex');
    expect(JSON.stringify(result)).to.include(`"report":"${digest}"`);
    expect(reportLines(summary.report)).to.have.lengthOf(1 + 6);
    expect(place.run(['history', '--log']).stdout).to.include('2 altered, 1 missing, 3 unreadable');
  });

  it('says what to do about each answer that it gave, and about no other', () => {
    anchor(3);
    unlinkSync(file(0));
    const { stderr } = place.run(['audit']);
    const next = stderr.split('\n').filter((line) => line.startsWith('next: '));
    expect(next).to.have.length(1);
    expect(next[0]).to.include('missing: put the files back');
    expect(next[0]).to.include('chartseal ingest NEW --id-prefix OLD --moved');
  });

  it('tells commands that work on the same folder as they stand', () => {
    anchor(1);
    const told = (...more: string[]) => place.run(['audit', ...more]).stderr;
    expect(told()).to.match(/chartseal receipt [0-9a-f]{64}; all runs: chartseal history --log$/m);
    renameSync(place.path('chartseal-data'), place.path('other data'));
    expect(told('--data', 'other data')).to.match(
      /receipt [0-9a-f]{64} --data 'other data'; all runs: .+ --log --data 'other data'$/m,
    );
  });

  it('says nothing but the counts where nothing changed', () => {
    anchor(5);
    const { status, stdout } = place.run(['audit']);
    expect(status).to.equal(0);
    expect(stdout).to.not.include('altered:');
    expect(stdout).to.include('5 unchanged, 0 altered, 0 missing, 0 unreadable, 0 not checked');
  });

  it('looks at the records below the paths given, also when they are gone', () => {
    anchor(9);
    rmSync(place.path('archive', 'ward 1'), { recursive: true });
    const { status, rows } = place.json(['audit', join('archive', 'ward 1')]);
    expect(status).to.equal(1);
    expect(summaryOf(rows).scope).to.include({ coverage: 'part', records: 3 });
    expect([...answersOf(rows).values()]).to.deep.equal(['missing', 'missing', 'missing']);
  });

  it('refuses a path from which nothing was anchored', () => {
    anchor(1);
    const { status, rows } = place.json(['audit', 'archive', 'elsewhere']);
    expect(status).to.equal(2);
    expect(rows).to.have.lengthOf(1);
    expect(rows[0]).to.have.nested.property('error.code', 'NOT_ANCHORED');
  });

  it('refuses a path that cannot be followed', () => {
    anchor(1);
    const { status, rows } = place.json(['audit', 'x'.repeat(5000)]);
    expect(status).to.equal(2);
    expect(rows[0]).to.have.nested.property('error.code', 'FILE_UNREADABLE');
  });

  it('compares with the newest version and leaves out what was anchored later', () => {
    anchor(3);
    writeFileSync(file(0), 'amended');
    expect(place.run(['ingest', 'archive']).status).to.equal(0);
    const { status, rows } = place.json(['audit']);
    expect(status).to.equal(0);
    expect(rows.slice(0, -1).map(({ version }) => version)).to.deep.equal([1, 1, 2]);
  });

  it('ends with the window, says what is left, and goes on with the next run', () => {
    anchor(40, 200_000);
    writeFileSync(file(39), 'altered');
    const first = place.json(['audit', '--rate', '1', '--for', '2s']);
    expect(first.status).to.equal(2);
    const { left, counts, report } = summaryOf(first.rows);
    expect(left).to.be.within(1, 39);
    expect(counts).to.include({ notChecked: left, unchanged: 40 - left });
    const other = place.json(['audit', 'archive']);
    expect(other.rows[0]).to.have.nested.property('error.code', 'AUDIT_UNFINISHED');
    expect(other.status).to.equal(2);
    const second = place.json(['audit']);
    expect(second.status).to.equal(1);
    expect(second.rows).to.have.lengthOf(left + 1);
    expect(summaryOf(second.rows).report).to.equal(report);
    const whole = { altered: 1, missing: 0, notChecked: 0, unchanged: 39, unreadable: 0 };
    expect(summaryOf(second.rows).counts).to.deep.equal(whole);
    expect(place.json(['audit']).rows).to.have.lengthOf(41);
  });

  it('begins anew when it is told to', () => {
    anchor(30, 200_000);
    expect(place.run(['audit', '--rate', '1', '--for', '1s']).status).to.equal(2);
    const { status, rows } = place.json(['audit', '--restart']);
    expect(status).to.equal(0);
    expect(rows).to.have.lengthOf(31);
    expect(readdirSync(place.path('chartseal-data', 'audits'))).to.have.lengthOf(2);
  });

  it('reads no faster than it may', () => {
    const mebibytes = 12;
    writeFiles(place.path('archive'), { 'large.bin': '' });
    writeFileSync(place.path('archive', 'large.bin'), Buffer.alloc((mebibytes - 4) * 2 ** 20, 1));
    for (let at = 0; at < 16; at++) {
      writeFileSync(place.path('archive', `${at}.bin`), Buffer.alloc(2 ** 18, at));
    }
    place.run(['ingest', 'archive']);
    const start = performance.now();
    expect(place.run(['audit', '--rate', '4']).status).to.equal(0);
    // Only the lower bound is a promise: how long it takes beyond that is the machine's business.
    expect((performance.now() - start) / 1000).to.be.at.least(0.95 * (mebibytes / 4));
  });

  it('ends in order on a signal, in the middle of a large file', async () => {
    writeFiles(place.path('archive'), { 'large.bin': '' });
    writeFileSync(place.path('archive', 'large.bin'), Buffer.alloc(64 * 2 ** 20, 1));
    place.run(['ingest', 'archive']);
    const child = spawn(process.execPath, [PROGRAM, 'audit', '--rate', '1'], {
      cwd: place.folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines = createInterface({ input: child.stdout });
    for await (const line of lines) if (line.includes('blocks')) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const start = performance.now();
    child.kill('SIGINT');
    const status = await new Promise((resolve) => child.once('exit', resolve));
    expect(status).to.equal(2);
    expect(performance.now() - start).to.be.below(10_000);
  });

  it('answers for each record once in the report, when it is killed on the way', async () => {
    anchor(MANY);
    for (let at = 0; at < MANY; at += 2) writeFileSync(file(at), 'altered');
    const child = spawn(process.execPath, [PROGRAM, 'audit', '--json'], {
      cwd: place.folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let seen = 0;
    for await (const _ of createInterface({ input: child.stdout })) {
      seen++;
      if (seen === 1300) child.kill('SIGKILL');
    }
    const { status, rows } = place.json(['audit']);
    expect(status).to.equal(1);
    const { counts, report } = summaryOf(rows);
    expect(counts).to.include({ altered: MANY / 2, unchanged: MANY / 2 });
    expect(rows.length - 1).to.be.below(MANY);
    const ids = reportLines(report).flatMap(({ id }) => id ?? []);
    expect(ids).to.have.lengthOf(MANY / 2);
    expect(new Set(ids).size).to.equal(MANY / 2);
  });

  it('writes the report where it is told to, and over nothing', () => {
    anchor(2);
    expect(place.run(['audit', '--report', 'list.jsonl']).status).to.equal(0);
    expect(reportLines(place.path('list.jsonl'))[0]?.format).to.equal('chartseal-audit/1');
    const { status, stdout, stderr } = place.run(['audit', '--report', 'list.jsonl']);
    expect(stderr).to.include('FILE_EXISTS');
    // Before the audit of the log, which may take hours.
    expect({ status, stdout }).to.deep.equal({ status: 64, stdout: '' });
  });

  it('takes nothing that is about the archive together with --log-only', () => {
    for (const more of [
      ['archive'],
      ['--report', 'x'],
      ['--for', '1m'],
      ['--rate', '1'],
      ['--restart'],
    ]) {
      const { status, stderr } = place.run(['audit', '--log-only', ...more]);
      expect(status, more.join(' ')).to.equal(64);
      expect(stderr).to.include('--log-only reads no archive');
    }
    expect(place.run(['audit', '--log-only']).status).to.equal(0);
  });

  it('finds the archive again where it was, after a rebuild', () => {
    anchor(4);
    rmSync(file(0));
    expect(place.run(['rebuild']).status).to.equal(0);
    const { status, rows } = place.json(['audit']);
    expect(status).to.equal(1);
    expect(summaryOf(rows).counts).to.include({ missing: 1, unchanged: 3 });
  });

  it('tells of a store that cannot be opened, and what can be done', () => {
    anchor(2);
    renameSync(place.path('chartseal-data', 'store'), place.path('away'));
    const { status, stdout, stderr } = place.run(['audit']);
    expect(status).to.equal(1);
    expect(stdout).to.match(/FAILED +store +STORE_BEHIND/);
    expect(stderr).to.include('next: run chartseal rebuild');
  });
});
