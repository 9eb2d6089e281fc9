import { cpSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type DataConfig, readConfig } from '../../gateway/data/config.js';
import { type DataKeys, readKeys } from '../../gateway/data/keys.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { auditLog } from '../../gateway/services/audit/log-audit.js';
import { type OwnLedger, openOwnLedger } from '../../gateway/services/own-ledger.js';
import { openStore } from '../../gateway/store/store.js';
import {
  AuditSample,
  audit,
  keysOf,
  openData,
  putRows,
  withRows,
} from '../support/audit-sample.js';
import { accessSubmission } from '../support/hospital.js';
import { DAMAGES, forge, gone } from '../support/store-damages.js';

const NAMES = [
  'entries',
  'chains',
  'lookups',
  'patients',
  'baselines',
  'tree',
  'map',
  'attestations',
  'ledger',
  'blocks',
];

describe('the audit of the log', () => {
  let sample: AuditSample;
  let folder: string;
  let config: DataConfig;
  let keys: DataKeys;
  /** One for all damaged stores: they are those of the same log. */
  let ledger: OwnLedger;

  before(async () => {
    sample = await AuditSample.create();
    const layout = dataLayout(sample.copy());
    config = await readConfig(layout.config);
    keys = await readKeys(layout.keys);
    ledger = await openOwnLedger(layout, config, keys);
  });
  after(async () => {
    await ledger.network.close();
    sample.remove();
  });
  beforeEach(() => {
    folder = sample.copy();
  });
  afterEach(() => sample.drop(folder));

  it('finds nothing in a log that is whole, and anchors that', async () => {
    const result = await audit(folder, { isLogOnly: true });
    expect(result.named('OK')).to.deep.equal(NAMES);
    expect(result.anchoring).to.include({ isProven: true });
    expect((await audit(folder, { isLogOnly: true })).named('OK')).to.deep.equal(NAMES);
  });

  it('finds nothing while entries wait for the ledger', async () => {
    const hospital = await openData(folder);
    const several = Array.from({ length: 50 }, (_, at) => accessSubmission('P9', `late-${at}`));
    await Promise.all(several.map((one) => hospital.sequencer.accept(one)));
    await hospital.close();
    const result = await audit(folder, { isLogOnly: true });
    expect(result.named('OK')).to.deep.equal(NAMES);
    expect(result.anchoring).to.include({ isProven: true });
  });

  for (const [what, name, change] of DAMAGES) {
    it(`finds under ${name} that ${what}`, async () => {
      await putRows(folder, await withRows(folder, change));
      const layout = dataLayout(folder);
      const store = await openStore(layout.store, config.logId);
      const close = () => store.close();
      await mkdir(layout.run, { recursive: true });
      const parts = { layout, config, keys, store, ledger, close };
      const { checks } = await auditLog(parts, { aborted: false }).finally(close);
      const failed = checks.filter(({ status }) => status === 'FAILED');
      expect(failed.map(({ check }) => check)).to.include(name);
    });
  }

  for (const [what, withMarker] of [
    ['the newest attestation is gone', false],
    ['attestations and marker are gone', true],
  ] as const) {
    it(`finds under attestations that ${what}`, async () => {
      await withRows(folder, async (rows) => {
        const found = await keysOf(rows, 'k/');
        const gone = withMarker ? ['marker', ...found] : found.slice(-1);
        for (const key of gone) await rows.del(key);
      });
      const result = await audit(folder, { isLogOnly: true });
      expect(result.named('FAILED')).to.include('attestations');
      const { findings } = result.log.find(({ check }) => check === 'attestations') ?? {};
      expect(findings?.[0]?.next).to.include('chartseal rebuild');
    });
  }

  it('finds an entry that somebody replaced with everything that follows from it', async () => {
    await putRows(folder, await withRows(folder, forge));
    const result = await audit(folder, { isLogOnly: true });
    expect(result.named('FAILED')).to.deep.equal(['map']);
    expect(result.named('NOT CHECKED')).to.deep.equal(['tree', 'attestations', 'ledger', 'blocks']);
    expect(result.log.find(({ check }) => check === 'map')?.findings[0]?.code).to.equal(
      'LOG_FORKED',
    );
  });

  it('anchors nothing in a log that has to be mended first', async () => {
    await putRows(folder, await withRows(folder, gone('l/')));
    const count = () => withRows(folder, async (rows) => (await keysOf(rows, 'e/')).length);
    const before = await count();
    const { anchoring } = await audit(folder, { isLogOnly: true });
    expect(anchoring).to.have.nested.property('error.code', 'LOG_STOPPED');
    expect(await count()).to.equal(before);
  });

  it('hashes the archive also when rows beside the entries are damaged', async () => {
    await withRows(folder, async (rows) => {
      for (const table of ['h/', 'c/', 'f/']) {
        const [first = ''] = await keysOf(rows, table);
        await rows.put(first, Buffer.from('no row of ours'));
      }
    });
    const { answers, named } = await audit(folder);
    expect(named('FAILED')).to.include.members(['chains', 'baselines']);
    expect(new Set(answers.map(({ id }) => id)).size).to.equal(13);
    expect(answers.filter(({ answer }) => answer === 'altered')).to.deep.equal([]);
  });

  it('ends at once when somebody does not want to wait, and anchors nothing', async () => {
    const result = await audit(folder, { signal: AbortSignal.abort() });
    expect(result.named('FAILED')).to.deep.equal([]);
    expect(result.named('NOT CHECKED')).to.include.members(['entries', 'tree', 'map', 'ledger']);
    expect(result.anchoring).to.have.nested.property('error.code', 'LOG_STOPPED');
    expect(result.report).to.equal(undefined);
  });

  it('checks the store without a ledger as far as it goes', async () => {
    rmSync(join(folder, 'ledger'), { recursive: true });
    const result = await audit(folder);
    expect(result.named('FAILED')).to.deep.equal(['blocks']);
    expect(result.named('OK')).to.deep.equal(['chains', 'lookups', 'baselines']);
    expect(result.answers).to.have.lengthOf(13);
  });

  it('checks the ledger without a store', async () => {
    rmSync(join(folder, 'store'), { recursive: true });
    const result = await audit(folder);
    expect(result.named('FAILED')).to.deep.equal(['store']);
    expect(result.log.find(({ check }) => check === 'blocks')?.status).to.equal('NOT CHECKED');
  });

  it('finds that the ledger was put back to an older state, and tells it from a fork', async () => {
    const older = `${folder}-older`;
    cpSync(folder, older, { recursive: true });
    const hospital = await openData(folder);
    await hospital.sequencer.accept(accessSubmission('P1', 'newer'));
    await hospital.sequencer.waitProven(10_000);
    await hospital.close();
    for (const name of ['ledger', 'checkpoint']) {
      rmSync(join(folder, name), { recursive: true });
      cpSync(join(older, name), join(folder, name), { recursive: true });
    }
    rmSync(older, { recursive: true });
    const result = await audit(folder, { isLogOnly: true });
    const tree = result.log.find(({ check }) => check === 'tree');
    expect(tree?.findings.map(({ code }) => code)).to.include('LEDGER_BEHIND');
  });
});
