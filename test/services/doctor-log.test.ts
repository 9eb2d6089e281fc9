import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { createDataFolder } from '../../gateway/data/create.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { examine } from '../../gateway/services/doctor/doctor.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { AUDIT_KEY } from '../../gateway/store/keys.js';
import { audit, failedChecks, putRows } from '../support/audit-sample.js';
import { copy, doctorPlace, one, sick } from '../support/doctor-place.js';
import { accessSubmission } from '../support/hospital.js';
import { withRaw } from '../support/raw-store.js';

const HOSPITAL_MODULE = join(__dirname, '..', '..', 'gateway', 'services', 'hospital.js');

/** Accepts three entries and dies before any of them is sent to the ledger. */
const ACCEPT_AND_DIE = `
const { openHospital } = require(process.argv[1]);
(async () => {
  const hospital = await openHospital({ folder: process.argv[2], operator: 'test' });
  await Promise.all(JSON.parse(process.argv[3]).map((one) => hospital.sequencer.accept(one)));
  process.kill(process.pid, 'SIGKILL');
})();`;

describe('the doctor of store and ledger', function () {
  this.timeout(60_000);
  const place = doctorPlace();
  const { at, inData, run, rowsOf, flip, accept } = place;

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
        copy(at('made'), place.data);
        await flip('store', table);
        expect(sick(await run()), table).to.deep.equal(checks);
      }
    });

    it('tells of a pass of an audit that is damaged, with the command that begins anew', async () => {
      await audit(place.data);
      expect(one(await run(), 'audit').sentence).to.match(/ is finished\.$/);
      for (const text of ['damaged', '{"signature":""}']) {
        await putRows(place.data, new Map([[AUDIT_KEY, Buffer.from(text)]]));
        const found = await run();
        expect(sick(found)).to.deep.equal(['audit: fault']);
        expect(one(found, 'audit').next).to.match(/^chartseal audit --restart --data /);
      }
      await audit(place.data, { isRestart: true });
      expect(sick(await run())).to.deep.equal([]);
    });

    it('finds newest entries that are gone, and a head that is older than its chain', async () => {
      await withRaw(inData('store'), async (raw) => {
        const [last = ''] = await raw.keys({ gte: 'e/', lt: 'e/~', reverse: true, limit: 1 });
        await raw.del(last);
      });
      const found = await run();
      expect(one(found, 'entries').sentence).to.include(
        'The newest entries are gone: 40 were proven',
      );
      copy(at('made'), place.data);
      await withRaw(inData('store'), async (raw) => {
        const heads = await raw.keys({ gte: 'h/', lt: 'h/~' });
        await raw.put(heads[0] as string, (await raw.get(heads[1] as string)) as Buffer);
      });
      expect(sick(await run())).to.deep.equal(['entries: fault']);
    });

    it('finds an older one that was put back, and one that is gone', async () => {
      copy(at('older', 'store'), inData('store'));
      const found = await run();
      expect(sick(found)).to.deep.equal(['marker: warning', 'restart: fault']);
      expect(one(found, 'restart').sentence).to.include('STORE_BEHIND');
      expect(one(found, 'marker').sentence).to.match(/^The ledger has .*, and no entry waits here/);
      rmSync(inData('store'), { recursive: true });
      const gone = await run();
      expect(sick(gone)).to.include.members(['store: fault', 'marker: not checked']);
    });

    it('does not judge it while a process uses it, and names the process', async () => {
      const hospital = await openHospital({ folder: place.data, operator: 'test' });
      const found = await examine({ folder: place.data, nodeProblem: '' });
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
        copy(at('made'), place.data);
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
      copy(at('older'), place.data);
      await accept(place.data, 100, 30);
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
    const args = ['-e', ACCEPT_AND_DIE, HOSPITAL_MODULE, place.data, JSON.stringify(three)];
    expect(spawnSync(process.execPath, args).signal).to.equal('SIGKILL');
    copy(inData('store'), at('accepted-store'));
    const accepted = await run();
    expect(sick(accepted)).to.deep.equal(['marker: warning']);
    expect(one(accepted, 'marker').sentence).to.match(/^3 entries are accepted and not on the/);
    expect(one(accepted, 'restart').sentence).to.include('0 appends and sends 3 entries');
    await accept(place.data, 0, 0);
    expect(sick(await run())).to.deep.equal([]);
    copy(at('accepted-store'), inData('store'));
    const committed = await run();
    expect(sick(committed)).to.deep.equal(['marker: warning']);
    expect(one(committed, 'marker').sentence).to.match(/^The ledger has 4 leaves beyond the /);
    expect(one(committed, 'restart').sentence).to.include('1 append and sends 0 entries');
  });

  it('comes to an end with findings whichever file is cut or lengthened', async () => {
    const layout = dataLayout(place.data);
    for (const database of [layout.store, layout.ledger]) {
      const made = at('made', basename(database));
      for (const name of readdirSync(made, { recursive: true, encoding: 'utf8' })) {
        if (basename(name).startsWith('LO') || statSync(join(made, name)).isDirectory()) continue;
        copy(at('made'), place.data);
        appendFileSync(join(database, name), 'x');
        await examine({ folder: place.data, nodeProblem: '' });
        copy(at('made'), place.data);
        const path = join(database, name);
        writeFileSync(path, readFileSync(path).subarray(0, statSync(path).size >> 1));
        const found = await examine({ folder: place.data, nodeProblem: '' });
        const [left, all] = [await rowsOf(database), await rowsOf(made)];
        // What the index lost of the newest entries, it has again.
        const isLost = left.join('\n') !== all.join('\n');
        if (!isLost || sick(found).length > 0) continue;
        // What the map lost of the newest entries follows from them.
        if (/^map\/\d+\.log$/.test(name)) continue;
        // Whatever a start needs is whole: the file held rows that others have replaced.
        expect(await failedChecks(place.data), name).to.not.deep.equal([]);
      }
    }
  });
});
