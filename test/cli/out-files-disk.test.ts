// Evidence that is written to files, on a disk that fails.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { type DiskFault, failingDisk } from '../support/disk-faults.js';
import { expectNoStack, expectRefused, runIn } from '../support/refusals.js';

const UNFINISHED = '\\.chartseal-[0-9a-f]{16}$';
const STUCK: readonly DiskFault[] = [
  { call: 'rename', path: UNFINISHED, code: 'EROFS' },
  { call: 'rm', path: UNFINISHED, code: 'EROFS' },
];

describe('evidence on a disk that fails', function () {
  this.timeout(60_000);
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
  });
  afterEach(() => place.remove());

  const run = (args: readonly string[], ...faults: readonly DiskFault[]) =>
    runIn(place, args, { env: failingDisk(...faults) });

  it('is refused with what failed first, and names what cannot be removed', () => {
    const ran = run(['trust', 'export', '--data', 'd', '--out', 't.json'], ...STUCK);
    expectRefused(ran, 'FILE_UNWRITABLE read-only file system; \\.chartseal-[0-9a-f]{16}', 2);
    const [left = ''] = readdirSync(place.folder).filter((name) => name.startsWith('.'));
    expect(ran.stderr).to.include(`${left} cannot be removed: read-only file system`);
  });

  it('does not end an ingest, which answers for every receipt', () => {
    mkdirSync(place.path('a'));
    for (const name of ['1', '2', '3']) writeFileSync(place.path('a', name), name);
    const ran = run(['ingest', 'a', '--data', 'd', '--receipts', 'r'], ...STUCK);
    expectNoStack(ran);
    expect(ran.stderr).to.match(/3 anchored, 0 unchanged, 0 skipped, 0 refused, 3 failed/);
    expect(ran.stderr.match(/^receipt of [123]: FILE_UNWRITABLE /gm)).to.have.length(3);
    expect(ran.status).to.equal(2);
  });

  it('takes the place of nothing that could not be looked at', () => {
    writeFileSync(place.path('notes'), 'thirty years of work');
    const once: DiskFault = { call: 'lstat', path: 'notes$', code: 'EIO', until: 1 };
    const ran = run(['trust', 'export', '--data', 'd', '--out', 'notes'], once);
    expectRefused(ran, 'FILE_UNWRITABLE', 2);
    expect(readFileSync(place.path('notes'), 'utf8')).to.equal('thirty years of work');
  });
});
