// A store that an earlier version wrote is not opened, and a rebuild makes one of this version.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import { rebuildStore } from '../../gateway/services/rebuild/rebuild.js';
import { Database } from '../../gateway/store/database.js';
import { META_KEY, partOf, TABLES } from '../../gateway/store/keys.js';
import { seal } from '../../gateway/store/level-rows.js';
import { formatJsonRow } from '../../gateway/store/rows.js';
import { AuditSample, openData } from '../support/audit-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { logRows, withRaw } from '../support/raw-store.js';

type Rows = readonly (readonly [key: string, row: Buffer])[];

describe('rebuild of a store of an earlier version', () => {
  let sample: AuditSample;
  let folder: string;
  let store: string;
  let rows: Rows;
  let meta: (version: number) => Uint8Array;

  before(async () => {
    sample = await AuditSample.create();
  });
  after(() => sample.remove());
  beforeEach(async () => {
    folder = sample.copy();
    store = join(folder, 'store');
    rows = await withRaw(store, logRows);
    const { logId } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    meta = (version) => formatJsonRow({ format: `chartseal-store/${version}`, logId });
  });
  afterEach(() => sample.drop(folder));

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

  /** @param heads rows of them that were not as they are now; undefined where all are new */
  async function expectMended(receipts: readonly string[], heads?: number): Promise<void> {
    await expectCodeAsync(() => openData(folder), 'STORE_OUTDATED');
    const { mended } = await rebuildStore(folder);
    const counts = new Map(mended.map(({ rows: kind, mended: count }) => [kind, count]));
    expect(counts.get('heads')).to.equal(heads);
    expect([counts.get('patients'), counts.get('baselines')]).to.deep.equal([0, 0]);
    expect(mended.every(({ dropped }) => dropped === 0)).to.equal(true);
    expect(await withRaw(store, logRows)).to.deep.equal(rows);
    expect(await readReceipts()).to.deep.equal(receipts);
  }

  it('in which all tables lay together', async () => {
    const receipts = await readReceipts();
    rmSync(store, { recursive: true });
    const old = await Database.open(store, { create: true });
    const batch = old.batch();
    for (const [key, row] of rows) {
      // Keys of the index were longer.
      if (partOf(key) !== 'index' || /^[pqf]/.test(key)) batch.put(key, row.subarray(0, -4));
      else batch.put(`${key}${'0'.repeat(32)}`, row.subarray(0, -4));
    }
    await batch.put(META_KEY, meta(2)).write();
    await old.close();
    await expectMended(receipts);
  });

  it('whose pages of the map keep no hashes', async () => {
    const receipts = await readReceipts();
    const old = Uint8Array.from(seal(META_KEY, meta(3)));
    await withRaw(store, async (raw) => {
      await raw.put(META_KEY, old);
      for (const key of await raw.keys({ gte: TABLES.page, lt: `${TABLES.page}~` })) {
        await raw.put(key, Uint8Array.from(seal(key, Uint8Array.of(3, 0, 0))));
      }
    });
    await expectMended(receipts, 0);
  });
});
