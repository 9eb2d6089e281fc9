import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { openHospital } from '../../gateway/services/hospital.js';
import { copy, doctorPlace, one, sick } from '../support/doctor-place.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission } from '../support/hospital.js';
import { makeFifo } from '../support/temp-folder.js';

/** What may lie in the place of a folder. */
const OBSTACLES: Readonly<Record<string, (path: string) => void>> = {
  'a file': (path) => writeFileSync(path, 'x'),
  'a dangling link': (path) => symlinkSync('nowhere', path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a FIFO': makeFifo,
};

describe('the doctor of what commands must write', function () {
  this.timeout(60_000);
  const place = doctorPlace();
  const { at, inData, run } = place;

  const writable = async () => one(await run(), 'writable');

  const forRun = {
    ...OBSTACLES,
    'a link to a folder': (path: string) => symlinkSync('keys', path),
  };
  for (const [name, make] of Object.entries(forRun)) {
    it(`finds ${name} in the place of run, where every command is refused`, async () => {
      rmSync(inData('run'), { recursive: true });
      make(inData('run'));
      const open = () => openHospital({ folder: place.data, operator: 'test' });
      await expectCodeAsync(open, 'FILE_UNWRITABLE');
      const { status, sentence, next } = await writable();
      expect(status).to.equal('fault');
      expect(sentence).to.include('"run"');
      expect(next).to.include(inData('run'));
    });
  }

  for (const [name, make] of Object.entries(OBSTACLES)) {
    it(`finds ${name} in the place of audits, where no report can be written`, async () => {
      make(inData('audits'));
      const found = await run();
      expect(sick(found)).to.deep.equal(['writable: fault']);
      expect(one(found, 'writable').sentence).to.include('"audits"');
    });

    it(`finds ${name} in the place of a new checkpoint file`, async () => {
      if (name !== 'a file') make(inData('checkpoint.new'));
      else mkdirSync(inData('checkpoint.new'));
      const hospital = await openHospital({ folder: place.data, operator: 'test' });
      await hospital.sequencer.accept(accessSubmission('CANARY-1', 'blocked'));
      await hospital.sequencer.waitProven(10_000).catch(() => false);
      const { fault } = hospital.sequencer;
      await hospital.close();
      expect(fault?.message).to.match(/LEDGER_FAILED: .*the checkpoint file could not be written/);
      copy(at('made', 'store'), inData('store'));
      copy(at('made', 'ledger'), inData('ledger'));
      const found = await run();
      expect(sick(found)).to.deep.equal(['leftovers: fault']);
      execFileSync('sh', ['-c', one(found, 'leftovers').next ?? '']);
      expect(sick(await run())).to.deep.equal([]);
    });
  }

  it('finds keys and feed that are no folders', async () => {
    for (const name of ['keys', 'feed']) {
      rmSync(inData(name), { recursive: true, force: true });
      writeFileSync(inData(name), 'x');
      const { status, sentence } = await writable();
      expect(status).to.equal('fault');
      expect(sentence).to.include(`"${name}"`);
      rmSync(inData(name));
      if (name === 'keys') copy(at('made', name), inData(name));
    }
  });

  it('asks for no folder that is made when it is first needed', async () => {
    for (const name of ['run', 'feed', 'audits'])
      rmSync(inData(name), { recursive: true, force: true });
    expect(sick(await run())).to.deep.equal([]);
  });
});
