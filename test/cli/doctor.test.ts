import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type JsonRow, Workplace } from '../support/cli.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');

describe('the doctor on the command line', function () {
  this.timeout(60_000);
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    place.run(['init', '--data', 'a folder', '--origin', 'a.example/x', '--org', 'A']);
  });
  afterEach(() => place.remove());

  const doctor = () => place.run(['doctor', '--data', 'a folder']);
  const json = () => place.json(['doctor', '--data', 'a folder']);
  const statusOf = (rows: readonly JsonRow[], wanted: string) =>
    rows.find(({ check }) => check === wanted)?.['status'];

  it('ends with 0 over a sound folder, also with warnings', () => {
    const sound = doctor();
    expect(sound.status).to.equal(0);
    expect(sound.stdout).to.match(/^(ok {11}[^\n]+\n)+$/);
    expect(sound.stderr).to.match(/^[0-9]+ ok, 0 warnings, 0 faults, 0 not checked\n$/);
    mkdirSync(place.path('.chartseal-init-x'));
    const warned = doctor();
    expect(warned.status).to.equal(0);
    expect(warned.stdout).to.match(/\nWARNING {6}leftovers: [^\n]+\n {13}next: rm -r \/[^\n]+\n/);
  });

  it('ends with 1 over a fault, whatever else was not checked, and sums up', () => {
    rmSync(place.path('a folder', 'checkpoint'));
    chmodSync(place.path('a folder', 'keys', 'note-key.pem'), 0o640);
    const { status, rows } = json();
    expect(status).to.equal(1);
    expect(statusOf(rows, 'checkpoint file')).to.equal('fault');
    expect(statusOf(rows, 'keys/note-key.pem')).to.equal('fault');
    expect(statusOf(rows, 'ledger')).to.equal('not checked');
    expect(statusOf(rows, 'entries')).to.equal('ok');
    const counts = { ok: rows.length - 7, warnings: 0, faults: 2, notChecked: 4 };
    expect(rows.at(-1)?.['summary']).to.deep.equal(counts);
    expect(doctor().stdout).to.include("next: chmod 600 'a folder/keys/note-key.pem'");
  });

  it('ends with 2 while another process uses the folder, and names it', async () => {
    const args = [PROGRAM, 'access', 'import', '-', '--data', 'a folder'];
    const other: ChildProcess = spawn(process.execPath, args, {
      cwd: place.folder,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = once(other, 'exit');
    const pidFile = place.path('a folder', 'run', 'pid');
    try {
      const mine = () => existsSync(pidFile) && readFileSync(pidFile, 'utf8') === `${other.pid}\n`;
      for (const until = Date.now() + 20_000; !mine() && Date.now() < until; ) await sleep(20);
      const { status, rows } = json();
      expect(status).to.equal(2);
      const store = rows.find(({ check }) => check === 'store');
      expect(store?.['sentence']).to.include(`rocess ${other.pid} uses this data folder`);
      expect(statusOf(rows, 'keys/note-key.pem')).to.equal('ok');
      expect(rows.at(-1)?.['summary']).to.include({ faults: 0 });
    } finally {
      other.kill('SIGKILL');
      await ended;
    }
    expect(doctor().status).to.equal(0);
  });
});
