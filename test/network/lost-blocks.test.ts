// Disks of a network that were lost or put back to an older state: peers fetch what they lack,
// orderers cannot, and must not begin a second history.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { FabricSource } from '../../gateway/services/mirror/fabric-source.js';
import { rebuildChannel } from '../../gateway/services/mirror/rebuild-channel.js';
import { bringDown, bringUp } from '../../network/network.js';
import { ordererSpec } from '../../network/orderer-process.js';
import { peerProcess, processFolder } from '../../network/paths.js';
import { runningProcesses, startProcess, stopProcess } from '../../network/processes.js';
import type { Orderer } from '../../network/state.js';
import { networkStatus } from '../../network/status.js';
import { LiveHospital } from '../support/live-hospital.js';
import {
  type GuardedFolder,
  LIVE_TIMEOUT_MS,
  type LiveNetwork,
  newGuardedFolder,
  newNetwork,
} from '../support/live-network.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const PROVEN_MS = 60_000;
const ROUNDS = 40;

describe('a network that lost blocks', function () {
  this.timeout(LIVE_TIMEOUT_MS);
  const folder = newTempFolder();
  let guarded: GuardedFolder;
  let live: LiveNetwork;
  let hospital: LiveHospital;
  let orderer: Orderer;
  let place: string;
  const older = join(folder, 'older');
  const newest = join(folder, 'newest');

  const up = () => bringUp({ stateFolder: guarded.folder, progress: () => undefined });
  const down = () => bringDown(guarded.folder);
  const failure = () =>
    up().then(
      () => expect.fail('it came up'),
      (error: Error & { code?: string }) => error,
    );
  const statusOf = async (name: string) =>
    (await networkStatus(guarded.folder)).processes.find((one) => one.name === name);

  function putBack(from: string): void {
    rmSync(place, { recursive: true });
    cpSync(from, place, { recursive: true });
  }

  async function write(rounds: number): Promise<void> {
    await hospital.open();
    for (let round = 0; round < rounds; round++) {
      await hospital.accept();
      expect(await hospital.process.sequencer.waitProven(PROVEN_MS)).to.equal(true);
    }
    await hospital.close();
  }

  before(async () => {
    guarded = await newGuardedFolder();
    live = await newNetwork(guarded.folder);
    orderer = live.state.orderers[0] as Orderer;
    place = processFolder(live.state, orderer.name);
    hospital = await LiveHospital.make(folder, live.profile('hospital-a'));
    await down();
    cpSync(place, older, { recursive: true });
    await up();
    await write(ROUNDS);
    await down();
    cpSync(place, newest, { recursive: true });
  });
  afterEach(async () => {
    await hospital.close();
  });
  after(async () => {
    await guarded.end();
    removeTempFolder(folder);
  });

  it('is not brought up over an orderer that has none of them', async () => {
    rmSync(place, { recursive: true });
    const { code, message } = await failure();
    expect(code).to.equal('NETWORK_BEHIND');
    expect(message).to.include('the orderer has 0 blocks');
    expect(await runningProcesses(live.state)).to.deep.equal([]);
    putBack(newest);
    await up();
    await write(1);
  });

  it('is not brought up over an orderer that was put back, and status says so', async () => {
    await down();
    rmSync(newest, { recursive: true });
    cpSync(place, newest, { recursive: true });
    putBack(older);
    const { code, message } = await failure();
    expect(code).to.equal('NETWORK_BEHIND');
    expect(message).to.include('put back to an older state');
    putBack(newest);
    await up();
    await stopProcess(live.state, orderer.name);
    putBack(older);
    await startProcess(live.state, await ordererSpec(live.state, orderer));
    expect(await statusOf(orderer.name)).to.deep.include({ isRunning: true, isReady: false });
    expect((await statusOf(orderer.name))?.fault).to.include('put back to an older state');
    await stopProcess(live.state, orderer.name);
    putBack(newest);
    await up();
    await write(1);
  });

  it('has its auditor told which block a peer cannot read, and what to do', async () => {
    const name = peerProcess(live.organisation('auditor'));
    const chain = join(processFolder(live.state, name), 'data/ledgersData/chains/chains');
    const path = join(chain, live.state.channel, 'blockfile_000000');
    const good = readFileSync(path);
    const profile = await readFabricProfile(live.profile('auditor'));
    const source = await FabricSource.open(profile);
    try {
      // The length of the first block; the others have an index to be found by.
      writeFileSync(path, Buffer.concat([Buffer.of(good[0] as number, 0x7f), good.subarray(2)]));
      const error = await rebuildChannel(source).then(
        () => expect.fail('all was read'),
        (reason: Error) => reason,
      );
      expect(error).to.include({ code: 'LEDGER_CORRUPT' });
      expect(error.message).to.match(/block 0/);
    } finally {
      writeFileSync(path, good);
      await source.close();
    }
  });

  it('is brought up with a peer that has lost all, which has every block before it is used', async () => {
    for (const organisation of live.state.organisations) {
      const name = peerProcess(organisation);
      await stopProcess(live.state, name);
      rmSync(join(processFolder(live.state, name), 'data'), { recursive: true });
      await up();
      const { processes, isUp } = await networkStatus(guarded.folder);
      expect(isUp, JSON.stringify(processes)).to.equal(true);
      await write(1);
    }
  });
});
