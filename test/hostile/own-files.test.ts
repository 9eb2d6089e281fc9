// Files that Chartseal wrote itself and reads again, damaged: whoever runs it is told which file in
// which folder, and what to do with it. What is said to callers who send something is not for them.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ChartsealError, ERROR_CODES } from '../../chaincode/core/errors.js';
import { readConfig } from '../../gateway/data/config.js';
import { KEY_FILES, readKeys } from '../../gateway/data/keys.js';
import { confirmClock } from '../../gateway/services/clock-confirmed.js';
import { examine } from '../../gateway/services/doctor/doctor.js';
import { findDeployment } from '../../network/chaincode-deployment.js';
import { findProcess } from '../../network/processes.js';
import { findState, type NetworkState } from '../../network/state.js';
import { Workplace } from '../support/cli.js';
import { openData } from '../support/data-sample.js';
import { one } from '../support/doctor-place.js';
import { runIn } from '../support/refusals.js';
import { copyFolder, makeFifo } from '../support/temp-folder.js';

type Damage = (path: string, whole: Buffer) => void;

const PRIVATE = { mode: 0o600 };
const flipped = (whole: Buffer) =>
  Buffer.concat([whole.subarray(0, 3), Buffer.from([0x80]), whole.subarray(4)]);

/** What makes the text of a file another one. */
const WRONG: Readonly<Record<string, Damage>> = {
  'cut off': (path, whole) => writeFileSync(path, whole.subarray(0, whole.length / 2), PRIVATE),
  changed: (path, whole) => writeFileSync(path, flipped(whole), PRIVATE),
  empty: (path) => writeFileSync(path, '', PRIVATE),
  'far too large': (path, whole) =>
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(100 * 1024 * 1024, ' ')]), PRIVATE),
};

/** What lies in its place, and is not waited for. */
const NO_FILE: Readonly<Record<string, (path: string) => void>> = {
  'a folder': (path) => mkdirSync(path, { mode: 0o755 }),
  'a FIFO': makeFifo,
};

async function refusalOf(act: () => Promise<unknown>): Promise<ChartsealError> {
  const error: unknown = await act().then(
    () => undefined,
    (cause) => cause,
  );
  if (error instanceof ChartsealError) return error;
  throw error ?? new Error('nothing was refused');
}

describe('a file of its own that is damaged', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(() => {
    place = new Workplace();
    expect(place.run(['init', '--data', 'made']).status).to.equal(0);
  });
  beforeEach(() => {
    rmSync(place.path('data'), { recursive: true, force: true });
    copyFolder(place.path('made'), place.path('data'));
  });
  after(() => place.remove());

  const inData = (...names: string[]) => place.path('data', ...names);

  /** Refused for each damage and each thing in its place, with its whole path. */
  async function isNamed(path: string, read: () => Promise<unknown>, code?: string): Promise<void> {
    const whole = readFileSync(path);
    const damages = { ...WRONG, ...NO_FILE };
    for (const [what, damage] of Object.entries(damages)) {
      renameSync(path, `${path}.kept`);
      damage(path, whole);
      const error = await refusalOf(read);
      expect(error.message, what).to.include(path);
      if (what in NO_FILE) {
        expect(error.code, what).to.equal('FILE_UNREADABLE');
        expect(error.message).to.include('not a regular file');
      } else if (code !== undefined) expect(error.code, what).to.equal(code);
      else if (error.code !== 'FILE_UNREADABLE') {
        // The table speaks to callers.
        expect(error.hint, what).to.match(/copy/).and.not.equal(ERROR_CODES[error.code].hint);
      }
      rmSync(path, { recursive: true });
      renameSync(`${path}.kept`, path);
    }
  }

  it('is named where it is config.json, with what to do, by the doctor too', async () => {
    await isNamed(inData('config.json'), () => readConfig(inData('config.json')));
    writeFileSync(inData('config.json'), '{"format"');
    const { sentence, next } = one(await examine({ folder: inData(), nodeProblem: '' }), 'config');
    expect(sentence).to.include(`${inData('config.json')} is damaged`);
    expect(next).to.match(/^Put config.json back from a copy of this folder/);
    const ran = runIn(place, ['feed', 'status', '--data', 'data']);
    expect(ran.stderr).to.match(/^error: BAD_JSON .*\/data\/config\.json is damaged: its text: /);
    expect(ran.stderr).to.match(/\nhint: Put config.json back from a copy of this folder/);
  });

  it('is named where it is a key, and is not called exposed where it is none', async () => {
    const used = ['note', 'master', 'caCertificate', 'writerCertificate'] as const;
    for (const name of used) {
      const path = inData('keys', KEY_FILES[name]);
      await isNamed(path, () => readKeys(inData('keys')), 'KEY_UNREADABLE');
    }
  });

  it('is named where something else lies in the place of what confirms the clock', async () => {
    mkdirSync(inData('run', 'clock.json'));
    const now = Date.now();
    const date = new Date(now).toISOString().slice(0, 10);
    const error = await refusalOf(() => confirmClock(inData(), date, now));
    expect(error.code).to.equal('FILE_UNWRITABLE');
    expect(error.message).to.include(inData('run', 'clock.json'));
  });

  it('is told where it lies in the place of a folder, which is not merely gone', async () => {
    for (const part of ['keys', 'ledger', 'store'] as const) {
      const [aside, path] = [inData(`${part} aside`), inData(part)];
      renameSync(path, aside);
      writeFileSync(path, 'no folder');
      const { code, message } = await refusalOf(() => openData(inData()));
      const expected = {
        keys: ['KEY_UNREADABLE', 'is gone: what should be its folder is none'],
        ledger: ['LEDGER_BEHIND', 'the ledger is gone: a file lies in the place of its folder'],
        store: ['STORE_BEHIND', 'the store is gone: a file lies in the place of its folder'],
      }[part];
      expect(code).to.equal(expected[0]);
      expect(message).to.include(expected[1]);
      rmSync(path);
      renameSync(aside, path);
    }
    const file = inData('config.json');
    const noFolder = await refusalOf(() => openData(file));
    expect(noFolder.code).to.equal('NO_DATA');
    expect(noFolder.message).to.match(/^a file lies here, or above, /);
  });

  it('is named where it lies in the place of the folder of what runs', () => {
    rmSync(inData('run'), { recursive: true });
    writeFileSync(inData('run'), 'no folder');
    const ran = runIn(place, ['feed', 'status', '--data', 'data']);
    expect(ran.stderr).to.include(`${inData('run')}: it is no folder\nhint: Look at what lies`);
    expect(ran.stderr).to.match(/^error: FILE_UNWRITABLE /);
    expect(ran.status).to.equal(2);
  });

  it('is named where it is of a network', async () => {
    const folder = inData('network');
    mkdirSync(join(folder, 'chaincode'), { recursive: true });
    mkdirSync(join(folder, 'run'));
    const state = { folder } as NetworkState;
    const text = '{"format":"chartseal-network/1","text":"0123456789"}';
    const files: Readonly<Record<string, () => Promise<unknown>>> = {
      'network.json': () => findState(folder),
      'chaincode/deployment.json': () => findDeployment(state),
      'chaincode/upgrade.json': () => findDeployment(state, 'upgrade'),
    };
    for (const [name, read] of Object.entries(files)) {
      writeFileSync(join(folder, name), text);
      await isNamed(join(folder, name), read);
    }
    for (const [what, put] of Object.entries(NO_FILE)) {
      const record = join(folder, 'run', `${what}.json`);
      put(record);
      const error = await refusalOf(() => findProcess({ folder }, what));
      expect(error.code).to.equal('FILE_UNREADABLE');
      expect(error.hint).to.match(/what lies there/);
      expect(error.message).to.include(record).and.include('not a regular file');
    }
  });

  it('of a later version is told with the folder that it is of', async () => {
    const config = readFileSync(inData('config.json'), 'utf8');
    writeFileSync(inData('config.json'), config.replace('config/1', 'config/2'));
    const newer = await refusalOf(() => readConfig(inData('config.json')));
    expect(newer.code).to.equal('NEWER_VERSION');
    expect(newer.message).to.include(inData());
    writeFileSync(inData('network.json'), '{"format":"chartseal-network/2"}');
    const network = await refusalOf(() => findState(inData()));
    expect(network.code).to.equal('NEWER_VERSION');
    expect(network.message).to.include(inData());
  });
});
