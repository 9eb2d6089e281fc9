import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type MendedRows, rebuildStore } from '../../gateway/services/rebuild/rebuild.js';
import { AUDIT_KEY, FLUSHED_MAP_KEY } from '../../gateway/store/keys.js';
import {
  type AuditSample,
  addEvents,
  audit,
  eachOnACopy,
  ingestAll,
  keysOf,
  openData,
  putRows,
  readValue,
  withRows,
} from '../support/audit-sample.js';

describe('rebuild of rows that cannot be used', () => {
  let sample: AuditSample;
  let folder: string;

  eachOnACopy((copy, of) => {
    folder = copy;
    sample = of;
  });

  /** What became of a kind of rows. */
  async function rebuilt(kind: string): Promise<{ mended: number | undefined; dropped: number }> {
    const { mended } = await rebuildStore(folder);
    const { rows: _rows, ...counts } = mended.find(({ rows }) => rows === kind) as MendedRows;
    return counts;
  }
  const firstOf = (prefix: string) =>
    withRows(folder, async (rows) => (await keysOf(rows, prefix))[0] as string);
  const damaged = Buffer.from('damaged');

  it('tells of a patient who cannot be read that he was dropped, until a new event', async () => {
    await putRows(folder, new Map([[await firstOf('p/'), damaged]]));
    expect(await rebuilt('patients')).to.deep.equal({ mended: 0, dropped: 1 });
    expect(await rebuilt('patients')).to.deep.equal({ mended: 0, dropped: 1 });
    expect((await audit(folder, { isLogOnly: true })).named('FAILED')).to.deep.equal(['patients']);
    const hospital = await openData(folder);
    await addEvents(hospital, 'third');
    await hospital.close();
    expect((await audit(folder, { isLogOnly: true })).named('FAILED')).to.deep.equal([]);
  });

  it('tells of a patient whose row is gone that he was dropped', async () => {
    const key = await firstOf('p/');
    await withRows(folder, (rows) => rows.del(key));
    expect(await rebuilt('patients')).to.deep.equal({ mended: 0, dropped: 1 });
  });

  it('tells of the label of a patient that it was mended', async () => {
    await putRows(folder, new Map([[await firstOf('q/'), damaged]]));
    expect(await rebuilt('patients')).to.deep.equal({ mended: 1, dropped: 0 });
  });

  it('tells of the place of a file that it was dropped, until it is read again', async () => {
    await putRows(folder, new Map([[await firstOf('f/'), damaged]]));
    expect(await rebuilt('baselines')).to.deep.equal({ mended: 0, dropped: 1 });
    expect((await audit(folder)).answers.map(({ answer }) => answer)).to.include('not checked');
    const hospital = await openData(folder);
    await ingestAll(hospital, sample.archive);
    await hospital.close();
    expect(await withRows(folder, (rows) => keysOf(rows, 'f/'))).to.have.lengthOf(12);
  });

  it('removes the place of a file of no record, and has nothing to tell of a loss', async () => {
    const place = await withRows(folder, async (rows) =>
      readValue(rows, (await keysOf(rows, 'f/'))[0] as string),
    );
    await putRows(folder, new Map([[`f/${'07'.repeat(32)}`, place]]));
    expect(await rebuilt('baselines')).to.deep.equal({ mended: 1, dropped: 0 });
  });

  it('keeps a pass of an audit, and drops one that does not verify', async () => {
    const readPass = () =>
      withRows(folder, async (rows) => (await rows.get(AUDIT_KEY)) && readValue(rows, AUDIT_KEY));
    await audit(folder);
    const pass = (await readPass()) as Buffer;
    const { mended } = await rebuildStore(folder);
    expect(mended.map(({ rows }) => rows)).to.not.include('audit pass');
    expect(await readPass()).to.deep.equal(pass);
    const forged = pass.toString().replace('"next":', '"next":1');
    await putRows(folder, new Map([[AUDIT_KEY, Buffer.from(forged)]]));
    expect(await rebuilt('audit pass')).to.deep.equal({ mended: 1, dropped: 0 });
    expect(await readPass()).to.equal(undefined);
    expect((await audit(folder)).left).to.equal(0);
  });

  const ALL = ['h/', 'c/', 'l/', 'i/', 'p/', 'q/', 'f/', 'a/', 'b/', 'k/', 't/', 'm/'];
  for (const table of [...ALL, 'marker', FLUSHED_MAP_KEY, 'audit']) {
    it(`mends or drops rows of ${table} that are of another shape`, async () => {
      const key = table.endsWith('/')
        ? (await withRows(folder, (rows) => keysOf(rows, table))).at(-1)
        : table;
      for (const text of ['{}', 'null']) {
        await putRows(folder, new Map([[key as string, Buffer.from(text)]]));
        try {
          await audit(folder, { isLogOnly: true });
          const again = await openData(folder);
          await ingestAll(again, sample.archive).finally(() => again.close());
        } catch (error) {
          // Refused with a code is what counts here; files are refused one by one.
          const isOfFiles = (error as Error).message === 'the sample cannot be anchored';
          if (!isOfFiles) expect(error, `${table} ${text}`).to.be.instanceOf(ChartsealError);
        }
        await rebuildStore(folder);
      }
      const hospital = await openData(folder);
      await ingestAll(hospital, sample.archive);
      await addEvents(hospital, 'third');
      await hospital.close();
      expect((await audit(folder, { isLogOnly: true })).named('FAILED')).to.deep.equal([]);
    });
  }
});
