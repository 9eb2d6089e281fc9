// The folder in which an import builds, on a disk that does not let it be removed.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { type DiskFault, failingDisk } from '../support/disk-faults.js';
import { accessSubmission } from '../support/hospital.js';
import { expectNoStack, expectRefused, runIn } from '../support/refusals.js';

const LEFT: DiskFault = { call: 'rm', path: '/\\.chartseal-import-[^/]*$', code: 'EIO' };
const WARNING =
  /^warning: left behind: FILE_UNWRITABLE (\.chartseal-import-[0-9a-f-]+) [^\n]*i\/o error$/m;
const IMPORT = ['import', 'x', '--data', 'd'];

describe('an import that cannot remove the folder in which it built', function () {
  this.timeout(60_000);
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    const event = `${JSON.stringify(accessSubmission('P1', 'one'))}\n`;
    place.run(['access', 'import', '-', '--data', 'd'], event);
    place.run(['export', 'x', '--data', 'd']);
    renameSync(place.path('d', 'keys'), place.path('keys'));
    rmSync(place.path('d'), { recursive: true });
    mkdirSync(place.path('d'));
    renameSync(place.path('keys'), place.path('d', 'keys'));
  });
  afterEach(() => place.remove());

  const staged = () =>
    readdirSync(place.path('d')).filter((name) => name.startsWith('.chartseal-import-'));

  it('is done all the same, and names that folder', () => {
    const ran = runIn(place, IMPORT, { env: failingDisk(LEFT) });
    expectNoStack(ran);
    expect(staged()).to.deep.equal([WARNING.exec(ran.stderr)?.[1]]);
    expect(ran.stderr).to.match(/^1 entries, 1 of them committed$/m);
    expect(ran.status, ran.stderr).to.equal(0);
    const whole = readFileSync(place.path('x'), 'utf8');
    expect(place.run(['export', 'y', '--data', 'd']).status).to.equal(0);
    expect(readFileSync(place.path('y'), 'utf8')).to.equal(whole);
    const { rows } = place.json(['doctor', '--data', 'd']);
    expect(rows.find(({ check }) => check === 'leftovers')).to.include({ status: 'warning' });
  });

  it('tells the error that ended it, and the next one undoes what was left', () => {
    place.run(['init', '--data', 'other', '--origin', 'b.example/x', '--org', 'B']);
    renameSync(place.path('d', 'keys'), place.path('keys'));
    renameSync(place.path('other', 'keys'), place.path('d', 'keys'));
    const ran = runIn(place, IMPORT, { env: failingDisk(LEFT) });
    expect(ran.stderr).to.match(WARNING);
    expectRefused(ran, 'OTHER_LOG', 1);
    rmSync(place.path('d', 'keys'), { recursive: true });
    renameSync(place.path('keys'), place.path('d', 'keys'));
    const again = place.run(IMPORT);
    expect(again.status, again.stderr).to.equal(0);
    expect(staged()).to.deep.equal([]);
  });
});
