import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { expect } from 'chai';
import { type Ran, Workplace } from '../support/cli.js';

describe('the command line', function () {
  this.timeout(60_000);
  let place: Workplace;

  beforeEach(() => {
    place = new Workplace();
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    mkdirSync(place.path('archive'));
  });
  afterEach(() => place.remove());

  const ingest = (...more: string[]) => place.json(['ingest', 'archive', '--data', 'd', ...more]);
  const summaryOf = ({ rows }: ReturnType<typeof ingest>) =>
    rows.at(-1)?.['summary'] as Record<string, number>;

  function put(name: string, content = name): void {
    writeFileSync(place.path('archive', name), content);
  }

  function event(value: string, requestId: string, changes: object = {}): string {
    return JSON.stringify({
      patient: { system: 'urn:hospital-a', value },
      occurredAt: '2026-11-01T08:00:00.000Z',
      action: 'R',
      outcome: 'success',
      actor: { id: 'dr-1', name: 'CANARY-NAME' },
      role: 'physician',
      organisation: 'hospital-a',
      unit: 'ward 3',
      purpose: 'TREAT',
      breakGlass: false,
      records: [],
      category: 'inpatient',
      source: { system: 'emr', requestId },
      ...changes,
    });
  }

  const importLines = (...lines: string[]): Ran =>
    place.run(['access', 'import', '-', '--data', 'd'], `${lines.join('\n')}\n`);

  const exportTrust = () => place.run(['trust', 'export', '--data', 'd', '--out', 't.json']);

  it('makes a data folder once, with secrets for its owner alone', () => {
    const again = place.run(['init', '--data', 'd']);
    expect(again.status).to.equal(64);
    expect(again.stderr).to.match(/^error: DATA_EXISTS .*\nhint: /);
    expect(statSync(place.path('d')).mode & 0o777).to.equal(0o700);
    for (const name of readdirSync(place.path('d', 'keys'))) {
      expect(statSync(place.path('d', 'keys', name)).mode & 0o777, name).to.equal(0o600);
    }
    expect(readdirSync(place.folder).sort()).to.deep.equal(['archive', 'd']);
  });

  it('refuses keys that others may read', () => {
    chmodSync(place.path('d', 'keys', 'master-key.hex'), 0o644);
    const ran = place.run(['ingest', 'archive', '--data', 'd']);
    expect(ran.status).to.equal(2);
    expect(ran.stderr).to.match(/error: KEY_EXPOSED/);
  });

  it('says what to do where there is no data folder', () => {
    const ran = place.run(['ingest', 'archive', '--data', 'nothing']);
    expect(ran.status).to.equal(64);
    expect(ran.stderr).to.match(/error: NO_DATA .*\nhint: .*chartseal init/);
    expect(existsSync(place.path('nothing'))).to.equal(false);
  });

  it('anchors files of any name, and on the next run only what is new or changed', () => {
    const names = ['病历 第1页.txt', 'with\nnewline', 'a'.repeat(255), ' spaces ', 'quote\'"$.xml'];
    for (const name of names) put(name);
    expect(summaryOf(ingest('--receipts', 'r'))).to.include({
      anchored: 5,
      failed: 0,
      receipts: 5,
    });
    expect(summaryOf(ingest())).to.include({ anchored: 0, unchanged: 5 });
    put('病历 第1页.txt', 'changed');
    put('new');
    const third = ingest();
    expect(summaryOf(third)).to.include({ anchored: 2, unchanged: 4 });
    const changed = third.rows.find(({ path }) => path === '病历 第1页.txt');
    expect(changed).to.include({ state: 'anchored', version: 2, id: 'archive/病历 第1页.txt' });
    exportTrust();
    const verified = place.json(['verify', 'archive', '--receipt', 'r', '--trust', 't.json']);
    const verdicts = verified.rows.map(({ verdict }) => verdict).sort();
    expect(verdicts).to.deep.equal(['altered', 'not checked', ...Array(4).fill('unchanged')]);
    expect(verified.status).to.equal(1);
  });

  it('names what it does not anchor, and does not follow links', () => {
    put('real');
    put('empty', '');
    symlinkSync('real', place.path('archive', 'link'));
    execFileSync('mkfifo', [place.path('archive', 'pipe')]);
    writeFileSync(
      Buffer.concat([Buffer.from(`${place.path('archive')}/bad`), Buffer.of(0xff)]),
      'x',
    );
    const ran = place.run(['ingest', 'archive', '--data', 'd']);
    expect(ran.status).to.equal(2);
    expect(ran.stderr).to.include('empty: skipped, empty file');
    expect(ran.stderr).to.include('link: skipped, symbolic link');
    expect(ran.stderr).to.include('pipe: skipped, FIFO');
    expect(ran.stderr).to.match(/bad\\xff: NAME_NOT_UTF8/);
    expect(ran.stderr).to.include('1 anchored, 0 unchanged, 3 skipped, 0 refused, 1 failed');
  });

  it('refuses the same record id for another file with other content', () => {
    put('a', 'one');
    ingest();
    mkdirSync(place.path('elsewhere', 'archive'), { recursive: true });
    writeFileSync(place.path('elsewhere', 'archive', 'a'), 'two');
    const other = place.run(['ingest', 'elsewhere/archive', '--data', 'd']);
    expect(other.status).to.equal(1);
    expect(other.stderr).to.include('RECORD_ID_TAKEN');
    const prefixed = place.run(['ingest', 'elsewhere/archive', '--data', 'd', '--id-prefix', 'e']);
    expect(prefixed.status).to.equal(0);
    const moved = place.json(['ingest', 'elsewhere/archive', '--data', 'd', '--moved']);
    expect(moved.rows[0]).to.include({ state: 'anchored', version: 2 });
  });

  it('gives receipts by record, version, leaf hash and index', () => {
    put('a', 'one');
    ingest();
    put('a', 'two');
    ingest();
    exportTrust();
    const byId = (...more: string[]) => place.run(['receipt', ...more, '--data', 'd']);
    expect(byId('archive/a', '--version', '1', '--out', 'one.json').status).to.equal(0);
    const newest = byId('archive/a').stdout;
    expect(byId('archive/a', '--version', '2').stdout).to.equal(newest);
    expect(byId('#2').stdout).to.equal(newest);
    expect(byId('archive/a', '--version', '3').status).to.equal(1);
    expect(byId('#1').stderr).to.match(/NOT_FOUND/);
    const old = place.json(['verify', 'archive/a', '--receipt', 'one.json', '--trust', 't.json']);
    expect(old.rows[0]).to.include({ verdict: 'altered', exitCode: 1 });
    const leafHash = (old.rows[0] as { leafHash: string }).leafHash;
    expect(byId(leafHash).stdout.trim()).to.equal(
      readFileSync(place.path('one.json'), 'utf8').trim(),
    );
  });

  it('reports bad lines with their number, takes the others, and tells no content', () => {
    const ran = importLines(
      event('P1', 'r1'),
      '{"patient":',
      event('P1', 'r2', { action: 'X' }),
      event('P1', 'r3', { occurredAt: '1582-10-10T00:00:00.000Z' }),
      event('P1', 'r4', { patient: undefined }),
      event('P1', 'r5', { diagnosis: 'CANARY-VALUE' }),
      event('P1', 'r1', { action: 'U' }),
      '',
      event('P1', 'r6'),
    );
    for (const [line, code] of [
      [2, 'BAD_JSON'],
      [3, 'BAD_INPUT'],
      [4, 'BAD_INPUT'],
      [5, 'BAD_INPUT'],
      [6, 'BAD_INPUT'],
      [7, 'IDEMPOTENCY_CONFLICT'],
    ] as const) {
      expect(ran.stderr).to.include(`line ${line}: ${code}`);
    }
    expect(ran.stderr).to.include('2 accepted, 0 had been accepted before, 6 failed');
    expect(ran.stderr + ran.stdout).to.not.match(/CANARY/);
    expect(ran.status).to.equal(1);
    expect(importLines(event('P1', 'r1'), event('P1', 'r6')).stderr).to.include(
      '0 accepted, 2 had been accepted before, 0 failed',
    );
  });

  it('shows a history complete, with overrides first, and with names withheld still complete', () => {
    importLines(
      event('P1', 'r1'),
      event('P1', 'r2', { breakGlass: true, purpose: 'BTG', justification: 'unconscious' }),
      event('P2', 'r3'),
    );
    exportTrust();
    const args = ['history', 'urn:hospital-a|P1', '--data', 'd'];
    const shown = place.run([...args, '--out', 'p1.json']);
    expect(shown.status).to.equal(0);
    expect(shown.stdout).to.match(/2 events, 1 .*\n#1 +EMERGENCY OVERRIDE[\s\S]*\n#0 /);
    expect(shown.stdout).to.include('CANARY-NAME');
    const hidden = place.run([...args, '--out', 'hidden.json', '--withhold', 'actor']);
    expect(hidden.stdout).to.include('name withheld').and.to.not.include('CANARY-NAME');
    for (const file of ['p1.json', 'hidden.json']) {
      const { rows, status } = place.json(['verify', file, '--trust', 't.json']);
      expect(rows[0]).to.include({ verdict: 'complete' });
      expect(status).to.equal(0);
    }
    const later = ['verify', 'p1.json', '--trust', 't.json', '--as-of', '2099-01-01T00:00:00.000Z'];
    expect(place.json(later).rows[0]).to.include({ verdict: 'not proven', exitCode: 1 });
    expect(place.run([...later.slice(0, -1), '2099-01-01']).status).to.equal(64);
  });

  it('proves that nobody looked, before and after the log has entries', () => {
    const nobody = ['history', 'urn:hospital-a|P9', '--data', 'd', '--out', 'p9.json'];
    for (const prepare of [() => undefined, () => importLines(event('P1', 'r1'))]) {
      prepare();
      const ran = place.run(nobody);
      expect(ran.status, ran.stdout + ran.stderr).to.equal(0);
      expect(ran.stdout).to.include('no event');
      exportTrust();
      const { rows } = place.json(['verify', 'p9.json', '--trust', 't.json']);
      expect(rows[0]).to.include({ verdict: 'complete', exitCode: 0 });
    }
  });

  it("tells a record's versions and state, by its own command", () => {
    put('a', 'one');
    ingest();
    put('a', 'two');
    ingest();
    const ran = place.json(['history', '--record', 'archive/a', '--data', 'd']);
    expect(ran.rows[0]).to.include({ verdict: 'complete' });
    expect(ran.rows[0]?.['record']).to.deep.include({ latestVersion: 2, flags: [] });
  });

  it('verifies a folder that holds documents and receipts, and finds what is gone', () => {
    put('a');
    put('b');
    put('c');
    ingest('--receipts', 'archive');
    expect(summaryOf(ingest())).to.include({ anchored: 0, unchanged: 3 });
    exportTrust();
    expect(place.json(['verify', 'archive', '--trust', 't.json']).status).to.equal(0);
    appendFileSync(place.path('archive', 'a'), '!');
    renameSync(place.path('archive', 'b'), place.path('b'));
    const { rows, status } = place.json(['verify', 'archive', '--trust', 't.json']);
    const verdicts = Object.fromEntries(rows.map(({ file, verdict }) => [file, verdict]));
    expect(verdicts).to.deep.equal({
      'archive/a': 'altered',
      'archive/b': 'missing',
      'archive/c': 'unchanged',
    });
    expect(status).to.equal(1);
  });

  it('is one process at a time, and names the other', () => {
    const lines = Array.from({ length: 4000 }, (_, at) => event(`P${at}`, `r${at}`));
    writeFileSync(place.path('e.jsonl'), lines.join('\n'));
    const first = place.start(['access', 'import', 'e.jsonl', '--data', 'd']);
    try {
      const pidFile = place.path('d', 'run', 'pid');
      const mine = () => existsSync(pidFile) && readFileSync(pidFile, 'utf8') === `${first.pid}\n`;
      for (const until = Date.now() + 20_000; !mine() && Date.now() < until; ) {
        execFileSync('sleep', ['0.05']);
      }
      const second = place.run(['ingest', 'archive', '--data', 'd']);
      expect(second.status).to.equal(2);
      expect(second.stderr).to.include(`STORE_LOCKED process ${first.pid} uses this data folder`);
    } finally {
      first.kill('SIGKILL');
    }
  });

  it('ends at once when the reader of its output has enough', () => {
    for (let at = 0; at < 300; at++) put(`file ${at}`);
    const program = `${process.execPath} ${process.cwd()}/cli/chartseal.mjs`;
    const out = execFileSync('sh', ['-c', `${program} ingest archive --data d --json | head -1`], {
      cwd: place.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(out.trim().split('\n')).to.have.lengthOf(1);
  });

  it('answers wrong usage with 64', () => {
    for (const args of [
      ['ingest'],
      ['ingest', 'archive', '--bogus'],
      ['no-such-command'],
      ['history', '--data', 'd'],
      ['history', 'no-separator', '--data', 'd'],
      ['verify', 'archive'],
      ['ingest', 'archive', '--data', 'd', '--wait', 'x'],
    ]) {
      expect(place.run(args).status, args.join(' ')).to.equal(64);
    }
  });
});
