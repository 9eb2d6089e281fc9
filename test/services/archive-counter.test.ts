import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { formatTime } from '../../chaincode/core/time.js';
import { ArchiveCounter } from '../../gateway/services/archive/counter.js';
import { MAX_RUNS } from '../../gateway/services/archive/fixity.js';
import { BUCKET_BOUNDS_MS, Histogram } from '../../gateway/services/archive/histogram.js';
import { archiveOverview } from '../../gateway/services/archive/overview.js';
import { UnprotectedWindow, WINDOW_DAYS } from '../../gateway/services/archive/window.js';
import { entryKey } from '../../gateway/store/keys.js';
import { parseJsonRow } from '../../gateway/store/rows.js';
import { partFolder } from '../../gateway/store/store-database.js';
import {
  accessSubmission,
  recordSubmission,
  TestHospital,
  type TestProcess,
} from '../support/hospital.js';
import { openedAt, watchStores } from '../support/open-rows.js';
import { SEED } from '../support/seeded.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the histogram of durations', () => {
  it('has the bounds that are told: 1, 2, 3, and m · 2^e for m = 4 to 7', () => {
    expect(BUCKET_BOUNDS_MS.slice(0, 16)).to.deep.equal([
      1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32,
    ]);
    expect(BUCKET_BOUNDS_MS.every(Number.isSafeInteger)).to.equal(true);
    const longest = Date.UTC(9999, 11, 31) - Date.UTC(1900, 0, 1);
    expect(BUCKET_BOUNDS_MS.at(-1)).to.be.above(longest);
  });

  it('gives percentiles that are never too small, and at most a quarter too large', () => {
    const durations = fc.array(fc.integer({ min: 0, max: 2 ** 45 }), { minLength: 1 });
    const property = fc.property(durations, fc.double({ min: 0.01, max: 1 }), (all, share) => {
      const histogram = new Histogram();
      for (const one of all) histogram.add(one);
      const sorted = [...all].sort((a, b) => a - b);
      const exact = sorted[Math.ceil(share * all.length) - 1] as number;
      const found = histogram.percentile(share);
      expect(found).to.be.at.least(exact);
      expect(found).to.be.at.most(Math.max(1, exact * 1.25));
      expect(histogram.maxMs).to.equal(sorted.at(-1));
      const counted = histogram.buckets().reduce((sum, { count }) => sum + count, 0);
      expect(counted).to.equal(all.length);
    });
    fc.assert(property, { seed: SEED, numRuns: 200 });
  });
});

describe('the unprotected window', () => {
  it('keeps the last thirty days apart, and all of them together', () => {
    const window = new UnprotectedWindow();
    const first = Date.UTC(2026, 8, 1);
    for (let day = 0; day < 60; day++) {
      for (const hours of [0.5, 1, 1.5]) {
        const endorsedAt = first + day * DAY + 2 * HOUR;
        window.add(endorsedAt - hours * HOUR, endorsedAt, hours !== 1);
      }
    }
    const figures = window.figures(first + 59 * DAY + 3 * HOUR);
    expect(figures.days).to.have.length(WINDOW_DAYS);
    expect(figures.days[0]?.date).to.equal('2026-10-01');
    expect(figures.days.at(-1)).to.deep.equal({
      date: '2026-10-30',
      versions: 3,
      p50ms: 3_670_016,
      p95ms: 1.5 * HOUR,
      maxMs: 1.5 * HOUR,
      unprotectedOver1h: 1,
    });
    expect(figures.buckets.reduce((sum, { count }) => sum + count, 0)).to.equal(180);
    expect(figures.withoutCreatedAt).to.equal(60);
    // Days go by without anything being anchored.
    const later = window.figures(first + 80 * DAY);
    expect(later.days).to.have.length(9);
    expect(window.figures(first + 200 * DAY).days).to.deep.equal([]);
  });

  it('is nothing for a document that is dated ahead of its endorsement', () => {
    const window = new UnprotectedWindow();
    window.add(2 * HOUR, HOUR, true);
    expect(window.figures(HOUR).buckets).to.deep.equal([{ upToMs: 1, count: 1 }]);
  });
});

describe('the counter of the archive', () => {
  let hospital: TestHospital;
  let process: TestProcess;
  const counters: ArchiveCounter[] = [];
  const newCounter = () => {
    const counter = new ArchiveCounter(process);
    counters.push(counter);
    return counter;
  };

  beforeEach(async () => {
    hospital = await TestHospital.create();
    process = await hospital.open();
  });
  afterEach(async () => {
    for (const counter of counters.splice(0)) await counter.close();
    await process.close();
    await hospital.remove();
  });

  async function accept(prefix: string, events: number): Promise<void> {
    const { sequencer } = process;
    const createdAt = formatTime(Date.now() - 2 * HOUR);
    const { record, ...rest } = recordSubmission(`${prefix}/a`, 1, 'one');
    await sequencer.accept({ ...rest, record: { ...record, createdAt } });
    await sequencer.accept(recordSubmission(`${prefix}/a`, 2, 'two'));
    await sequencer.accept(recordSubmission(`${prefix}/b`, 1, 'three'));
    const several = Array.from({ length: events }, (_none, at) =>
      accessSubmission('P1', `${prefix}-${at}`),
    );
    await Promise.all(several.map((one) => sequencer.accept(one)));
  }

  async function until(counter: ArchiveCounter, countedTo: number) {
    for (;;) {
      const figures = await counter.figures(Date.now());
      if (figures.countedTo >= countedTo) return figures;
      await new Promise(setImmediate);
    }
  }

  it('has nothing of an empty archive', async () => {
    expect(await newCounter().figures(Date.now())).to.deep.equal({
      records: 0,
      versions: 0,
      accessEvents: 0,
      countedTo: 0,
      window: { days: [], buckets: [], withoutCreatedAt: 0 },
    });
  });

  it('says how far it is before it is through, and comes to what was accepted', async () => {
    await accept('first', 1000);
    await process.sequencer.waitProven(20_000);
    const counter = newCounter();
    const first = await counter.figures(Date.now());
    expect(first.countedTo).to.be.within(1, 256);
    const all = await until(counter, 1003);
    expect(all).to.include({ records: 2, versions: 3, accessEvents: 1000, countedTo: 1003 });
    expect(all.window.withoutCreatedAt).to.equal(2);
    expect(all.window.days).to.have.length(1);
    expect(all.window.days[0]).to.include({ versions: 3, unprotectedOver1h: 1 });
    expect(all.window.days[0]?.maxMs).to.be.within(2 * HOUR, 3 * HOUR);
    await accept('second', 5);
    expect(await until(counter, 1011)).to.include({ records: 4, versions: 6, accessEvents: 1005 });
  });

  it('knows the newest run over all records, however many of a part came after it', async () => {
    const run = (coverage: 'all' | 'part', minute: number) => ({
      fixity: {
        scope: { coverage, records: 9, size: 3 },
        counts: { altered: 0, missing: 0, notChecked: 2, unchanged: 7, unreadable: 0 },
        startedAt: '2026-11-01T08:00:00.000Z',
        endedAt: formatTime(Date.UTC(2026, 10, 1, 9, minute)),
        tool: 'test',
      },
    });
    const { sequencer } = process;
    await sequencer.accept(run('all', 0));
    await sequencer.accept(run('all', 1));
    for (let minute = 2; minute < 2 + MAX_RUNS; minute++) {
      await sequencer.accept(run('part', minute));
    }
    const counter = newCounter();
    await until(counter, 2 + MAX_RUNS);
    const { fixity } = await archiveOverview(process, counter, Date.now());
    expect(fixity.runs.map(({ coverage }) => coverage)).to.deep.equal(
      Array.from({ length: MAX_RUNS }, () => 'part'),
    );
    expect(fixity.lastAllAt).to.equal('2026-11-01T09:01:00.000Z');
    expect(fixity.coveredRecords).to.equal(7);
  });

  it('measures what waits for the ledger only when it is endorsed', async () => {
    await process.close();
    process = await hospital.open({ intervalMs: 60_000 });
    const counter = newCounter();
    await accept('waiting', 0);
    const before = await until(counter, 3);
    expect(before).to.include({ records: 2, versions: 3 });
    expect(before.window.buckets).to.deep.equal([]);
    await counter.close();
    await process.close();
    process = await hospital.open();
    await process.sequencer.waitProven(20_000);
    const { window } = await until(newCounter(), 3);
    expect(window.buckets.reduce((sum, { count }) => sum + count, 0)).to.equal(3);
  });

  it('says what waits, since when, and why it does not get on', async () => {
    await accept('proven', 0);
    await process.sequencer.waitProven(20_000);
    const counter = newCounter();
    const whole = await archiveOverview(process, counter, Date.now());
    expect(whole.waiting).to.deep.equal({ count: 0 });
    expect(whole.writeSide).to.deep.equal({ ok: true });
    await process.network.close();
    await accept('waiting', 0);
    const { entry } = process.store.readEntry(3);
    const { at } = parseJsonRow<{ at: string }>(entry);
    for (;;) {
      const found = await archiveOverview(process, counter, Date.now());
      expect(found.waiting).to.deep.equal({ count: 3, oldestAt: at });
      if (!found.writeSide.ok) {
        expect(found.writeSide.code).to.be.oneOf(['LEDGER_UNAVAILABLE', 'LOG_STOPPED']);
        break;
      }
      await new Promise(setImmediate);
    }
  });

  it('follows by itself what is accepted, and ends when it is told to', async () => {
    const counter = newCounter();
    counter.start();
    await accept('followed', 300);
    const figures = await until(counter, 303);
    expect(figures.accessEvents).to.equal(300);
    await counter.close();
    await accept('after', 0);
    expect((await counter.figures(Date.now())).countedTo).to.equal(303);
  });

  it('stops at an entry that is gone and says so, while accepting goes on', async () => {
    await process.close();
    const unwatch = watchStores();
    process = await hospital.open().finally(unwatch);
    await accept('whole', 2);
    await openedAt(partFolder(join(hospital.folder, 'store'), 'entries')).del(entryKey(3));
    const counter = newCounter();
    let stopped = await until(counter, 3);
    while (stopped.fault === undefined) stopped = await counter.figures(Date.now());
    expect([stopped.fault.code, stopped.countedTo]).to.deep.equal(['STORE_CORRUPT', 3]);
    await accept('goes on', 0);
    const after = await counter.figures(Date.now());
    expect([after.fault?.code, after.countedTo]).to.deep.equal(['STORE_CORRUPT', 3]);
  });
});
