// What an export writes before it has its name, on a disk that does not let it be removed.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { type DiskFault, failingDisk } from '../support/disk-faults.js';
import { expectNoStack, expectRefused, runIn } from '../support/refusals.js';

const LEFT: DiskFault = { call: 'rm', path: '/?x\\.part-', code: 'EIO' };
const WARNING = /^warning: left behind: FILE_UNWRITABLE x\.part-[^\n]*i\/o error$/m;
const EXPORT = ['export', 'x', '--data', 'd'];

describe('a file that is written whole or not at all, and leaves its part behind', function () {
  this.timeout(60_000);
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
  });
  afterEach(() => place.remove());

  const parts = () => readdirSync(place.folder).filter((name) => name.startsWith('x.part-'));

  it('is there all the same, and that is said; the next export removes it', () => {
    const ran = runIn(place, EXPORT, { env: failingDisk(LEFT) });
    expectNoStack(ran);
    expect(ran.stderr)
      .to.match(WARNING)
      .and.to.match(/^written: x$/m);
    expect(ran.status, ran.stderr).to.equal(0);
    expect(parts()).to.have.length(1);
    const whole = readFileSync(place.path('x'), 'utf8');
    rmSync(place.path('x'));
    expect(place.run(EXPORT).status).to.equal(0);
    expect(parts()).to.deep.equal([]);
    expect(readFileSync(place.path('x'), 'utf8')).to.equal(whole);
  });

  it('does not hide the error that ended the export', () => {
    rmSync(place.path('d', 'store'), { recursive: true });
    const ran = runIn(place, EXPORT, { env: failingDisk(LEFT) });
    expect(ran.stderr).to.match(WARNING);
    expectRefused(ran, 'STORE_BEHIND', 2);
  });

  it('is a backup of keys all the same', () => {
    const args = ['keys', 'backup', 'x', '--data', 'd', '--passphrase-file', 'p'];
    const shell = 'echo "correct horse battery" > p; chmod 600 p; "$@"';
    const ran = runIn(place, args, { env: failingDisk(LEFT), shell });
    expectNoStack(ran);
    expect(ran.stderr).to.match(WARNING);
    expect(ran.status, ran.stderr).to.equal(0);
  });
});
