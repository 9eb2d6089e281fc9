import { mkdirSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { ZERO_HASH } from '../../chaincode/core/bytes.js';
import { formatClosingLeaf, leafHash, parseClosingLeaf } from '../../chaincode/core/leaf.js';
import { ChannelLogs, type RebuiltLog } from '../../gateway/services/mirror/channel-logs.js';
import { BlockList, forgedAppend, readTestBlocks } from '../support/channel-blocks.js';
import { TestEngine } from '../support/embedded-engine.js';
import { LogWriter, labelOf, type Step } from '../support/log-writer.js';
import {
  expectAlarm,
  type Line,
  linesOf,
  MirrorPlace,
  ORIGIN,
  OTHER,
  reached,
} from '../support/mirror-place.js';

function flip(leaf: Uint8Array, at = 80): Uint8Array {
  const flipped = Uint8Array.from(leaf);
  flipped[at] = (flipped[at] as number) ^ 1;
  return flipped;
}

describe('a mirror raises the alarm', () => {
  let place: MirrorPlace;
  beforeEach(async () => {
    place = await MirrorPlace.create();
  });
  afterEach(() => place.remove());

  const spoil = (at: number) =>
    linesOf(place.writer).map((line) =>
      line.index === at ? { ...line, leaf: flip(line.leaf) } : line,
    );

  it('when a leaf is not the one of the place.ledger, and goes on when the right one is given', async () => {
    const wrong = { logId: place.logId, origin: ORIGIN, appendNumber: 1, index: 6 };
    await expectAlarm(() => place.run([spoil(6)]), 'LEAF_DIFFERS', wrong);
    await expectAlarm(() => place.run([spoil(6)]), 'LEAF_DIFFERS', wrong);
    expect(reached(await place.run())).to.deep.equal({ hashes: 9, leaves: 5, missing: 2 });
    expect(reached(await place.run([linesOf(place.writer)])).leaves).to.equal(9);
  });

  it('when a closing leaf, or a leaf that was verified before, is given otherwise', async () => {
    await place.run([linesOf(place.writer)]);
    await expectAlarm(() => place.run([spoil(4)]), 'LEAF_DIFFERS', { appendNumber: 0, index: 4 });
    await expectAlarm(() => place.run([spoil(1)]), 'LEAF_DIFFERS', { appendNumber: 0, index: 1 });
  });

  it('when two leaves have changed places', async () => {
    const lines = linesOf(place.writer);
    const swapped = lines.map(({ index }) => {
      const from = index === 5 ? 6 : index === 6 ? 5 : index;
      return { index, leaf: (lines[from] as Line).leaf };
    });
    await expectAlarm(() => place.run([swapped]), 'LEAF_DIFFERS', { appendNumber: 1, index: 5 });
  });

  it('when leaves are of another log', async () => {
    await place.addOtherLog();
    const lines = [linesOf(place.other)];
    await expectAlarm(() => place.run(lines, { origin: ORIGIN }), 'LEAF_DIFFERS', {
      origin: ORIGIN,
      index: 0,
    });
    const unknown = new LogWriter('else.example/log');
    unknown.commit(unknown.batch([{ act: 'access', subject: labelOf('x') }]), 1);
    await expectAlarm(() => place.run([linesOf(unknown)]), 'LEAF_DIFFERS', { index: 0 });
  });

  it('at once when a leaf is left out or later ones come first', async () => {
    const lines = linesOf(place.writer);
    const without = lines.filter(({ index }) => index !== 2);
    await expectAlarm(() => place.run([without]), 'LEAVES_WITHHELD', { appendNumber: 0, index: 2 });
    const late = [...lines.slice(5), ...lines.slice(0, 5)];
    await expectAlarm(() => place.run([late]), 'LEAVES_WITHHELD', { appendNumber: 0, index: 2 });
  });

  it('when leaves that are asked for are not given in time, and not before', async () => {
    const lines = [linesOf(place.writer).slice(0, 6)];
    const { endorsedAt } = parseClosingLeaf(place.writer.leaves[8] as Uint8Array);
    const at = (ms: number) => ({ withheldMs: 60_000, now: () => endorsedAt + ms });
    expect(reached(await place.run(lines, at(60_000))).missing).to.equal(2);
    await expectAlarm(() => place.run(lines, at(60_001)), 'LEAVES_WITHHELD', {
      appendNumber: 1,
      index: 6,
    });
    await expectAlarm(() => place.run([[]], at(60_001)), 'LEAVES_WITHHELD', {
      appendNumber: 1,
      index: 6,
    });
    await place.run([], at(60_001));
  });

  it('when leaves are not given in time to a machine whose clock is set back', async () => {
    const { endorsedAt } = parseClosingLeaf(place.writer.leaves[8] as Uint8Array);
    const real = Date.now;
    Date.now = () => endorsedAt;
    const stop = AbortSignal.timeout(20_000);
    const following = { withheldMs: 100, follow: true, stop };
    try {
      const lines = [linesOf(place.writer).slice(0, 6)];
      await expectAlarm(() => place.run(lines, following), 'LEAVES_WITHHELD', { index: 6 });
    } finally {
      Date.now = real;
    }
  });

  /** A ledger whose third append was endorsed by peers that check nothing. */
  async function forged(steps: readonly Step[], mapRoot?: Uint8Array) {
    const blocks = await readTestBlocks(place.ledger);
    const logs = new ChannelLogs('chartseal');
    for (const block of blocks) logs.apply(block);
    const log = logs.find(place.logId) as RebuiltLog;
    const { leaves } = place.writer.batch(steps);
    const closing = formatClosingLeaf({
      endorsedAt: log.endorsedAt + 1,
      appendNumber: 2,
      previous: leafHash(log.closingLeaf as Uint8Array),
      mapRoot: mapRoot ?? ZERO_HASH,
    });
    const source = new BlockList([...blocks, forgedAppend(log, leaves, closing, blocks.length)]);
    const added = [...leaves, closing].map((leaf, at) => ({ index: 9 + at, leaf }));
    return { source, lines: [[...linesOf(place.writer), ...added]] };
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
      const where = { logId: place.logId, appendNumber: 2, index: 12, block: 4, transaction: 0 };
      await expectAlarm(() => place.runOn(source, lines), 'LOG_BROKEN', where);
    }
    expect(reached(await place.runOn(source, []))).to.deep.equal({
      hashes: 14,
      leaves: 9,
      missing: 4,
    });
  });

  it('when an append leads to another map root than its closing leaf states', async () => {
    const { source, lines } = await forged([{ act: 'access', subject: labelOf('somebody') }]);
    await expectAlarm(() => place.runOn(source, lines), 'LOG_BROKEN', {
      appendNumber: 2,
      index: 10,
    });
  });

  it('when the blocks are not those that it read before', async () => {
    await place.run();
    rmSync(place.ledger, { recursive: true });
    mkdirSync(place.ledger);
    const engine = await TestEngine.open(place.ledger, { create: true });
    const id = await engine.registerLog(OTHER);
    for (let append = 0; append < 5; append++) await engine.append(id, place.other);
    await engine.close();
    await expectAlarm(() => place.run(), 'BLOCKS_BROKEN', { block: 4 });
  });
});
