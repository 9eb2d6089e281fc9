import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { DrainRate } from '../../gateway/services/sequencer/drain-rate.js';
import { ProvenWaiters } from '../../gateway/services/sequencer/proven-waiters.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, TestHospital, type TestProcess } from '../support/hospital.js';

describe('waiting for a proof', () => {
  let hospital: TestHospital;
  let process: TestProcess;

  beforeEach(async () => {
    hospital = await TestHospital.create();
  });
  afterEach(async () => {
    await process.close();
    await hospital.remove();
  });

  it('ends for each entry when that one is proven, and covers those before it', async () => {
    process = await hospital.open();
    const { sequencer } = process;
    const events = Array.from({ length: 50 }, (_, at) => accessSubmission('P1', `r${at}`));
    const answers = await Promise.all(
      events.map(async (one) => {
        const { ordinal } = await sequencer.accept(one);
        const isProven = await sequencer.waitProvenUpTo(ordinal, 20_000);
        return isProven && sequencer.counts.proven > ordinal;
      }),
    );
    expect(answers).to.deep.equal(events.map(() => true));
  });

  it('ends with false when the time is over, the caller gone or the sequencer closed', async () => {
    process = await hospital.open({ intervalMs: 60_000 });
    const { sequencer } = process;
    const { ordinal } = await sequencer.accept(accessSubmission('P1', 'r1'));
    expect(await sequencer.waitProvenUpTo(ordinal, 5)).to.equal(false);
    const gone = new AbortController();
    const waiting = sequencer.waitProvenUpTo(ordinal, 60_000, gone.signal);
    gone.abort();
    expect(await waiting).to.equal(false);
    expect(await sequencer.waitProvenUpTo(ordinal, 60_000, gone.signal)).to.equal(false);
    const left = sequencer.waitProvenUpTo(ordinal, 60_000);
    await sequencer.close();
    expect(await left).to.equal(false);
  });

  it('ends with the fault when the write side stops, also for those who come later', async () => {
    const waiters = new ProvenWaiters(() => false);
    const waiting = expectCodeAsync(() => waiters.wait(1, 60_000), 'LOG_STOPPED');
    waiters.end(new ChartsealError('LOG_STOPPED', 'stopped'));
    await waiting;
    await expectCodeAsync(() => waiters.wait(1, 60_000), 'LOG_STOPPED');
    expect(waiters.count).to.equal(0);
    process = await hospital.open();
  });

  it('asks about each waiter once for every advance, whatever else happens', async () => {
    let asked = 0;
    let proven = 0;
    const waiters = new ProvenWaiters((entries) => {
      asked++;
      return proven >= entries;
    });
    const waiting = Array.from({ length: 1000 }, (_, at) => waiters.wait(at + 1, 60_000));
    asked = 0;
    for (proven = 100; proven <= 1000; proven += 100) waiters.advance();
    expect(await Promise.all(waiting)).to.deep.equal(waiting.map(() => true));
    expect(asked).to.equal(5500);
    expect(waiters.count).to.equal(0);
    process = await hospital.open();
  });
});

describe('the time after which a full outbox has room', () => {
  it('follows from how fast appends went, between a second and a minute', () => {
    let now = 0;
    const drain = new DrainRate(() => now);
    expect(drain.msFor(1000)).to.equal(60_000);
    expect(drain.msFor(0)).to.equal(60_000);
    for (let at = 0; at < 40; at++) {
      drain.took(500);
      now += 500;
    }
    // The newest sample is half a second old.
    expect(drain.perSecond).to.equal((15 * 500) / 8);
    expect(drain.msFor(10)).to.equal(1_000);
    expect(drain.msFor(9_375)).to.equal(10_000);
    now += 1_000_000;
    expect(drain.msFor(9_375)).to.equal(60_000);
  });
});
