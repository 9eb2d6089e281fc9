import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfig } from '../../gateway/data/config.js';
import { checkAge } from '../../gateway/services/doctor/age.js';
import { examine } from '../../gateway/services/doctor/doctor.js';
import { AuditSample, addEvents, audit, openData } from '../support/audit-sample.js';
import { asOrdinaryUser } from '../support/temp-folder.js';

describe('the doctor of a folder over which an older copy was put', () => {
  let sample: AuditSample;
  let folder: string;

  before(async () => {
    sample = await AuditSample.create();
  });
  after(() => sample.remove());
  beforeEach(async () => {
    folder = sample.copy();
    const older = sample.copy();
    const hospital = await openData(folder);
    await addEvents(hospital, 'lost');
    await hospital.close();
    await audit(folder);
    for (const name of ['store', 'ledger', 'checkpoint']) {
      rmSync(join(folder, name), { recursive: true });
      cpSync(join(older, name), join(folder, name), { recursive: true });
    }
    sample.drop(older);
  });
  afterEach(() => sample.drop(folder));

  const audits = () => join(folder, 'audits');
  const find = async (check: string) =>
    (await examine({ folder, nodeProblem: '' })).find((one) => one.check === check);

  it('finds the report of an audit that saw a longer log', async () => {
    const [name] = readdirSync(audits());
    const found = await find('age');
    expect(found).to.include({ status: 'fault' });
    expect(found?.sentence).to.contain(`audits/${name}`).and.to.contain('an older copy');
    expect(found?.next).to.contain('restore');
  });

  it('finds it beside a report that cannot be read', async () => {
    const [name = ''] = readdirSync(audits());
    chmodSync(join(audits(), name), 0o644);
    writeFileSync(join(audits(), '9.jsonl'), 'x', { mode: 0o200 });
    const { logId } = await readConfig(join(folder, 'config.json'));
    chmodSync(folder, 0o755);
    chmodSync(audits(), 0o755);
    await asOrdinaryUser(async () => {
      expect(await checkAge(audits(), logId, 1)).to.include({ status: 'fault' });
      const told = await checkAge(audits(), logId, 1_000_000).catch((error: unknown) => error);
      expect(told).to.include({ code: 'EACCES' });
    });
  });

  it('takes nothing else that lies there for such a report', async () => {
    const [name = ''] = readdirSync(audits());
    const line = readFileSync(join(audits(), name), 'utf8');
    rmSync(join(audits(), name));
    mkdirSync(join(audits(), '9.jsonl'));
    writeFileSync(join(audits(), '8.jsonl'), 'no report\n');
    writeFileSync(join(audits(), '7.jsonl'), line.replace(/"logId":"../, '"logId":"00'));
    writeFileSync(join(audits(), '6.jsonl'), line.slice(0, 100));
    expect(await find('age')).to.include({ status: 'ok' });
    rmSync(audits(), { recursive: true });
    expect(await find('age')).to.include({ status: 'ok' });
  });

  it('names the organisation of the log where config.json says another', async () => {
    const path = join(folder, 'config.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('HospitalAMSP', 'HospitalBMSP'));
    const found = await find('organisation');
    expect(found).to.include({ status: 'fault' });
    expect(found?.next).to.contain('"mspId":"HospitalAMSP"');
    expect(await find('keys/ca-certificate.pem')).to.include({ status: 'ok' });
  });
});
