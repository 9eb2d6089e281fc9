import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { readConfig } from '../../gateway/data/config.js';
import { type CreateOptions, createDataFolder } from '../../gateway/data/create.js';
import { readKeys } from '../../gateway/data/keys.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  asOrdinaryUser,
  newTempFolder,
  removeTempFolder,
  writeFiles,
} from '../support/temp-folder.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');
const PARTS = ['checkpoint', 'config.json', 'keys', 'ledger', 'run', 'store'];

describe('a data folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = newTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  const at = (...names: string[]) => join(folder, ...names);
  const options = (data: string, changes: Partial<CreateOptions> = {}): CreateOptions => ({
    folder: data,
    origin: 'hospital-a.example/archive',
    mspId: 'HospitalAMSP',
    description: '',
    recordLabels: 'hmac',
    patientSystems: [{ system: 'urn:id', form: 'digits', length: 18 }],
    ...changes,
  });

  /** Opens it as every command does, which checks log, keys and store against each other. */
  async function check(data: string, logId: string): Promise<void> {
    const hospital = await openHospital({ folder: data, operator: 'test' });
    expect(hospital.context.logId).to.equal(logId);
    expect(hospital.context.registration).to.deep.include({
      origin: 'hospital-a.example/archive',
      mspId: 'HospitalAMSP',
      patientSystems: [{ system: 'urn:id', form: 'digits', length: 18 }],
    });
    await hospital.close();
  }

  describe('is made', () => {
    it('where nothing was, with its parents', async () => {
      const { logId } = await createDataFolder(options(at('a', 'b', 'data')));
      await check(at('a', 'b', 'data'), logId);
      expect(readdirSync(at('a', 'b'))).to.deep.equal(['data']);
    });

    it('in an empty folder that exists, as a mount point does', async () => {
      mkdirSync(at('data', 'lost+found'), { recursive: true });
      const before = statSync(at('data')).ino;
      const { logId } = await createDataFolder(options(at('data')));
      await check(at('data'), logId);
      expect(statSync(at('data')).ino).to.equal(before);
      expect(readdirSync(folder)).to.deep.equal(['data']);
    });

    it('in an empty folder whose parent may not be written', async () => {
      mkdirSync(at('parent', 'data'), { recursive: true });
      chmodSync(at('parent', 'data'), 0o777);
      // Only the owner may set the mode: somebody else's folder is refused, with nothing in it.
      if (process.geteuid?.() === 0) {
        await asOrdinaryUser(() =>
          expectCodeAsync(() => createDataFolder(options(at('parent', 'data'))), 'FILE_UNWRITABLE'),
        );
        expect(readdirSync(at('parent', 'data'))).to.deep.equal([]);
      }
      chmodSync(at('parent'), 0o555);
      const { logId } = await createDataFolder(options(at('parent', 'data')));
      chmodSync(at('parent'), 0o755);
      await check(at('parent', 'data'), logId);
    });

    it('behind a link to an empty folder', async () => {
      mkdirSync(at('real'));
      symlinkSync('real', at('data'));
      const { logId } = await createDataFolder(options(at('data')));
      await check(at('real'), logId);
    });

    it('for its owner alone', async () => {
      await createDataFolder(options(at('data')));
      const modes = (path: string): string[] =>
        readdirSync(path).map((name) => {
          const { mode } = statSync(join(path, name));
          return `${name} ${(mode & 0o777).toString(8)}`;
        });
      expect(statSync(at('data')).mode & 0o777).to.equal(0o700);
      for (const line of modes(at('data'))) {
        expect(line).to.match(/^(checkpoint|config\.json) 600$|^(keys|ledger|run|store) 700$/);
      }
      for (const line of modes(at('data', 'keys'))) expect(line).to.match(/ 600$/);
    });
  });

  describe('is refused, and nothing changed,', () => {
    it('where a folder holds something, or a file lies', async () => {
      writeFiles(folder, { 'data/.hidden': 'x', file: 'x' });
      symlinkSync('nowhere', at('link'));
      for (const place of ['data', 'file', 'file/data', 'link']) {
        await expectCodeAsync(() => createDataFolder(options(at(place))), 'DATA_EXISTS');
      }
      expect(readdirSync(folder).sort()).to.deep.equal(['data', 'file', 'link']);
      expect(readdirSync(at('data'))).to.deep.equal(['.hidden']);
    });

    it('where another data folder lies, whose keys stay', async () => {
      await createDataFolder(options(at('data')));
      const key = readFileSync(at('data', 'keys', 'master-key.hex'));
      await expectCodeAsync(() => createDataFolder(options(at('data'))), 'DATA_EXISTS');
      expect(readFileSync(at('data', 'keys', 'master-key.hex')).equals(key)).to.equal(true);
    });

    it('for an origin that cannot be registered', async () => {
      const bad = options(at('data'), { origin: 'Hospital A' });
      await expectCodeAsync(() => createDataFolder(bad), 'BAD_INPUT');
      expect(readdirSync(folder)).to.deep.equal([]);
      mkdirSync(at('data'));
      await expectCodeAsync(() => createDataFolder(bad), 'BAD_INPUT');
      expect(readdirSync(at('data'))).to.deep.equal([]);
    });

    it('where it cannot be written', async () => {
      await asOrdinaryUser(async () => {
        if (process.getuid?.() !== 0) chmodSync(folder, 0o555);
        await expectCodeAsync(() => createDataFolder(options(at('data'))), 'FILE_UNWRITABLE');
      });
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  });

  it('is made once when two make it at the same time', async () => {
    for (const exists of [false, true]) {
      if (exists) mkdirSync(at('data'));
      const made = await Promise.allSettled([
        createDataFolder(options(at('data'))),
        createDataFolder(options(at('data'))),
      ]);
      const winners = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value.logId] : []));
      expect(winners).to.have.length(1);
      await check(at('data'), winners[0] as string);
      expect(readdirSync(at('data')).sort()).to.deep.equal(PARTS);
      rmSync(at('data'), { recursive: true });
    }
  });

  it('is whole or not there after a kill at any moment, and can be made then', async () => {
    for (const exists of [false, true]) {
      for (const ms of [150, 230]) {
        if (exists) mkdirSync(at('data'));
        const child = spawn(process.execPath, [PROGRAM, 'init', '--data', at('data')]);
        const ended = new Promise((resolve) => child.once('exit', resolve));
        await setTimeout(ms);
        child.kill('SIGKILL');
        await ended;
        if (!existsSync(at('data', 'config.json'))) {
          await createDataFolder(options(at('data')));
        }
        const hospital = await openHospital({ folder: at('data'), operator: 'test' });
        await hospital.close();
        rmSync(at('data'), { recursive: true });
      }
    }
  }).timeout(60_000);

  describe('that was made', () => {
    let logId: string;
    beforeEach(async () => {
      ({ logId } = await createDataFolder(options(at('data'))));
    });
    const layout = () => dataLayout(at('data'));

    it('gives the same keys each time, and three different ones from the master key', async () => {
      const { secrets: first } = await readKeys(layout().keys);
      const { secrets: second } = await readKeys(layout().keys);
      const names = ['vrfKey', 'recordKey', 'pseudonymKey', 'notePublicKey'] as const;
      for (const name of names) {
        expect(first[name]).to.have.length(32);
        expect(Buffer.from(first[name]).equals(second[name])).to.equal(true);
      }
      const hex = names.map((name) => Buffer.from(first[name]).toString('hex'));
      expect(new Set(hex).size).to.equal(names.length);
    });

    it('derives its keys by HKDF-SHA-256 (RFC 5869) without salt, for ever in the same way', async () => {
      const hmac = (key: Uint8Array, data: Uint8Array) =>
        createHmac('sha256', key).update(data).digest();
      const master = Buffer.alloc(32, 7);
      writeFileSync(join(layout().keys, 'master-key.hex'), `${master.toString('hex')}\n`);
      const { secrets } = await readKeys(layout().keys);
      const pseudorandom = hmac(Buffer.alloc(32), master);
      for (const [name, info] of [
        ['vrfKey', 'chartseal/vrf-key/1'],
        ['recordKey', 'chartseal/record-key/1'],
        ['pseudonymKey', 'chartseal/pseudonym-key/1'],
      ] as const) {
        const expected = hmac(pseudorandom, Buffer.from(`${info}\x01`));
        expect(Buffer.from(secrets[name]).toString('hex')).to.equal(expected.toString('hex'));
      }
    });

    it('is refused while others than the owner may read one of its secrets', async () => {
      const secrets = readdirSync(layout().keys).filter((name) => !name.includes('certificate'));
      expect(secrets.sort()).to.deep.equal([
        'admin-key.pem',
        'ca-key.pem',
        'master-key.hex',
        'note-key.pem',
        'writer-key.pem',
      ]);
      for (const name of secrets) {
        for (const mode of [0o640, 0o604, 0o620]) {
          chmodSync(join(layout().keys, name), mode);
          await expectCodeAsync(() => readKeys(layout().keys), 'KEY_EXPOSED');
        }
        chmodSync(join(layout().keys, name), 0o600);
      }
      chmodSync(join(layout().keys, 'ca-certificate.pem'), 0o644);
      await check(at('data'), logId);
    });

    it('works without the keys that belong into a safe', async () => {
      rmSync(join(layout().keys, 'ca-key.pem'));
      rmSync(join(layout().keys, 'admin-key.pem'));
      await check(at('data'), logId);
    });

    it('is refused where run leads elsewhere, and empties its own folder of its own alone', async () => {
      writeFiles(folder, { 'other/pid': 'x', 'other/audit-map/x': 'x', 'data/run/notes': 'x' });
      await check(at('data'), logId);
      expect(readdirSync(layout().run).sort()).to.deep.equal(['notes', 'pid']);
      rmSync(layout().run, { recursive: true });
      symlinkSync('../other', layout().run);
      await expectCodeAsync(() => check(at('data'), logId), 'FILE_UNWRITABLE');
      expect(readdirSync(at('other')).sort()).to.deep.equal(['audit-map', 'pid']);
      expect(readFileSync(at('other', 'pid'), 'utf8')).to.equal('x');
    });

    it('is refused when a key is damaged or gone', async () => {
      const master = join(layout().keys, 'master-key.hex');
      for (const text of ['', 'x'.repeat(64), 'ab'.repeat(31), 'AB'.repeat(32)]) {
        writeFileSync(master, text);
        await expectCodeAsync(() => readKeys(layout().keys), 'KEY_UNREADABLE');
      }
      rmSync(master);
      await expectCodeAsync(() => readKeys(layout().keys), 'KEY_UNREADABLE');
    });

    it('is refused when its configuration is damaged, newer or gone', async () => {
      const { config } = layout();
      const good = readFileSync(config, 'utf8');
      const refused: [string, Parameters<typeof expectCodeAsync>[1]][] = [
        ['', 'BAD_JSON'],
        [good.replace('{', '{"more":1,'), 'BAD_INPUT'],
        [good.replace(logId, logId.slice(1)), 'BAD_INPUT'],
        [good.replace('chartseal-config/1', 'chartseal-config/2'), 'NEWER_VERSION'],
        [good.replace('chartseal-config/1', 'other/1'), 'BAD_INPUT'],
        ['null', 'BAD_INPUT'],
      ];
      for (const [text, code] of refused) {
        writeFileSync(config, text);
        await expectCodeAsync(() => readConfig(config), code);
      }
      rmSync(config);
      await expectCodeAsync(() => readConfig(config), 'NO_DATA');
      mkdirSync(config);
      await expectCodeAsync(() => readConfig(config), 'FILE_UNREADABLE');
    });
  });
});
