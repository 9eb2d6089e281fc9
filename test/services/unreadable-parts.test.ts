// Parts of a data folder that are there and cannot be read: no damage, and nothing to put back.
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import { examine } from '../../gateway/services/doctor/doctor.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { copy, doctorPlace, one } from '../support/doctor-place.js';
import { asOrdinaryUser } from '../support/temp-folder.js';

/** What must not be advised: it would put an older part over a sound one. */
const RESTORING = /put back|restore|backup/i;

describe('a part of a data folder that cannot be read', function () {
  this.timeout(60_000);
  const place = doctorPlace();
  const { at, inData } = place;

  async function refusal(): Promise<ChartsealError> {
    try {
      await (await openHospital({ folder: place.data, operator: 'test' })).close();
    } catch (error) {
      if (error instanceof ChartsealError) return error;
      throw error;
    }
    throw new Error('nothing was refused');
  }

  async function expectUnread(code: ErrorCode, words: string): Promise<void> {
    const error = await refusal();
    expect(error.code, error.message).to.equal(code);
    expect(error.message).to.include(words);
    expect(error.hint).to.not.match(RESTORING);
  }

  /** A link to itself stands for whatever the system refuses: tests run as root too. */
  function makeUnreadable(...names: string[]): void {
    rmSync(inData(...names), { recursive: true });
    symlinkSync(names.at(-1) as string, inData(...names));
  }

  async function expectAdvice(check: string): Promise<void> {
    const { status, sentence, next } = one(await place.run(), check);
    expect(status, sentence).to.equal('fault');
    expect(`${sentence} ${next}`).to.match(/rights and the disk/);
    expect(next).to.not.match(RESTORING);
  }

  it('is no damage when it is the checkpoint file', async () => {
    makeUnreadable('checkpoint');
    await expectUnread('LEDGER_FAILED', 'too many symbolic links');
    rmSync(inData('checkpoint'));
    mkdirSync(inData('checkpoint'));
    await expectUnread('LEDGER_FAILED', 'not a regular file');
    await expectAdvice('checkpoint file');
  });

  it('is not gone when it is the ledger', async () => {
    makeUnreadable('ledger');
    await expectUnread('LEDGER_FAILED', 'too many symbolic links');
    const found = await examine({ folder: place.data, nodeProblem: '' });
    expect(one(found, 'ledger').sentence).to.include('nothing is known to be lost');
    expect(one(found, 'ledger').next)
      .to.match(/rights and the disk/)
      .and.not.match(RESTORING);
  });

  it('is neither gone nor damaged when it is a key', async () => {
    for (const name of ['note-key.pem', 'writer-certificate.pem']) {
      makeUnreadable('keys', name);
      await expectUnread('FILE_UNREADABLE', `${name} cannot be read: too many symbolic links`);
      rmSync(inData('keys', name));
      mkdirSync(inData('keys', name), { mode: 0o700 });
      await expectUnread('FILE_UNREADABLE', `${name} cannot be read: it is not a regular file`);
      await expectAdvice(`keys/${name}`);
      copy(at('made', 'keys'), inData('keys'));
    }
  });

  it('is told apart from one that is read and wrong, or really gone', async () => {
    writeFileSync(inData('checkpoint'), '{}');
    expect((await refusal()).code).to.equal('LEDGER_CORRUPT');
    writeFileSync(inData('checkpoint'), 'x'.repeat(65 * 1024));
    expect((await refusal()).code).to.equal('LEDGER_CORRUPT');
    copy(at('made', 'checkpoint'), inData('checkpoint'));
    rmSync(inData('ledger'), { recursive: true });
    expect((await refusal()).code).to.equal('LEDGER_BEHIND');
    rmSync(inData('keys', 'note-key.pem'));
    expect((await refusal()).code).to.equal('KEY_UNREADABLE');
  });

  it('says which right is missing to another user', async () => {
    if (process.geteuid?.() !== 0) return;
    chmodSync(place.folder(), 0o755);
    chmodSync(place.data, 0o755);
    chmodSync(inData('config.json'), 0o644);
    await asOrdinaryUser(() => expectUnread('FILE_UNREADABLE', 'permission denied'));
  });
});
