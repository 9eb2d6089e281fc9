import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { utf8 } from '../../chaincode/core/bytes.js';
import { Receipts } from '../../gateway/services/receipts.js';
import { RecordReading } from '../../gateway/services/record-reading.js';
import { entryKey } from '../../gateway/store/keys.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { recordSubmission, TestHospital, type TestProcess } from '../support/hospital.js';

const VERSIONS = 3000;
const everybody = () => true;
const nobody = () => false;

describe('reading a record of very many versions', function () {
  this.timeout(60_000);
  let hospital: TestHospital;
  let open: TestProcess;
  let reading: RecordReading;
  let receipts: Receipts;
  before(async () => {
    hospital = await TestHospital.create();
    open = await hospital.open();
    const { sequencer, store } = open;
    for (let at = 1; at <= VERSIONS; at += 500) {
      const group = Array.from({ length: 500 }, (_, next) => at + next);
      await Promise.all(
        group.map((version) =>
          sequencer.acceptWhenRoom(recordSubmission('a', version, `version ${version}`)),
        ),
      );
    }
    reading = new RecordReading({ store, labels: sequencer.labels });
    receipts = new Receipts({ store, context: hospital.context });
  });
  after(async () => {
    await open.close();
    await hospital.remove();
  });

  /** Turns that others had on this thread until the work was done. */
  async function turnsDuring(work: Promise<unknown>): Promise<number> {
    let isDone = false;
    let turns = 0;
    const done = work.then(() => {
      isDone = true;
    });
    for (; !isDone; turns++) await nextTurn();
    await done;
    return turns;
  }

  it('leaves others the thread while it goes through versions that the caller may not see', async () => {
    expect(reading.countVersions('a')).to.equal(VERSIONS);
    expect(await reading.find('a', nobody)).to.equal(undefined);
    expect(await turnsDuring(reading.find('a', nobody))).to.be.greaterThan(2);
    const isLast = ({ record }: { readonly record?: { readonly version: number } }) =>
      record?.version !== VERSIONS;
    const looking = reading.isAllVisible('a', (entry) => isLast(entry as object));
    expect(await turnsDuring(looking)).to.be.greaterThan(2);
    expect(await looking).to.equal(false);
  });

  it('finds each version, and none that is not there', async () => {
    for (const version of [1, 2, 1499, VERSIONS]) {
      const found = await reading.find('a', everybody, version);
      expect(found?.entry.record.version).to.equal(version);
      expect(await receipts.findRecord('a', version)).to.equal(found?.ordinal);
      expect(await reading.find('a', nobody, version)).to.equal(undefined);
    }
    expect(await receipts.findRecord('a')).to.equal(VERSIONS - 1);
    for (const version of [0, VERSIONS + 1]) {
      expect(await reading.find('a', everybody, version)).to.equal(undefined);
      await expectCodeAsync(() => receipts.findRecord('a', version), 'NOT_FOUND');
    }
    await expectCodeAsync(() => receipts.findRecord('b'), 'NOT_FOUND');
  });

  it('goes straight to a version that is named: another that is damaged is not in its way', async () => {
    const batch = open.store.db.batch();
    batch.put(entryKey(1500), utf8('no entry'));
    await batch.write();
    await expectCodeAsync(() => reading.find('a', everybody, 1501), 'STORE_CORRUPT');
    for (const version of [1, 1500, 1502]) {
      expect((await reading.find('a', everybody, version))?.entry.record.version).to.equal(version);
      expect(await receipts.findRecord('a', version)).to.equal(version - 1);
    }
  });
});
