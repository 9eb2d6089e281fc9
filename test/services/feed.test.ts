import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import type { Aside, FeedSource } from '../../gateway/services/feed/facts.js';
import { Feed, type FeedOptions } from '../../gateway/services/feed/feed.js';
import { RETRY_MS } from '../../gateway/services/feed/limits.js';
import { inflict } from '../support/damage.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { asOrdinaryUser, newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const LOG_ID = 'ab'.repeat(32);
const WRITER = join(__dirname, '..', 'fault', 'feed-writer.js');
const EMR: FeedSource = { via: 'fhir', system: 'emr', caller: { id: 'emr-1', mspId: 'A' } };
const LAB: FeedSource = { ...EMR, system: 'lab' };

const aside = (text: string, changes: Partial<Aside> = {}): Aside => ({
  source: EMR,
  receivedAt: 1000,
  bytes: Buffer.from(text),
  mediaType: 'application/fhir+json',
  cause: { code: 'BAD_INPUT', message: 'the member is missing', expression: 'AuditEvent.agent' },
  ...changes,
});

describe('the feed', () => {
  let place: string;
  let folder: string;
  let now: number;
  const open: Feed[] = [];
  const feedOf = (options: Partial<FeedOptions> = {}) => {
    const feed = new Feed({ folder, logId: LOG_ID, now: () => now, ...options });
    open.push(feed);
    return feed;
  };

  beforeEach(() => {
    place = newTempFolder();
    folder = join(place, 'feed');
    now = 1_000_000;
  });
  afterEach(async () => {
    for (const feed of open.splice(0)) await feed.close();
    removeTempFolder(place);
  });

  it('makes no folder before something comes, and one that only its owner may enter then', async () => {
    const feed = feedOf();
    expect((await feed.status()).sources).to.deep.equal([]);
    expect(await feed.letters(0, 10)).to.deep.equal([]);
    expect(existsSync(folder)).to.equal(false);
    await feed.arrived(EMR, 'accepted');
    expect(statSync(folder).mode & 0o777).to.equal(0o700);
  });

  it('counts by source what came, what was refused and why, also for the next process', async () => {
    const feed = feedOf();
    await feed.arrived(EMR, 'accepted', 500);
    await feed.arrived(EMR, 'accepted', 400);
    await feed.arrived(EMR, 'duplicate', 900);
    await Promise.all([feed.arrived(EMR, 'BAD_INPUT'), feed.arrived(EMR, 'BAD_INPUT')]);
    await feed.arrived(EMR, 'OUTBOX_FULL');
    await feed.arrived(LAB, 'accepted');
    await feed.close();
    const { sources } = await feedOf().status();
    expect(sources.map(({ system }) => system)).to.deep.equal(['emr', 'lab']);
    const [emr] = sources;
    expect(emr).to.include({ arrived: 6, accepted: 2, duplicates: 1, refusedCount: 3 });
    expect(emr?.refused).to.deep.equal({ BAD_INPUT: 2, OUTBOX_FULL: 1 });
    expect(emr?.lastEventAt).to.equal(500);
  });

  it('knows the longest silence of a source, and takes no clock that went back for one', async () => {
    const feed = feedOf();
    const first = now;
    for (const [after, back] of [
      [1000, 0],
      [5000, 0],
      [2000, 0],
      [0, 60_000],
      [100, 0],
    ] as const) {
      await feed.arrived(EMR, 'accepted');
      now += after - back;
    }
    await feed.arrived(EMR, 'accepted');
    const [emr] = (await feed.status()).sources;
    expect(emr?.silence).to.deep.equal({ ms: 5000, from: first + 1000 });
    expect([emr?.firstAt, emr?.lastAt]).to.deep.equal([first, first + 8000]);
  });

  it('keeps a refused event aside to the byte, and counts it as refused', async () => {
    const feed = feedOf();
    const id = await feed.keepAside(aside('{"a":1}\r\n'));
    await feed.close();
    const again = feedOf();
    const { facts, bytes } = await again.readLetter(id);
    expect(Buffer.from(bytes).toString()).to.equal('{"a":1}\r\n');
    expect(facts).to.deep.include({ id, size: 9, times: 1, tries: 0, source: EMR });
    expect(facts.cause).to.deep.equal(aside('').cause);
    const { sources, waiting, oldestAt } = await again.status();
    expect(sources[0]?.refused).to.deep.equal({ BAD_INPUT: 1 });
    expect(sources[0]?.waiting).to.deep.equal({ count: 1, bytes: 9 });
    expect([waiting, oldestAt]).to.deep.equal([{ count: 1, bytes: 9 }, 1000]);
  });

  it('keeps the same bytes of the same source once, however often they are sent', async () => {
    const feed = feedOf();
    const first = await feed.keepAside(aside('same'));
    const again = await feed.keepAside(
      aside('same', { receivedAt: 2000, cause: { code: 'PATIENT_NOT_NORMAL', message: 'else' } }),
    );
    const other = await feed.keepAside(aside('same', { source: LAB }));
    expect([again, other]).to.deep.equal([first, first + 1]);
    const [facts] = await feed.letters(first, 1);
    expect(facts).to.include({ times: 2, receivedAt: 1000, lastReceivedAt: 2000 });
    expect(facts?.cause).to.deep.equal({ code: 'PATIENT_NOT_NORMAL', message: 'else' });
    expect((await feed.status()).waiting.count).to.equal(2);
  });

  it('lets go of an event that was replayed or given up, and gives its number to no other', async () => {
    const feed = feedOf();
    const ids = [await feed.keepAside(aside('a')), await feed.keepAside(aside('b'))] as const;
    await feed.refuseAgain(ids[0], { code: 'BAD_INPUT', message: 'still' });
    expect((await feed.readLetter(ids[0])).facts).to.deep.include({
      tries: 1,
      cause: { code: 'BAD_INPUT', message: 'still' },
    });
    await feed.settle(ids[0], 'replayed');
    await feed.settle(ids[1], 'discarded');
    await expectCodeAsync(() => feed.readLetter(ids[0]), 'NOT_FOUND');
    await expectCodeAsync(() => feed.settle(ids[1], 'replayed'), 'NOT_FOUND');
    await feed.close();
    const again = feedOf();
    expect(await again.keepAside(aside('c'))).to.equal(ids[1] + 1);
    expect(await again.keepAside(aside('a'))).to.equal(ids[1] + 2);
    const [emr] = (await again.status()).sources;
    expect(emr).to.include({ replayed: 1, discarded: 1, refusedCount: 4 });
    expect(again.fault).to.equal(undefined);
  });

  it('refuses what is beyond its bounds and drops nothing of what it has', async () => {
    const feed = feedOf({ bounds: { letters: 4, lettersBytes: 40 } });
    await feed.keepAside(aside('1'));
    await feed.keepAside(aside('2'));
    // The half of one source is full, not that of the others.
    await expectCodeAsync(() => feed.keepAside(aside('3')), 'FEED_FULL');
    const large = 'x'.repeat(21);
    await expectCodeAsync(() => feed.keepAside(aside(large, { source: LAB })), 'FEED_FULL');
    await feed.keepAside(aside('4', { source: LAB }));
    await feed.keepAside(aside('2'));
    const third = { ...EMR, system: 'ris' };
    await feed.keepAside(aside('5', { source: third }));
    await expectCodeAsync(() => feed.keepAside(aside('6', { source: third })), 'FEED_FULL');
    const { waiting, sources } = await feed.status();
    expect(waiting).to.deep.equal({ count: 4, bytes: 4 });
    expect(sources[0]?.refused).to.deep.equal({ BAD_INPUT: 3, FEED_FULL: 1 });
    await feed.settle(1, 'discarded');
    expect(await feed.keepAside(aside('6', { source: third }))).to.equal(5);
  });

  it('counts sources beyond its bound together', async () => {
    const feed = feedOf({ bounds: { sources: 2 } });
    for (const system of ['a', 'b', 'c', 'd', 'a'])
      await feed.arrived({ ...EMR, system }, 'accepted');
    const id = await feed.keepAside(aside('x', { source: { ...EMR, system: 'e' } }));
    await feed.settle(id, 'replayed');
    const { sources } = await feed.status();
    expect(sources.map(({ via, system, arrived }) => [via, system, arrived])).to.deep.equal([
      ['fhir', 'a', 2],
      ['fhir', 'b', 1],
      ['others', undefined, 3],
    ]);
    expect(sources[2]?.replayed).to.equal(1);
  });

  it('says so when its files are damaged or half gone, and begins anew when they are moved away', async () => {
    const feed = feedOf();
    for (let at = 0; at < 50; at++) await feed.keepAside(aside(`event ${at}`));
    await feed.close();
    const [log = ''] = readdirSync(folder).filter((name) => name.endsWith('.log'));
    inflict(folder, { file: log, at: Math.floor(statSync(join(folder, log)).size / 2), mask: 4 });
    const damaged = feedOf();
    await expectCodeAsync(() => damaged.status(), 'FEED_CORRUPT');
    await damaged.arrived(EMR, 'accepted');
    await expectCodeAsync(() => damaged.keepAside(aside('more')), 'FEED_CORRUPT');
    expect(damaged.fault?.code).to.equal('FEED_CORRUPT');
    renameSync(folder, `${folder}.damaged`);
    now += RETRY_MS;
    const { sources } = await damaged.status();
    expect(damaged.fault).to.equal(undefined);
    // What came meanwhile was held back, and is counted now.
    expect(sources[0]).to.include({ accepted: 1, refusedCount: 1 });
    rmSync(join(`${folder}.damaged`, 'CURRENT'));
    await expectCodeAsync(() => feedOf({ folder: `${folder}.damaged` }).status(), 'FEED_CORRUPT');
  });

  it('is that of one log alone, and of a format that is known', async () => {
    await feedOf().arrived(EMR, 'accepted');
    await open.pop()?.close();
    await expectCodeAsync(() => feedOf({ logId: 'cd'.repeat(32) }).status(), 'FEED_CORRUPT');
  });

  it('cannot hold the log up where its folder cannot be made', async () => {
    writeFileSync(folder, 'in the way');
    const blocked = feedOf();
    await blocked.arrived(EMR, 'accepted');
    expect(blocked.fault?.code).to.equal('FEED_FAILED');
    rmSync(folder);
    chmodSync(place, 0o555);
    await asOrdinaryUser(async () => {
      const other = feedOf();
      await expectCodeAsync(() => other.keepAside(aside('x')), 'FEED_FAILED');
    });
    chmodSync(place, 0o755);
  });

  it('counts at its end what a fault held back that has passed, however short ago it was', async () => {
    writeFileSync(folder, 'in the way');
    const feed = feedOf();
    await feed.arrived(EMR, 'accepted');
    await expectCodeAsync(() => feed.checkCounted(), 'FEED_FAILED');
    rmSync(folder);
    await feed.close();
    const [emr] = (await feedOf().status()).sources;
    expect(emr).to.include({ accepted: 1 });
  });

  it('says at its end how many events it could not count', async () => {
    writeFileSync(folder, 'in the way');
    const feed = feedOf();
    await Promise.all([feed.arrived(EMR, 'accepted'), feed.arrived(LAB, 'BAD_INPUT')]);
    const told = await feed.close().catch((error: unknown) => error);
    expect(told).to.include({ code: 'FEED_FAILED' });
    expect(String(told)).to.include('2 events are answered and not counted');
    rmSync(folder);
  });

  it('is not taken for an unused one where nobody can tell whether it is there', async () => {
    await feedOf().arrived(EMR, 'accepted');
    await open.pop()?.close();
    chmodSync(place, 0o600);
    await asOrdinaryUser(async () => {
      await expectCodeAsync(() => feedOf().status(), 'FEED_FAILED');
      await expectCodeAsync(() => feedOf().letters(0, 1), 'FEED_FAILED');
      await expectCodeAsync(() => feedOf().unanchored.counts(), 'FEED_FAILED');
      // Whoever anchors is never kept from it.
      const { caller } = EMR;
      await feedOf().unanchored.anchored([{ caller, record: 'a', digest: 'ab'.repeat(32) }]);
    });
    chmodSync(place, 0o755);
  });

  it('has all that was answered when its process is killed', async function () {
    this.timeout(60_000);
    const child = spawn(process.execPath, [WRITER, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (lines.length === 80) child.kill('SIGKILL');
    }
    const told = (word: string) => lines.filter((line) => line.startsWith(word));
    const feed = feedOf({ now: Date.now });
    const { sources, waiting } = await feed.status();
    expect(sources[0]?.accepted).to.be.within(
      told('counted').length * 5,
      told('counted').length * 5 + 5,
    );
    expect(sources[0]?.replayed).to.be.within(told('settled').length, told('settled').length + 1);
    const settled = new Set(told('settled').map((line) => line.split(' ')[1]));
    for (const [, id = '', at = ''] of told('kept').map((line) => line.split(' '))) {
      if (settled.has(id)) continue;
      const { bytes } = await feed.readLetter(Number(id)).catch((error: unknown) => {
        // The last one may have been let go of before that was told.
        if (Number(at) % 3 === 0 && line(lines).includes(id))
          return { bytes: Buffer.from(`event ${at}`) };
        throw error;
      });
      expect(Buffer.from(bytes).toString()).to.equal(`event ${at}`);
    }
    expect(waiting.count).to.equal((await feed.letters(0, 1000)).length);
  });
});

/** The last thing that was told of something kept. */
function line(lines: readonly string[]): readonly string[] {
  return (lines.filter((one) => one.startsWith('kept')).at(-1) ?? '').split(' ');
}
