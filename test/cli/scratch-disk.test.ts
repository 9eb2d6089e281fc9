// The list of receipts that an ingest beside a gateway keeps in a temporary folder of its own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { type DiskFault, failingDisk } from '../support/disk-faults.js';
import { expectNoStack, expectRefused, runIn } from '../support/refusals.js';
import { ServeProcess } from '../support/serve-process.js';

const INGEST = ['ingest', 'a', '--data', 'd', '--receipts', 'r'];

describe('an ingest beside a gateway, where its temporary folder fails', function () {
  this.timeout(60_000);
  let place: Workplace;
  let gateway: ServeProcess;
  beforeEach(async () => {
    place = new Workplace();
    mkdirSync(place.path('a'));
    mkdirSync(place.path('tmp'));
    writeFileSync(place.path('a', '1'), 'document');
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    gateway = await new ServeProcess(['--data', 'd'], { cwd: place.folder }).listening();
  });
  afterEach(async () => {
    await gateway.kill();
    place.remove();
  });

  const ingest = (...faults: readonly DiskFault[]) =>
    runIn(place, INGEST, { env: { ...failingDisk(...faults), TMPDIR: place.path('tmp') } });

  it('is refused with a code where there is none', () => {
    const fault: DiskFault = { call: 'mkdir', path: '/tmp/chartseal-', code: 'ENOSPC' };
    expectRefused(ingest(fault), 'FILE_UNWRITABLE', 2);
  });

  it('takes away what a killed one left, which names documents', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    const left = place.path('tmp', `chartseal-ingest-${pid}-0123456789ab`);
    mkdirSync(left);
    writeFileSync(join(left, 'lines'), 'names of documents');
    const ran = ingest();
    expect(ran.status, ran.stderr).to.equal(0);
    expect(readdirSync(place.path('tmp'))).to.deep.equal([]);
  });

  it('is done all the same where it cannot be removed, and says so', () => {
    const ran = ingest({ call: 'rm', path: '/tmp/chartseal-[^/]*$', code: 'EIO' });
    expectNoStack(ran);
    const [left = ''] = readdirSync(place.path('tmp'));
    expect(ran.stderr).to.include(
      `warning: left behind: FILE_UNWRITABLE ${left} cannot be removed`,
    );
    expect(ran.stderr).to.include('1 anchored');
    expect(ran.status, ran.stderr).to.equal(0);
  });
});
