// A disk that fails once: what LevelDB makes of it by itself loses what was answered as durable.
import { spawnSync } from 'node:child_process';
import fs, {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openDatabase } from '../../gateway/ledger/embedded/database.js';
import { Database } from '../../gateway/store/database.js';
import { noteDropped } from '../../gateway/store/dropped-log.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  asOrdinaryUser,
  canMountTmpfs,
  makeFifo,
  mountTmpfs,
  newTempFolder,
  removeTempFolder,
} from '../support/temp-folder.js';

const NOBODY = 65534;
const value = (at: number) => Buffer.alloc(1000, at);

describe('a disk that fails once', () => {
  let folder: string;
  beforeEach(() => {
    folder = newTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  const put = (db: Database, at: number) => db.batch().put(`e/${at}`, value(at)).write();

  async function found(store: string, keys: readonly number[]): Promise<boolean[]> {
    const db = await Database.open(store, { create: false });
    try {
      return keys.map((at) => db.find(`e/${at}`) !== undefined);
    } finally {
      await db.close();
    }
  }

  if (canMountTmpfs()) {
    describe('when rows are written', () => {
      let mounted: string;
      beforeEach(() => {
        mounted = join(folder, 'disk');
        mkdirSync(mounted);
        expect(mountTmpfs(mounted, 'size=1m')).to.equal(true);
      });
      afterEach(() => {
        spawnSync('umount', [mounted]);
      });

      it('leaves no hole behind which more is written: nothing is, until it is opened again', async () => {
        const store = join(mounted, 'store');
        const db = await Database.open(store, { create: true });
        await put(db, 1);
        fill(mounted);
        const batch = db.batch();
        for (let at = 0; at < 100; at++) batch.put(`large/${at}`, value(at));
        // Those that were on their way when it failed are not answered as written either.
        const beside = [put(db, 2), batch.write(), put(db, 3)].map((one) => expectFailed(one));
        await Promise.all(beside.slice(1));
        const isSecond = await beside[0];
        expect(db.fault?.code).to.equal('STORE_FAILED');
        expect(db.fault?.message).to.match(/could not be written: no space left on device$/);
        rmSync(join(mounted, 'ballast'));
        await expectCodeAsync(() => put(db, 4), 'STORE_FAILED');
        await db.close();
        const isThere = await found(store, [1, 3, 4]);
        expect(isThere).to.deep.equal([true, false, false]);
        expect(await found(store, [2])).to.deep.equal([!isSecond]);
      });
    });
  }

  /** Whether it was refused; whatever else it rejects with is no such refusal. */
  async function expectFailed(write: Promise<void>): Promise<boolean> {
    try {
      await write;
      return false;
    } catch (error) {
      expect(error).to.include({ code: 'STORE_FAILED' });
      return true;
    }
  }

  function fill(disk: string): void {
    try {
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(2 * 1024 * 1024));
    } catch (error) {
      expect(error).to.include({ code: 'ENOSPC' });
    }
  }

  if (process.geteuid?.() === 0) {
    describe('when a log cannot be read', () => {
      const logs = (store: string) => readdirSync(store).filter((name) => name.endsWith('.log'));

      /** Everything of a user without rights, but for the logs. */
      function takeLogs(store: string): void {
        chownSync(store, NOBODY, NOBODY);
        for (const name of readdirSync(store)) chownSync(join(store, name), NOBODY, NOBODY);
        for (const name of logs(store)) {
          chownSync(join(store, name), 0, 0);
          chmodSync(join(store, name), 0o600);
        }
      }

      it('opens no store, and takes nothing of it away', async () => {
        const store = join(folder, 'store');
        const db = await Database.open(store, { create: true });
        for (const at of [1, 2]) await put(db, at);
        await db.close();
        takeLogs(store);
        const before = logs(store);
        await asOrdinaryUser(() =>
          expectCodeAsync(() => Database.open(store, { create: false }), 'STORE_FAILED'),
        );
        expect(logs(store)).to.deep.equal(before);
        expect(await found(store, [1, 2])).to.deep.equal([true, true]);
      });

      it('opens no ledger, and takes nothing of it away', async () => {
        const place = join(folder, 'ledger');
        const db = await openDatabase(place, true);
        await db.batch().put('row', value(1)).write({ sync: true });
        await db.close();
        takeLogs(place);
        const before = logs(place);
        await asOrdinaryUser(() =>
          expectCodeAsync(() => openDatabase(place, false), 'LEDGER_FAILED'),
        );
        expect(logs(place)).to.deep.equal(before);
        const again = await openDatabase(place, false);
        expect(again.getSync('row')).to.not.equal(undefined);
        await again.close();
      });
    });
  }

  it('is told where what LevelDB said cannot be closed, which ends no process', async () => {
    const store = join(folder, 'store');
    await (await Database.open(store, { create: true })).close();
    const { closeSync } = fs;
    fs.closeSync = (file) => {
      closeSync(file);
      throw new Error('EIO: close');
    };
    try {
      expect(() => noteDropped(store)).to.throw('EIO: close');
    } finally {
      fs.closeSync = closeSync;
    }
  });

  for (const [what, put] of [
    ['a FIFO', makeFifo],
    ['a device without end', (path: string) => symlinkSync('/dev/zero', path)],
  ] as const) {
    it(`opens neither store nor ledger where ${what} lies in the place of a log`, async () => {
      const store = join(folder, 'store');
      await (await Database.open(store, { create: true })).close();
      put(join(store, '999999.log'));
      await expectCodeAsync(() => Database.open(store, { create: false }), 'STORE_FAILED');
      const ledger = join(folder, 'ledger');
      await (await openDatabase(ledger, true)).close();
      put(join(ledger, '999999.log'));
      await expectCodeAsync(() => openDatabase(ledger, false), 'LEDGER_FAILED');
    });
  }
});
