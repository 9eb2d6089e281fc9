// A sequencer that is opened while its ledger does not answer: what it accepts is kept, and goes to
// the ledger when that answers and agrees.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { ArchiveCounter } from '../../gateway/services/archive/counter.js';
import { archiveOverview } from '../../gateway/services/archive/overview.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, TestHospital, type TestProcess } from '../support/hospital.js';

/** Answers no more often than it is let. */
class Away {
  isAway = true;
  asked = 0;
  code: 'LEDGER_UNAVAILABLE' | 'LEDGER_CORRUPT' = 'LEDGER_UNAVAILABLE';

  readonly meet = async (): Promise<void> => {
    this.asked++;
    if (this.isAway) throw new ChartsealError(this.code, 'no answer');
  };
}

describe('a ledger that is away when its sequencer is opened', () => {
  let hospital: TestHospital;
  let process: TestProcess;
  let away: Away;

  beforeEach(async () => {
    hospital = await TestHospital.create();
    away = new Away();
  });
  afterEach(async () => {
    await process.close();
    await hospital.remove();
  });

  const accept = (...requests: readonly string[]) =>
    Promise.all(requests.map((one) => process.sequencer.accept(accessSubmission('P1', one))));
  const state = () => {
    const { counts, isReconciled, fault } = process.sequencer;
    return { ...counts, isReconciled, code: fault?.code };
  };

  it('gets nothing before it is met, and then all, in the order of acceptance', async () => {
    process = await hospital.open();
    await accept('left');
    await process.close();
    const { meet } = away;
    process = await hospital.open({ meet });
    await accept('a', 'b');
    expect(await process.sequencer.waitProven(600)).to.equal(false);
    expect(away.asked).to.be.above(1);
    expect(state()).to.include({ accepted: 3, isReconciled: false, code: undefined });
    expect(process.sequencer.pace.failureOf('append')?.code).to.equal('LEDGER_UNAVAILABLE');
    away.isAway = false;
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
    expect(state()).to.include({ accepted: 3, proven: 3, isReconciled: true });
    expect(process.sequencer.pace.failureOf('append')).to.equal(undefined);
  });

  it('is told to archivists while it is not met, also where nothing waits', async () => {
    process = await hospital.open({ meet: away.meet });
    const counter = new ArchiveCounter(process);
    const writeSide = async () => (await archiveOverview(process, counter, Date.now())).writeSide;
    expect(await writeSide()).to.deep.equal({ ok: false, code: 'LEDGER_UNAVAILABLE' });
    away.isAway = false;
    while (!process.sequencer.isReconciled) await sleep(10);
    expect(await writeSide()).to.deep.equal({ ok: true });
    await counter.close();
  });

  it('takes over what the ledger holds before it sends anything', async () => {
    const [store, older] = [join(hospital.folder, 'store'), join(hospital.folder, 'copies', 'old')];
    process = await hospital.open({ meet: away.meet });
    await accept('a');
    await process.close();
    // Committed by the next process, which ends before it can note that.
    cpSync(store, older, { recursive: true });
    process = await hospital.open();
    await process.sequencer.waitProven(10_000);
    await process.close();
    rmSync(store, { recursive: true });
    cpSync(older, store, { recursive: true });
    process = await hospital.open({ meet: away.meet });
    await accept('b');
    away.isAway = false;
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
    const { head } = await process.log.readLog();
    expect(head).to.include({ size: 4, appends: 2 });
  });

  it('is not explained by entries that came since: the store is called behind', async () => {
    const [store, older] = [join(hospital.folder, 'store'), join(hospital.folder, 'copies', 'old')];
    cpSync(store, older, { recursive: true });
    process = await hospital.open();
    await accept('a');
    await process.sequencer.waitProven(10_000);
    await process.close();
    rmSync(store, { recursive: true });
    cpSync(older, store, { recursive: true });
    // Whoever hopes that it helps starts it again and again, at last while the ledger answers.
    for (const request of ['b', 'c']) {
      process = await hospital.open({ meet: away.meet });
      await accept(request);
      await process.close();
    }
    await expectCodeAsync(() => hospital.open(), 'STORE_BEHIND');
    process = await hospital.open({ meet: away.meet });
    away.isAway = false;
    await expectCodeAsync(() => process.sequencer.waitProven(10_000), 'LOG_STOPPED');
    expect(process.sequencer.fault?.cause).to.include({ code: 'STORE_BEHIND' });
    await expectCodeAsync(() => accept('d'), 'LOG_STOPPED');
    expect(state()).to.include({ accepted: 2, proven: 0, isReconciled: false });
    const { head } = await process.log.readLog();
    expect(head).to.include({ size: 2, appends: 1 });
  });

  it('stops the write side when it answers that it is another one', async () => {
    process = await hospital.open({ meet: away.meet });
    await accept('a');
    away.code = 'LEDGER_CORRUPT';
    await expectCodeAsync(() => process.sequencer.waitProven(10_000), 'LOG_STOPPED');
    expect(state()).to.include({ accepted: 1, proven: 0, code: 'LOG_STOPPED' });
    const asked = away.asked;
    expect(await process.sequencer.waitProvenUpTo(0, 600).catch(() => undefined)).to.not.equal(
      true,
    );
    expect(away.asked).to.equal(asked);
  });

  it('keeps nobody from closing, and loses nothing by it', async () => {
    process = await hospital.open({ meet: away.meet });
    await accept('a');
    await process.close();
    process = await hospital.open();
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
    expect(state()).to.include({ accepted: 1, proven: 1 });
  });
});
