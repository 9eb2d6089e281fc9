// A clock that is far ahead: what it dates would hold the log up until then, and none of it can be
// taken back.
import { expect } from 'chai';
import { quietFault } from '../../gateway/services/sequencer/clock-guard.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, TestHospital, type TestProcess } from '../support/hospital.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

describe('a clock that is far ahead', () => {
  let hospital: TestHospital;
  let process: TestProcess | undefined;
  let requests = 0;
  /** How far the clock of the hospital's processes is ahead of this one's. */
  let shift = 0;
  let slept = 0;
  let confirmed = 0;

  const now = () => Date.now() + shift;
  const clock = {
    uptime: () => performance.now() + slept,
    confirmedAt: () => confirmed,
  };

  const open = async () => {
    process = await hospital.open({ now, clock });
    return process.sequencer;
  };
  const reopen = async () => {
    await process?.close();
    return open();
  };
  const accept = () => {
    requests++;
    return (process as TestProcess).sequencer.accept(accessSubmission('P1', `r${requests}`));
  };
  const refuses = async () => {
    const before = process?.sequencer.counts.accepted;
    await expectCodeAsync(accept, 'CLOCK_AHEAD');
    expect(process?.sequencer.counts.accepted).to.equal(before);
    expect(process?.sequencer.delay?.code).to.equal('CLOCK_AHEAD');
  };

  beforeEach(async () => {
    [requests, shift, slept, confirmed] = [0, 0, 0, 0];
    hospital = await TestHospital.create();
    await open();
    await accept();
  });
  afterEach(async () => {
    await process?.close();
    await hospital.remove();
  });

  it('takes nothing when it is set forward under a running process, until it is put right', async () => {
    for (const jump of [2 * HOUR_MS, YEAR_MS, 1024 * 7 * DAY_MS]) {
      shift = jump;
      await refuses();
      shift = 0;
      await accept();
    }
    expect(process?.sequencer.delay).to.equal(undefined);
  });

  it('still answers what was accepted before', async () => {
    shift = YEAR_MS;
    await refuses();
    requests = 0;
    const again = await accept();
    expect(again).to.include({ ordinal: 0, duplicate: true });
  });

  it('takes nothing in a new process either, after weeks without an entry', async () => {
    for (const jump of [32 * DAY_MS, YEAR_MS]) {
      shift = jump;
      await reopen();
      await refuses();
    }
    // The same process goes on when the clock is right again.
    shift = 0;
    await accept();
    shift = 30 * DAY_MS;
    await reopen();
    await accept();
  });

  it('appends nothing that waits, for an append has its time too', async () => {
    await process?.sequencer.waitProven(10_000);
    await process?.close();
    process = await hospital.open({ now, clock, intervalMs: 60_000 });
    await accept();
    const { committed } = process.sequencer.counts;
    shift = YEAR_MS;
    await reopen();
    expect(await process.sequencer.waitProven(600)).to.equal(false);
    expect(process.sequencer.counts.committed).to.equal(committed);
    shift = 0;
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
  });

  it('appends nothing that was gathering when it was set forward', async () => {
    await process?.sequencer.waitProven(10_000);
    await process?.close();
    process = await hospital.open({ now, clock, intervalMs: 300 });
    const { committed } = process.sequencer.counts;
    await accept();
    shift = YEAR_MS;
    expect(await process.sequencer.waitProven(900)).to.equal(false);
    expect(process.sequencer.counts.committed).to.equal(committed);
    shift = 0;
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
  });

  it('has nothing attested: histories would be called complete up to then', async () => {
    await process?.sequencer.waitProven(10_000);
    const { log, sequencer } = process as TestProcess;
    const append = log.append.bind(log);
    log.append = async (batch) => {
      const answer = await append(batch);
      shift = YEAR_MS;
      return answer;
    };
    await accept();
    expect(await sequencer.waitProven(600)).to.equal(false);
    const { committed, proven } = sequencer.counts;
    expect({ committed, proven }).to.deep.equal({ committed: 2, proven: 1 });
    shift = 0;
    expect(await sequencer.waitProven(10_000)).to.equal(true);
  });

  it('is believed when somebody confirms it, by a running process as by the next', async () => {
    shift = 40 * DAY_MS;
    await refuses();
    // Before it was set forward, and while it was further ahead than now.
    for (const at of [Date.now(), now() + DAY_MS]) {
      confirmed = at;
      await refuses();
    }
    confirmed = now();
    await accept();
    shift += 40 * DAY_MS;
    await reopen();
    await refuses();
    confirmed = now();
    await accept();
  });

  it('is one that the machine slept for, and that goes on by itself', async () => {
    [shift, slept] = [20 * DAY_MS, 20 * DAY_MS];
    await accept();
  });

  it('is one that went backwards and came back, and that goes on by itself', async () => {
    shift = -YEAR_MS;
    await expectCodeAsync(accept, 'CLOCK_BACKWARDS');
    shift = 0;
    await accept();
  });

  it('is doubted from the 31st day without an entry on', () => {
    const newest = Date.UTC(2026, 0, 1);
    expect(quietFault(newest + 31 * DAY_MS, newest, 0)).to.equal(undefined);
    expect(quietFault(newest + 31 * DAY_MS + 1, newest, 0)?.code).to.equal('CLOCK_AHEAD');
    expect(quietFault(newest + 10 * YEAR_MS, 0, 0), 'a log without entries').to.equal(undefined);
  });
});
