import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AUDIT_KEY } from '../../gateway/store/keys.js';
import { formatJsonRow, parseJsonRow } from '../../gateway/store/rows.js';
import {
  AuditSample,
  audit,
  FILES,
  ingestAll,
  keysOf,
  openData,
  putRows,
  readValue,
  withRows,
} from '../support/audit-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { writeFiles } from '../support/temp-folder.js';

/** One of the first documents that a pass comes to. */
const EARLY = 'ward 0/3.txt';
const RECORDS = Object.keys(FILES).length + 1;

interface Row {
  readonly report: string;
  readonly reportBytes: number;
  readonly next: number;
  readonly until: number;
}

describe('a pass of an audit', function () {
  this.timeout(60_000);
  let sample: AuditSample;
  let folder: string;

  before(async () => {
    sample = await AuditSample.create();
  });
  after(() => sample.remove());
  beforeEach(() => {
    folder = sample.copy();
  });
  afterEach(() => {
    sample.drop(folder);
    writeFiles(sample.archive, { [EARLY]: FILES[EARLY] as string });
  });

  const readPass = () =>
    withRows(folder, async (rows) => parseJsonRow<Row>(await readValue(rows, AUDIT_KEY)));
  const forgePass = async (change: (row: Row) => object) =>
    putRows(folder, new Map([[AUDIT_KEY, formatJsonRow(change(await readPass()))]]));

  /** Some documents are answered, some are left. */
  async function pause() {
    // Its first line of findings makes the report longer than its header.
    writeFiles(sample.archive, { [EARLY]: 'altered' });
    const controller = new AbortController();
    let answered = 0;
    const stop = () => {
      answered++;
      if (answered === 2) controller.abort();
    };
    const slow = { bytesPerSecond: 16, signal: controller.signal };
    const paused = await audit(folder, slow, stop);
    expect(paused.left).to.be.within(1, RECORDS - 2);
    return paused;
  }

  it('is about the records of the size at which it began, whenever it ends', async () => {
    const first = await pause();
    writeFiles(sample.archive, { 'late/1.txt': 'late 1', 'late/2.txt': 'late 2' });
    const hospital = await openData(folder);
    await ingestAll(hospital, join(sample.archive, 'late'));
    await hospital.sequencer.waitProven(10_000);
    await hospital.close();
    const second = await audit(folder);
    expect(second.scope).to.deep.equal(first.scope);
    expect(second.scope).to.include({ coverage: 'all', records: RECORDS });
    expect([second.left, second.later]).to.deep.equal([0, 2]);
    const third = await audit(folder);
    expect(third.scope).to.include({ coverage: 'all', records: RECORDS + 2 });
    expect(third.scope.size).to.be.above(first.scope.size);
    expect(third.later).to.equal(0);
  });

  it('is not believed to be done because somebody wrote so into the store', async () => {
    await pause();
    await forgePass((row) => ({ ...row, next: row.until }));
    await expectCodeAsync(() => audit(folder), 'STORE_CORRUPT');
    const anew = await audit(folder, { isRestart: true });
    expect(anew.scope).to.include({ coverage: 'all', records: RECORDS });
    expect(anew.answers).to.have.lengthOf(RECORDS);
  });

  for (const [what, bytes] of [
    ['no JSON', Buffer.from('nothing of ours')],
    ['no pass', formatJsonRow({ signature: '' })],
    ['not signed', formatJsonRow({ isDone: true })],
  ] as const) {
    it(`is begun anew where what was kept is ${what}`, async () => {
      await audit(folder);
      await putRows(folder, new Map([[AUDIT_KEY, bytes]]));
      await expectCodeAsync(() => audit(folder), 'STORE_CORRUPT');
      const { answers } = await audit(folder, { isRestart: true });
      expect(answers).to.have.lengthOf(RECORDS);
    });
  }

  it('cuts no file that somebody named as its report', async () => {
    await pause();
    const precious = join(sample.archive, '..', 'precious');
    writeFileSync(precious, 'precious');
    await forgePass((row) => ({ ...row, report: precious, reportBytes: 3 }));
    await expectCodeAsync(() => audit(folder), 'STORE_CORRUPT');
    expect(readFileSync(precious, 'utf8')).to.equal('precious');
  });

  it('cuts nothing that took the place of its report', async () => {
    await pause();
    const { report } = await readPass();
    const text = 'something else of the same operator'.repeat(100);
    writeFileSync(report, text);
    await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
    expect(readFileSync(report, 'utf8')).to.equal(text);
  });

  it('does not go on with a report in which a line was changed', async () => {
    await pause();
    const { report } = await readPass();
    const text = readFileSync(report, 'utf8').replace('"altered"', '"missing"');
    expect(text).to.include('"missing"');
    writeFileSync(report, text);
    await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
    expect(readFileSync(report, 'utf8')).to.equal(text);
  });

  it('says that its report is gone, and begins anew when it is told to', async () => {
    await pause();
    const { report } = await readPass();
    rmSync(report);
    await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
    expect(existsSync(report)).to.equal(false);
    expect((await audit(folder, { isRestart: true })).left).to.equal(0);
  });

  it('comes on with each run, also when every file takes longer than the window', async () => {
    const slow = { bytesPerSecond: 16, windowMs: 100 };
    for (let run = 0, left = RECORDS; run < 3; run++) {
      const one = await audit(folder, slow);
      expect(one.isOverrun).to.equal(true);
      expect(one.left).to.be.within(1, left - 1);
      left = one.left;
    }
  });

  it('does not claim all records where an entry is damaged', async () => {
    await withRows(folder, async (rows) => {
      const [, second = ''] = await keysOf(rows, 'e/');
      await rows.put(second, Buffer.from('damaged'));
    });
    const { scope, answers } = await audit(folder);
    expect(scope).to.include({ coverage: 'part', records: RECORDS - 1 });
    expect(answers).to.have.lengthOf(RECORDS - 1);
  });
});
