import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { rebuildStore } from '../../gateway/services/rebuild/rebuild.js';
import { Database } from '../../gateway/store/database.js';
import {
  FLUSHED_MAP_KEY,
  META_KEY,
  parseKeyNumber,
  partOf,
  REDONE_KEY,
} from '../../gateway/store/keys.js';
import { formatJsonRow } from '../../gateway/store/rows.js';
import { partFolder } from '../../gateway/store/store-database.js';
import {
  AuditSample,
  addEvents,
  audit,
  ingestAll,
  keysOf,
  openData,
  putRows,
  readValue,
  withRows,
} from '../support/audit-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { logRows, type RawStore, withRaw } from '../support/raw-store.js';
import { DAMAGES, forge, withoutOpenings } from '../support/store-damages.js';

/** Damage to entries, and to what only the store knows, is not mended. */
const LOST = /^(an entry|the last entry|two entries|a patient|two patients|the place of a file)/;
const MENDED = ['chains', 'lookups', 'patients', 'tree', 'map', 'attestations'];

async function contents(folder: string): Promise<Map<string, string>> {
  return withRows(folder, async (rows) => {
    const found = new Map<string, string>();
    for (const [key, row] of await logRows(rows)) found.set(key, row.toString('hex'));
    return found;
  });
}

const storesOf = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('store'));

async function deleteAll(rows: RawStore, prefix: string): Promise<void> {
  for (const key of await keysOf(rows, prefix)) await rows.del(key);
}

describe('rebuild', () => {
  let sample: AuditSample;
  let folder: string;
  /** Receipts of the whole store, in order. */
  let receipts: string[];

  async function readReceipts(): Promise<string[]> {
    const hospital = await openData(folder);
    try {
      const found: string[] = [];
      for (let ordinal = 0; ordinal < hospital.sequencer.counts.proven; ordinal++) {
        found.push(Buffer.from(formatReceipt(await hospital.receipts.make(ordinal))).toString());
      }
      return found;
    } finally {
      await hospital.close();
    }
  }

  /** Everything that was anchored, submitted once more. */
  async function submitAgain(): Promise<{ before: number; after: number }> {
    const hospital = await openData(folder);
    try {
      const before = hospital.sequencer.counts.accepted;
      await ingestAll(hospital, sample.archive);
      await addEvents(hospital, 'first');
      await addEvents(hospital, 'second');
      return { before, after: hospital.sequencer.counts.accepted };
    } finally {
      await hospital.close();
    }
  }

  before(async () => {
    sample = await AuditSample.create();
    folder = sample.copy();
    receipts = await readReceipts();
    sample.drop(folder);
  });
  after(() => sample.remove());
  beforeEach(() => {
    folder = sample.copy();
  });
  afterEach(() => sample.drop(folder));

  it('leaves a whole store as it was', async () => {
    const before = await contents(folder);
    const { entries, mended } = await rebuildStore(folder);
    expect(entries).to.equal(receipts.length);
    expect(mended.filter((rows) => rows.mended !== 0 || rows.dropped !== 0)).to.deep.equal([]);
    expect(await contents(folder)).to.deep.equal(before);
    expect(await readReceipts()).to.deep.equal(receipts);
  });

  for (const name of MENDED) {
    it(`mends whatever is wrong with ${name}`, async () => {
      const several = DAMAGES.filter(([what, check]) => check === name && !LOST.test(what));
      expect(several).to.not.have.lengthOf(0);
      for (const [, , change] of several) await putRows(folder, await withRows(folder, change));
      const { mended } = await rebuildStore(folder);
      expect(mended.some((rows) => rows.mended !== 0)).to.equal(true);
      const result = await audit(folder, { isLogOnly: true });
      expect(result.log.filter(({ status }) => status !== 'OK')).to.deep.equal([]);
      if (name !== 'attestations') {
        expect((await readReceipts()).slice(0, receipts.length)).to.deep.equal(receipts);
      }
      const { before, after } = await submitAgain();
      expect(after).to.equal(before);
    });
  }

  it('gets a new attestation when none is left', async () => {
    await withRows(folder, async (rows) => {
      await deleteAll(rows, 'k/');
      await rows.del('marker');
    });
    await rebuildStore(folder);
    const hospital = await openData(folder);
    const trust = parseTrustFile(hospital.trustFile());
    await hospital.close();
    for (const text of await readReceipts()) {
      const { steps } = verifyReceipt({ receipt: Buffer.from(text), trust });
      expect(steps.filter(({ status }) => status === 'FAILED')).to.deep.equal([]);
    }
  });

  it('mends a store of which only entries and patients are left', async () => {
    await withRows(folder, async (rows) => {
      const derived = ['c/', 'h/', 'l/', 'i/', 'a/', 'b/', 't/', 'm/', 'm', FLUSHED_MAP_KEY];
      for (const table of derived) {
        await deleteAll(rows, table);
      }
    });
    await rebuildStore(folder);
    expect((await audit(folder, { isLogOnly: true })).named('FAILED')).to.deep.equal([]);
    expect((await readReceipts()).slice(0, receipts.length)).to.deep.equal(receipts);
  });

  for (const [name, part] of [
    ['CURRENT', 'entries'],
    ['MANIFEST', 'entries'],
    ['CURRENT', 'index'],
    ['MANIFEST', 'map'],
  ] as const) {
    it(`reads the entries of a store that has lost ${name} of its ${part}`, async () => {
      const path = partFolder(join(folder, 'store'), part);
      for (const file of readdirSync(path)) {
        if (file.startsWith(name)) rmSync(join(path, file));
      }
      await rebuildStore(folder);
      expect(await readReceipts()).to.deep.equal(receipts);
      expect(storesOf(folder)).to.have.lengthOf(2);
    });
  }

  for (const [what, damaged] of [
    ['of an index that does not know how far it goes', Buffer.from('damaged')],
    ['of an index of another time', undefined],
  ] as const) {
    it(`reads the entries ${what}`, async () => {
      const index = partFolder(join(folder, 'store'), 'index');
      await withRaw(index, (raw) =>
        damaged === undefined ? raw.del(REDONE_KEY) : raw.put(REDONE_KEY, damaged),
      );
      await rebuildStore(folder);
      expect(await readReceipts()).to.deep.equal(receipts);
    });
  }

  it('makes the tables of this version from a store of an earlier one', async () => {
    const store = join(folder, 'store');
    const rows = await withRaw(store, logRows);
    rmSync(store, { recursive: true });
    const old = await Database.open(store, { create: true });
    const batch = old.batch();
    for (const [key, row] of rows) {
      // Keys of the index were longer.
      if (partOf(key) !== 'index' || /^[pqf]/.test(key)) batch.put(key, row.subarray(0, -4));
      else batch.put(`${key}${'0'.repeat(32)}`, row.subarray(0, -4));
    }
    const { logId } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    await batch.put(META_KEY, formatJsonRow({ format: 'chartseal-store/2', logId })).write();
    await old.close();
    await expectCodeAsync(() => openData(folder), 'STORE_OUTDATED');
    const { mended } = await rebuildStore(folder);
    const counts = new Map(mended.map(({ rows: kind, mended: count }) => [kind, count]));
    expect(counts.get('heads')).to.equal(undefined);
    expect([counts.get('patients'), counts.get('baselines')]).to.deep.equal([0, 0]);
    expect(mended.every(({ dropped }) => dropped === 0)).to.equal(true);
    expect(await withRaw(store, logRows)).to.deep.equal(rows);
    expect(await readReceipts()).to.deep.equal(receipts);
  });

  const changed = DAMAGES.filter(([what]) => /^(an entry|the last entry|two entries)/.test(what));
  for (const [what, , change] of changed) {
    it(`refuses and changes nothing when ${what}`, async () => {
      await putRows(folder, await withRows(folder, change));
      const before = await contents(folder);
      const code = what.startsWith('two entries') ? 'LOG_FORKED' : 'STORE_CORRUPT';
      await expectCodeAsync(() => rebuildStore(folder), code);
      expect(await contents(folder)).to.deep.equal(before);
      expect(storesOf(folder)).to.deep.equal(['store']);
    });
  }

  it('names the first entry that is lost', async () => {
    await withRows(folder, async (rows) => rows.del((await keysOf(rows, 'e/'))[5] as string));
    try {
      await rebuildStore(folder);
      expect.fail('nothing was refused');
    } catch (error) {
      expect((error as Error).message).to.match(/^entry 5 is lost/);
    }
  });

  it('names the entry whose openings are lost', async () => {
    const rows = await withRows(folder, withoutOpenings);
    await putRows(folder, rows);
    const ordinal = parseKeyNumber([...rows.keys()].find((key) => key.startsWith('e/')) as string);
    const { log } = await audit(folder, { isLogOnly: true });
    const [finding] = log.find(({ check }) => check === 'entries')?.findings ?? [];
    expect(finding?.sentence).to.match(new RegExp(`^entry ${ordinal}: an opening .* is missing`));
    expect(finding?.next).to.match(/restore the store/);
    try {
      await rebuildStore(folder);
      expect.fail('nothing was refused');
    } catch (error) {
      expect((error as Error).message).to.match(new RegExp(`^entry ${ordinal} cannot stand`));
    }
  });

  it('refuses entries that the ledger does not have so', async () => {
    await putRows(folder, await withRows(folder, forge));
    await expectCodeAsync(() => rebuildStore(folder), 'LOG_FORKED');
    expect(storesOf(folder)).to.deep.equal(['store']);
  });

  it('removes what a killed rebuild left, and uses the old store', async () => {
    for (const name of ['store.new', 'store.rebuilt', 'store.copy']) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'CURRENT'), 'half of a store');
    }
    expect(await readReceipts()).to.deep.equal(receipts);
    expect(storesOf(folder)).to.deep.equal(['store']);
    await rebuildStore(folder);
    expect(await readReceipts()).to.deep.equal(receipts);
  });

  it('was killed between the renames: the next command puts the new store in its place', async () => {
    await rebuildStore(folder);
    renameSync(join(folder, 'store'), join(folder, 'store.rebuilt'));
    expect(await readReceipts()).to.deep.equal(receipts);
    expect(existsSync(join(folder, 'store.rebuilt'))).to.equal(false);
  });

  it('was killed between the renames: the next rebuild does too', async () => {
    renameSync(join(folder, 'store'), join(folder, 'store.rebuilt'));
    await rebuildStore(folder);
    expect(await readReceipts()).to.deep.equal(receipts);
  });

  it('refuses where there is no store', async () => {
    rmSync(join(folder, 'store'), { recursive: true });
    await expectCodeAsync(() => rebuildStore(folder), 'STORE_BEHIND');
    expect(storesOf(folder)).to.deep.equal([]);
  });

  it('keeps where files were read', async () => {
    const read = () =>
      withRows(folder, async (rows) => {
        const found: string[] = [];
        for (const key of await keysOf(rows, 'f/')) {
          found.push(`${key} ${(await readValue(rows, key)).toString()}`);
        }
        return found;
      });
    const before = await read();
    await rebuildStore(folder);
    expect(await read()).to.deep.equal(before);
    expect(before).to.have.lengthOf(12);
  });
});
