import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Level } from 'level';
import { utf8 } from '../../chaincode/core/bytes.js';
import { Database } from '../../gateway/store/database.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';

describe('the store database', () => {
  let folder: string;

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'chartseal-db-')), 'db');
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  async function withRaw(act: (db: Level<string, Buffer>) => Promise<void>): Promise<void> {
    const raw = new Level<string, Buffer>(folder, { valueEncoding: 'buffer' });
    await raw.open();
    await act(raw);
    await raw.close();
  }

  async function filled(): Promise<void> {
    const db = await Database.open(folder, { create: true });
    await db.batch().put('a/1', utf8('one')).put('a/2', utf8('two')).put('b/1', utf8('b')).write();
    await db.close();
  }

  it('finds a flipped bit in a value when the value is read', async () => {
    await filled();
    await withRaw(async (raw) => {
      const row = (await raw.get('a/1')) as Buffer;
      row[0] = (row[0] as number) ^ 1;
      await raw.put('a/1', row);
    });
    const db = await Database.open(folder, { create: false });
    expectCode(() => db.find('a/1'), 'STORE_CORRUPT');
    expect(db.find('a/2')).to.deep.equal(Buffer.from('two'));
    await db.close();
  });

  it('finds a value that stands under another key', async () => {
    await filled();
    await withRaw(async (raw) => raw.put('a/1', (await raw.get('a/2')) as Buffer));
    const db = await Database.open(folder, { create: false });
    expectCode(() => db.find('a/1'), 'STORE_CORRUPT');
    await db.close();
  });

  it('finds a value cut to nothing', async () => {
    await filled();
    await withRaw(async (raw) => raw.put('a/1', Buffer.alloc(2)));
    const db = await Database.open(folder, { create: false });
    expectCode(() => db.find('a/1'), 'STORE_CORRUPT');
    await db.close();
  });

  it('is open in one process at a time', async () => {
    const db = await Database.open(folder, { create: true });
    await expectCodeAsync(() => Database.open(folder, { create: false }), 'STORE_LOCKED');
    await db.close();
  });

  it('does not come into being by being opened', async () => {
    await expectCodeAsync(() => Database.open(folder, { create: false }), 'STORE_BEHIND');
    expect(existsSync(folder)).to.equal(false);
  });

  it('looks up the nearest rows of one table only', async () => {
    await filled();
    const db = await Database.open(folder, { create: false });
    expect((await db.findLast('a/'))?.[0]).to.equal('a/2');
    expect((await db.findLast('a/', '1'))?.[0]).to.equal('a/1');
    expect(await db.findLast('a/', '0')).to.equal(undefined);
    expect((await db.findFirst('a/', '2'))?.[0]).to.equal('a/2');
    expect(await db.findFirst('a/', '3')).to.equal(undefined);
    await db.close();
  });
});
