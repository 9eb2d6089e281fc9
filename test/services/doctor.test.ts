import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { Level } from 'level';
import { createDataFolder } from '../../gateway/data/create.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { createCertificateAuthority, issueCertificate } from '../../gateway/pki/issue.js';
import { judgeRoom } from '../../gateway/services/doctor/disk.js';
import { type DoctorOptions, examine } from '../../gateway/services/doctor/doctor.js';
import type { Finding } from '../../gateway/services/doctor/finding.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { accessSubmission } from '../support/hospital.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const DAY_MS = 86_400_000;
const HOSPITAL_MODULE = join(__dirname, '..', '..', 'gateway', 'services', 'hospital.js');

/** Accepts three entries and dies before any of them is sent to the ledger. */
const ACCEPT_AND_DIE = `
const { openHospital } = require(process.argv[1]);
(async () => {
  const hospital = await openHospital({ folder: process.argv[2], operator: 'test' });
  await Promise.all(JSON.parse(process.argv[3]).map((one) => hospital.sequencer.accept(one)));
  process.kill(process.pid, 'SIGKILL');
})();`;

function copy(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  execFileSync('cp', ['-a', from, to]);
}

async function rows(database: string, scratch: string): Promise<string[]> {
  if (!existsSync(database)) return [];
  copy(database, scratch);
  const raw = new Level<string, Buffer>(scratch, { valueEncoding: 'buffer' });
  try {
    await raw.open({ createIfMissing: false });
    const found: string[] = [];
    for await (const [key, value] of raw.iterator()) found.push(`${key} ${value.toString('hex')}`);
    return found;
  } catch {
    return readdirSync(database).filter((name) => name.endsWith('.ldb'));
  } finally {
    await raw.close();
  }
}

describe('the doctor', function () {
  this.timeout(60_000);
  let folder: string;
  let data: string;
  const at = (...names: string[]) => join(folder, ...names);
  const inData = (...names: string[]) => join(data, ...names);

  async function accept(path: string, from: number, count: number): Promise<void> {
    const hospital = await openHospital({ folder: path, operator: 'test' });
    const many = Array.from({ length: count }, (_, one) =>
      hospital.sequencer.accept(accessSubmission(`CANARY-${(from + one) % 7}`, `r${from + one}`)),
    );
    await Promise.all(many);
    expect(await hospital.sequencer.waitProven(10_000)).to.equal(true);
    await hospital.close();
  }

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
    copy(at('made'), at('new'));
    await accept(at('made'), 0, 20);
    copy(at('made'), at('older'));
    await accept(at('made'), 20, 20);
  });
  after(() => removeTempFolder(folder));
  beforeEach(() => {
    data = at('data');
    copy(at('made'), data);
  });

  /** All that a data folder holds: files as they are, databases row by row. */
  async function content(): Promise<string> {
    const hash = createHash('sha256');
    const databases = ['store', 'ledger'].map((name) => inData(name));
    for (const path of execFileSync('find', [data, '-print0']).toString().split('\0').sort()) {
      if (path === '' || databases.some((database) => path.startsWith(`${database}/`))) continue;
      const stats = statSync(path);
      hash.update(`${path} ${stats.mode} ${stats.uid}\n`);
      if (stats.isFile()) hash.update(readFileSync(path));
    }
    for (const database of databases) {
      hash.update((await rows(database, at('scratch'))).join('\n'));
    }
    return hash.digest('hex');
  }

  /** Every run must leave the folder as it was. */
  async function run(changes: Partial<DoctorOptions> = {}): Promise<readonly Finding[]> {
    const before = await content();
    const found = await examine({ folder: data, nodeProblem: '', ...changes });
    expect(await content(), 'the doctor changed something').to.equal(before);
    expect(JSON.stringify(found)).to.not.include('CANARY');
    for (const { sentence, next, status, check } of found) {
      expect(sentence, check).to.match(/^[A-Z]?.*\.(?: \([A-Z_]+\))?$/s);
      if (status === 'warning' || status === 'fault') expect(next, check).to.not.equal(undefined);
    }
    return found;
  }

  const sick = (found: readonly Finding[]) =>
    found.filter(({ status }) => status !== 'ok').map(({ check, status }) => `${check}: ${status}`);

  function one(found: readonly Finding[], check: string): Finding {
    const [first] = found.filter((finding) => finding.check === check);
    if (first === undefined) throw new Error(`nothing was found about ${check}`);
    return first;
  }

  async function withRaw(
    name: 'store' | 'ledger',
    act: (raw: Level<string, Buffer>) => Promise<void>,
  ): Promise<void> {
    const raw = new Level<string, Buffer>(inData(name), { valueEncoding: 'buffer' });
    await raw.open();
    await act(raw);
    await raw.close();
  }

  /** Flips one bit in the value of the last row of a table. */
  async function flip(name: 'store' | 'ledger', table: string): Promise<void> {
    await withRaw(name, async (raw) => {
      const range = { gte: table, lte: `${table}~`, reverse: true, limit: 1 };
      for await (const [key, value] of raw.iterator(range)) {
        const place = value.length >> 1;
        value[place] = (value[place] as number) ^ 1;
        await raw.put(key, value);
      }
    });
  }

  it('finds nothing in a sound folder, and nothing in one that is new', async () => {
    expect(sick(await run())).to.deep.equal([]);
    copy(at('new'), data);
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
      expect(readdirSync(folder)).to.not.include('nothing');
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
      chmodSync(data, 0o750);
      const found = await run();
      expect(sick(found)).to.deep.equal(['permissions: fault']);
      execFileSync('sh', ['-c', one(found, 'permissions').next ?? '']);
      expect(sick(await run())).to.deep.equal([]);
    });

    it('does not open the databases of another user, who could not use them afterwards', async () => {
      if (process.geteuid?.() !== 0) return;
      chownSync(data, 65534, 65534);
      const before = execFileSync('ls', ['-l', inData('store'), inData('ledger')]).toString();
      const found = await run();
      expect(execFileSync('ls', ['-l', inData('store'), inData('ledger')]).toString()).to.equal(
        before,
      );
      expect(sick(found)).to.include.members(['owner: fault', 'store: not checked']);
      expect(one(found, 'owner').next).to.include("sudo -u '#65534' chartseal doctor --data ");
    });

    it('finds what killed commands left, each with the command that removes it', async () => {
      mkdirSync(inData('store.rebuilt'));
      writeFileSync(inData('a b.part'), '');
      mkdirSync(at('.chartseal-init-data-0123456789ab'));
      const found = await run();
      const left = found.filter(({ check }) => check === 'leftovers');
      expect(left.map(({ status }) => status)).to.deep.equal(['warning', 'warning', 'warning']);
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
        data = at('small', 'data');
        copy(at('made'), data);
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

  describe('of the store', () => {
    it('finds damage in rows, and goes on to look at the rest', async () => {
      const cases: readonly (readonly [table: string, checks: string[]])[] = [
        ['e/', ['store: fault', 'marker: not checked', 'restart: not checked']],
        ['h/', ['entries: fault']],
        ['l/', ['entries: fault']],
        ['t/', ['proofs: fault']],
        ['k/', ['proofs: fault', 'restart: fault', 'clock: fault']],
        ['m/', ['restart: fault']],
        [
          'marker',
          ['entries: fault', 'proofs: fault', 'marker: fault', 'restart: fault', 'clock: fault'],
        ],
      ];
      for (const [table, checks] of cases) {
        copy(at('made'), data);
        await flip('store', table);
        expect(sick(await run()), table).to.deep.equal(checks);
      }
    });

    it('finds newest entries that are gone, and a head that is older than its chain', async () => {
      await withRaw('store', async (raw) => {
        for await (const key of raw.keys({ gte: 'e/', lt: 'e/~', reverse: true, limit: 1 })) {
          await raw.del(key);
        }
      });
      const found = await run();
      expect(one(found, 'entries').sentence).to.include(
        'The newest entries are gone: 40 were proven',
      );
      copy(at('made'), data);
      await withRaw('store', async (raw) => {
        const heads: string[] = [];
        for await (const key of raw.keys({ gte: 'h/', lt: 'h/~' })) heads.push(key);
        await raw.put(heads[0] as string, (await raw.get(heads[1] as string)) as Buffer);
      });
      expect(sick(await run())).to.deep.equal(['entries: fault']);
    });

    it('finds an older one that was put back, and one that is gone', async () => {
      copy(at('older', 'store'), inData('store'));
      const found = await run();
      expect(sick(found)).to.deep.equal(['marker: warning', 'restart: fault']);
      expect(one(found, 'restart').sentence).to.include('STORE_BEHIND');
      rmSync(inData('store'), { recursive: true });
      const gone = await run();
      expect(sick(gone)).to.include.members(['store: fault', 'marker: not checked']);
    });

    it('does not judge it while a process uses it, and names the process', async () => {
      const hospital = await openHospital({ folder: data, operator: 'test' });
      const found = await examine({ folder: data, nodeProblem: '' });
      await hospital.close();
      expect(sick(found)).to.include.members(['store: not checked', 'ledger: not checked']);
      expect(sick(found).filter((line) => line.endsWith('fault'))).to.deep.equal([]);
      expect(one(found, 'store').sentence).to.include(`rocess ${process.pid} uses`);
    });
  });

  describe('of the ledger', () => {
    it('finds that its checkpoint file is gone or another', async () => {
      rmSync(inData('checkpoint'));
      const found = await run();
      expect(sick(found).slice(0, 2)).to.deep.equal([
        'checkpoint file: fault',
        'ledger: not checked',
      ]);
      expect(one(found, 'entries').status).to.equal('ok');
      writeFileSync(inData('checkpoint'), '{}');
      expect(one(await run(), 'checkpoint file').status).to.equal('fault');
    });

    it('finds damage in its newest blocks and in its state', async () => {
      for (const table of ['block/', 'state/', 'seal/', 'tip']) {
        copy(at('made'), data);
        await flip('ledger', table);
        expect(one(await run(), 'ledger').sentence, table).to.include('LEDGER_CORRUPT');
      }
    });

    it('finds an older one that was put back, with its checkpoint file or without', async () => {
      copy(at('older', 'ledger'), inData('ledger'));
      expect(one(await run(), 'ledger').sentence).to.include('LEDGER_BEHIND');
      copy(at('older', 'checkpoint'), inData('checkpoint'));
      const found = await run();
      expect(sick(found)).to.deep.equal(['marker: fault', 'restart: fault']);
      expect(one(found, 'marker').sentence).to.include('LEDGER_BEHIND');
    });

    it('finds one that went another way than the store', async () => {
      copy(at('older'), data);
      await accept(data, 100, 30);
      copy(at('made', 'store'), inData('store'));
      const found = await run();
      expect(one(found, 'marker').sentence).to.include('LOG_FORKED');
      expect(one(found, 'marker').next).to.include('chartseal log consistency');
    });

    it('finds that of another log', async () => {
      const other = { origin: 'b.example/x', mspId: 'B', description: '', patientSystems: [] };
      await createDataFolder({ folder: at('other'), recordLabels: 'hmac', ...other });
      copy(at('other', 'ledger'), inData('ledger'));
      copy(at('other', 'checkpoint'), inData('checkpoint'));
      expect(one(await run(), 'ledger').sentence).to.include('LOG_UNKNOWN');
      rmSync(at('other'), { recursive: true });
    });
  });

  it('tells entries that are accepted only, and those that are committed and not proven', async () => {
    const three = [1, 2, 3].map((number) => accessSubmission('CANARY-9', `late-${number}`));
    const args = ['-e', ACCEPT_AND_DIE, HOSPITAL_MODULE, data, JSON.stringify(three)];
    expect(spawnSync(process.execPath, args).signal).to.equal('SIGKILL');
    copy(inData('store'), at('accepted-store'));
    const accepted = await run();
    expect(sick(accepted)).to.deep.equal(['marker: warning']);
    expect(one(accepted, 'marker').sentence).to.match(/^3 entries are accepted and not on the/);
    expect(one(accepted, 'restart').sentence).to.include('0 appends and sends 3 entries');
    await accept(data, 0, 0);
    expect(sick(await run())).to.deep.equal([]);
    copy(at('accepted-store'), inData('store'));
    const committed = await run();
    expect(sick(committed)).to.deep.equal(['marker: warning']);
    expect(one(committed, 'marker').sentence).to.match(/^The ledger has 4 leaves beyond the /);
    expect(one(committed, 'restart').sentence).to.include('1 append and sends 0 entries');
  });

  it('comes to an end with findings whichever file is cut or lengthened', async () => {
    const layout = dataLayout(data);
    for (const database of [layout.store, layout.ledger]) {
      for (const name of readdirSync(at('made', basename(database)))) {
        if (name.startsWith('LO')) continue;
        copy(at('made'), data);
        appendFileSync(join(database, name), 'x');
        await examine({ folder: data, nodeProblem: '' });
        copy(at('made'), data);
        const path = join(database, name);
        writeFileSync(path, readFileSync(path).subarray(0, statSync(path).size >> 1));
        const found = await examine({ folder: data, nodeProblem: '' });
        const isEmpty = statSync(at('made', basename(database), name)).size === 0;
        if (!isEmpty) expect(sick(found), name).to.not.deep.equal([]);
      }
    }
  });
});
