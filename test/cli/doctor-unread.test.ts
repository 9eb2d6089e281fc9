// The doctor, and who asks for the feed, on a disk that does not let everything be read.
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { type DiskFault, failingDisk } from '../support/disk-faults.js';
import { expectRefused, runIn } from '../support/refusals.js';

const FEED: DiskFault = { call: 'lstat', path: '/feed$', code: 'EIO' };
const UNREAD: readonly DiskFault[] = [
  { call: 'readdir', path: '/audits$', code: 'EIO' },
  { call: 'open', path: '/audits/.*jsonl$', code: 'EIO' },
];

describe('where a disk cannot be read', function () {
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

  function findings(...faults: readonly DiskFault[]) {
    const args = ['doctor', '--data', 'd', '--json'];
    const { status, stdout } = runIn(place, args, { env: failingDisk(...faults) });
    const rows = stdout.split('\n').filter((line) => line !== '');
    const found = rows.map((line) => JSON.parse(line) as Record<string, string>);
    const one = (check: string) => found.find((row) => row['check'] === check);
    return { status, one };
  }

  it('the feed is not taken for one to which nothing came', () => {
    const { status, one } = findings(FEED);
    expect(one('feed')).to.include({ status: 'fault' });
    expect(one('feed')?.['sentence']).to.match(/i\/o error.*\(FEED_FAILED\)$/);
    expect(status).to.equal(1);
    expectRefused(
      runIn(place, ['feed', 'status', '--data', 'd'], { env: failingDisk(FEED) }),
      'FEED_FAILED',
      2,
    );
  });

  it('reports of audits that nobody can read are not taken for those of a shorter log', () => {
    expect(place.run(['audit', '--data', 'd']).status).to.equal(0);
    expect(findings().one('age')).to.include({ status: 'ok' });
    for (const fault of UNREAD) {
      const { status, one } = findings(fault);
      expect(one('age'), fault.call).to.include({ status: 'not checked' });
      expect(one('age')?.['sentence']).to.match(/i\/o error\.$/);
      expect(status).to.equal(2);
    }
  });
});
