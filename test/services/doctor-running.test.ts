import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { examineRunning } from '../../gateway/services/doctor/running.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import { doctorPlace, one, sick } from '../support/doctor-place.js';
import { Traffic } from '../support/traffic.js';

const CHECKS = [
  'runtime',
  'folder',
  'owner',
  'permissions',
  'leftovers',
  'disk',
  'writable',
  'config',
  'checkpoint file',
  'ledger',
  'store',
  'entries',
  'proofs',
  'marker',
  'clock',
  'sequencer',
  'inquiries',
  'feed',
];

describe('the doctor beside a gateway that runs', function () {
  this.timeout(30_000);
  const place = doctorPlace();
  let hospital: Hospital;
  beforeEach(async () => {
    hospital = await openHospital({ folder: place.data, operator: 'test' });
  });
  afterEach(() => hospital.close());
  const look = (changes: { now?: () => number } = {}) =>
    examineRunning(hospital, { nodeProblem: '', ...changes });

  it('finds nothing while nothing happens, and changes nothing', async () => {
    await hospital.sequencer.waitProven(10_000);
    const rows = async () => {
      const found: string[] = [];
      for await (const [key, row] of hospital.store.db.rows('')) {
        found.push(`${key} ${Buffer.from(row).toString('hex')}`);
      }
      return found;
    };
    const [before, files] = [await rows(), readdirSync(place.data)];
    const found = await look();
    expect(sick(found)).to.deep.equal([]);
    expect(found.map(({ check }) => check)).to.include.members(CHECKS);
    expect(JSON.stringify(found)).to.not.include('CANARY');
    expect(await rows()).to.deep.equal(before);
    expect(readdirSync(place.data)).to.deep.equal(files);
  });

  it('finds nothing at any moment of a sequencer at full speed', async () => {
    const traffic = new Traffic(hospital.sequencer);
    await traffic.reach(1000);
    for (let round = 0; round < 8; round++) {
      expect(sick(await look())).to.deep.equal([]);
    }
    await traffic.stop();
  });

  it('names the reason why writing has stopped, and what to do', async () => {
    // A folder in its place cannot be replaced by the file that every block writes.
    await hospital.sequencer.waitProven(10_000);
    const blocked = join(place.data, 'checkpoint');
    rmSync(blocked);
    mkdirSync(join(blocked, 'full'), { recursive: true });
    const traffic = new Traffic(hospital.sequencer);
    await traffic.stop().catch(() => {});
    while (hospital.sequencer.fault === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const found = one(await look(), 'sequencer');
    expect(found.status).to.equal('fault');
    expect(found.sentence).to.match(/^Writing has stopped\. .*LEDGER_FAILED/);
    expect(found.next).to.match(/then start the gateway again$/);
    rmSync(blocked, { recursive: true });
  });

  it('advises no new log where the folder was moved away under a running gateway', async () => {
    renameSync(place.data, `${place.data}.moved`);
    const found = one(await look(), 'folder');
    renameSync(`${place.data}.moved`, place.data);
    expect(found.status).to.equal('fault');
    expect(found.next).to.include('put the folder back').and.not.include('chartseal init');
  });

  it('says which keys and folders were changed under a running gateway', async () => {
    const key = join(place.data, 'keys', 'note-key.pem');
    expect(existsSync(key)).to.equal(true);
    renameSync(key, `${key}.away`);
    writeFileSync(join(place.data, 'config.json'), '{}');
    const found = await look();
    expect(one(found, 'config').status).to.equal('fault');
    expect(
      found.filter(({ check, status }) => check.includes('note') && status === 'fault'),
    ).to.have.lengthOf(1);
    expect(one(found, 'ledger').status).to.equal('ok');
  });

  it('tells of a clock that is behind what the log holds', async () => {
    const found = await look({ now: () => Date.now() - 86_400_000 });
    expect(one(found, 'clock').status).to.equal('fault');
  });
});
