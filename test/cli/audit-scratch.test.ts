// The map that an audit derives in DATA/run, on a disk that does not let it be removed.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { type DiskFault, failingDisk } from '../support/disk-faults.js';
import { expectNoStack, expectRefused, runIn } from '../support/refusals.js';

const MAP = '/run/audit-map$';
const LEFT: DiskFault = { call: 'rm', path: MAP, code: 'EIO', from: 2 };
const AUDIT = ['audit', '--data', 'd', '--log-only'];

describe('an audit that cannot remove the map which it derived', function () {
  this.timeout(60_000);
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    mkdirSync(place.path('a'));
    writeFileSync(place.path('a', '1'), 'document');
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    place.run(['ingest', 'a', '--data', 'd']);
  });
  afterEach(() => place.remove());

  it('is done all the same, and says what it left; the next one removes it', () => {
    const ran = runIn(place, AUDIT, { env: failingDisk(LEFT) });
    expectNoStack(ran);
    expect(ran.stderr).to.match(/^warning: left behind: FILE_UNWRITABLE .*audit-map.*i\/o error$/m);
    expect(ran.stderr).to.match(/^anchored as /m);
    expect(ran.status, ran.stderr).to.equal(0);
    expect(existsSync(place.path('d', 'run', 'audit-map'))).to.equal(true);
    expect(place.run(AUDIT).status).to.equal(0);
    expect(existsSync(place.path('d', 'run', 'audit-map'))).to.equal(false);
  });

  it('tells the error that ended it, and what it left beside that', () => {
    const ran = runIn(place, AUDIT, {
      env: failingDisk(LEFT, { call: 'mkdir', path: MAP, code: 'EIO' }),
    });
    expect(ran.stderr).to.match(/^warning: left behind: FILE_UNWRITABLE /m);
    expectRefused(ran, 'STORE_FAILED', 2);
  });

  it('is refused with a code where what an earlier one left cannot be removed', () => {
    const ran = runIn(place, AUDIT, { env: failingDisk({ ...LEFT, from: 1 }) });
    expectRefused(ran, 'FILE_UNWRITABLE', 2);
  });
});
