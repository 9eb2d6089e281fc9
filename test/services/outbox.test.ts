import { join } from 'node:path';
import { expect } from 'chai';
import { importAccess } from '../../gateway/services/access-import.js';
import { Feed } from '../../gateway/services/feed/feed.js';
import type { JsonLine } from '../../gateway/services/json-lines.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, BY, TestHospital, type TestProcess } from '../support/hospital.js';

describe('the bound of the outbox', () => {
  let hospital: TestHospital;
  let process: TestProcess;

  beforeEach(async () => {
    hospital = await TestHospital.create();
  });
  afterEach(async () => {
    await process.close();
    await hospital.remove();
  });

  it('refuses a caller when that much waits for the ledger, and writes nothing', async () => {
    process = await hospital.open({ outboxEntries: 10, intervalMs: 2000 });
    const { sequencer } = process;
    for (let at = 0; at < 10; at++) await sequencer.accept(accessSubmission('P1', `r${at}`));
    await expectCodeAsync(() => sequencer.accept(accessSubmission('P1', 'more')), 'OUTBOX_FULL');
    expect(sequencer.counts.accepted).to.equal(10);
    expect(await sequencer.waitProven(10_000)).to.equal(true);
    expect((await sequencer.accept(accessSubmission('P1', 'more'))).duplicate).to.equal(false);
  });

  it('makes an import wait and lets nothing fail, however much comes', async () => {
    process = await hospital.open({ outboxEntries: 40 });
    const { sequencer } = process;
    async function* lines(): AsyncGenerator<JsonLine> {
      for (let number = 1; number <= 1500; number++) {
        const value = { ...accessSubmission(`P${number % 20}`, `r${number}`) };
        yield { number, value: JSON.parse(JSON.stringify(value)) };
      }
    }
    let accepted = 0;
    const { folder, context } = hospital;
    const feed = new Feed({ folder: join(folder, 'feed'), logId: context.logId });
    for await (const outcome of importAccess({ sequencer, feed }, lines(), BY)) {
      if ('error' in outcome) throw outcome.error;
      accepted++;
    }
    expect((await feed.status()).sources.map(({ arrived }) => arrived)).to.deep.equal([1500]);
    await feed.close();
    expect(accepted).to.equal(1500);
    expect(sequencer.counts.accepted).to.equal(1500);
    expect(await sequencer.waitProven(20_000)).to.equal(true);
  });

  it('lets those who wait for room go on in the order in which they came', async () => {
    process = await hospital.open({ outboxEntries: 5 });
    const { sequencer } = process;
    const events = Array.from({ length: 300 }, (_, at) => accessSubmission('P1', `r${at}`));
    const answers = await Promise.all(events.map((one) => sequencer.acceptWhenRoom(one)));
    expect(answers.map(({ ordinal }) => ordinal)).to.deep.equal(events.map((_, at) => at));
    const again = await Promise.all(events.map((one) => sequencer.acceptWhenRoom(one)));
    expect(again.every(({ duplicate }) => duplicate)).to.equal(true);
    expect(sequencer.counts.accepted).to.equal(300);
  });

  it('refuses those who wait for room when the sequencer closes', async () => {
    process = await hospital.open({ outboxEntries: 1, intervalMs: 60_000 });
    const { sequencer } = process;
    await sequencer.accept(accessSubmission('P1', 'r1'));
    const waiting = expectCodeAsync(
      () => sequencer.acceptWhenRoom(accessSubmission('P1', 'r2')),
      'LOG_STOPPED',
    );
    await sequencer.close();
    await waiting;
    expect(sequencer.counts.accepted).to.equal(1);
  });

  it('names who submits in the entry, and does not take another name for other content', async () => {
    process = await hospital.open();
    const { sequencer, store } = process;
    const by = { id: 'emr-1', mspId: 'OtherMSP' };
    const { ordinal } = await sequencer.accept(accessSubmission('P1', 'r1'), { by });
    const entry = JSON.parse(Buffer.from(store.readEntry(ordinal).entry).toString());
    expect(entry.by).to.deep.equal(by);
    expect((await sequencer.accept(accessSubmission('P1', 'r1'))).duplicate).to.equal(true);
  });
});
