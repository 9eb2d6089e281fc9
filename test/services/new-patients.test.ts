import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { labelFromBeta, patientAlpha } from '../../chaincode/core/labels.js';
import { vrfBeta } from '../../chaincode/core/vrf.js';
import { Labels } from '../../gateway/services/log-context.js';
import { LabelThread } from '../../gateway/services/sequencer/label-thread.js';
import { NewPatients } from '../../gateway/services/sequencer/new-patients.js';
import { openStore, type Store } from '../../gateway/store/store.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';
import { TestHospital } from '../support/hospital.js';

const SYSTEM = 'urn:hospital-a';
const patient = (value: string) => ({ system: SYSTEM, value });

describe('labels of new patients', () => {
  let hospital: TestHospital;
  let store: Store;
  let patients: NewPatients;

  before(async () => {
    hospital = await TestHospital.create();
    store = await openStore(`${hospital.folder}/store`, hospital.context.logId);
  });
  after(async () => {
    await store.close();
    await hospital.remove();
  });
  beforeEach(() => {
    const { context } = hospital;
    patients = new NewPatients(store, context, new Labels(context));
  });
  afterEach(() => patients.close());

  const labelOf = (value: string) => {
    const { vrfKey } = hospital.context.secrets;
    return encodeHex(labelFromBeta(vrfBeta(vrfKey, patientAlpha(SYSTEM, value))));
  };

  it('are the same whether a thread derives them or not', async () => {
    const many = Array.from({ length: 100 }, (_, at) => `P${at}`);
    for (const value of [...many, ...many]) patients.expect(patient(value));
    await patients.ready(many.map(patient));
    for (const value of ['P0', 'P57', 'P99', 'alone']) {
      const { label, isStored } = patients.find(patient(value));
      expect([encodeHex(label), isStored]).to.deep.equal([labelOf(value), false]);
    }
  });

  it('are derived by the thread also for whoever asks before it has begun', async () => {
    let readings = 0;
    const { vrfKey } = hospital.context.secrets;
    const secrets = Object.defineProperty({ ...hospital.context.secrets }, 'vrfKey', {
      get: () => {
        readings++;
        return vrfKey;
      },
    });
    const context = { ...hospital.context, secrets };
    const asked = new NewPatients(store, context, new Labels(context));
    const many = Array.from({ length: 40 }, (_, at) => patient(`Q${at}`));
    for (const one of many) asked.expect(one);
    await asked.ready(many);
    for (const one of many) expect(asked.find(one).isStored).to.equal(false);
    expect(encodeHex(asked.find(patient('Q7')).label)).to.equal(labelOf('Q7'));
    await asked.close();
    // Once, for the thread: each label that is derived here would read the key again.
    expect(readings).to.equal(1);
  });

  it('of a few are not worth a thread, and nobody waits for them', async () => {
    patients.expect(patient('one'));
    await Promise.resolve();
    await patients.ready([patient('one')]);
    expect(encodeHex(patients.find(patient('one')).label)).to.equal(labelOf('one'));
  });

  it('leave an identifier at fault to whoever needs it', async () => {
    for (let at = 0; at < 40; at++) patients.expect(patient(`P${at}`));
    patients.expect(patient(' P1'));
    await patients.ready([patient(' P1'), patient('P1')]);
    expectCode(() => patients.find(patient(' P1')), 'PATIENT_NOT_NORMAL');
  });

  it('keep a process alive that waits for nothing else, until they are there', () => {
    const thread = join(__dirname, '../../gateway/services/sequencer/label-thread.js');
    const program = `
      const { LabelThread } = require(${JSON.stringify(thread)});
      const thread = new LabelThread({ vrfKey: new Uint8Array(32).fill(1) });
      thread.labels([Uint8Array.of(1), Uint8Array.of(2)]).then((labels) => {
        process.stdout.write(String(labels.length));
      });`;
    const { status, stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    expect([status, stdout]).to.deep.equal([0, '2']);
  });

  it('are refused with a code when their thread is gone', async () => {
    const thread = new LabelThread({ vrfKey: hospital.context.secrets.vrfKey });
    const waiting = thread.labels([patientAlpha(SYSTEM, 'P1')]);
    const refused = expectCodeAsync(() => waiting, 'LOG_STOPPED');
    await thread.close();
    await refused;
    await expectCodeAsync(() => thread.labels([patientAlpha(SYSTEM, 'P1')]), 'LOG_STOPPED');
  });

  it('are not waited for by a group once their thread was lost: it hears the fault', async () => {
    for (let at = 0; at < 40; at++) patients.expect(patient(`lost-${at}`));
    await Promise.resolve();
    const waiting = patients.ready([patient('lost-1')]);
    const refused = expectCodeAsync(() => waiting, 'LOG_STOPPED');
    await patients.close();
    await refused;
  });
});
