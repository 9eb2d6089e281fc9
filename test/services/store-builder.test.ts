import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { StoreBuilder } from '../../gateway/services/rebuild/store-builder.js';
import { TABLES } from '../../gateway/store/keys.js';
import { parseStoredEntry, type StoredEntry } from '../../gateway/store/rows.js';
import { createStore, openStore, type Store } from '../../gateway/store/store.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  accessSubmission,
  recordSubmission,
  TestHospital,
  type TestProcess,
} from '../support/hospital.js';

/** Tables whose rows follow from entries and appends alone. */
const DERIVED = ['entry', 'head', 'chain', 'leafHash', 'idempotency', 'append', 'appendIndex'];
const LOG = ['tile', 'page'];

async function rowsOf(store: Store, table: string): Promise<Map<string, string>> {
  const rows = new Map<string, string>();
  for await (const [key, value] of store.db.rows(TABLES[table as keyof typeof TABLES])) {
    rows.set(key, Buffer.from(value).toString('hex'));
  }
  return rows;
}

async function storedEntries(store: Store): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for await (const [, row] of store.db.rows(TABLES.entry)) entries.push(parseStoredEntry(row));
  return entries;
}

async function write(process: TestProcess): Promise<void> {
  const fixity = {
    scope: { coverage: 'all' as const, records: 1, size: 2 },
    counts: { altered: 0, missing: 0, notChecked: 0, unchanged: 1, unreadable: 0 },
    startedAt: '2026-11-01T08:00:00.000Z',
    endedAt: '2026-11-01T09:00:00.000Z',
    tool: 'chartseal/0.1.0',
  };
  const { sequencer } = process;
  for (let round = 1; round <= 3; round++) {
    const several = Array.from({ length: 40 }, (_, at) =>
      accessSubmission(`P${at % 7}`, `r${round}-${at}`),
    );
    await Promise.all([
      ...several.map((one) => sequencer.accept(one)),
      sequencer.accept(recordSubmission('record-1', round, `content ${round}`)),
    ]);
    await sequencer.waitProven(10_000);
  }
  await sequencer.accept({ fixity });
  await sequencer.waitProven(10_000);
}

describe('the store builder', () => {
  let hospital: TestHospital;
  let process: TestProcess;
  let folder: string;
  let copy: Store;

  before(async () => {
    hospital = await TestHospital.create();
    process = await hospital.open();
    await write(process);
    // Closing flushes the map, so that the pages can be compared.
    await process.close();
    process = await hospital.open();
  });
  after(async () => {
    await process.close();
    await hospital.remove();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chartseal-builder-'));
    await createStore(join(folder, 'store'), hospital.context.logId);
    copy = await openStore(join(folder, 'store'), hospital.context.logId);
  });
  afterEach(async () => {
    await copy.close();
    await rm(folder, { recursive: true });
  });

  it('derives every row of entries, chains, tree and map from entries and appends', async () => {
    const builder = new StoreBuilder(copy, hospital.context);
    for (const stored of await storedEntries(process.store)) await builder.addEntry(stored);
    await builder.endEntries();
    const { checkpoints } = await process.log.listCheckpoints(0);
    for (const row of checkpoints) await builder.commit(await builder.prepare(row.leaves), row);
    const { size } = builder.state.frontier;
    await builder.finish(process.store.readAttestation(size));
    for (const table of [...DERIVED, ...LOG]) {
      const [built, original] = [await rowsOf(copy, table), await rowsOf(process.store, table)];
      expect(built, table).to.deep.equal(original);
      expect(original, table).to.not.have.lengthOf(0);
    }
    expect(copy.findMarker()).to.deep.equal(process.store.findMarker());
  });

  it('refuses entries in another order', async () => {
    const builder = new StoreBuilder(copy, hospital.context);
    const entries = await storedEntries(process.store);
    const [first, ...rest] = entries.filter(({ leaf }) => leaf[1] === 0x10 || leaf[1] === 0x11);
    await expectCodeAsync(async () => {
      for (const stored of [...rest, first as StoredEntry]) await builder.addEntry(stored);
    }, 'STORE_CORRUPT');
  });

  it('refuses an append that the ledger describes otherwise', async () => {
    const builder = new StoreBuilder(copy, hospital.context);
    for (const stored of await storedEntries(process.store)) await builder.addEntry(stored);
    await builder.endEntries();
    const [row] = (await process.log.listCheckpoints(0)).checkpoints;
    if (row === undefined) throw new Error('no append');
    const prepared = await builder.prepare(row.leaves);
    const root = Uint8Array.from(row.root, (byte) => byte ^ 1);
    await expectCodeAsync(() => builder.commit(prepared, { ...row, root }), 'LOG_FORKED');
  });

  it('refuses an append of more entries than there are', async () => {
    const builder = new StoreBuilder(copy, hospital.context);
    await builder.endEntries();
    await expectCodeAsync(() => builder.prepare(1), 'STORE_BEHIND');
  });
});
