// The embedded ledger's disk: whatever happens to the files, answers are right or refused.
import { spawnSync } from 'node:child_process';
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
import { sealBlock } from '../../gateway/ledger/embedded/block.js';
import { BlockStore } from '../../gateway/ledger/embedded/block-store.js';
import { blockKey, openDatabase } from '../../gateway/ledger/embedded/database.js';
import { type DiskLedger, makeDiskLedger, readAll } from '../support/disk-ledger.js';
import { TestEngine } from '../support/embedded-engine.js';
import { newFolder } from '../support/embedded-network.js';
import { expectCodeAsync } from '../support/expect-code.js';
import type { FlipOutcome } from '../support/flipped-ledgers.js';

const FLIPS = 120;
/** Blocks; more than are checked whenever a ledger is opened. */
const AHEAD = 1100;
const FLIPPER = join(__dirname, '..', 'support', 'flipped-ledgers.js');

describe('embedded ledger on disk', function () {
  this.timeout(30_000);
  const folders: string[] = [];
  let sound: DiskLedger;

  function temporary(): string {
    const made = newFolder();
    folders.push(made);
    return made;
  }

  before(async () => {
    sound = await makeDiskLedger(temporary());
  });

  after(() => {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
  });

  function copy(): string {
    const target = temporary();
    cpSync(sound.folder, target, { recursive: true });
    return target;
  }

  it('is the same after it was closed and opened again', async () => {
    const target = copy();
    const first = await TestEngine.open(target);
    const before = await readAll(first, sound);
    await first.close();
    const second = await TestEngine.open(target);
    expect(await readAll(second, sound)).to.deep.equal(before);
    await second.close();
  });

  it('is right or refused after any byte was flipped', () => {
    const outcomes = { refused: 0, partly: 0, harmless: 0, ended: 0 };
    let done = 0;
    while (done < FLIPS) {
      const args = [FLIPPER, temporary(), String(FLIPS), String(done)];
      const { stdout, stderr, signal } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      const lines = stdout.split('\n').filter((line) => line !== '');
      for (const line of lines) {
        const outcome = JSON.parse(line) as FlipOutcome;
        if (typeof outcome === 'object') expect.fail(outcome.wrong);
        outcomes[outcome]++;
      }
      done += lines.length;
      if (done === FLIPS) break;
      // LevelDB asserts, and says so, about some tables.
      expect(signal, stderr).to.equal('SIGABRT');
      outcomes.ended++;
      done++;
    }
    const { refused, partly, ended } = outcomes;
    expect(ended, JSON.stringify(outcomes)).to.be.below(FLIPS / 10);
    expect(refused + partly, JSON.stringify(outcomes)).to.be.above(FLIPS / 4);
  });

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
    cpSync(join(sound.folder, 'checkpoint'), join(target, 'checkpoint'));
    const again = await TestEngine.open(target);
    expect(again.engine.height).to.equal(height);
    await again.close();
  });

  it('must follow from its checkpoint, however far it is ahead', async () => {
    const [folder, channel] = [join(temporary(), 'ledger'), 'archive'];
    const checkpointFile = join(folder, '..', 'checkpoint');
    const options = { folder, channel, checkpointFile, create: false };
    const blockOf = (number: number, previous: string) =>
      sealBlock({ channel, number, previous, transactions: [] });
    const first = await BlockStore.open({ ...options, create: true });
    let { hash } = first.readBlock(0);
    for (let number = 1; number <= AHEAD; number++) {
      hash = blockOf(number, hash).hash;
      await first.commitAgain([], hash);
    }
    await first.close();
    const seen = readFileSync(checkpointFile);
    const again = await BlockStore.open(options);
    expect(again.height).to.equal(AHEAD);
    await again.close();
    expect(readFileSync(checkpointFile).equals(seen)).to.equal(false);

    writeFileSync(checkpointFile, seen);
    const db = await openDatabase(folder, false);
    await db
      .batch()
      .put(blockKey(1), blockOf(1, '11'.repeat(32)).row)
      .write();
    await db.close();
    await expectCodeAsync(() => BlockStore.open(options), 'LEDGER_CORRUPT');
    expect(readFileSync(checkpointFile).equals(seen)).to.equal(true);
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
    const named = { logId: sound.logId };
    const json = canonicalJson({
      ...named,
      expectedSize: 1,
      leafHashes: 'A'.repeat(42).concat('A='),
    });
    await expectCodeAsync(() => engine.call('submit', 'writer', 'append', json), 'LOG_MOVED');
    await engine.call('submit', 'reader', 'readLog', canonicalJson(named));
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
