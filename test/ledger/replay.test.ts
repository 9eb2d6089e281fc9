// Blocks of one embedded ledger, executed again in another.
import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { formatTime, parseTime } from '../../chaincode/core/time.js';
import type { Block, BlockTransaction } from '../../gateway/ledger/embedded/block.js';
import { BlockReader } from '../../gateway/ledger/embedded/block-reader.js';
import { findCheckpointFile } from '../../gateway/ledger/embedded/checkpoint-file.js';
import type { ReplayInput } from '../../gateway/ledger/embedded/replay.js';
import { TestEngine } from '../support/embedded-engine.js';
import {
  newFolder,
  ORGANISATIONS,
  testCertificate,
  testNetworkOptions,
} from '../support/embedded-network.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { appendCall, LogWriter, labelOf, type Step } from '../support/log-writer.js';

const ORIGIN = 'hospital-a.example/archive';
const APPENDS = 3;
/** Longer than any endorser bears with. */
const LATER_MS = 60 * 60_000;

interface Exported {
  readonly blocks: readonly Block[];
  /** Parallel to the blocks. */
  readonly inputs: readonly (readonly ReplayInput[])[];
}

describe('a ledger that is replayed', () => {
  let folders: string[];
  let source: Exported;
  before(async () => {
    folders = [];
    source = await makeLedger();
  });
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  function folder(): string {
    const made = newFolder();
    folders.push(made);
    return made;
  }

  /** A log with a few appends, made an hour ahead of this machine's clock. */
  async function makeLedger(): Promise<Exported> {
    const place = folder();
    // Certificates begin when they are made, which is now.
    for (const role of ['admin', 'writer', 'reader'] as const) await input(role);
    const now = Date.now;
    Date.now = () => now() + LATER_MS;
    const inputs: (readonly ReplayInput[])[] = [[]];
    try {
      const engine = await TestEngine.open(place, { create: true });
      const logId = await engine.registerLog(ORIGIN);
      inputs.push([await input('admin')]);
      const writer = new LogWriter(ORIGIN);
      for (let number = 0; number < APPENDS; number++) {
        const steps: Step[] = ['P1', `P${number}`].map((name) => ({
          act: 'access',
          subject: labelOf(name),
        }));
        const batch = writer.batch(steps);
        const { json, transient } = appendCall(logId, batch);
        const answer = await engine.call('submit', 'writer', 'append', json, transient);
        writer.commit(batch, parseTime(JSON.parse(answer).endorsedAt, 'endorsedAt'));
        inputs.push([await input('writer', new Map(Object.entries(transient)))]);
      }
      await engine.close();
    } finally {
      Date.now = now;
    }
    const { folder: ledger, channel, checkpointFile } = await testNetworkOptions(place);
    const reader = await BlockReader.open({ folder: ledger, channel, checkpointFile });
    const blocks = [...reader.blocks()].map(({ block }) => block);
    await reader.close();
    return { blocks, inputs };
  }

  async function input(
    role: 'admin' | 'writer' | 'reader',
    transient: ReadonlyMap<string, Uint8Array> = new Map(),
  ): Promise<ReplayInput> {
    return { certificatePem: await testCertificate('hospital-a', role), transient };
  }

  /** Replays blocks 0 to `count` - 1 into a new ledger. */
  async function replayed(count: number): Promise<{ place: string; engine: TestEngine }> {
    const place = folder();
    const engine = await TestEngine.open(place, { create: true });
    for (const [number, block] of source.blocks.slice(0, count).entries()) {
      await engine.engine.replay(block, source.inputs[number] ?? []);
    }
    return { place, engine };
  }

  it('has the same blocks and the same state, whatever this machine’s clock says', async () => {
    const { place, engine } = await replayed(source.blocks.length);
    const answer = await engine.call('evaluate', 'reader', 'listLogs', '{}');
    expect(JSON.parse(answer).logs).to.have.length(1);
    await engine.close();
    const options = await testNetworkOptions(place);
    const reader = await BlockReader.open(options);
    const stored = [...reader.blocks()];
    await reader.close();
    expect(stored.map(({ block }) => block)).to.deep.equal(source.blocks);
    const seen = findCheckpointFile(options.checkpointFile);
    expect(seen?.hash).to.equal(stored.at(-1)?.hash);
    expect(seen?.block).to.equal(APPENDS + 1);
  });

  const last = APPENDS + 1;
  const change = (transaction: Partial<BlockTransaction>): Block => {
    const block = source.blocks[last] as Block;
    const [own] = block.transactions as [BlockTransaction];
    return { ...block, transactions: [{ ...own, ...transaction }] };
  };
  const own = () => (source.blocks[last] as Block).transactions[0] as BlockTransaction;

  const wrong: readonly [what: string, () => Block | Promise<Block>][] = [
    ['at another time', () => change({ at: formatTime(parseTime(own().at, 'at') + 1) })],
    ['at a time before the last', () => change({ at: '2020-01-01T00:00:00.000Z' })],
    ['with other writes', () => change({ writes: own().writes.slice(1) })],
    ['with writes in another order', () => change({ writes: own().writes.toReversed() })],
    ['with another event', () => change({ event: { name: 'append', payload: '' } })],
    [
      'without its event',
      () => {
        const { event: _event, ...rest } = own();
        return { ...(source.blocks[last] as Block), transactions: [rest] };
      },
    ],
    [
      'of another organisation',
      () => change({ creator: { ...own().creator, mspId: ORGANISATIONS['hospital-b'] } }),
    ],
    [
      'of another certificate',
      () => change({ creator: { ...own().creator, certificate: '00'.repeat(32) } }),
    ],
    ['with another request', () => change({ request: '{}' })],
    ['of another name', () => change({ name: 'readLog' })],
    [
      'that is there twice',
      () => {
        const block = source.blocks[last] as Block;
        return { ...block, transactions: [own(), own()] };
      },
    ],
    ['in a block after another one', () => ({ ...change({}), previous: '11'.repeat(32) })],
    ['in a block of another number', () => ({ ...change({}), number: last + 1 })],
    ['in a block of another channel', () => ({ ...change({}), channel: 'other' })],
  ];

  it('refuses a transaction that is not what the contract makes, and does not keep it', async () => {
    const { engine } = await replayed(last);
    const inputs = source.inputs[last] as readonly ReplayInput[];
    for (const [what, block] of wrong) {
      try {
        const given = await block();
        const all = given.transactions.map(() => inputs[0] as ReplayInput);
        await expectCodeAsync(() => engine.engine.replay(given, all), 'LEDGER_CORRUPT');
      } catch (error) {
        throw new Error(`${what}: ${String(error)}`);
      }
      expect(engine.engine.height, what).to.equal(last - 1);
    }
    // What was refused left no trace: the true block fits as before.
    await engine.engine.replay(source.blocks[last] as Block, inputs);
    expect(engine.engine.height).to.equal(last);
    await engine.close();
  });

  it('refuses leaves, a witness or a caller that are not those of the block', async () => {
    const { engine } = await replayed(last);
    const [good] = source.inputs[last] as readonly [ReplayInput];
    const block = source.blocks[last] as Block;
    const altered = (name: string) => {
      const bytes = Uint8Array.from(good.transient.get(name) as Uint8Array);
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      return { ...good, transient: new Map([...good.transient, [name, bytes]]) };
    };
    const bad: ReplayInput[] = [
      altered('leaves'),
      altered('witness'),
      { ...good, transient: new Map() },
      { ...good, certificatePem: await testCertificate('hospital-a', 'reader') },
      { ...good, certificatePem: await testCertificate('hospital-b', 'writer') },
      { ...good, certificatePem: 'no certificate' },
    ];
    for (const one of bad) {
      await expectCodeAsync(() => engine.engine.replay(block, [one]), 'LEDGER_CORRUPT');
      expect(engine.engine.height).to.equal(last - 1);
    }
    await engine.close();
  });

  it('begins with the first block of its own channel', async () => {
    const place = folder();
    const engine = await TestEngine.open(place, { create: true });
    const [first] = source.blocks as readonly [Block];
    for (const block of [
      { ...first, channel: 'other' },
      { ...first, transactions: [own()] },
      source.blocks[2] as Block,
    ]) {
      const inputs = block.transactions.map(() => ({
        certificatePem: '',
        transient: new Map<string, Uint8Array>(),
      }));
      await expectCodeAsync(() => engine.engine.replay(block, inputs), 'LEDGER_CORRUPT');
    }
    expect(engine.engine.height).to.equal(0);
    await engine.close();
  });
});
