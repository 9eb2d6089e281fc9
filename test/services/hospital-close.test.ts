// A hospital that is closed where the disk has no room any more, or something cannot be closed.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { closeEach, closingAfter } from '../../gateway/services/close-each.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import { partFolder } from '../../gateway/store/store-database.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { accessSubmission } from '../support/hospital.js';
import { openedAt, watchStores } from '../support/open-rows.js';
import { canMountTmpfs, mountTmpfs } from '../support/temp-folder.js';

const MIB = 1024 ** 2;

describe('closing a hospital', () => {
  let place: GatewayPlace;
  beforeEach(async () => {
    place = await GatewayPlace.create();
  });
  afterEach(() => place.remove());

  const open = (folder = place.data) => openHospital({ folder, operator: 'test' });

  async function work(hospital: Hospital): Promise<void> {
    const accepted = ['a', 'b', 'c'].map((id) => accessSubmission('P1', id));
    await hospital.sequencer.acceptAll(accepted);
    expect(await hospital.sequencer.waitProven(10_000)).to.equal(true);
  }

  /** Everything was let go, and nothing is lost. */
  async function expectAll(folder?: string): Promise<void> {
    const again = await open(folder);
    expect(again.sequencer.counts).to.deep.equal({ accepted: 3, committed: 3, proven: 3 });
    await again.close();
  }

  for (const part of ['map', 'entries'] as const) {
    it(`is in order where the ${part} cannot be written: the next start takes longer`, async () => {
      const unwatch = watchStores();
      const hospital = await open().finally(unwatch);
      await work(hospital);
      await openedAt(partFolder(hospital.layout.store, part)).close();
      await hospital.close();
      await expectAll();
    });
  }

  if (canMountTmpfs()) {
    it('is in order on a full disk', async () => {
      const folder = place.path('disk');
      spawnSync('mkdir', [folder]);
      expect(mountTmpfs(folder, 'size=32m')).to.equal(true);
      const [data, ballast] = [`${folder}/data`, `${folder}/ballast`];
      try {
        spawnSync('cp', ['-a', place.data, data]);
        const hospital = await open(data);
        await work(hospital);
        const fill = () => writeFileSync(ballast, Buffer.alloc(64 * MIB));
        expect(fill).to.throw(/ENOSPC/);
        await hospital.close();
        rmSync(ballast);
        await expectAll(data);
      } finally {
        spawnSync('umount', [folder]);
      }
    });
  }

  it('does every step whatever becomes of the others, and then tells the first failure', async () => {
    const done: string[] = [];
    const step = (name: string, failure?: Error) => async () => {
      done.push(name);
      if (failure !== undefined) throw failure;
    };
    const [first, second] = [new RangeError('first'), new RangeError('second')];
    const steps = [step('a'), step('b', first), step('c'), step('d', second), step('e')];
    const failure = await closeEach(steps).catch((error: unknown) => error);
    expect(done).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect(failure).to.equal(first);
    await closeEach([step('f')]);
  });

  it('tells what went wrong before it, and its own failure when nothing did', async () => {
    const fail = (name: string) => async (): Promise<void> => {
      throw new RangeError(name);
    };
    const told = (act: () => Promise<unknown>, close: () => Promise<void>) =>
      closingAfter(act, close).catch((error: unknown) => String(error));
    expect(await told(fail('work'), fail('closing'))).to.equal('RangeError: work');
    expect(await told(async () => 1, fail('closing'))).to.equal('RangeError: closing');
    expect(
      await told(
        async () => 1,
        async () => {},
      ),
    ).to.equal(1);
  });
});
