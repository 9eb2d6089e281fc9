// What a disk that is full leaves of a network's processes, and what is said of it: nothing half
// made stays that the next start would stumble over.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { joinOrderer } from '../../network/orderer-process.js';
import { type ProcessSpec, runningProcesses, startProcess } from '../../network/processes.js';
import type { NetworkState, Orderer } from '../../network/state.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { writeScript } from '../support/fake-programs.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

describe('a process of a network on a full disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = newTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  const place = (...names: string[]) => join(folder, ...names);
  const messageOf = (act: () => Promise<unknown>) =>
    act().then(
      () => '',
      (error: Error) => error.message,
    );
  const broken = (): ProcessSpec => ({
    ...{ name: 'peer', program: '/bin/sh', cwd: folder, isReady: async () => false },
    args: ['-c', 'mkdir -p data/index; : > data/index/CURRENT; exit 2'],
    makes: [place('data')],
  });

  it('loses what its first start made and could not finish', async () => {
    await expectCodeAsync(() => startProcess({ folder }, broken()), 'NETWORK_FAILED');
    expect(existsSync(place('data'))).to.equal(false);
  });

  it('keeps what was there before a start that failed', async () => {
    mkdirSync(place('data'));
    writeFileSync(place('data', 'block'), 'kept');
    await expectCodeAsync(() => startProcess({ folder }, broken()), 'NETWORK_FAILED');
    expect(readFileSync(place('data', 'block'), 'utf8')).to.equal('kept');
  });

  it('that cannot be started for want of room says so', async () => {
    mkdirSync(place('logs'));
    symlinkSync('/dev/full', place('logs', 'peer.log'));
    const said = await messageOf(() => startProcess({ folder }, broken()));
    expect(said).to.include('could not be started').and.include('no space left');
    expect(await runningProcesses({ folder })).to.deep.equal([]);
  });

  describe('that is to join the channel', () => {
    const ports = { orderer: 1, admin: 2, operations: 3 };
    const mspId = 'OrdererMSP';
    const orderer: Orderer = { name: 'orderer', id: 1, mspId, domain: 'orderer.example', ports };
    const wal = () => place('orderer', 'wal', 'chartseal');
    const joined = () => {
      const programs = { osnadmin: place('osnadmin') };
      const state = { folder, channel: 'chartseal', programs };
      return joinOrderer(state as unknown as NetworkState, orderer);
    };
    const answers = (status: number, body: object) =>
      writeScript(
        folder,
        'osnadmin',
        `mkdir -p ${wal()}; printf 'Status: ${status}\\n%s\\n' '${JSON.stringify(body, null, 1)}'`,
      );
    const refuses = () => answers(400, { error: 'cannot join: no space left on device' });

    it('is not said to have joined it when it was refused', async () => {
      refuses();
      const said = await messageOf(joined);
      expect(said).to.include('failed: "error": "cannot join: no space left on device"');
      await expectCodeAsync(joined, 'NETWORK_FAILED');
      answers(201, { status: 'active' });
      await joined();
      answers(405, { error: 'cannot join: channel already exists' });
      await joined();
      expect(existsSync(wal())).to.equal(true);
    });

    it('loses the log that it began and could not finish, and no other', async () => {
      refuses();
      await expectCodeAsync(joined, 'NETWORK_FAILED');
      expect(existsSync(wal())).to.equal(false);
      mkdirSync(wal(), { recursive: true });
      await expectCodeAsync(joined, 'NETWORK_FAILED');
      expect(existsSync(wal())).to.equal(true);
    });
  });
});
