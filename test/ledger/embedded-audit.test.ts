// Damage to the embedded ledger that opening it does not look for: rows with right seals.
import { createHash } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { Level } from 'level';
import { utf8 } from '../../chaincode/core/bytes.js';
import { BlockStore } from '../../gateway/ledger/embedded/block-store.js';
import { blockKey, SEAL_TABLE, STATE_TABLE } from '../../gateway/ledger/embedded/database.js';
import { formatStateRow, sealOf } from '../../gateway/ledger/embedded/state-row.js';
import { TestEngine } from '../support/embedded-engine.js';
import { newFolder, testNetworkOptions } from '../support/embedded-network.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { LogWriter } from '../support/log-writer.js';

type Rows = Level<string, Uint8Array>;

const APPENDS = 5;
const OLD_BLOCKS = 1000;

describe('the audit of the embedded ledger', () => {
  const folders: string[] = [];
  let folder: string;
  let logId: string;
  let writer: LogWriter;

  function temporary(): string {
    const made = newFolder();
    folders.push(made);
    return made;
  }

  before(async () => {
    folder = temporary();
    writer = new LogWriter('audited.example/archive');
    const engine = await TestEngine.open(folder, { create: true });
    await engine.registerLog('other.example/archive');
    logId = await engine.registerLog('audited.example/archive');
    for (let round = 0; round < APPENDS; round++) await engine.append(logId, writer, 3);
    await engine.close();
    await addBlocks(OLD_BLOCKS);
  });
  after(() => {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
  });

  /** So many that opening does not look at the first ones any more. */
  async function addBlocks(count: number): Promise<void> {
    const options = await testNetworkOptions(folder);
    const store = await BlockStore.open({ ...options, create: false });
    for (let added = 0; added < count; added++) await store.commit([]);
    await store.close();
  }

  /** Opening finds nothing wrong in the copy, the audit does. */
  async function expectFound(change: (rows: Rows) => Promise<void>): Promise<void> {
    const engine = await TestEngine.open(await changed(change));
    try {
      await expectCodeAsync(() => engine.engine.audit(logId), 'LEDGER_CORRUPT');
    } finally {
      await engine.close();
    }
  }

  /** Rows of a copy, changed past every check. */
  async function changed(change: (rows: Rows) => Promise<void>): Promise<string> {
    const copy = temporary();
    cpSync(folder, copy, { recursive: true });
    const { folder: database } = await testNetworkOptions(copy);
    const rows: Rows = new Level(database, { valueEncoding: 'view' });
    await rows.open();
    await change(rows);
    await rows.close();
    return copy;
  }

  async function putState(rows: Rows, key: string, block: number, value: Uint8Array) {
    const seal = sealOf(key, { version: { block, transaction: 0 }, value });
    await rows.put(STATE_TABLE + key, formatStateRow(seal, value));
    await rows.put(SEAL_TABLE + key, seal);
  }

  it('counts blocks and values, and digests the closing leaves of the log', async () => {
    const engine = await TestEngine.open(folder);
    const found = await engine.engine.audit(logId);
    await engine.close();
    expect(found).to.include({
      blocks: APPENDS + 3 + OLD_BLOCKS,
      transactions: APPENDS + 2,
      appends: APPENDS,
    });
    const closing = createHash('sha256');
    for (let at = 3; at < writer.leaves.length; at += 4) closing.update(writer.leaves[at] ?? '');
    expect(found.closingLeaves).to.equal(closing.digest('hex'));
  });

  it('finds a value of state that no block wrote', () =>
    expectFound((rows) => putState(rows, 'log/strange', 2, utf8('{}'))));

  it('finds a value of state that a block is said to write later', () =>
    expectFound((rows) => putState(rows, 'log/strange', 9999, utf8('{}'))));

  it('finds a value of state that is gone', () =>
    expectFound(async (rows) => {
      await rows.del(`${STATE_TABLE}head/${logId}`);
      await rows.del(`${SEAL_TABLE}head/${logId}`);
    }));

  it('finds a value of state that is another', () =>
    expectFound((rows) => putState(rows, `head/${logId}`, APPENDS + 2, utf8('{}'))));

  it('finds a value of state that is older than its block', () =>
    expectFound((rows) => putState(rows, `head/${logId}`, 2, utf8('{}'))));

  it('finds a block that is gone', () => expectFound((rows) => rows.del(blockKey(1))));

  it('finds a block that is another', () =>
    expectFound(async (rows) =>
      rows.put(blockKey(1), (await rows.get(blockKey(2))) as Uint8Array),
    ));

  it('looks at the blocks of one moment while others are committed', async () => {
    const engine = await TestEngine.open(temporary(), { create: true });
    const own = new LogWriter('busy.example/archive');
    const id = await engine.registerLog('busy.example/archive');
    for (let round = 0; round < 40; round++) await engine.append(id, own, 3);
    let isOver = false;
    const appending = (async () => {
      while (!isOver) await engine.append(id, own, 3);
    })();
    let appends = 0;
    for (let round = 0; round < 10; round++) {
      const found = await engine.engine.audit(id);
      expect(found.appends).to.be.at.least(appends);
      appends = found.appends;
    }
    isOver = true;
    await appending;
    expect(appends).to.be.at.least(40);
    await engine.close();
  });
});
