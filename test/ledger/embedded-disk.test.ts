// The embedded ledger's disk: whatever happens to the files, answers are right or refused.
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { TestEngine } from '../support/embedded-engine.js';
import { newFolder } from '../support/embedded-network.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { LogWriter } from '../support/log-writer.js';

const APPENDS = 12;
const FLIPS = 120;
const REFUSALS = new Set(['LEDGER_CORRUPT', 'LEDGER_BEHIND', 'LEDGER_FAILED']);

/** Numbers that look random and are the same in every run (xorshift). */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

describe('embedded ledger on disk', function () {
  this.timeout(30_000);
  const folders: string[] = [];
  let folder: string;
  let logId: string;
  let sizes: number[];

  function temporary(): string {
    const made = newFolder();
    folders.push(made);
    return made;
  }

  before(async () => {
    folder = temporary();
    const writer = new LogWriter('disk.example/archive');
    const engine = await TestEngine.open(folder, { create: true });
    logId = await engine.registerLog('disk.example/archive');
    await engine.registerLog('other.example/archive');
    sizes = [0];
    for (let round = 0; round < APPENDS; round++) {
      // Half of the rows in tables, half in the log of LevelDB.
      if (round === APPENDS / 2) {
        await engine.close();
        Object.assign(engine, await TestEngine.open(folder));
      }
      await engine.append(logId, writer, 1 + (round % 3));
      sizes.push(writer.size);
    }
    await engine.close();
  });

  after(() => {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
  });

  function copy(): string {
    const target = temporary();
    cpSync(folder, target, { recursive: true });
    return target;
  }

  /** Everything that can be read, by name; errors are collected by their code. */
  async function readAll(engine: TestEngine): Promise<Map<string, string>> {
    const reads: [string, object][] = [
      ['readLog', { logId }],
      ['listLogs', {}],
      ['listCheckpoints', { logId, after: 0 }],
      ...sizes.map((size): [string, object] => ['readCheckpoint', { logId, size }]),
    ];
    const answers = new Map<string, string>();
    for (const [name, request] of reads) {
      const json = canonicalJson(request);
      const answer = engine.call('evaluate', 'reader', name, json).catch((error: unknown) => {
        if (!(error instanceof ChartsealError)) throw error;
        return error.code;
      });
      answers.set(`${name} ${json}`, (await answer).replace(/"asOf":"[^"]*"/, ''));
    }
    return answers;
  }

  it('is the same after it was closed and opened again', async () => {
    const target = copy();
    const first = await TestEngine.open(target);
    const before = await readAll(first);
    await first.close();
    const second = await TestEngine.open(target);
    expect(await readAll(second)).to.deep.equal(before);
    await second.close();
  });

  it('is right or refused after any byte was flipped', async () => {
    const whole = await TestEngine.open(copy());
    const truth = await readAll(whole);
    await whole.close();
    const random = numbers(0x5eed);
    const outcomes = { refused: 0, partly: 0, harmless: 0 };
    const ledger = join(folder, 'ledger');
    const files = readdirSync(ledger).filter((name) => statSync(join(ledger, name)).size > 0);
    expect(files.some((name) => name.endsWith('.ldb'))).to.equal(true);
    for (let flip = 0; flip < FLIPS; flip++) {
      const target = copy();
      const name = files[flip % files.length] as string;
      const path = join(target, 'ledger', name);
      const bytes = readFileSync(path);
      const at = (random.next().value as number) % bytes.length;
      bytes[at] = (bytes[at] as number) ^ (1 << (flip % 8));
      writeFileSync(path, bytes);
      outcomes[await outcome(target, truth)]++;
      rmSync(target, { recursive: true });
    }
    expect(outcomes.refused + outcomes.partly, JSON.stringify(outcomes)).to.be.above(FLIPS / 4);
  });

  async function outcome(
    target: string,
    truth: ReadonlyMap<string, string>,
  ): Promise<'refused' | 'partly' | 'harmless'> {
    let engine: TestEngine;
    try {
      engine = await TestEngine.open(target);
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      expect(REFUSALS).to.include(error.code);
      return 'refused';
    }
    let refused = 0;
    for (const [read, answer] of await readAll(engine)) {
      if (REFUSALS.has(answer)) refused++;
      else expect(answer, read).to.equal(truth.get(read));
    }
    await engine.close();
    return refused > 0 ? 'partly' : 'harmless';
  }

  it('refuses when its newest part was cut off', async () => {
    for (const cut of [1, 100, 3000]) {
      const target = copy();
      const names = readdirSync(join(target, 'ledger'));
      const log = names.filter((name) => name.endsWith('.log')).sort();
      const path = join(target, 'ledger', log.at(-1) as string);
      truncateSync(path, statSync(path).size - cut);
      await expectCodeAsync(() => TestEngine.open(target), 'LEDGER_BEHIND');
    }
  });

  it('refuses a backup that is older than what was seen', async () => {
    const target = copy();
    const backup = temporary();
    cpSync(join(target, 'ledger'), join(backup, 'ledger'), { recursive: true });
    const engine = await TestEngine.open(target);
    await engine.registerLog('newest.example/archive');
    await engine.close();
    rmSync(join(target, 'ledger'), { recursive: true });
    cpSync(join(backup, 'ledger'), join(target, 'ledger'), { recursive: true });
    await expectCodeAsync(() => TestEngine.open(target), 'LEDGER_BEHIND');
  });

  it('refuses a ledger that took another way since the checkpoint', async () => {
    const [one, two] = [copy(), copy()];
    for (const target of [one, two]) {
      const engine = await TestEngine.open(target);
      await engine.registerLog('fork.example/archive');
      await engine.close();
    }
    cpSync(join(one, 'checkpoint'), join(two, 'checkpoint'));
    await expectCodeAsync(() => TestEngine.open(two), 'LEDGER_CORRUPT');
  });

  it('opens when it is ahead of its checkpoint, as after a crash', async () => {
    const target = copy();
    const engine = await TestEngine.open(target);
    await engine.registerLog('ahead.example/archive');
    const { height } = engine.engine;
    await engine.close();
    cpSync(join(folder, 'checkpoint'), join(target, 'checkpoint'));
    const again = await TestEngine.open(target);
    expect(again.engine.height).to.equal(height);
    await again.close();
  });

  it('refuses a checkpoint file that is missing, damaged or of another channel', async () => {
    const target = copy();
    const path = join(target, 'checkpoint');
    const text = readFileSync(path, 'utf8');
    await expectCodeAsync(() => TestEngine.open(target, { channel: 'other' }), 'LEDGER_CORRUPT');
    writeFileSync(path, `${text}\n`);
    await expectCodeAsync(() => TestEngine.open(target), 'LEDGER_CORRUPT');
    writeFileSync(path, text.replace('"archive"', '"other"'));
    await expectCodeAsync(() => TestEngine.open(target), 'LEDGER_CORRUPT');
    await expectCodeAsync(() => TestEngine.open(target, { channel: 'other' }), 'LEDGER_CORRUPT');
    rmSync(path);
    await expectCodeAsync(() => TestEngine.open(target), 'LEDGER_BEHIND');
  });

  it('is made only when told, and never over another', async () => {
    const target = temporary();
    await expectCodeAsync(() => TestEngine.open(target), 'LEDGER_BEHIND');
    expect(existsSync(join(target, 'ledger'))).to.equal(false);
    const existing = copy();
    const elsewhere = { create: true, checkpointFile: join(existing, 'elsewhere') };
    await expectCodeAsync(() => TestEngine.open(existing, elsewhere), 'DATA_EXISTS');
    const emptied = copy();
    rmSync(join(emptied, 'ledger'), { recursive: true });
    await expectCodeAsync(() => TestEngine.open(emptied), 'LEDGER_BEHIND');
    await expectCodeAsync(() => TestEngine.open(emptied, { create: true }), 'LEDGER_BEHIND');
  });

  it('writes no block for what is refused, read or replayed', async () => {
    const engine = await TestEngine.open(copy());
    const { height } = engine.engine;
    const json = canonicalJson({ logId, expectedSize: 1, leafHashes: 'A'.repeat(42).concat('A=') });
    await expectCodeAsync(() => engine.call('submit', 'writer', 'append', json), 'LOG_MOVED');
    await engine.call('submit', 'reader', 'readLog', canonicalJson({ logId }));
    expect(engine.engine.height).to.equal(height);
    await engine.close();
  });

  it('stops when a block cannot be made durable, and continues when opened again', async () => {
    const target = copy();
    const away = join(target, 'elsewhere');
    cpSync(join(target, 'checkpoint'), join(away, 'checkpoint'));
    const checkpointFile = join(away, 'checkpoint');
    const engine = await TestEngine.open(target, { checkpointFile });
    const saved = readFileSync(checkpointFile);
    rmSync(away, { recursive: true });
    await expectCodeAsync(() => engine.registerLog('lost.example/archive'), 'LEDGER_FAILED');
    await expectCodeAsync(() => engine.registerLog('next.example/archive'), 'LEDGER_FAILED');
    const read = () => engine.call('evaluate', 'reader', 'listLogs', '{}');
    await expectCodeAsync(read, 'LEDGER_FAILED');
    await engine.close();
    writeFileSync(join(target, 'checkpoint'), saved);
    const again = await TestEngine.open(target);
    await again.registerLog('next.example/archive');
    await again.close();
  });
});
