// Two at once: on one store, on one ledger, on one log. One of them goes on unharmed, the other
// says why it does not.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openHospital } from '../../gateway/services/hospital.js';
import { Receipts } from '../../gateway/services/receipts.js';
import { Sequencer } from '../../gateway/services/sequencer/sequencer.js';
import { openStore, type Store } from '../../gateway/store/store.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { type Ran, runChild } from '../support/fault-child.js';
import { newData } from '../support/fault-data.js';
import { HELD } from '../support/fault-holder.js';
import { readAll } from '../support/fault-hospital.js';
import { BY, recordSubmission, TestHospital, type TestProcess } from '../support/hospital.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const HOLDER = join(__dirname, '../support/fault-holder.js');

/** Content of all files; LevelDB's own diary turns its page before it asks for the lock. */
function contents(data: string): Map<string, string> {
  const files = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && !/^LOG(\.old)?$/.test(one.name))
    .map((one) => join(one.parentPath, one.name))
    .sort();
  return new Map(files.map((path) => [path, readFileSync(path, 'latin1')]));
}

describe('two processes', function () {
  this.timeout(60_000);
  let folder: string;
  let first: ChildProcess;
  const at = (...names: string[]) => join(folder, ...names);

  beforeEach(async () => {
    folder = newTempFolder();
    await newData(folder);
  });
  afterEach(() => {
    first.kill('SIGKILL');
    removeTempFolder(folder);
  });

  /** Starts a process that keeps the data folder, once it has done some work. */
  async function startFirst(): Promise<void> {
    first = spawn(process.execPath, [HOLDER, at('data')], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(first.stdout as NodeJS.ReadableStream, 'data');
  }

  async function endFirst(): Promise<void> {
    const ended = once(first, 'exit');
    first.stdin?.end();
    expect(await ended).to.deep.equal([0, null]);
  }

  const run = (...args: string[]): Promise<Ran> =>
    runChild(folder, ['../fault/program', ...args], {});

  it('on one store: the second names the first, writes nothing, and the first goes on', async () => {
    await startFirst();
    const before = contents(at('data'));
    writeFileSync(at('a.txt'), 'one');
    for (const args of [
      ['ingest', at('a.txt')],
      ['trust', 'export'],
      ['receipt', '#0'],
    ]) {
      const second = await run(...args, '--data', at('data'));
      expect(second.exitCode, args.join(' ')).to.equal(2);
      expect(second.stderr).to.include(`STORE_LOCKED process ${first.pid} uses this data folder`);
    }
    expect(contents(at('data'))).to.deep.equal(before);
    await endFirst();
    expect((await readAll(at('data'))).entries.size).to.equal(HELD + 1);
  });

  it('one after the other, killed: the pid that the first left stops nobody', async () => {
    await startFirst();
    const ended = once(first, 'exit');
    first.kill('SIGKILL');
    await ended;
    expect(readFileSync(at('data', 'run', 'pid'), 'utf8')).to.equal(`${first.pid}\n`);
    writeFileSync(at('a.txt'), 'one');
    const second = await run('ingest', at('a.txt'), '--data', at('data'));
    expect(second.exitCode, second.stderr).to.equal(0);
    expect((await readAll(at('data'))).entries.size).to.equal(HELD + 1);
  });

  it('with two stores on one ledger: the second is refused and accepts nothing', async () => {
    cpSync(at('data'), at('copy'), { recursive: true });
    rmSync(at('copy', 'ledger'), { recursive: true });
    symlinkSync(at('data', 'ledger'), at('copy', 'ledger'));
    await startFirst();
    writeFileSync(at('a.txt'), 'one');
    const second = await run('ingest', at('a.txt'), '--data', at('copy'));
    expect(second.exitCode).to.equal(2);
    expect(second.stderr).to.include('LEDGER_LOCKED');
    await endFirst();
    // Now that the ledger is free it holds more than the copy can explain.
    await expectCodeAsync(
      () => openHospital({ folder: at('copy'), operator: 'test' }),
      // The copy of the checkpoint file names a block that is there, so the ledger is sound.
      'STORE_BEHIND',
    );
    expect(existsSync(at('copy', 'checkpoint'))).to.equal(true);
    expect((await readAll(at('data'))).entries.size).to.equal(HELD + 1);
  });
});

describe('two sequencers on one log', () => {
  let hospital: TestHospital;
  let winner: TestProcess;
  let loserStore: Store;
  let loser: Sequencer;

  /** Both stores hold one record, proven, and no more. */
  beforeEach(async () => {
    hospital = await TestHospital.create();
    const before = await hospital.open();
    await before.sequencer.accept(recordSubmission('a', 1, 'one'));
    expect(await before.sequencer.waitProven(10_000)).to.equal(true);
    await before.close();
    cpSync(join(hospital.folder, 'store'), join(hospital.folder, 'copy'), { recursive: true });
    winner = await hospital.open();
    loserStore = await openStore(join(hospital.folder, 'copy'), hospital.context.logId);
    loser = await Sequencer.open({
      ...{ store: loserStore, ledger: winner.log, context: hospital.context, by: BY },
      intervalMs: 2,
    });
  });
  afterEach(async () => {
    await loser.close();
    await loserStore.close();
    await winner.close();
    await hospital.remove();
  });

  async function accept(sequencer: Sequencer, ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => sequencer.accept(recordSubmission(id, 1, id))));
  }

  async function winnerProves(...ids: string[]): Promise<void> {
    await accept(winner.sequencer, ids);
    expect(await winner.sequencer.waitProven(10_000)).to.equal(true);
  }

  /** The loser accepts one more, and stops for this reason. */
  async function loserStops(code: string): Promise<void> {
    await accept(loser, ['lost']);
    await expectCodeAsync(() => loser.waitProven(10_000), 'LOG_STOPPED');
    expect(loser.fault?.message).to.include(code);
    await expectCodeAsync(() => loser.accept(recordSubmission('more', 1, 'more')), 'LOG_STOPPED');
    expect(loser.counts).to.deep.equal({ accepted: 2, committed: 1, proven: 1 });
  }

  it('the one that comes late finds that the ledger holds more than its store, and stops', async () => {
    await winnerProves('b', 'c');
    await loserStops('STORE_BEHIND');
  });

  it('the one that comes late finds another entry in the place of its own, and stops', async () => {
    await winnerProves('b');
    await loserStops('LOG_FORKED');
  });

  it('the one that stopped still gives receipts, and keeps what it accepted', async () => {
    await winnerProves('b', 'c');
    const own = { store: loserStore, context: hospital.context };
    const before = await new Receipts(own).make(0);
    await loserStops('STORE_BEHIND');
    expect(await new Receipts(own).make(0)).to.deep.equal(before);
    await expectCodeAsync(() => new Receipts(own).make(1), 'NOT_PROVEN_YET');
    await loser.close();
    await loserStore.close();
    loserStore = await openStore(join(hospital.folder, 'copy'), hospital.context.logId);
    expect(loserStore.entriesAtOpen).to.equal(2);
    expect(Buffer.from(loserStore.readEntry(1).entry).toString()).to.include('"id":"lost"');
  });

  it('the one that was first goes on, and a third can finish its work', async () => {
    await winnerProves('b', 'c');
    await loserStops('STORE_BEHIND');
    await winnerProves('d');
    expect(winner.sequencer.fault).to.equal(undefined);
    const { head } = await winner.log.readLog();
    expect(head.size).to.equal(winner.sequencer.counts.proven + head.appends);
    await winner.close();
    winner = await hospital.open();
    await winnerProves('e');
    expect(winner.sequencer.counts.proven).to.equal(5);
  });

  it('one whose store is behind from the start is not opened at all', async () => {
    await winnerProves('b', 'c');
    const options = { store: loserStore, ledger: winner.log, context: hospital.context, by: BY };
    await expectCodeAsync(() => Sequencer.open(options), 'STORE_BEHIND');
    expect(loserStore.entriesAtOpen).to.equal(1);
  });
});
