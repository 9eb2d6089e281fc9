// A store is built anew while the clock of the machine is years ahead.
import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { rebuildStore } from '../../gateway/services/rebuild/rebuild.js';
import { AuditSample, keysOf, withRows } from '../support/audit-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';

const YEAR_MS = 365 * 86_400_000;

describe('rebuild by a clock that is years ahead', () => {
  const real = Date.now;
  let sample: AuditSample;
  let folder: string;
  before(async () => {
    sample = await AuditSample.create();
  });
  after(() => sample.remove());
  beforeEach(() => {
    folder = sample.copy();
    Date.now = () => real() + 10 * YEAR_MS;
  });
  afterEach(() => {
    Date.now = real;
    sample.drop(folder);
  });

  it('attests nothing anew: histories would be called complete up to then', async () => {
    await withRows(folder, async (rows) => {
      for (const key of await keysOf(rows, 'k/')) await rows.del(key);
      await rows.del('marker');
    });
    const before = readdirSync(folder);
    await expectCodeAsync(() => rebuildStore(folder), 'CLOCK_AHEAD');
    expect(readdirSync(folder)).to.deep.equal(before);
  });

  it('needs no clock where what was attested is still there', async () => {
    await rebuildStore(folder);
    const aside = readdirSync(folder).filter((name) => name.startsWith('store.before'));
    expect(aside).to.have.lengthOf(1);
  });
});
