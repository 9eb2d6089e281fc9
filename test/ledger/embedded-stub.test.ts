// Fabric's semantics in the embedded stub, and the checks of each value when it is read.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { conflicts } from '../../gateway/ledger/embedded/conflicts.js';
import { openDatabase, SEAL_TABLE, STATE_TABLE } from '../../gateway/ledger/embedded/database.js';
import { LevelStub } from '../../gateway/ledger/embedded/level-stub.js';
import { StateReader } from '../../gateway/ledger/embedded/state-reader.js';
import { formatStateRow, sealOf } from '../../gateway/ledger/embedded/state-row.js';
import { newFolder } from '../support/embedded-network.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';

const PROPOSAL = {
  channel: 'archive',
  txId: 'ab',
  at: 1_700_000_000_123,
  transient: new Map([['leaves', Uint8Array.of(1)]]),
};

describe('embedded chaincode stub', () => {
  const folder = newFolder();
  let db: Awaited<ReturnType<typeof openDatabase>>;
  let state: StateReader;
  before(async () => {
    db = await openDatabase(join(folder, 'stub'), true);
  });
  beforeEach(async () => {
    await db.clear();
    await write(1, {
      b: 'two',
      a: 'one',
      é: 'accent',
      '\ue000': 'private',
      '😀': 'face',
      z: 'last',
    });
    state = new StateReader(db);
  });
  afterEach(() => state.close());
  after(async () => {
    await db.close();
    rmSync(folder, { recursive: true });
  });

  async function write(block: number, values: Readonly<Record<string, string>>): Promise<void> {
    const batch = db.batch();
    for (const [key, text] of Object.entries(values)) {
      const value = utf8(text);
      const seal = sealOf(key, { version: { block, transaction: 0 }, value });
      batch.put(STATE_TABLE + key, formatStateRow(seal, value)).put(SEAL_TABLE + key, seal);
    }
    await batch.write();
  }

  async function keysOf(stub: LevelStub, start: string, end: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of stub.getStateByRange(start, end)) keys.push(key);
    return keys;
  }

  it('reads what is committed, never its own writes', async () => {
    const stub = new LevelStub(state, PROPOSAL);
    await stub.putState('a', utf8('changed'));
    await stub.putState('new', utf8('made'));
    expect(Buffer.from(await stub.getState('a')).toString()).to.equal('one');
    expect((await stub.getState('new')).length).to.equal(0);
    expect(await keysOf(stub, 'a', 'c')).to.deep.equal(['a', 'b']);
    expect([...stub.writes.keys()]).to.deep.equal(['a', 'new']);
  });

  it('reads a missing key as no bytes', async () => {
    const stub = new LevelStub(state, PROPOSAL);
    expect(await stub.getState('missing')).to.deep.equal(new Uint8Array());
  });

  it('goes through ranges in the order of UTF-8 bytes, the end left out', async () => {
    const stub = new LevelStub(state, PROPOSAL);
    // In UTF-16, 😀 (d83d de00) would come before \ue000.
    expect(await keysOf(stub, '', '')).to.deep.equal(['a', 'b', 'z', 'é', '\ue000', '😀']);
    expect(await keysOf(stub, 'b', 'é')).to.deep.equal(['b', 'z']);
    expect(await keysOf(stub, 'b', 'b')).to.deep.equal([]);
    const iterator = await stub.getStateByRange('a', 'c');
    expect((await iterator.next()).value.key).to.equal('a');
    expect((await iterator.next()).done).to.equal(false);
    expect((await iterator.next()).done).to.equal(true);
    await iterator.close();
  });

  it('refuses keys that Fabric keeps for itself or cannot hold', async () => {
    const stub = new LevelStub(state, PROPOSAL);
    for (const key of ['', '\0type\0', '\ud800']) {
      await expectCodeAsync(() => stub.getState(key), 'BAD_INPUT');
      await expectCodeAsync(() => stub.putState(key, utf8('x')), 'BAD_INPUT');
    }
    expectCode(() => stub.getStateByRange('\0', ''), 'BAD_INPUT');
  });

  it('keeps the last event and copies what it is given', async () => {
    const stub = new LevelStub(state, PROPOSAL);
    const bytes = utf8('value');
    await stub.putState('a', bytes);
    stub.setEvent('first', bytes);
    stub.setEvent('append', bytes);
    bytes.fill(0);
    expect(stub.event?.name).to.equal('append');
    expect(encodeBase64(stub.event?.payload ?? bytes)).to.equal(encodeBase64(utf8('value')));
    expect(stub.writes.get('a')).to.deep.equal(utf8('value'));
  });

  it('tells the proposal as it is', () => {
    const stub = new LevelStub(state, PROPOSAL);
    expect(stub.getChannelID()).to.equal('archive');
    expect(stub.getTxID()).to.equal('ab');
    const { seconds, nanos } = stub.getTxTimestamp();
    expect(seconds.toNumber() * 1000 + nanos / 1_000_000).to.equal(PROPOSAL.at);
    expect(stub.getTransient()).to.deep.equal(PROPOSAL.transient);
  });

  it('does not offer what the contract does not call', () => {
    const stub = new LevelStub(state, PROPOSAL);
    for (const call of [
      stub.deleteState,
      stub.getPrivateData,
      stub.getQueryResult,
      stub.createCompositeKey,
      stub.getHistoryForKey,
      stub.invokeChaincode,
      stub.getCreator,
    ]) {
      expectCode(() => call(), 'NOT_SUPPORTED');
    }
  });

  it('does not apply a transaction whose reads have changed', async () => {
    const stub = new LevelStub(state, PROPOSAL);
    await stub.getState('a');
    await stub.getState('missing');
    await keysOf(stub, 'y', '');
    const apply = (...written: string[]) => !conflicts(stub.reads, state, new Set(written));
    expect(apply()).to.equal(true);
    expect(apply('b', 'c')).to.equal(true);
    for (const key of ['a', 'missing', 'z', 'zz', '😀']) expect(apply(key), key).to.equal(false);
    await write(2, { a: 'three' });
    const later = new StateReader(db);
    expect(conflicts(stub.reads, later, new Set())).to.equal(true);
    await later.close();
  });

  it('counts only what was seen of a range that was left early', async () => {
    const stub = new LevelStub(state, PROPOSAL);
    for await (const { key } of stub.getStateByRange('a', '')) if (key === 'b') break;
    expect(conflicts(stub.reads, state, new Set(['z']))).to.equal(false);
    expect(conflicts(stub.reads, state, new Set(['ab']))).to.equal(true);
  });

  describe('on a damaged disk', () => {
    const damaged = async (key = 'b') => {
      const later = new StateReader(db);
      const stub = new LevelStub(later, PROPOSAL);
      await expectCodeAsync(() => stub.getState(key), 'LEDGER_CORRUPT');
      await expectCodeAsync(() => keysOf(stub, '', ''), 'LEDGER_CORRUPT');
      await later.close();
    };

    it('notices a changed byte anywhere in a value', async () => {
      const row = (await db.get(`${STATE_TABLE}b`)) as Uint8Array;
      for (let at = 0; at < row.length; at++) {
        const changed = Uint8Array.from(row);
        changed[at] = (changed[at] as number) ^ 0x80;
        await db.put(`${STATE_TABLE}b`, changed);
        await damaged();
      }
    });

    it('notices a value that vanished, and one whose seal vanished', async () => {
      await db.del(`${STATE_TABLE}b`);
      await damaged();
      await write(1, { b: 'two' });
      await db.del(`${SEAL_TABLE}b`);
      await damaged();
    });

    it('notices an older value that came back', async () => {
      const old = (await db.get(`${STATE_TABLE}b`)) as Uint8Array;
      await write(2, { b: 'newer' });
      await db.put(`${STATE_TABLE}b`, old);
      await damaged();
    });

    it('notices a value under the key of another', async () => {
      for (const table of [STATE_TABLE, SEAL_TABLE]) {
        await db.put(`${table}b`, (await db.get(`${table}a`)) as Uint8Array);
      }
      await damaged();
    });
  });
});
