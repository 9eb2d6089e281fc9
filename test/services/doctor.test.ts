import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { expect } from 'chai';
import { createDataFolder } from '../../gateway/data/create.js';
import { createCertificateAuthority, issueCertificate } from '../../gateway/pki/issue.js';
import { judgeRoom } from '../../gateway/services/doctor/disk.js';
import { examine } from '../../gateway/services/doctor/doctor.js';
import { copy, doctorPlace, one, sick } from '../support/doctor-place.js';

const DAY_MS = 86_400_000;

describe('the doctor', function () {
  this.timeout(60_000);
  const place = doctorPlace();
  const { at, inData, run } = place;

  it('finds nothing in a sound folder, and nothing in one that is new', async () => {
    expect(sick(await run())).to.deep.equal([]);
    copy(at('new'), place.data);
    expect(sick(await run())).to.deep.equal([]);
  });

  it('says what a Node of another version is', async () => {
    const found = await run({ nodeProblem: 'Chartseal needs another Node.js' });
    expect(sick(found)).to.deep.equal(['runtime: fault']);
  });

  describe('of the folder', () => {
    it('says that there is none, and leaves the place alone', async () => {
      const none = await examine({ folder: at('nothing'), nodeProblem: '' });
      expect(sick(none)).to.deep.equal(['folder: fault', 'all else: not checked']);
      expect(one(none, 'folder').next).to.include(`chartseal init --data ${at('nothing')}`);
      expect(readdirSync(place.folder())).to.not.include('nothing');
      rmSync(inData('config.json'));
      expect(sick(await run())).to.deep.equal(['folder: fault', 'all else: not checked']);
    });

    it('tells a damaged configuration from a newer one', async () => {
      const good = readFileSync(inData('config.json'), 'utf8');
      writeFileSync(inData('config.json'), good.slice(1));
      expect(sick(await run())).to.deep.equal(['config: fault', 'all else: not checked']);
      writeFileSync(inData('config.json'), good.replace('config/1', 'config/2'));
      expect(sick(await run())).to.deep.equal(['config: not checked', 'all else: not checked']);
    });

    it('finds that others may enter, and how to close it', async () => {
      chmodSync(inData('store'), 0o755);
      expect(sick(await run())).to.deep.equal(['permissions: warning']);
      chmodSync(place.data, 0o750);
      const found = await run();
      expect(sick(found)).to.deep.equal(['permissions: fault']);
      execFileSync('sh', ['-c', one(found, 'permissions').next ?? '']);
      expect(sick(await run())).to.deep.equal([]);
    });

    it('does not open the databases of another user, who could not use them afterwards', async () => {
      if (process.geteuid?.() !== 0) return;
      chownSync(place.data, 65534, 65534);
      const before = execFileSync('ls', ['-lR', inData('store'), inData('ledger')]).toString();
      const found = await run();
      expect(execFileSync('ls', ['-lR', inData('store'), inData('ledger')]).toString()).to.equal(
        before,
      );
      expect(sick(found)).to.include.members(['owner: fault', 'store: not checked']);
      expect(one(found, 'owner').next).to.include("sudo -u '#65534' chartseal doctor --data ");
    });

    it('finds what killed commands left, each with the command that removes it', async () => {
      mkdirSync(inData('store.rebuilt'));
      mkdirSync(inData('store.copy'));
      writeFileSync(inData('a b.part'), '');
      writeFileSync(inData('a b.part-7-0123456789ab'), '');
      mkdirSync(at('.chartseal-init-data-0123456789ab'));
      mkdirSync(at('.chartseal-import-7-0123456789ab'));
      const found = await run();
      const left = found.filter(({ check }) => check === 'leftovers');
      expect(left.map(({ status }) => status)).to.deep.equal(Array(6).fill('warning'));
      for (const { next } of left) execFileSync('sh', ['-c', next ?? '']);
      expect(sick(await run())).to.deep.equal([]);
    });

    it('keeps a half-made store where there is no other', async () => {
      execFileSync('mv', [inData('store'), inData('store.new')]);
      const found = await run();
      expect(one(found, 'leftovers')).to.include({ status: 'fault' });
      expect(one(found, 'leftovers').next).to.match(/^keep /);
      expect(one(found, 'store').sentence).to.include('STORE_BEHIND');
    });
  });

  describe('of the disk', () => {
    const room = { freeBytes: 50 * 1024 ** 3, freeFiles: 1e6, usedBytes: 1024 ** 3 };

    it('judges room against fixed bounds and against what the log takes', () => {
      const judge = (changes: object) => judgeRoom({ ...room, ...changes }, '/d').status;
      expect(judge({})).to.equal('ok');
      expect(judge({ freeFiles: undefined })).to.equal('ok');
      expect(judge({ freeBytes: 1024 ** 3 - 1 })).to.equal('warning');
      expect(judge({ usedBytes: 501 * 1024 ** 3 })).to.equal('warning');
      expect(judge({ freeFiles: 9_999 })).to.equal('warning');
      expect(judge({ freeBytes: 64 * 1024 ** 2 - 1 })).to.equal('fault');
      expect(judge({ freeFiles: 99 })).to.equal('fault');
    });

    it('finds a disk that is nearly full, and one that cannot be written', async () => {
      mkdirSync(at('small'), { recursive: true });
      const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', at('small')]);
      // Only root may mount, and not everywhere.
      if (mounted.status !== 0) return;
      try {
        place.data = at('small', 'data');
        copy(at('made'), place.data);
        expect(sick(await run())).to.deep.equal(['disk: fault']);
        execFileSync('mount', ['-o', 'remount,ro', at('small')]);
        const found = await run();
        expect(sick(found)).to.include.members(['disk: fault', 'writable: fault', 'store: fault']);
        expect(one(found, 'writable').sentence).to.include('read-only');
      } finally {
        execFileSync('umount', [at('small')]);
      }
    });
  });

  describe('of the keys', () => {
    const keyFile = (name: string) => inData('keys', name);

    it('finds one that others may read', async () => {
      chmodSync(keyFile('master-key.hex'), 0o644);
      const found = await run();
      expect(one(found, 'keys/master-key.hex')).to.include({ status: 'fault' });
      execFileSync('sh', ['-c', one(found, 'keys/master-key.hex').next?.split(';')[0] ?? '']);
      expect(sick(await run())).to.deep.equal([]);
    });

    it('finds those that are gone or damaged, and asks no key of the safe', async () => {
      rmSync(keyFile('ca-key.pem'));
      rmSync(keyFile('admin-key.pem'));
      expect(sick(await run())).to.deep.equal([]);
      rmSync(keyFile('note-key.pem'));
      writeFileSync(keyFile('master-key.hex'), 'x');
      writeFileSync(keyFile('writer-certificate.pem'), 'x');
      expect(sick(await run())).to.have.members([
        'keys/note-key.pem: fault',
        'keys/master-key.hex: fault',
        'keys/writer-certificate.pem: fault',
        'keys of the log: not checked',
      ]);
    });

    it('finds keys of another log', async () => {
      const other = { origin: 'b.example/x', mspId: 'B', description: '', patientSystems: [] };
      await createDataFolder({ folder: at('other'), recordLabels: 'hmac', ...other });
      for (const name of ['note-key.pem', 'master-key.hex']) {
        copy(at('made', 'keys'), inData('keys'));
        execFileSync('cp', [at('other', 'keys', name), keyFile(name)]);
        const found = await run();
        expect(sick(found)).to.deep.equal(['keys of the log: fault']);
        expect(one(found, 'keys of the log').sentence).to.include(name);
      }
      copy(at('other', 'keys'), inData('keys'));
      expect(sick(await run())).to.include('keys/ca-certificate.pem: fault');
      rmSync(at('other'), { recursive: true });
    });

    it('finds certificates that ended, that end soon, and that others issued', async () => {
      const authority = {
        certificatePem: readFileSync(keyFile('ca-certificate.pem'), 'utf8'),
        keyPem: readFileSync(keyFile('ca-key.pem'), 'utf8'),
      };
      const stranger = await createCertificateAuthority({ mspId: 'HospitalAMSP', commonName: 'x' });
      const put = async (issuer: typeof authority, days: number, notBeforeAt?: number) => {
        const options = { commonName: 'writer', role: 'writer', days };
        const dated = notBeforeAt === undefined ? options : { ...options, notBeforeAt };
        const { certificatePem, keyPem } = await issueCertificate(issuer, dated);
        writeFileSync(keyFile('writer-certificate.pem'), certificatePem);
        writeFileSync(keyFile('writer-key.pem'), keyPem);
        return one(await run(), 'keys/writer-certificate.pem');
      };
      const ended = await put(authority, 5, Date.now() - 10 * DAY_MS);
      expect(ended.status).to.equal('fault');
      expect(ended.sentence).to.match(/^It ended at 20/);
      expect((await put(authority, 50)).status).to.equal('warning');
      expect((await put(authority, 70)).status).to.equal('ok');
      expect((await put(authority, 5, Date.now() + DAY_MS)).status).to.equal('fault');
      expect((await put(stranger, 70)).sentence).to.include('not issued by an authority');
      await put(authority, 70);
      writeFileSync(keyFile('writer-key.pem'), authority.keyPem);
      expect(one(await run(), 'keys/writer-certificate.pem').status).to.equal('fault');
    });
  });

  it('of the clock says until when nothing is accepted', async () => {
    const ask = async (now: number) => one(await run({ now: () => now }), 'clock');
    expect((await ask(0)).sentence).to.include('1970-01-01T00:00:00.000Z');
    const right = await ask(Date.now());
    expect(right.status).to.equal('ok');
    const behind = await ask(Date.now() - 2 * 60_000);
    expect(behind.status).to.equal('fault');
    expect(behind.sentence).to.match(/nothing is accepted until 20[0-9-]+T[0-9:.]+Z\.$/);
    const far = await ask(Date.now() - 3 * 3_600_000);
    expect(far.status).to.equal('fault');
    expect(far.sentence).to.include('3 hours ahead of this clock');
  });
});
