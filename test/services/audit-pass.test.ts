import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfig } from '../../gateway/data/config.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { readKeys } from '../../gateway/data/keys.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { type PassRow, savePassRow } from '../../gateway/services/audit/pass-row.js';
import { AUDIT_KEY } from '../../gateway/store/keys.js';
import { formatJsonRow, parseJsonRow } from '../../gateway/store/rows.js';
import { openStore } from '../../gateway/store/store.js';
import {
  type AuditSample,
  audit,
  eachOnACopy,
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

const NEW_LOG = {
  origin: 'hospital-b.example/archive',
  mspId: 'HospitalBMSP',
  description: '',
  recordLabels: 'hmac',
  patientSystems: [],
} as const;

describe('a pass of an audit', function () {
  this.timeout(60_000);
  let sample: AuditSample;
  let folder: string;

  eachOnACopy((copy, of) => {
    folder = copy;
    sample = of;
  });
  afterEach(() => {
    writeFiles(sample.archive, { [EARLY]: FILES[EARLY] as string });
  });

  const readPass = () =>
    withRows(folder, async (rows) => parseJsonRow<PassRow>(await readValue(rows, AUDIT_KEY)));
  const forgePass = async (change: (row: PassRow) => object) =>
    putRows(folder, new Map([[AUDIT_KEY, formatJsonRow(change(await readPass()))]]));

  /** As the log itself writes it. */
  async function signPass(change: (row: PassRow) => PassRow): Promise<void> {
    const { signature: _, ...row } = (await readPass()) as PassRow & { signature: string };
    const layout = dataLayout(folder);
    const { secrets } = await readKeys(layout.keys);
    const store = await openStore(layout.store, (await readConfig(layout.config)).logId);
    await savePassRow(store, change(row), secrets).finally(() => store.close());
  }

  const reports = (data: string) => readdirSync(join(data, 'audits'));
  const reportText = (data: string) =>
    readFileSync(join(data, 'audits', reports(data)[0] as string), 'utf8');

  /** Some documents are answered, some are left. */
  async function pause(options: { report?: string } = {}) {
    // Its first line of findings makes the report longer than its header.
    writeFiles(sample.archive, { [EARLY]: 'altered' });
    const controller = new AbortController();
    let answered = 0;
    const stop = () => {
      answered++;
      if (answered === 2) controller.abort();
    };
    const slow = { ...options, bytesPerSecond: 16, signal: controller.signal };
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
    await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
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
      await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
      const { answers } = await audit(folder, { isRestart: true });
      expect(answers).to.have.lengthOf(RECORDS);
    });
  }

  it('is neither checked nor written with the keys of another log', async () => {
    await pause();
    const known = await readPass();
    const other = `${folder}-other`;
    await createDataFolder({ ...NEW_LOG, folder: other });
    renameSync(join(folder, 'keys'), `${folder}-keys`);
    renameSync(join(other, 'keys'), join(folder, 'keys'));
    renameSync(join(folder, 'ledger'), `${folder}-ledger`);
    // Without the ledger, the checkpoints of the store tell whose keys they are.
    for (const hasLedger of [false, true]) {
      if (hasLedger) renameSync(`${folder}-ledger`, join(folder, 'ledger'));
      for (const isRestart of [false, true]) {
        await expectCodeAsync(() => audit(folder, { isRestart }), 'KEY_UNREADABLE');
      }
      expect((await audit(folder, { isLogOnly: true })).named('FAILED')).to.deep.equal(['blocks']);
    }
    expect(await readPass()).to.deep.equal(known);
    expect(reports(folder)).to.have.lengthOf(1);
    rmSync(join(folder, 'keys'), { recursive: true });
    renameSync(`${folder}-keys`, join(folder, 'keys'));
    expect((await audit(folder)).left).to.equal(0);
    sample.drop(other);
  });

  it('cuts no file that somebody named as its report', async () => {
    await pause();
    const precious = join(sample.archive, '..', 'precious');
    writeFileSync(precious, 'precious');
    await forgePass((row) => ({ ...row, report: precious, reportBytes: 3 }));
    await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
    expect(readFileSync(precious, 'utf8')).to.equal('precious');
  });

  it('cuts nothing that took the place of its report', async () => {
    await pause();
    const report = join(folder, (await readPass()).report);
    const text = 'something else of the same operator'.repeat(100);
    writeFileSync(report, text);
    await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
    expect(readFileSync(report, 'utf8')).to.equal(text);
  });

  it('does not go on with a report in which a line was changed', async () => {
    await pause();
    const report = join(folder, (await readPass()).report);
    const text = readFileSync(report, 'utf8').replace('"altered"', '"missing"');
    expect(text).to.include('"missing"');
    writeFileSync(report, text);
    await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
    expect(readFileSync(report, 'utf8')).to.equal(text);
  });

  it('says that its report is gone, and begins anew when it is told to', async () => {
    await pause();
    const report = join(folder, (await readPass()).report);
    rmSync(report);
    await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
    expect(existsSync(report)).to.equal(false);
    expect((await audit(folder, { isRestart: true })).left).to.equal(0);
  });

  it('goes on where its data folder is moved to, also as the version before kept it', async () => {
    for (const isOld of [false, true]) {
      await pause();
      const place = join(folder, 'audits', reports(folder).at(-1) as string);
      if (isOld) await signPass(({ isAtRest: _, ...row }) => ({ ...row, report: place }));
      renameSync(folder, `${folder}-moved`);
      const { report, left } = await audit(`${folder}-moved`);
      expect([report, left]).to.deep.equal([place.replace(folder, `${folder}-moved`), 0]);
      expect(existsSync(folder)).to.equal(false);
      renameSync(`${folder}-moved`, folder);
    }
  });

  it('goes on in a copy of its data folder with the report of the copy', async () => {
    await pause();
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true });
    await audit(folder);
    const finished = reportText(folder);
    writeFiles(sample.archive, { [EARLY]: FILES[EARLY] as string });
    expect((await audit(copy)).left).to.equal(0);
    expect(reportText(folder)).to.equal(finished);
    expect([reports(copy).length, reportText(copy).split('\n')[1]]).to.deep.equal([
      1,
      finished.split('\n')[1],
    ]);
    sample.drop(copy);
  });

  it('does not cut a report elsewhere with which a copy of its data folder went on', async () => {
    const report = join(folder, 'report.jsonl');
    await pause({ report });
    const known = await readPass();
    appendFileSync(report, '{"answer":"missing"}\n');
    const finished = readFileSync(report, 'utf8');
    await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
    expect(await readPass()).to.deep.equal(known);
    // A run that was killed leaves no more lines than there are records to answer for.
    await signPass((row) => ({ ...row, isAtRest: false, until: row.next }));
    await expectCodeAsync(() => audit(folder), 'AUDIT_UNFINISHED');
    expect(readFileSync(report, 'utf8')).to.equal(finished);
    await signPass((row) => ({ ...row, until: row.next + 1 }));
    expect((await audit(folder)).left).to.equal(0);
    expect(readFileSync(report, 'utf8')).to.not.include('missing');
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
