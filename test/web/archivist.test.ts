import { expect } from 'chai';
import type { Failed, FixityRun, Inquiry, Overview } from '../../gateway/web/archivist/answers.js';
import { byDue, isAbsent } from '../../gateway/web/archivist/due.js';
import { judge, runTone, TONES, toneOf } from '../../gateway/web/archivist/judge.js';
import { judgementText } from '../../gateway/web/archivist/judgement-text.js';
import { digestIn, pathOf, queryOfDates, queryOfText } from '../../gateway/web/archivist/query.js';
import { openRows, type Retried } from '../../gateway/web/archivist/retried.js';
import { heightOf, MARKS, partsOf, rangeOf, sharesOf } from '../../gateway/web/archivist/scale.js';
import { segments } from '../../gateway/web/archivist/segments.js';
import { causeText, faultText } from '../../gateway/web/text/archive-causes.js';
import { HERE, LEDGER } from '../../gateway/web/text/archive-faults.js';
import { LANGUAGES } from '../../gateway/web/text/languages.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RUN: FixityRun = {
  startedAt: '2026-11-20T02:00:00.000Z',
  endedAt: '2026-11-20T03:00:00.000Z',
  coverage: 'all',
  counts: { unchanged: 10, altered: 0, missing: 0, unreadable: 0, notChecked: 0 },
};
const GOOD: Overview = {
  asOf: '2026-11-21T08:00:00.000Z',
  entries: { accepted: 30, committed: 30, proven: 30 },
  records: { records: 10, versions: 12 },
  accessEvents: 17,
  countedTo: 30,
  waiting: { count: 0 },
  writeSide: { ok: true },
  failed: { events: 0, records: 0, files: 0 },
  window: { days: [], buckets: [], withoutCreatedAt: 0 },
  fixity: { runs: [RUN], coveredRecords: 10, lastAllAt: '2026-11-20T03:00:00.000Z' },
  inquiries: { open: 0, overdue: 0 },
};

const kinds = (more: Partial<Overview>) => judge({ ...GOOD, ...more }).map(({ kind }) => kind);
const run = (more: Partial<FixityRun>, counts: Partial<FixityRun['counts']> = {}): FixityRun => ({
  ...RUN,
  ...more,
  counts: { ...RUN.counts, ...counts },
});
const fixity = (...runs: FixityRun[]) => ({ fixity: { runs, coveredRecords: 10 } });

describe('the first sentence of the archivist’s page', () => {
  it('is good only when everything is anchored and proven, counted, checked and in time', () => {
    expect(kinds({})).to.deep.equal(['all-anchored']);
    const others: readonly Partial<Overview>[] = [
      { writeSide: { ok: false, code: 'CLOCK_BACKWARDS' } },
      { writeSide: { ok: false, code: 'LOG_STOPPED' } },
      { writeSide: { ok: false } },
      { countFault: 'STORE_CORRUPT' },
      { failed: { events: 0, records: 0, files: 0, notKept: 1 } },
      { writeSide: { ok: false, code: 'LEDGER_UNAVAILABLE' } },
      { waiting: { count: 1, oldestAt: GOOD.asOf } },
      { failed: { events: 1, records: 0, files: 0 } },
      { failed: { events: 0, records: 1, files: 0 } },
      { failed: { events: 0, records: 0, files: 1 } },
      { entries: { accepted: 30, committed: 30, proven: 29 } },
      { countedTo: 29 },
      { inquiries: { open: 1, overdue: 1 } },
      { entries: { accepted: 0, committed: 0, proven: 0 }, countedTo: 0 },
      fixity(),
      fixity(run({}, { altered: 1 })),
      fixity(run({}, { missing: 1 })),
      fixity(run({}, { unreadable: 1 })),
      fixity(run({}, { notChecked: 1 })),
    ];
    for (const more of others) {
      const [first] = judge({ ...GOOD, ...more });
      expect(first && TONES[first.kind], JSON.stringify(more)).to.not.equal('good');
    }
    expect(kinds({ inquiries: { open: 3, overdue: 0 } })).to.deep.equal(['all-anchored']);
  });

  it('takes nothing for good that could not be read anew', () => {
    const found = judge(GOOD, true);
    expect(found).to.deep.equal([{ kind: 'stale', asOf: GOOD.asOf }]);
    expect(toneOf(found)).to.equal('open');
    expect(toneOf(judge({ ...GOOD, failed: { events: 1, records: 0, files: 0 } }, true))).to.equal(
      'bad',
    );
    expect(toneOf(judge(GOOD))).to.equal('good');
  });

  it('tells the gravest first, and everything', () => {
    const { endedAt: _endedAt, ...unended } = run({}, { altered: 2 });
    const all = kinds({
      writeSide: { ok: false, code: 'LOG_STOPPED' },
      waiting: { count: 3 },
      failed: { events: 1, records: 1, files: 0 },
      countedTo: 20,
      inquiries: { open: 1, overdue: 1 },
      ...fixity(unended),
    });
    expect(all).to.deep.equal([
      'stopped',
      'fixity-damage',
      'failed',
      'fixity-unended',
      'overdue',
      'waiting',
      'counting',
    ]);
  });

  it('takes a ledger that is away for something that waits, not for a stop', () => {
    const more = { writeSide: { ok: false, code: 'LEDGER_UNAVAILABLE' }, waiting: { count: 4 } };
    expect(kinds(more)).to.deep.equal(['ledger-away']);
    expect(judge({ ...GOOD, ...more })[0]).to.deep.equal({ kind: 'ledger-away', waiting: 4 });
  });

  it('keeps what a check of all found until another one of all', () => {
    const damaged = run({}, { altered: 1 });
    const later = { startedAt: '2026-11-21T02:00:00.000Z', endedAt: '2026-11-21T02:10:00.000Z' };
    const part = run({ ...later, coverage: 'part' });
    expect(kinds(fixity(part, damaged))).to.deep.equal(['fixity-damage', 'all-anchored']);
    expect(kinds(fixity(run(later), damaged))).to.deep.equal(['all-anchored']);
    expect(kinds(fixity(damaged, run(later)))).to.deep.equal(['all-anchored']);
  });

  it('takes no run for good that did not end, found damage or read not all', () => {
    const { endedAt: _endedAt, ...unended } = RUN;
    expect(runTone(RUN)).to.equal('good');
    expect(runTone(unended)).to.equal('bad');
    expect(runTone(run({}, { altered: 1 }))).to.equal('bad');
    expect(runTone(run({}, { missing: 1 }))).to.equal('bad');
    expect(runTone(run({}, { unreadable: 1 }))).to.equal('open');
    expect(runTone(run({}, { notChecked: 1 }))).to.equal('open');
  });

  it('is said in both languages, with its figures', () => {
    for (const language of LANGUAGES) {
      const [good] = judge(GOOD);
      expect(good && judgementText(good, language)).to.match(/12.*10.*17|10.*12.*17/);
      const [held] = judge({ ...GOOD, writeSide: { ok: false, code: 'CLOCK_BACKWARDS' } });
      const cause = causeText('CLOCK_BACKWARDS', language)?.what ?? '';
      expect(cause).to.not.equal('');
      expect(held && judgementText(held, language)).to.include(cause);
      const [odd] = judge({ ...GOOD, writeSide: { ok: false, code: 'ODD_CODE' } });
      expect(odd && judgementText(odd, language)).to.include('ODD_CODE');
    }
  });
});

describe('the scale of the unprotected window', () => {
  it('holds all values between two marks, a minute and a day at least', () => {
    expect(rangeOf([])).to.deep.equal([60_000, DAY]);
    expect(rangeOf([2 * HOUR])).to.deep.equal([60_000, DAY]);
    expect(rangeOf([5, 40 * DAY])).to.deep.equal([1000, 365 * DAY]);
    expect(rangeOf([Number.MAX_SAFE_INTEGER])[1]).to.equal(Number.MAX_SAFE_INTEGER);
  });

  it('grows with the value and stays on the paper', () => {
    const range = rangeOf([...MARKS]);
    const heights = [0, 500, 1000, ...MARKS, Number.MAX_SAFE_INTEGER].map((value) =>
      heightOf(value, range),
    );
    expect(heights[0]).to.equal(0);
    expect(heights.at(-1)).to.equal(1);
    expect(heights).to.deep.equal([...heights].sort((a, b) => a - b));
  });

  it('says a duration in at most two units, none of them none', () => {
    expect(partsOf(0)).to.deep.equal([[0, 'ms']]);
    expect(partsOf(-5)).to.deep.equal([[0, 'ms']]);
    expect(partsOf(999)).to.deep.equal([[999, 'ms']]);
    expect(partsOf(1000)).to.deep.equal([[1, 's']]);
    expect(partsOf(61_000)).to.deep.equal([
      [1, 'min'],
      [1, 's'],
    ]);
    expect(partsOf(25 * HOUR)).to.deep.equal([
      [1, 'd'],
      [1, 'h'],
    ]);
    expect(partsOf(365 * DAY)).to.deep.equal([[1, 'year']]);
  });
});

describe('the spread of unprotected times', () => {
  it('counts what lies across a mark as longer, and loses none', () => {
    const buckets = [
      { upToMs: 57_344, count: 1 },
      { upToMs: 65_536, count: 2 },
      { upToMs: Number.MAX_SAFE_INTEGER, count: 4 },
    ];
    const shares = sharesOf(buckets);
    expect(shares[0]).to.deep.equal({ upToMs: 60_000, count: 1 });
    expect(shares[1]).to.deep.equal({ upToMs: HOUR, count: 2 });
    expect(shares.at(-1)).to.deep.equal({ upToMs: undefined, count: 4 });
    expect(shares.reduce((sum, { count }) => sum + count, 0)).to.equal(7);
    expect(sharesOf([])).to.deep.equal([]);
  });
});

describe('a search of the archivist', () => {
  const digest = 'ab'.repeat(32);

  it('takes a digest however it was copied, and anything else as an identifier', () => {
    expect(digestIn(` ${digest.toUpperCase()} `)).to.equal(digest);
    expect(digestIn(digest.replace(/(.{8})/g, '$1 '))).to.equal(digest);
    expect(digestIn(digest.slice(1))).to.equal(undefined);
    expect(digestIn(`${digest}0`)).to.equal(undefined);
    expect(queryOfText(digest)).to.deep.equal({ by: 'digest', digest });
    expect(queryOfText(digest, true)).to.deep.equal({ by: 'id', id: digest });
    expect(queryOfText(' 住院/P1 ')).to.deep.equal({ by: 'id', id: '住院/P1' });
    expect(queryOfText('  ')).to.equal('nothing');
  });

  it('takes one day for itself, and no span that goes backwards', () => {
    const [a, b] = ['2026-11-20', '2026-11-21'];
    expect(queryOfDates(a, '')).to.deep.equal({ by: 'date', from: a, to: a });
    expect(queryOfDates('', b)).to.deep.equal({ by: 'date', from: b, to: b });
    expect(queryOfDates(a, b)).to.deep.equal({ by: 'date', from: a, to: b });
    expect(queryOfDates(b, a)).to.equal('dates-crossed');
    expect(queryOfDates('', '')).to.equal('no-date');
    expect(queryOfDates('12026-11-20', '')).to.equal('no-date');
  });

  it('asks for whole days of the reader’s calendar', () => {
    const path = pathOf({ by: 'date', from: '2026-02-28', to: '2026-02-28' }, 50);
    const { from, to } = Object.fromEntries(new URL(path, 'http://localhost').searchParams);
    expect(from).to.equal(new Date(2026, 1, 28).toISOString());
    expect(to).to.equal(new Date(2026, 2, 1).toISOString());
  });

  it('asks with every character of it encoded', () => {
    const path = pathOf({ by: 'id', id: 'a&from=x/住?#' }, 50, 'c+1');
    const url = new URL(path, 'http://localhost');
    expect(Object.fromEntries(url.searchParams)).to.deep.equal({
      id: 'a&from=x/住?#',
      limit: '50',
      cursor: 'c+1',
    });
  });
});

describe('what the archivist’s page shows', () => {
  it('has one altered file of a million in the bar of a check, and no more than the bar', () => {
    const parts = segments({ ...RUN.counts, unchanged: 1_000_000, altered: 1 });
    expect(parts.map(([kind]) => kind)).to.deep.equal(['unchanged', 'altered']);
    expect(parts[1]?.[1]).to.be.above(10);
    const whole = parts.reduce((sum, [, width]) => sum + width, 0);
    expect(whole).to.be.closeTo(1000, 0.001);
    expect(segments({ ...RUN.counts, unchanged: 0 })).to.deep.equal([]);
  });

  it('has inquiries that are overdue first, then by when the answer is due', () => {
    const one = (id: string, overdue: boolean, dueAt: string): Inquiry => ({
      ...{ id, overdue, dueAt },
      state: 'submitted',
      askedAt: '2026-11-01T00:00:00.000Z',
    });
    const rows = [
      one('c', false, '2026-11-22T00:00:00.000Z'),
      one('b', true, '2026-11-20T00:00:00.000Z'),
      one('a', true, '2026-11-10T00:00:00.000Z'),
    ];
    expect(byDue(rows).map(({ id }) => id)).to.deep.equal(['a', 'b', 'c']);
    const without = (problem?: string) => ({ rows: [], isLoading: false, problem });
    expect(['NO_ROUTE', 'ACCESS_DENIED'].every((code) => isAbsent(without(code)))).to.equal(true);
    expect(['STORE_CORRUPT', undefined].some((code) => isAbsent(without(code)))).to.equal(false);
  });

  it('tries again only what was not accepted', () => {
    const failed = (id: number): Failed => ({
      ...{ id, kind: 'event', receivedAt: '2026-11-01T00:00:00.000Z', tries: 1 },
      ...{ code: 'BAD_INPUT', message: 'x', hint: 'y' },
    });
    const results = new Map<string, Retried>([
      ['1', { state: 'accepted' }],
      ['2', { state: 'refused', code: 'BAD_INPUT' }],
      ['3', { problem: 'NO_ANSWER' }],
    ]);
    const rows = [1, 2, 3, 4].map(failed);
    expect(openRows(rows, results).map(({ id }) => id)).to.deep.equal([2, 3, 4]);
  });

  it('has a cause and what to do in both languages, in no words of the other', () => {
    for (const [code] of [...HERE, ...LEDGER]) {
      const zh = causeText(code, 'zh-CN');
      const en = causeText(code, 'en');
      for (const text of [zh?.what, zh?.todo]) expect(text, code).to.match(/[\u4e00-\u9fff].*。$/);
      for (const text of [en?.what, en?.todo]) {
        expect(text, code)
          .to.match(/\.$/)
          .and.not.match(/[\u4e00-\u9fff]/);
      }
    }
    expect(causeText('constructor', 'en')).to.equal(undefined);
    // What a source may not is another thing than what a reader may not.
    expect(faultText('ACCESS_DENIED', 'en')).to.equal(undefined);
    expect(causeText('ACCESS_DENIED', 'en')?.what).to.include('source system');
  });
});
