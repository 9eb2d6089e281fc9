import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { readConfig } from '../../gateway/data/config.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { examine } from '../../gateway/services/doctor/doctor.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { one, sick } from '../support/doctor-place.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

describe('a folder without config.json', function () {
  this.timeout(30_000);
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);
  const options = (data: string) => ({
    folder: data,
    origin: 'hospital-a.example/archive',
    mspId: 'HospitalAMSP',
    description: '',
    recordLabels: 'hmac' as const,
    patientSystems: [],
  });
  before(async () => {
    folder = newTempFolder();
    await createDataFolder(options(at('made')));
  });
  after(() => removeTempFolder(folder));
  beforeEach(() => {
    rmSync(at('data'), { recursive: true, force: true });
    cpSync(at('made'), at('data'), { recursive: true });
    rmSync(at('data', 'config.json'));
  });

  /** What a command says, and what the doctor says to do; nothing is written. */
  async function told(): Promise<{ readonly message: string; readonly next: string }> {
    const before = readdirSync(folder, { recursive: true });
    const error: unknown = await readConfig(at('data', 'config.json')).catch((cause) => cause);
    if (!(error instanceof ChartsealError)) throw error;
    expect(error.code).to.equal('NO_DATA');
    const found = await examine({ folder: at('data'), nodeProblem: '' });
    expect(sick(found)).to.deep.equal(['folder: fault', 'all else: not checked']);
    expect(readdirSync(folder, { recursive: true })).to.deep.equal(before);
    return { message: error.message, next: one(found, 'folder').next ?? '' };
  }

  it('that holds a log gets its config.json back, which is all that it needs', async () => {
    for (const gone of [[], ['store'], ['keys', 'ledger']]) {
      for (const name of gone) rmSync(at('data', name), { recursive: true });
      const { message, next } = await told();
      expect(message).to.include('put config.json back');
      expect(next)
        .to.match(/^put .*\/config\.json back/)
        .and.include('no secret');
      cpSync(at('made'), at('data'), { recursive: true });
      rmSync(at('data', 'config.json'));
    }
    symlinkSync('nowhere', at('data', 'config.json'));
    expect((await told()).message).to.include('put config.json back');
    rmSync(at('data', 'config.json'));
    writeFileSync(at('data', 'config.json'), readFileSync(at('made', 'config.json')));
    await (await openHospital({ folder: at('data'), operator: 'test' })).close();
  });

  it('that holds keys alone waits for an import, also where one was killed', async () => {
    for (const name of ['store', 'ledger', 'checkpoint', 'run']) {
      rmSync(at('data', name), { recursive: true });
    }
    const { message, next } = await told();
    expect(message).to.include('chartseal import');
    expect(next).to.equal(`chartseal import EXPORT --data ${at('data')}`);
    mkdirSync(at('data', '.chartseal-import-7-0123456789ab', 'store'), { recursive: true });
    expect((await told()).next).to.equal(next);
    // Killed while it moved its parts up.
    writeFileSync(at('data', '.chartseal-import-7-0123456789ab', 'config.json'), '');
    mkdirSync(at('data', 'ledger'));
    expect((await told()).next).to.equal(next);
  });

  it('that an init left half moved is ended by another one', async () => {
    const staging = at('data', '.chartseal-init-999999999-0123456789ab');
    mkdirSync(staging);
    cpSync(at('made', 'config.json'), join(staging, 'config.json'));
    const { message, next } = await told();
    expect(message).to.include('chartseal init again');
    expect(next).to.include(`chartseal init --data ${at('data')}`);
    await expectCodeAsync(() => createDataFolder(options(at('data'))), 'DATA_EXISTS');
    await (await openHospital({ folder: at('data'), operator: 'test' })).close();
  });

  it('begins with init only where init takes it', async () => {
    rmSync(at('data'), { recursive: true });
    expect((await told()).next).to.include('chartseal init');
    mkdirSync(at('data', 'lost+found'), { recursive: true });
    expect((await told()).next).to.include('chartseal init');
    writeFileSync(at('data', 'letter.txt'), '');
    const { message, next } = await told();
    expect(`${message} ${next}`).to.not.include('chartseal init');
  });
});
