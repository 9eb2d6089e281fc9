import { expect } from 'chai';
import { FLAG_HELD_BY_OTHER, FLAG_SEALED } from '../../chaincode/core/lifecycle.js';
import {
  type FoundRecord,
  MAX_READ_PER_PAGE,
  RecordSearch,
} from '../../gateway/services/archive/record-search.js';
import { digestKey, headKey } from '../../gateway/store/keys.js';
import { formatHead, type Head } from '../../gateway/store/rows.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  accessSubmission,
  recordSubmission,
  TestHospital,
  type TestProcess,
} from '../support/hospital.js';

const NOON = Date.UTC(2026, 10, 1, 12);
const MINUTE = 60_000;
const never = new AbortController().signal;

describe('the search for records', () => {
  let hospital: TestHospital;
  let process: TestProcess;
  let search: RecordSearch;
  let now = NOON;

  before(async () => {
    hospital = await TestHospital.create();
    process = await hospital.open({ now: () => now });
    const { store, sequencer } = process;
    const accepted = () => sequencer.counts.accepted;
    search = new RecordSearch({ store, labels: sequencer.labels, accepted });
    // One entry a minute, every other one about no record.
    const submissions = [
      recordSubmission('2026/病案 1', 1, 'same'),
      recordSubmission('2026/病案 2', 1, 'other'),
      recordSubmission('2026/病案 1', 2, 'changed'),
      recordSubmission('2025/x', 1, 'same'),
      recordSubmission('2026/病案 1', 3, 'same'),
    ];
    for (const [at, submission] of submissions.entries()) {
      now = NOON + 2 * at * MINUTE;
      await sequencer.accept(submission);
      now += MINUTE;
      await sequencer.accept(accessSubmission('P1', `r${at}`));
    }
  });
  after(async () => {
    await process.close();
    await hospital.remove();
  });

  const named = (found: readonly FoundRecord[]) =>
    found.map(({ version: { entry } }) => `${entry.record.id} v${entry.record.version}`);
  const digestOf = (content: string) => recordSubmission('x', 1, content).record.digests['sha-256'];

  it('finds records by how their identifiers begin, each with its newest version', async () => {
    const all = await search.named('2026/病', 10);
    expect(named(all.found)).to.deep.equal(['2026/病案 1 v3', '2026/病案 2 v1']);
    expect(all.found.map(({ versions }) => versions)).to.deep.equal([3, 1]);
    expect(all.next).to.equal(undefined);
    const first = await search.named('20', 1);
    expect(named(first.found)).to.deep.equal(['2025/x v1']);
    const rest = await search.named('20', 2, first.next);
    expect(named(rest.found)).to.deep.equal(named(all.found));
    expect(rest.next).to.equal(undefined);
    expect((await search.named('2027', 10)).found).to.deep.equal([]);
  });

  it('finds every version of a digest, the oldest first, page by page', async () => {
    const all = await search.withDigest(digestOf('same'), 10);
    expect(named(all.found)).to.deep.equal(['2026/病案 1 v1', '2025/x v1', '2026/病案 1 v3']);
    const first = await search.withDigest(digestOf('same'), 2);
    const rest = await search.withDigest(digestOf('same'), 2, first.next);
    expect(named([...first.found, ...rest.found])).to.deep.equal(named(all.found));
    expect(rest.next).to.equal(undefined);
    const withSameHalf = digestOf('same').slice(0, 32) + digestOf('never').slice(32);
    for (const digest of [digestOf('never'), withSameHalf]) {
      expect((await search.withDigest(digest, 10)).found).to.deep.equal([]);
    }
  });

  it('finds what was anchored in a range of time, its end not included, the newest first', async () => {
    const at = async (fromMinute?: number, toMinute?: number) => {
      const range = {
        ...(fromMinute === undefined ? {} : { fromMs: NOON + fromMinute * MINUTE }),
        ...(toMinute === undefined ? {} : { toMs: NOON + toMinute * MINUTE }),
      };
      return named((await search.anchored(range, 10, never)).found);
    };
    expect(await at(2, 6)).to.deep.equal(['2026/病案 1 v2', '2026/病案 2 v1']);
    expect(await at(undefined, 1)).to.deep.equal(['2026/病案 1 v1']);
    expect(await at(8)).to.deep.equal(['2026/病案 1 v3']);
    expect(await at(9)).to.deep.equal([]);
    expect(await at(6, 2)).to.deep.equal([]);
    expect(await at()).to.have.length(5);
  });

  it('gives a range page by page, and ends when its asker is gone', async () => {
    const seen: string[] = [];
    let before: number | undefined;
    do {
      const page = await search.anchored({}, 2, never, before);
      expect(page.found.length).to.be.at.most(2);
      seen.push(...named(page.found));
      before = page.next;
    } while (before !== undefined);
    expect(seen).to.deep.equal(named((await search.anchored({}, 10, never)).found));
    const gone = await search.anchored({}, 10, AbortSignal.abort());
    expect(gone).to.deep.equal({ found: [], next: process.sequencer.counts.accepted });
  });

  it('reads a bounded part of what holds no records, and goes on from there', async () => {
    const { sequencer } = process;
    now += MINUTE;
    const many = Array.from({ length: MAX_READ_PER_PAGE + 5 }, (_none, at) =>
      accessSubmission('P1', `many${at}`),
    );
    await Promise.all(many.map((one) => sequencer.accept(one)));
    const first = await search.anchored({}, 10, never);
    expect(first.found).to.deep.equal([]);
    const rest = await search.anchored({}, 10, never, first.next);
    expect(rest.found).to.have.length(5);
    expect(rest.next).to.equal(undefined);
  });

  it('says what the state of a record is', async () => {
    const { store, sequencer } = process;
    const label = sequencer.labels.record('2025/x');
    const free = { held: false, sealed: false, lent: false, destroyed: false };
    const [before] = (await search.named('2025/x', 1)).found;
    expect(before?.condition).to.deep.equal(free);
    const head = store.findHead(label) as Head;
    const flags = FLAG_SEALED | FLAG_HELD_BY_OTHER;
    const changed = { ...head, state: { ...head.state, flags } };
    await store.db.batch().put(headKey(label), formatHead(changed)).write();
    const [after] = (await search.named('2025/x', 1)).found;
    expect(after?.condition).to.deep.equal({ ...free, held: true, sealed: true });
    await store.db.batch().put(headKey(label), formatHead(head)).write();
  });

  it('refuses rows that lead to no record', async () => {
    const { store } = process;
    const digest = 'ab'.repeat(32);
    // An access event.
    const ordinal = Buffer.alloc(8);
    ordinal.writeUInt8(1, 7);
    await store.db.batch().put(digestKey(digest, 1), ordinal).write();
    await expectCodeAsync(() => search.withDigest(digest, 1), 'STORE_CORRUPT');
  });
});
