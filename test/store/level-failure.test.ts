import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Level } from 'level';
import { Database } from '../../gateway/store/database.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const ROWS = 200;

describe('a store whose LevelDB files are damaged', () => {
  let folder: string;
  let whole: string;
  let store: string;

  before(async () => {
    folder = newTempFolder();
    whole = join(folder, 'whole');
    const db = await Database.open(whole, { create: true });
    const batch = db.batch();
    for (let at = 0; at < ROWS; at++) batch.put(`e/${at}`, Buffer.alloc(500, at));
    await batch.write();
    await db.close();
    // The next opening moves the rows from LevelDB's log into a table.
    await (await Database.open(whole, { create: false })).close();
  });
  after(() => removeTempFolder(folder));
  beforeEach(() => {
    store = join(folder, 'store');
    rmSync(store, { recursive: true, force: true });
    cpSync(whole, store, { recursive: true });
  });

  const table = () => readdirSync(store).find((name) => name.endsWith('.ldb')) as string;
  const open = () => Database.open(store, { create: false });

  it('is STORE_CORRUPT when a table is cut, as soon as a row of it is read', async () => {
    truncateSync(join(store, table()), 1000);
    const db = await open();
    try {
      expectCode(() => {
        for (let at = 0; at < ROWS; at++) db.find(`e/${at}`);
      }, 'STORE_CORRUPT');
      await expectCodeAsync(async () => {
        for await (const _ of db.rows('e/'));
      }, 'STORE_CORRUPT');
    } finally {
      await db.close();
    }
  });

  /** Of two new rows the newer one can no longer be read. */
  async function damageLog(): Promise<void> {
    const db = await open();
    await db.batch().put('e/new', Buffer.alloc(500, 1)).write();
    await db.batch().put('e/newer', Buffer.alloc(500, 1)).write();
    await db.close();
    const log = readdirSync(store).find((name) => name.endsWith('.log')) as string;
    const bytes = readFileSync(join(store, log));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 300) ^ 1, bytes.length - 300);
    writeFileSync(join(store, log), bytes);
  }

  async function expectNewerLost(): Promise<void> {
    const opened = await open();
    expect(opened.find('e/new')).to.not.equal(undefined);
    expect(opened.find('e/newer')).to.equal(undefined);
    await opened.close();
  }

  it('is STORE_CORRUPT when its log was damaged, until somebody has seen the note of it', async () => {
    await damageLog();
    await expectCodeAsync(open, 'STORE_CORRUPT');
    await expectCodeAsync(open, 'STORE_CORRUPT');
    rmSync(join(store, 'DROPPED'));
    await expectNewerLost();
  });

  for (const openings of [1, 2]) {
    const killed = openings === 1 ? 'the opening' : `${openings} openings`;
    it(`is that too when ${killed} that dropped it ended before the note, and tells it once`, async () => {
      await damageLog();
      for (let at = 0; at < openings; at++) {
        const raw = new Level(store);
        await raw.open();
        await raw.close();
      }
      await expectCodeAsync(open, 'STORE_CORRUPT');
      await expectCodeAsync(open, 'STORE_CORRUPT');
      const note = readFileSync(join(store, 'DROPPED'), 'utf8');
      expect(note.match(/bytes of the log were dropped/g)).to.have.lengthOf(1);
      expect(note).to.include('dropping ');
      rmSync(join(store, 'DROPPED'));
      for (let at = 0; at < 3; at++) await expectNewerLost();
      expect(existsSync(join(store, 'DROPPED'))).to.equal(false);
    });
  }

  it('is that too when another process notes the loss while it is opened', async () => {
    const opening = open();
    writeFileSync(join(store, 'DROPPED'), 'noted by another\n');
    await expectCodeAsync(() => opening, 'STORE_CORRUPT');
    rmSync(join(store, 'DROPPED'));
    await (await open()).close();
  });

  it('opens when its log ends within a record, as after a crash', async () => {
    const db = await open();
    await db.batch().put('e/new', Buffer.alloc(500, 1)).write();
    await db.batch().put('e/newer', Buffer.alloc(500, 1)).write();
    await db.close();
    const log = readdirSync(store).find((name) => name.endsWith('.log')) as string;
    truncateSync(join(store, log), readFileSync(join(store, log)).length - 300);
    const opened = await open();
    expect(opened.find('e/new')).to.not.equal(undefined);
    expect(opened.find('e/newer')).to.equal(undefined);
    await opened.close();
  });

  it('is STORE_CORRUPT when a table is gone', async () => {
    rmSync(join(store, table()));
    await expectCodeAsync(open, 'STORE_CORRUPT');
  });

  it('is STORE_CORRUPT when CURRENT names a file that is not there, or none', async () => {
    for (const text of ['MANIFEST-999999\n', 'MANIFEST', '']) {
      writeFileSync(join(store, 'CURRENT'), text);
      await expectCodeAsync(open, 'STORE_CORRUPT');
    }
  });
});
