// The list of receipts that an ingest keeps in DATA/run, on a disk that refuses it.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { type DiskFault, failingDisk } from '../support/disk-faults.js';
import { expectNoStack, expectRefused, runIn } from '../support/refusals.js';

const FILES = 600;
const LEFT: DiskFault = { call: 'rm', path: '/run/receipts-', code: 'EIO' };

describe('an ingest that cannot remove its list of receipts', function () {
  this.timeout(60_000);
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    mkdirSync(place.path('a'));
    for (let at = 0; at < FILES; at++) writeFileSync(place.path('a', `${at}`), `document ${at}`);
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
  });
  afterEach(() => place.remove());

  const args = ['ingest', 'a', '--data', 'd', '--receipts', 'r'];
  const lists = () => readdirSync(place.path('d', 'run')).filter((name) => /^rec/.test(name));

  it('is done all the same, and says what it left; the next run removes it', () => {
    const ran = runIn(place, args, { env: failingDisk(LEFT) });
    expectNoStack(ran);
    expect(ran.stderr).to.include(`${FILES} anchored, 0 unchanged`);
    expect(ran.stderr).to.match(/\nwarning: left behind: FILE_UNWRITABLE [^\n]*i\/o error\n$/);
    expect(ran.status, ran.stderr).to.equal(0);
    expect(lists()).to.have.length(1);
    expect(place.run(args).status).to.equal(0);
    expect(lists()).to.deep.equal([]);
  });

  it('tells the error that ended it, and what it left beside that', () => {
    const shell = 'ulimit -f 40; trap "" XFSZ; "$@"';
    const ran = runIn(place, args, { env: failingDisk(LEFT), shell });
    expect(ran.stderr).to.match(/^warning: left behind: FILE_UNWRITABLE /m);
    expectRefused(ran, '(STORE_FAILED|LOG_STOPPED)', 2);
  });
});
