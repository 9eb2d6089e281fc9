import { appendFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeBase64, ZERO_HASH } from '../../chaincode/core/bytes.js';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { formatClosingLeaf, leafHash, parseClosingLeaf } from '../../chaincode/core/leaf.js';
import { parseAppendAnswer } from '../../gateway/ledger/log-answers.js';
import { Alarm, type AlarmPlace } from '../../gateway/services/mirror/alarm.js';
import type { BlockSource } from '../../gateway/services/mirror/channel-block.js';
import { ChannelLogs, type RebuiltLog } from '../../gateway/services/mirror/channel-logs.js';
import { readGrowingFile } from '../../gateway/services/mirror/leaves-input.js';
import {
  Mirror,
  type MirrorOptions,
  type MirrorStatus,
} from '../../gateway/services/mirror/mirror.js';
import {
  BlockList,
  forgedAppend,
  openTestSource,
  readTestBlocks,
} from '../support/channel-blocks.js';
import { TestEngine } from '../support/embedded-engine.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { appendCall, LogWriter, labelOf, type Step } from '../support/log-writer.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const ORIGIN = 'hospital-a.example/archive';
const OTHER = 'hospital-a.example/other';
const DAY_MS = 86_400_000;

interface Line {
  readonly index: number;
  readonly leaf: Uint8Array;
}

const linesOf = ({ leaves }: LogWriter): Line[] => leaves.map((leaf, index) => ({ index, leaf }));

const textOf = (lines: readonly Line[]) =>
  lines
    .map(({ index, leaf }) => `${JSON.stringify({ index, leaf: encodeBase64(leaf) })}\n`)
    .join('');

function flip(leaf: Uint8Array, at = 80): Uint8Array {
  const flipped = Uint8Array.from(leaf);
  flipped[at] = (flipped[at] as number) ^ 1;
  return flipped;
}

describe('a mirror', () => {
  let folder: string;
  let ledger: string;
  let logId: string;
  let writer: LogWriter;
  let other: LogWriter;

  beforeEach(async () => {
    folder = newTempFolder();
    ledger = join(folder, 'hospital');
    mkdirSync(ledger);
    writer = new LogWriter(ORIGIN);
    other = new LogWriter(OTHER);
    const engine = await TestEngine.open(ledger, { create: true });
    logId = await engine.registerLog(ORIGIN);
    await engine.append(logId, writer, 4);
    await engine.append(logId, writer, 3);
    await engine.close();
  });
  afterEach(() => removeTempFolder(folder));

  async function withEngine(use: (engine: TestEngine) => Promise<void>): Promise<void> {
    const engine = await TestEngine.open(ledger);
    try {
      await use(engine);
    } finally {
      await engine.close();
    }
  }

  async function addOtherLog(): Promise<void> {
    await withEngine(async (engine) => {
      const otherId = await engine.registerLog(OTHER);
      const steps = Array.from({ length: 6 }, (_, at): Step => {
        const name = `${OTHER} ${at}`;
        return { act: 'access', subject: labelOf(name), entry: labelOf(`entry ${name}`) };
      });
      const batch = other.batch(steps);
      const { json, transient } = appendCall(otherId, batch);
      const answer = await engine.call('submit', 'writer', 'append', json, transient);
      other.commit(batch, parseAppendAnswer(answer).endorsedAt);
    });
  }

  const place = (...names: string[]) => join(folder, ...names);

  async function runOn(
    source: BlockSource,
    lines: readonly (readonly Line[])[],
    options: Partial<MirrorOptions> = {},
  ): Promise<MirrorStatus> {
    const leaves = lines.map((one, at) => {
      const path = place(`leaves-${at}`);
      writeFileSync(path, textOf(one));
      return { name: `leaves-${at}`, read: () => readGrowingFile(path) };
    });
    const stop = new AbortController().signal;
    const fixed = { folder: place('mirror'), withheldMs: DAY_MS, follow: false, stop };
    try {
      return await Mirror.run({ ...fixed, source, leaves, ...options });
    } finally {
      await source.close();
    }
  }

  /** One run over the ledger as it is. */
  async function run(lines: readonly (readonly Line[])[] = [], options = {}) {
    return runOn(await openTestSource(ledger), lines, options);
  }

  async function alarm(
    act: () => Promise<unknown>,
    code: ErrorCode,
    where: AlarmPlace,
  ): Promise<void> {
    let thrown: unknown;
    try {
      await act();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.be.instanceOf(Alarm);
    expect((thrown as Alarm).code).to.equal(code);
    expect((thrown as Alarm).place).to.include(where);
  }

  function reached({ logs }: MirrorStatus, origin = ORIGIN) {
    const found = logs.find(({ log }) => log.registration.origin === origin);
    const { log, leaves } = found ?? expect.fail(`no log ${origin}`);
    return { hashes: log.frontier.size, leaves: leaves.size, missing: leaves.missing };
  }

  it('knows hashes alone, then the leaves, and goes on where it stopped', async () => {
    expect(reached(await run())).to.deep.equal({ hashes: 9, leaves: 0, missing: 7 });
    const whole = linesOf(writer);
    expect(reached(await run([whole.slice(0, 7)]))).to.deep.equal({
      hashes: 9,
      leaves: 5,
      missing: 1,
    });
    expect(reached(await run([whole.slice(7)]))).to.deep.equal({
      hashes: 9,
      leaves: 9,
      missing: 0,
    });
    await withEngine((engine) => engine.append(logId, writer, 2));
    const status = await run([linesOf(writer)], { withheldMs: 0 });
    expect(reached(status)).to.deep.equal({ hashes: 12, leaves: 12, missing: 0 });
    expect(status.blocks).to.equal(5);
  });

  it('takes leaves of many appends from several inputs, and closing leaves need not be given', async () => {
    const submitted = linesOf(writer).filter(({ index }) => index !== 4 && index !== 8);
    const status = await run([submitted.slice(0, 2), submitted.slice(2, 6), submitted.slice(6)]);
    expect(reached(status)).to.deep.equal({ hashes: 9, leaves: 9, missing: 0 });
  });

  it('finds the log that leaves are of by their hashes, or is told', async () => {
    await addOtherLog();
    const status = await run([linesOf(other), linesOf(writer)], { withheldMs: 0 });
    expect(reached(status).leaves).to.equal(9);
    expect(reached(status, OTHER).leaves).to.equal(7);
    const lines = [linesOf(other)];
    const elsewhere = { folder: place('second'), origin: OTHER };
    expect(reached(await run(lines, elsewhere), OTHER).leaves).to.equal(7);
    await expectCodeAsync(() => run(lines, { origin: 'nobody.example/log' }), 'LOG_UNKNOWN');
  });

  it('refuses leaves that fit two logs unless it is told which one they are of', async () => {
    await withEngine(async (engine) => {
      const id = await engine.registerLog(OTHER);
      await engine.append(id, new LogWriter(OTHER), 4);
    });
    const lines = [linesOf(writer)];
    await expectCodeAsync(() => run(lines), 'BAD_INPUT');
    expect(reached(await run(lines, { origin: ORIGIN })).leaves).to.equal(9);
  });

  it('leaves what is beyond the blocks for later', async () => {
    const more = [...linesOf(writer), { index: 9, leaf: writer.leaves[0] as Uint8Array }];
    const status = await run([more]);
    expect(reached(status).leaves).to.equal(9);
    expect(status.ahead).to.deep.equal([{ name: 'leaves-0', index: 9 }]);
  });

  describe('raises the alarm', () => {
    const spoil = (at: number) =>
      linesOf(writer).map((line) =>
        line.index === at ? { ...line, leaf: flip(line.leaf) } : line,
      );

    it('when a leaf is not the one of the ledger, and goes on when the right one is given', async () => {
      const wrong = { logId, origin: ORIGIN, appendNumber: 1, index: 6 };
      await alarm(() => run([spoil(6)]), 'LEAF_DIFFERS', wrong);
      await alarm(() => run([spoil(6)]), 'LEAF_DIFFERS', wrong);
      expect(reached(await run())).to.deep.equal({ hashes: 9, leaves: 5, missing: 2 });
      expect(reached(await run([linesOf(writer)])).leaves).to.equal(9);
    });

    it('when a closing leaf, or a leaf that was verified before, is given otherwise', async () => {
      await run([linesOf(writer)]);
      await alarm(() => run([spoil(4)]), 'LEAF_DIFFERS', { appendNumber: 0, index: 4 });
      await alarm(() => run([spoil(1)]), 'LEAF_DIFFERS', { appendNumber: 0, index: 1 });
    });

    it('when two leaves have changed places', async () => {
      const lines = linesOf(writer);
      const swapped = lines.map(({ index }) => {
        const from = index === 5 ? 6 : index === 6 ? 5 : index;
        return { index, leaf: (lines[from] as Line).leaf };
      });
      await alarm(() => run([swapped]), 'LEAF_DIFFERS', { appendNumber: 1, index: 5 });
    });

    it('when leaves are of another log', async () => {
      await addOtherLog();
      const lines = [linesOf(other)];
      await alarm(() => run(lines, { origin: ORIGIN }), 'LEAF_DIFFERS', {
        origin: ORIGIN,
        index: 0,
      });
      const unknown = new LogWriter('else.example/log');
      unknown.commit(unknown.batch([{ act: 'access', subject: labelOf('x') }]), 1);
      await alarm(() => run([linesOf(unknown)]), 'LEAF_DIFFERS', { index: 0 });
    });

    it('at once when a leaf is left out or later ones come first', async () => {
      const lines = linesOf(writer);
      const without = lines.filter(({ index }) => index !== 2);
      await alarm(() => run([without]), 'LEAVES_WITHHELD', { appendNumber: 0, index: 2 });
      const late = [...lines.slice(5), ...lines.slice(0, 5)];
      await alarm(() => run([late]), 'LEAVES_WITHHELD', { appendNumber: 0, index: 2 });
    });

    it('when leaves that are asked for are not given in time, and not before', async () => {
      const lines = [linesOf(writer).slice(0, 6)];
      const { endorsedAt } = parseClosingLeaf(writer.leaves[8] as Uint8Array);
      const at = (ms: number) => ({ withheldMs: 60_000, now: () => endorsedAt + ms });
      expect(reached(await run(lines, at(60_000))).missing).to.equal(2);
      await alarm(() => run(lines, at(60_001)), 'LEAVES_WITHHELD', { appendNumber: 1, index: 6 });
      await alarm(() => run([[]], at(60_001)), 'LEAVES_WITHHELD', { appendNumber: 1, index: 6 });
      await run([], at(60_001));
    });

    /** A ledger whose third append was endorsed by peers that check nothing. */
    async function forged(steps: readonly Step[], mapRoot?: Uint8Array) {
      const blocks = await readTestBlocks(ledger);
      const logs = new ChannelLogs('chartseal');
      for (const block of blocks) logs.apply(block);
      const log = logs.find(logId) as RebuiltLog;
      const { leaves } = writer.batch(steps);
      const closing = formatClosingLeaf({
        endorsedAt: log.endorsedAt + 1,
        appendNumber: 2,
        previous: leafHash(log.closingLeaf as Uint8Array),
        mapRoot: mapRoot ?? ZERO_HASH,
      });
      const source = new BlockList([...blocks, forgedAppend(log, leaves, closing, blocks.length)]);
      const added = [...leaves, closing].map((leaf, at) => ({ index: 9 + at, leaf }));
      return { source, lines: [[...linesOf(writer), ...added]] };
    }

    it('when an append breaks the law, each time it is looked at', async () => {
      const subject = labelOf('a record');
      const { source, lines } = await forged([
        { act: 'access', subject: labelOf('somebody') },
        { act: 'archive', subject },
        { act: 'hold', subject },
        { act: 'destroy', subject },
      ]);
      for (const _ of [1, 2]) {
        const where = { logId, appendNumber: 2, index: 12, block: 4, transaction: 0 };
        await alarm(() => runOn(source, lines), 'LOG_BROKEN', where);
      }
      expect(reached(await runOn(source, []))).to.deep.equal({ hashes: 14, leaves: 9, missing: 4 });
    });

    it('when an append leads to another map root than its closing leaf states', async () => {
      const { source, lines } = await forged([{ act: 'access', subject: labelOf('somebody') }]);
      await alarm(() => runOn(source, lines), 'LOG_BROKEN', { appendNumber: 2, index: 10 });
    });

    it('when the blocks are not those that it read before', async () => {
      await run();
      rmSync(ledger, { recursive: true });
      mkdirSync(ledger);
      const engine = await TestEngine.open(ledger, { create: true });
      const id = await engine.registerLog(OTHER);
      for (let append = 0; append < 5; append++) await engine.append(id, other);
      await engine.close();
      await alarm(() => run(), 'BLOCKS_BROKEN', { block: 4 });
    });
  });

  it('refuses a ledger that has fewer blocks than it read', async () => {
    cpSync(ledger, place('older'), { recursive: true });
    await withEngine((engine) => engine.append(logId, writer));
    await run();
    await expectCodeAsync(
      async () => runOn(await openTestSource(place('older')), []),
      'LEDGER_BEHIND',
    );
  });

  it('refuses a folder with something else in it, and lines that are no leaves', async () => {
    mkdirSync(place('full'));
    writeFileSync(place('full', 'thesis.txt'), 'mine');
    await expectCodeAsync(() => run([], { folder: place('full') }), 'DATA_EXISTS');
    const bad = (text: string) => {
      writeFileSync(place('bad'), text);
      return run([], { leaves: [{ name: 'bad', read: () => readGrowingFile(place('bad')) }] });
    };
    await expectCodeAsync(() => bad('{"index":0}\n'), 'BAD_INPUT');
    await expectCodeAsync(() => bad('leaf\n'), 'BAD_JSON');
    const absent = { name: 'x', read: () => readGrowingFile(place('absent')) };
    await expectCodeAsync(() => run([], { leaves: [absent] }), 'FILE_MISSING');
  });

  it('follows a file that grows until it is stopped; another mirror in its folder is refused', async () => {
    const path = place('growing');
    const lines = linesOf(writer);
    writeFileSync(path, textOf(lines.slice(0, 5)));
    const stop = new AbortController();
    const seen: number[] = [];
    const leaves = [
      { name: 'growing', read: (until: AbortSignal) => readGrowingFile(path, until) },
    ];
    const source = await openTestSource(ledger);
    let second: Promise<unknown> = Promise.resolve();
    const status = await runOn(source, [], {
      leaves,
      follow: true,
      stop: stop.signal,
      onStatus: (news) => {
        const { leaves: size } = reached(news);
        seen.push(size);
        if (size === 5) {
          appendFileSync(path, textOf(lines.slice(5)));
          const list = new BlockList([]);
          second = expectCodeAsync(() => runOn(list, []), 'STORE_LOCKED');
        }
        if (size === 9) stop.abort();
      },
    });
    await second;
    expect(reached(status).leaves).to.equal(9);
    expect(seen.at(-1)).to.equal(9);
  });
});
