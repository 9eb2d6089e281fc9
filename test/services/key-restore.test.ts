import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { backupKeys, restoreKeys } from '../../gateway/services/backup/keys.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const PASSPHRASE = 'correct horse battery staple';
const NOBODY = 65534;

describe('keys restore into a folder that has a part of its keys', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (...names: string[]) => join(folder, ...names);
  const keyFile = (name: string) => at('data', 'keys', name);

  before(async () => {
    folder = newTempFolder();
    await createDataFolder({
      folder: at('made'),
      origin: 'hospital-a.example/archive',
      mspId: 'HospitalAMSP',
      description: '',
      recordLabels: 'hmac',
      patientSystems: [],
    });
    await backupKeys(at('made'), at('backup'), PASSPHRASE);
  });
  after(() => removeTempFolder(folder));
  beforeEach(() => {
    rmSync(at('data'), { recursive: true, force: true });
    cpSync(at('made'), at('data'), { recursive: true });
  });

  const restore = () => restoreKeys(at('backup'), at('data'), PASSPHRASE);
  const contents = (name: string) =>
    readdirSync(at(name, 'keys'))
      .sort()
      .map((key) => [key, readFileSync(at(name, 'keys', key), 'utf8')]);

  async function refused(code: ErrorCode, words: string): Promise<void> {
    const before = [readdirSync(at('data')).sort(), contents('data')];
    await expectCodeAsync(restore, code);
    const told = await restore().catch(String);
    expect(told).to.include(words);
    expect([readdirSync(at('data')).sort(), contents('data')]).to.deep.equal(before);
  }

  it('brings back what is missing, tells which, and leaves the rest alone', async () => {
    const before = statSync(keyFile('ca-key.pem')).ino;
    for (const missing of [['note-key.pem'], ['admin-key.pem', 'master-key.hex']]) {
      for (const name of missing) rmSync(keyFile(name));
      const { restored, isAlone } = await restore();
      expect([...restored].sort()).to.deep.equal(missing);
      expect(isAlone).to.equal(false);
      expect(contents('data')).to.deep.equal(contents('made'));
      for (const name of missing) expect(statSync(keyFile(name)).mode & 0o777).to.equal(0o600);
    }
    expect(statSync(keyFile('ca-key.pem')).ino).to.equal(before);
    expect(readdirSync(at('data')).sort()).to.deep.equal(readdirSync(at('made')).sort());
    await (await openHospital({ folder: at('data'), operator: 'test' })).close();
  });

  it('does so for keys that wait for their import', async () => {
    for (const name of readdirSync(at('data')).filter((one) => one !== 'keys')) {
      rmSync(at('data', name), { recursive: true });
    }
    rmSync(keyFile('note-key.pem'));
    const { restored, isAlone } = await restore();
    expect([restored, isAlone]).to.deep.equal([['note-key.pem'], true]);
    expect(readdirSync(at('data'))).to.deep.equal(['keys']);
  });

  it('is refused where a key is another one than in the backup', async () => {
    rmSync(keyFile('note-key.pem'));
    const master = readFileSync(keyFile('master-key.hex'), 'utf8');
    for (const other of ['', `${'ab'.repeat(32)}\n`, master.slice(0, -1), 'x'.repeat(100_000)]) {
      writeFileSync(keyFile('master-key.hex'), other);
      await refused('DATA_EXISTS', other.length > 1000 ? 'damaged' : 'move the folder "keys" away');
    }
  });

  it('is refused where something else lies among the keys, or nothing is missing', async () => {
    await refused('DATA_EXISTS', 'has all keys of this backup already');
    rmSync(keyFile('note-key.pem'));
    writeFileSync(keyFile('notes'), 'x');
    await refused('DATA_EXISTS', 'not in the backup');
    rmSync(keyFile('notes'));
    mkdirSync(keyFile('note-key.pem'));
    await expectCodeAsync(restore, 'FILE_UNREADABLE');
  });

  it('is not for root where the folder belongs to another user, who could not read them', async () => {
    if (process.geteuid?.() !== 0) return;
    chownSync(at('data'), NOBODY, NOBODY);
    rmSync(keyFile('note-key.pem'));
    await refused('OTHER_OWNER', 'belongs to user 65534');
    rmSync(at('data', 'keys'), { recursive: true });
    await expectCodeAsync(restore, 'OTHER_OWNER');
    expect(existsSync(at('data', 'keys'))).to.equal(false);
  });

  it('removes a certificate that a killed renewal left half made', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(keyFile(`writer-certificate.pem.part-${pid}-0123456789ab`), '-----BEGIN');
    rmSync(keyFile('note-key.pem'));
    expect((await restore()).restored).to.deep.equal(['note-key.pem']);
    expect(contents('data')).to.deep.equal(contents('made'));
  });
});
