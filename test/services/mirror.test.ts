import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { readGrowingFile } from '../../gateway/services/mirror/leaves-input.js';
import { BlockList, openTestSource } from '../support/channel-blocks.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { LogWriter } from '../support/log-writer.js';
import { linesOf, MirrorPlace, ORIGIN, OTHER, reached, textOf } from '../support/mirror-place.js';

describe('a mirror', () => {
  let place: MirrorPlace;
  beforeEach(async () => {
    place = await MirrorPlace.create();
  });
  afterEach(() => place.remove());

  it('knows hashes alone, then the leaves, and goes on where it stopped', async () => {
    expect(reached(await place.run())).to.deep.equal({ hashes: 9, leaves: 0, missing: 7 });
    const whole = linesOf(place.writer);
    expect(reached(await place.run([whole.slice(0, 7)]))).to.deep.equal({
      hashes: 9,
      leaves: 5,
      missing: 1,
    });
    expect(reached(await place.run([whole.slice(7)]))).to.deep.equal({
      hashes: 9,
      leaves: 9,
      missing: 0,
    });
    await place.withEngine((engine) => engine.append(place.logId, place.writer, 2));
    const status = await place.run([linesOf(place.writer)], { withheldMs: 0 });
    expect(reached(status)).to.deep.equal({ hashes: 12, leaves: 12, missing: 0 });
    expect(status.blocks).to.equal(5);
  });

  it('takes leaves of many appends from several inputs, and closing leaves need not be given', async () => {
    const submitted = linesOf(place.writer).filter(({ index }) => index !== 4 && index !== 8);
    const status = await place.run([
      submitted.slice(0, 2),
      submitted.slice(2, 6),
      submitted.slice(6),
    ]);
    expect(reached(status)).to.deep.equal({ hashes: 9, leaves: 9, missing: 0 });
  });

  it('finds the log that leaves are of by their hashes, or is told', async () => {
    await place.addOtherLog();
    const status = await place.run([linesOf(place.other), linesOf(place.writer)], {
      withheldMs: 0,
    });
    expect(reached(status).leaves).to.equal(9);
    expect(reached(status, OTHER).leaves).to.equal(7);
    const lines = [linesOf(place.other)];
    const elsewhere = { folder: place.path('second'), origin: OTHER };
    expect(reached(await place.run(lines, elsewhere), OTHER).leaves).to.equal(7);
    await expectCodeAsync(() => place.run(lines, { origin: 'nobody.example/log' }), 'LOG_UNKNOWN');
  });

  it('refuses leaves that fit two logs unless it is told which one they are of', async () => {
    await place.withEngine(async (engine) => {
      const id = await engine.registerLog(OTHER);
      await engine.append(id, new LogWriter(OTHER), 4);
    });
    const lines = [linesOf(place.writer)];
    await expectCodeAsync(() => place.run(lines), 'BAD_INPUT');
    expect(reached(await place.run(lines, { origin: ORIGIN })).leaves).to.equal(9);
  });

  it('leaves what is beyond the blocks for later', async () => {
    const more = [
      ...linesOf(place.writer),
      { index: 9, leaf: place.writer.leaves[0] as Uint8Array },
    ];
    const status = await place.run([more]);
    expect(reached(status).leaves).to.equal(9);
    expect(status.ahead).to.deep.equal([{ name: 'leaves-0', index: 9 }]);
  });

  it('refuses a ledger that has fewer blocks than it read', async () => {
    cpSync(place.ledger, place.path('older'), { recursive: true });
    await place.withEngine((engine) => engine.append(place.logId, place.writer));
    await place.run();
    await expectCodeAsync(
      async () => place.runOn(await openTestSource(place.path('older')), []),
      'LEDGER_BEHIND',
    );
  });

  it('refuses a folder with something else in it, and lines that are no leaves', async () => {
    mkdirSync(place.path('full'));
    writeFileSync(place.path('full', 'thesis.txt'), 'mine');
    await expectCodeAsync(() => place.run([], { folder: place.path('full') }), 'DATA_EXISTS');
    const bad = (text: string) => {
      writeFileSync(place.path('bad'), text);
      return place.run([], {
        leaves: [{ name: 'bad', read: () => readGrowingFile(place.path('bad')) }],
      });
    };
    await expectCodeAsync(() => bad('{"index":0}\n'), 'BAD_INPUT');
    await expectCodeAsync(() => bad('leaf\n'), 'BAD_JSON');
    const absent = { name: 'x', read: () => readGrowingFile(place.path('absent')) };
    await expectCodeAsync(() => place.run([], { leaves: [absent] }), 'FILE_MISSING');
  });

  it('follows a file that grows until it is stopped; another mirror in its folder is refused', async () => {
    const path = place.path('growing');
    const lines = linesOf(place.writer);
    writeFileSync(path, textOf(lines.slice(0, 5)));
    const stop = new AbortController();
    const seen: number[] = [];
    const leaves = [
      { name: 'growing', read: (until: AbortSignal) => readGrowingFile(path, until) },
    ];
    const source = await openTestSource(place.ledger);
    let second: Promise<unknown> = Promise.resolve();
    const status = await place.runOn(source, [], {
      leaves,
      follow: true,
      stop: stop.signal,
      onStatus: (news) => {
        const { leaves: size } = reached(news);
        seen.push(size);
        if (size === 5) {
          appendFileSync(path, textOf(lines.slice(5)));
          const list = new BlockList([]);
          second = expectCodeAsync(() => place.runOn(list, []), 'STORE_LOCKED');
        }
        if (size === 9) stop.abort();
      },
    });
    await second;
    expect(reached(status).leaves).to.equal(9);
    expect(seen.at(-1)).to.equal(9);
  });
});
