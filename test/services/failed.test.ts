import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Failure } from '../../gateway/services/feed/failed-rows.js';
import { Feed, type FeedOptions } from '../../gateway/services/feed/feed.js';
import { RETRY_MS } from '../../gateway/services/feed/limits.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const EMR = { id: 'emr-1', mspId: 'A' };
const LIS = { id: 'lis-1', mspId: 'A' };
const digest = (digit: string) => digit.repeat(64);

const record = (id: string, digit = 'a', changes: Partial<Failure> = {}): Failure => ({
  kind: 'record',
  caller: EMR,
  cause: { code: 'VERSION_CONFLICT', message: 'the next version is 2' },
  record: id,
  digest: digest(digit),
  content: Buffer.from(`{"record":"${id} ${digit}"}`),
  ...changes,
});
const file = (path: string, changes: Partial<Failure> = {}): Failure => ({
  kind: 'file',
  caller: EMR,
  cause: { code: 'FILE_UNREADABLE', message: 'it cannot be read' },
  path: Buffer.from(path).toString('base64'),
  content: Buffer.from('{}'),
  ...changes,
});

describe('what could not be anchored, as the feed keeps it', () => {
  let place: string;
  let folder: string;
  let now: number;
  let feed: Feed;
  const open = (options: Partial<FeedOptions> = {}) => {
    feed = new Feed({ folder, logId: 'ab'.repeat(32), now: () => now, ...options });
  };
  const reopen = async (options: Partial<FeedOptions> = {}) => {
    await feed.close();
    open(options);
  };
  const ids = async () => (await feed.unanchored.list(0, 100)).map(({ id }) => id);

  beforeEach(() => {
    place = newTempFolder();
    folder = join(place, 'feed');
    now = 1_000_000;
    open();
  });
  afterEach(async () => {
    await feed.close();
    removeTempFolder(place);
  });

  it('makes no folder before something fails', async () => {
    const { unanchored } = feed;
    await unanchored.keep([]);
    await unanchored.anchored([{ caller: EMR, record: 'r', digest: digest('a') }]);
    expect(await unanchored.counts()).to.deep.equal({ record: 0, file: 0 });
    expect(await unanchored.list(0, 10)).to.deep.equal([]);
    expect(await unanchored.find(1)).to.equal(undefined);
    expect(existsSync(folder)).to.equal(false);
  });

  it('keeps the newest of the same record of a sender, for the next process too', async () => {
    await feed.unanchored.keep([record('r'), record('r', 'a', { caller: LIS })]);
    now += 5;
    await feed.unanchored.keep([record('r', 'b')]);
    await reopen();
    expect(await feed.unanchored.counts()).to.deep.equal({ record: 2, file: 0 });
    const found = await feed.unanchored.find(1);
    expect(found?.facts).to.include({ receivedAt: 1_000_000, lastReceivedAt: 1_000_005, times: 2 });
    expect(Buffer.from(found?.content ?? []).toString()).to.equal('{"record":"r b"}');
    expect(await ids()).to.deep.equal([1, 2]);
    await feed.unanchored.keep([record('r', 'c', { caller: LIS })]);
    expect(await ids()).to.deep.equal([1, 2]);
  });

  it('has its numbers in common with events, and gives none of them twice', async () => {
    const aside = (text: string) =>
      feed.keepAside({
        source: { via: 'fhir', caller: EMR },
        receivedAt: 1,
        bytes: Buffer.from(text),
        mediaType: 'application/fhir+json',
        cause: { code: 'BAD_INPUT', message: 'why' },
      });
    expect(await aside('a')).to.equal(1);
    await feed.unanchored.keep([record('r')]);
    expect(await aside('b')).to.equal(3);
    await feed.settle(2, 'discarded');
    await expectCodeAsync(() => feed.settle(2, 'discarded'), 'NOT_FOUND');
    await reopen();
    await feed.unanchored.keep([file('/a/b')]);
    expect(await ids()).to.deep.equal([4]);
    expect((await feed.letters(0, 10)).map(({ id }) => id)).to.deep.equal([1, 3]);
  });

  it('lets go of what is in the log: the same digest, or the same sender where none is known', async () => {
    const { digest: _, ...unknown } = record('unknown');
    await feed.unanchored.keep([record('r'), unknown]);
    const anchored = (name: string, digit: string, caller = EMR) =>
      feed.unanchored.anchored([{ caller, record: name, digest: digest(digit) }]);
    await anchored('r', 'b');
    await anchored('other', 'a');
    await anchored('unknown', 'a', LIS);
    expect(await ids()).to.deep.equal([1, 2]);
    await anchored('r', 'a', LIS);
    await anchored('unknown', 'a');
    expect(await ids()).to.deep.equal([]);
    await reopen();
    expect(await ids()).to.deep.equal([]);
  });

  it('lets go of a file by its path, and of folders above it', async () => {
    await feed.unanchored.keep([file('/a/b/c'), file('/a/b'), file('/a/bc'), file('/d')]);
    const path = Buffer.from('/a/b/c').toString('base64');
    await feed.unanchored.anchored([{ caller: LIS, record: 'x', digest: digest('a'), path }]);
    expect(await ids()).to.deep.equal([3, 4]);
  });

  it('keeps nothing beyond its bounds, drops nothing of what it has, and counts that', async () => {
    await reopen({ bounds: { failed: 4, failedBytes: 200 } });
    const { unanchored } = feed;
    await unanchored.keep(['1', '2', '3'].map((id) => record(id)));
    expect(await ids()).to.deep.equal([1, 2]);
    expect(unanchored.notKept).to.equal(1);
    await unanchored.keep(['4', '5', '6'].map((id) => record(id, 'a', { caller: LIS })));
    await unanchored.keep([file('/a'), record('1', 'b')]);
    expect(await unanchored.counts()).to.deep.equal({ record: 4, file: 1 });
    expect(unanchored.notKept).to.equal(2);
    await unanchored.keep([file('/b', { content: Buffer.alloc(200) })]);
    expect([unanchored.notKept, (await unanchored.counts()).file]).to.deep.equal([3, 1]);
    await feed.settle(1, 'discarded');
    await unanchored.keep([record('7')]);
    expect(unanchored.notKept).to.equal(3);
  });

  it('leaves room to others, whatever one sender sends at once, and counts all that it left', async () => {
    await reopen({ bounds: { failed: 100, failedBytes: 1000 } });
    const { unanchored } = feed;
    const large = (id: string, size: number, caller = EMR) =>
      record(id, 'a', { caller, content: Buffer.alloc(size) });
    await Promise.all(
      Array.from({ length: 9 }, (_none, at) => unanchored.keep([large(`${at}`, 100)])),
    );
    expect([await unanchored.counts(), unanchored.notKept]).to.deep.equal([
      { record: 5, file: 0 },
      4,
    ]);
    await unanchored.keep([large('0', 101)]);
    expect(unanchored.notKept).to.equal(5);
    await unanchored.keep([large('0', 50), large('9', 50)]);
    await unanchored.keep([large('a', 400, LIS)]);
    expect([(await unanchored.counts()).record, unanchored.notKept]).to.deep.equal([7, 5]);
    await reopen({ bounds: { failed: 100, failedBytes: 1000 } });
    await feed.settle(1, 'discarded');
    await feed.unanchored.keep([large('b', 51), large('b', 50)]);
    expect([(await feed.unanchored.counts()).record, feed.unanchored.notKept]).to.deep.equal([
      7, 1,
    ]);
  });

  it('never fails its callers where the feed cannot be written, and works when it can', async () => {
    writeFileSync(folder, 'no folder');
    await feed.unanchored.keep([record('r'), record('s')]);
    await feed.unanchored.anchored([{ caller: EMR, record: 'r', digest: digest('a') }]);
    expect([feed.unanchored.notKept, feed.fault?.code]).to.deep.equal([2, 'FEED_FAILED']);
    await expectCodeAsync(() => feed.unanchored.counts(), 'FEED_FAILED');
    removeTempFolder(folder);
    now += RETRY_MS;
    await feed.unanchored.keep([record('r')]);
    expect(await ids()).to.deep.equal([1]);
  });

  it('keeps what names its sender with half a character', async () => {
    const odd = { id: 'emr\ud800', mspId: 'A' };
    await feed.unanchored.keep([record('r', 'a', { caller: odd, system: '\udc00' })]);
    expect([feed.unanchored.notKept, feed.fault]).to.deep.equal([0, undefined]);
    await reopen();
    expect(await ids()).to.deep.equal([1]);
  });

  it('keeps nothing that it could not read again', async () => {
    const long = 'x'.repeat(64 * 1024 + 1);
    const { unanchored } = feed;
    await unanchored.keep([record(long), record('a', 'a', { system: long }), file(long)]);
    await unanchored.keep([record('b', 'a', { caller: { id: `${long}\ud800`, mspId: 'A' } })]);
    await unanchored.keep([record('c')]);
    expect(unanchored.notKept).to.equal(4);
    expect(await ids()).to.deep.equal([1]);
    await reopen();
    expect(await ids()).to.deep.equal([1]);
  });

  it('takes nothing when it is closed, and opens nothing anew', async () => {
    await feed.unanchored.keep([record('r')]);
    await feed.close();
    await feed.unanchored.keep([record('s')]);
    expect(feed.unanchored.notKept).to.equal(1);
    open();
    expect(await ids()).to.deep.equal([1]);
  });
});
