import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { uint64 } from '../../chaincode/core/bytes.js';
import {
  chainKey,
  entryKey,
  headKey,
  pageKey,
  REDO_KEYS,
  REDONE_KEY,
  redoKey,
  TABLES,
} from '../../gateway/store/keys.js';
import { seal } from '../../gateway/store/level-rows.js';
import { partFolder, StoreDatabase } from '../../gateway/store/store-database.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { openedAt, watchStores } from '../support/open-rows.js';
import { withRaw } from '../support/raw-store.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const label = new Uint8Array(32).fill(7);

describe('the databases of a store', () => {
  let folder: string;
  let db: StoreDatabase | undefined;

  const at = (name: string) => join(folder, name);
  const copy = (from: string, to: string) => {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true });
  };

  /** An entry and its place in a chain, as one. */
  function add(store: StoreDatabase, number: number, bytes = 8): Promise<void> {
    return store
      .batch()
      .put(entryKey(number), new Uint8Array(bytes))
      .put(chainKey(label, number), uint64(number))
      .put(headKey(label), new Uint8Array(bytes).fill(number))
      .write();
  }

  async function open(name: string, salvage = false): Promise<StoreDatabase> {
    db = await StoreDatabase.open(at(name), { create: false, salvage });
    return db;
  }

  /** What a process that was killed after `count` entries left, its index as after `indexed`. */
  async function killed(count: number, indexed: number, bytes?: number): Promise<void> {
    db = await StoreDatabase.open(at('store'), { create: true });
    for (let number = 0; number < count; number++) {
      if (number === indexed) copy(partFolder(at('store'), 'index'), at('index'));
      await add(db, number, bytes);
    }
    copy(at('store'), at('killed'));
    copy(at('index'), partFolder(at('killed'), 'index'));
    await db.close();
  }

  beforeEach(() => {
    folder = newTempFolder();
  });

  afterEach(async () => {
    await db?.close();
    db = undefined;
    removeTempFolder(folder);
  });

  async function expectAll(count: number): Promise<void> {
    const store = await open('killed');
    expect(await store.count(TABLES.chain)).to.equal(count);
    expect(store.find(headKey(label))).to.deep.equal(Buffer.alloc(8, count - 1));
    await store.close();
    db = undefined;
  }

  for (const indexed of [4, 12, 19]) {
    it(`write into the index again what it lost: it had ${indexed} of 20 batches`, async () => {
      await killed(20, indexed);
      await expectAll(20);
      await expectAll(20);
    });
  }

  it('write into the index again what it lost in the midst of it', async () => {
    await killed(20, 12);
    // The machine kept the newest batch of all that were not durable yet.
    const newest = [
      [REDONE_KEY, uint64(20)],
      [chainKey(label, 19), uint64(19)],
      [headKey(label), Buffer.alloc(8, 19)],
    ] as const;
    await withRaw(partFolder(at('killed'), 'index'), async (raw) => {
      for (const [key, value] of newest) await raw.put(key, Uint8Array.from(seal(key, value)));
    });
    await expectAll(20);
  });

  it('go on after that, and keep batches for the index in the places of those it has', async () => {
    await killed(20, 12);
    const store = await open('killed');
    for (let number = 20; number < 60; number++) await add(store, number);
    copy(at('killed'), at('again'));
    await store.close();
    db = undefined;
    copy(at('again'), at('killed'));
    await expectAll(60);
  });

  for (const indexed of [4, 5]) {
    it(`read the one batch that the version before kept, with an index of ${indexed} of 5`, async () => {
      await killed(6, indexed);
      await withRaw(at('killed'), async (raw) => {
        const row = (await raw.get(redoKey(5))) as Buffer;
        for (const key of REDO_KEYS) await raw.del(key);
        const [first] = REDO_KEYS as [string];
        await raw.put(first, Uint8Array.from(seal(first, row.subarray(0, -4))));
        await raw.del(entryKey(5));
      });
      await expectAll(5);
      await expectAll(5);
    });
  }

  it('read the batches that the version before kept, which had no digests', async () => {
    await killed(20, 12);
    await withRaw(at('killed'), async (raw) => {
      for (const key of REDO_KEYS) {
        const row = (await raw.get(key)) as Buffer;
        const old = Buffer.concat([row.subarray(0, 8), row.subarray(46, -4)]);
        await raw.put(key, Uint8Array.from(seal(key, old)));
      }
    });
    await withRaw(partFolder(at('killed'), 'index'), (raw) =>
      raw.put(REDONE_KEY, Uint8Array.from(seal(REDONE_KEY, uint64(12)))),
    );
    await expectAll(20);
  });

  it('once closed well have nothing to write again, and are refused with an older index', async () => {
    await killed(3, 2);
    await withRaw(at('store'), async (raw) => {
      const rows = await Promise.all(REDO_KEYS.map((key) => raw.get(key)));
      expect(rows.filter((row) => row !== undefined)).to.have.lengthOf(1);
    });
    copy(at('index'), partFolder(at('store'), 'index'));
    await expectCodeAsync(() => open('store'), 'STORE_CORRUPT');
  });

  it('take nothing more once the index cannot be made durable, and lose nothing', async () => {
    const store = await StoreDatabase.open(at('killed'), { create: true });
    const index = partFolder(at('killed'), 'index');
    renameSync(index, at('away'));
    let number = 0;
    const fill = async () => {
      for (; number <= REDO_KEYS.length; number++) await add(store, number);
    };
    await expectCodeAsync(fill, 'STORE_FAILED');
    renameSync(at('away'), index);
    await store.close();
    await expectAll(number);
  });

  it('leave a newer row of the index alone that came without entries', async () => {
    const store = await StoreDatabase.open(at('store'), { create: true });
    db = store;
    await add(store, 0);
    await store.batch().put(headKey(label), Buffer.from('newer')).write();
    copy(at('store'), at('killed'));
    const after = await StoreDatabase.open(at('killed'), { create: false });
    expect(after.find(headKey(label))?.toString()).to.equal('newer');
    await after.close();
  });

  it('are refused with an index that lacks more than lies among the entries', async () => {
    await killed(20, 3);
    await expectCodeAsync(() => open('killed'), 'STORE_CORRUPT');
    expect(await (await open('killed', true)).count(TABLES.entry)).to.equal(20);
  });

  it('are refused where one of the batches is gone that the index may lack', async () => {
    await killed(5, 1);
    await withRaw(at('killed'), (raw) => raw.del(redoKey(3)));
    await expectCodeAsync(() => open('killed'), 'STORE_CORRUPT');
  });

  it('are refused with an index that is newer than the entries', async () => {
    await killed(5, 2);
    copy(partFolder(at('store'), 'index'), at('newer'));
    rmSync(at('killed'), { recursive: true });
    db = await StoreDatabase.open(at('killed'), { create: true });
    await add(db, 0);
    await db.close();
    copy(at('newer'), partFolder(at('killed'), 'index'));
    await expectCodeAsync(() => open('killed'), 'STORE_CORRUPT');
  });

  for (const ended of ['orderly', 'killed']) {
    it(`are refused with the index of a copy that went on otherwise and was ${ended}`, async () => {
      await killed(3, 2);
      copy(at('killed'), at('other'));
      for (const [name, bytes] of [
        ['killed', 8],
        ['other', 9],
      ] as const) {
        const store = await open(name);
        await add(store, 3, bytes);
        // The newest batch is the same in both.
        await add(store, 4);
        if (ended === 'killed') copy(at(name), at(`${name}-copy`));
        await store.close();
        if (ended === 'killed') copy(at(`${name}-copy`), at(name));
      }
      copy(partFolder(at('other'), 'index'), partFolder(at('killed'), 'index'));
      await expectCodeAsync(() => open('killed'), 'STORE_CORRUPT');
      expect(await (await open('killed', true)).count(TABLES.entry)).to.equal(5);
    });
  }

  it('are refused without their index, and salvaged with what lies among the entries', async () => {
    await killed(20, 0);
    copy(at('index'), partFolder(at('killed'), 'index'));
    await expectCodeAsync(() => open('killed'), 'STORE_CORRUPT');
    const salvaged = await open('killed', true);
    expect(salvaged.find(headKey(label))).to.deep.equal(Buffer.alloc(8, 19));
    expect(await salvaged.count(TABLES.chain)).to.equal(REDO_KEYS.length);
  });

  it('are refused where the row is damaged that the index needs, and salvaged without', async () => {
    await killed(5, 4);
    await withRaw(at('killed'), (raw) => raw.put(redoKey(5), Buffer.from('damaged')));
    await expectCodeAsync(() => open('killed'), 'STORE_CORRUPT');
    expect(await (await open('killed', true)).count(TABLES.chain)).to.equal(4);
  });

  it('are refused where what the index has got is damaged', async () => {
    await killed(2, 1);
    await withRaw(partFolder(at('killed'), 'index'), (raw) => raw.put(REDONE_KEY, label));
    await expectCodeAsync(() => open('killed'), 'STORE_CORRUPT');
  });

  for (const part of ['index', 'map'] as const) {
    it(`are refused where the folder of the ${part} is gone, and nothing is made anew`, async () => {
      await killed(2, 1);
      rmSync(partFolder(at('killed'), part), { recursive: true });
      await expectCodeAsync(() => open('killed'), 'STORE_CORRUPT');
      await expectCodeAsync(() => open('killed'), 'STORE_CORRUPT');
    });
  }

  it('take nothing more over entries and index once that failed', async () => {
    const unwatch = watchStores();
    const store = await StoreDatabase.open(at('store'), { create: true }).finally(unwatch);
    db = store;
    await add(store, 0);
    const last = store.batch().put(entryKey(1), label).put(headKey(label), label);
    const next = store.batch().put(entryKey(2), label).put(headKey(label), new Uint8Array(1));
    // Between the two: the entries have it, the index does not.
    await openedAt(partFolder(at('store'), 'index')).close();
    await expectCodeAsync(() => last.write(), 'STORE_FAILED');
    await expectCodeAsync(() => next.write(), 'STORE_FAILED');
    await store.close();
    const after = await open('store');
    const found = [await after.count(TABLES.entry), after.find(headKey(label))];
    expect(found).to.deep.equal([2, Buffer.from(label)]);
  });

  it('are seen at one moment as after some batch, whatever is being written', async () => {
    const store = await StoreDatabase.open(at('store'), { create: true });
    db = store;
    let isDone = false;
    const writing = (async () => {
      for (let number = 0; number < 300; number++) await add(store, number);
      isDone = true;
    })();
    let moments = 0;
    for (; !isDone; moments++) {
      const moment = await store.moment();
      const counts = [await moment.count(TABLES.entry), await moment.count(TABLES.chain)];
      expect(counts[0]).to.equal(counts[1]);
      await moment.close();
    }
    await writing;
    expect(moments).to.be.above(3);
  });

  it('read rows at once wherever they lie, and what was not asked for where they are told', async () => {
    const store = await StoreDatabase.open(at('store'), { create: true });
    db = store;
    await add(store, 0);
    await store.batch().put(pageKey('ab'), Buffer.from('page')).write();
    const keys = [entryKey(0), headKey(label), pageKey('ab'), entryKey(1)];
    const rows = await store.prefetch(keys, { find: () => Buffer.from('other') });
    const found = [...keys, pageKey('cd')].map((key) => rows.find(key)?.toString());
    const zeros = '\0'.repeat(8);
    expect(found).to.deep.equal([zeros, zeros, 'page', undefined, 'other']);
  });
});
