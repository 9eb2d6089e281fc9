// Keys on a disk that fails: what is told, and what lies there then.
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { type DiskFault, failingDisk } from '../support/disk-faults.js';
import { expectNoStack, expectRefused, runIn } from '../support/refusals.js';

const PASSPHRASE = ['--passphrase-file', 'pw'];
const BACKUP = ['keys', 'backup', 'k', '--data', 'd', ...PASSPHRASE];
const RESTORE = ['keys', 'restore', 'k', '--data', 'd', ...PASSPHRASE];
const LEFT: DiskFault = { call: 'rm', path: '/\\.chartseal-init-', code: 'EIO' };
const WARNING = /^warning: left behind: FILE_UNWRITABLE \.chartseal-init-[^\n]*i\/o error$/m;

describe('keys on a disk that fails', function () {
  this.timeout(60_000);
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    writeFileSync(place.path('pw'), 'correct horse battery\n');
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
  });
  afterEach(() => place.remove());

  const run = (args: readonly string[], ...faults: readonly DiskFault[]) =>
    runIn(place, args, { env: failingDisk(...faults) });
  const names = (...path: string[]) => readdirSync(place.path(...path)).sort();

  it('are not backed up where their ledger cannot be looked for', () => {
    const fault: DiskFault = { call: 'realpath', path: '/ledger$', code: 'EIO' };
    expectRefused(run(BACKUP, fault), 'LEDGER_FAILED', 2);
  });

  it('are left alone where nobody can tell whose they are', () => {
    // Only root could write what its owner cannot use.
    if (process.geteuid?.() !== 0) return;
    const fault: DiskFault = { call: 'stat', path: '^d(/keys)?$', code: 'EIO' };
    expectRefused(run(BACKUP, fault), 'FILE_UNREADABLE', 2);
    expectRefused(run(['keys', 'renew', '--data', 'd'], fault), 'FILE_UNREADABLE', 2);
  });

  it('have no backup that may not last: its name is free for the next', () => {
    const fault: DiskFault = { call: 'open', path: '^\\.$', code: 'EIO' };
    expectRefused(run(BACKUP, fault), 'FILE_UNWRITABLE', 2);
    expect(names()).to.deep.equal(['d', 'pw']);
    expect(place.run(BACKUP).status).to.equal(0);
  });

  for (const lack of ['some', 'all'] as const) {
    it(`come back, ${lack} of them, where what they were made in stays, and that is said`, () => {
      place.run(BACKUP);
      const all = names('d', 'keys');
      for (const name of lack === 'all' ? all : ['note-key.pem']) {
        rmSync(place.path('d', 'keys', name));
      }
      const ran = run(RESTORE, LEFT);
      expectNoStack(ran);
      expect(ran.stderr).to.match(WARNING);
      expect(ran.status, ran.stderr).to.equal(0);
      expect(names('d', 'keys')).to.deep.equal(all);
      rmSync(place.path('d', 'keys'), { recursive: true });
      expect(place.run(RESTORE).status).to.equal(0);
      expect(names('d').filter((name) => name.startsWith('.'))).to.deep.equal([]);
    });
  }

  it('are told to be there where only a loss of power may take them', () => {
    place.run(BACKUP);
    renameSync(place.path('d'), place.path('lost'));
    const path = `^${place.folder}$`;
    const ran = run(RESTORE, { call: 'open', path, code: 'EIO' });
    expectRefused(ran, 'FILE_UNWRITABLE it is in its place,', 2);
    expect(names('d', 'keys')).to.deep.equal(names('lost', 'keys'));
  });

  it('are named where copies of them stay, beside the error that ended it', () => {
    place.run(BACKUP);
    renameSync(place.path('d'), place.path('lost'));
    const fault: DiskFault = { call: 'rename', path: '/\\.chartseal-init-', code: 'EIO' };
    const ran = run(RESTORE, fault, LEFT);
    expect(ran.stderr).to.match(WARNING);
    expectRefused(ran, 'FILE_UNWRITABLE', 2);
  });

  it('are told of where init leaves a copy behind', () => {
    const args = ['init', '--data', 'e', '--origin', 'a.example/y', '--org', 'A'];
    const fault: DiskFault = { call: 'rename', path: '/\\.chartseal-init-[^/]*$', code: 'EIO' };
    const ran = run(args, fault, LEFT);
    expect(ran.stderr).to.match(WARNING);
    expectRefused(ran, 'FILE_UNWRITABLE', 2);
  });
});
