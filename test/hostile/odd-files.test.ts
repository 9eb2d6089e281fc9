// What is no regular file in the place of a small one: a FIFO that nobody writes to, a device that
// has no end. Every command answers at once.
import { cpSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { openData } from '../support/data-sample.js';
import { expectNoStack, expectRefused, runIn } from '../support/refusals.js';
import { copyFolder, makeFifo } from '../support/temp-folder.js';
import { dataContents } from '../support/untouched.js';

const ODD: Readonly<Record<string, (path: string) => void>> = {
  'a FIFO': makeFifo,
  'a device without end': (path) => symlinkSync('/dev/zero', path),
};

const EVENT = [
  ...['access', 'record', '--data', 'data', '--actor', 'dr-1', '--role', 'physician'],
  ...['--organisation', 'a', '--patient', 'urn:hospital-a|P1'],
];

describe('where a regular file is read', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(() => {
    place = new Workplace();
    expect(place.run(['init', '--data', 'made']).status).to.equal(0);
  });
  beforeEach(() => {
    for (const name of ['data', 'odd']) rmSync(place.path(name), { recursive: true, force: true });
    copyFolder(place.path('made'), place.path('data'));
  });
  after(() => place.remove());

  /** The doctor's finding, which comes from a doctor that ends. */
  function expectFault(check: string): void {
    const ran = runIn(place, ['doctor', '--data', 'data']);
    expectNoStack(ran);
    expect(ran.stdout).to.match(new RegExp(`^FAULT +${check}: `, 'm'));
    expect(ran.status).to.equal(1);
  }

  for (const [name, make] of Object.entries(ODD)) {
    const put = (path: string) => {
      rmSync(place.path(path), { force: true });
      make(place.path(path));
    };

    it(`${name} is refused as a part of a data folder, which stays as it was`, async () => {
      const parts = [
        ['config.json', 'FILE_UNREADABLE', 'config'],
        ['checkpoint', 'LEDGER_FAILED', 'checkpoint file'],
        ['keys/ca-certificate.pem', 'FILE_UNREADABLE', 'keys/ca-certificate.pem'],
        ['keys/writer-certificate.pem', 'FILE_UNREADABLE', 'keys/writer-certificate.pem'],
      ] as const;
      for (const [part, code, check] of parts) {
        put(`data/${part}`);
        expectRefused(runIn(place, EVENT), code, 2);
        expectFault(check);
        rmSync(place.path('data', part));
        cpSync(place.path('made', part), place.path('data', part));
        expect(await dataContents(place.path('data'))).to.deep.equal(
          await dataContents(place.path('made')),
        );
      }
    });

    it(`${name} is neither written nor waited for where the new checkpoint file comes`, () => {
      put('data/checkpoint.new');
      const ran = runIn(place, EVENT);
      expect(ran.stderr).to.include('LEDGER_FAILED');
      expect(ran.status).to.equal(2);
      expectFault('leftovers');
      renameSync(place.path('data', 'checkpoint.new'), place.path('odd'));
      const again = runIn(place, EVENT);
      expect(again.status, again.stderr).to.equal(0);
    });

    it(`${name} is no gateway beside a command`, () => {
      put('data/run/gateway.json');
      const ran = runIn(place, ['doctor', '--data', 'data']);
      expect(ran.status, ran.stdout).to.equal(0);
    });

    it(`${name} names no process that has the store`, async () => {
      const hospital = await openData(place.path('data'));
      try {
        rmSync(place.path('data', 'run', 'pid'));
        put('data/run/pid');
        const ran = runIn(place, EVENT);
        expect(ran.stderr).to.match(/^error: STORE_LOCKED another process uses this data folder\n/);
      } finally {
        await hospital.close();
      }
    });

    it(`${name} is refused as a file that an option names`, async () => {
      put('odd');
      expect(runIn(place, EVENT).status).to.equal(0);
      const before = await dataContents(place.path('data'));
      const serve = ['serve', '--data', 'data', '--config', 'odd'];
      expectRefused(runIn(place, serve), 'CONFIG_INVALID', 64);
      const init = ['init', '--data', 'new', '--ledger', 'fabric', '--profile', 'odd'];
      expectRefused(runIn(place, init), 'FILE_UNREADABLE', 2);
      const consistency = ['log', 'consistency', 'odd', '--data', 'data'];
      expectRefused(runIn(place, consistency), 'FILE_UNREADABLE', 2);
      expect(await dataContents(place.path('data'))).to.deep.equal(before);
    });
  }
});
