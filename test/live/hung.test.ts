// Parts of a live network that hang instead of ending: they take every call and answer none. Of a
// machine that froze, or behind a firewall that drops what it is sent, nobody hears anything else.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { peerProcess } from '../../network/paths.js';
import { peerSpec } from '../../network/peer-process.js';
import { startProcess, stopProcess } from '../../network/processes.js';
import { LiveHospital, restore, signalProcesses } from '../support/live-hospital.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

/** Peers wait half a minute for who is silent: once for a hang, and with room for one more. */
const PROVEN_MS = 100_000;
/** What comes after it is not held up again. */
const LEARNED_MS = 20_000;

describe('parts of a live network that hang', function () {
  this.timeout(240_000);
  const folder = newTempFolder();
  let live: LiveNetwork;
  let hospital: LiveHospital;
  let frozen: number[];

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
  });
  beforeEach(async () => {
    frozen = [];
    hospital = await LiveHospital.make(folder, live.profile('hospital-a'));
    await hospital.open();
    await hospital.accept();
    await proven(PROVEN_MS);
  });
  afterEach(async () => {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
    await hospital.close();
    await restore(live);
  });
  after(() => removeTempFolder(folder));

  async function proven(waitMs: number): Promise<void> {
    expect(await hospital.process.sequencer.waitProven(waitMs), 'proven').to.equal(true);
  }

  for (const name of ['chaincode-hospital-b', 'peer-hospital-b', 'chaincode-hospital-a']) {
    it(`writing goes on without ${name}, and finds out once`, async () => {
      frozen = await signalProcesses(live, name, 'SIGSTOP');
      await hospital.accept();
      await proven(PROVEN_MS);
      for (let round = 0; round < 3; round++) {
        await hospital.accept();
        await proven(LEARNED_MS);
      }
      expect(hospital.process.sequencer.fault).to.equal(undefined);
    });
  }

  it('the doctor names our own peer when it gets no blocks, and all is proven when it does', async () => {
    const { state } = live;
    const name = peerProcess(live.organisation('hospital-a'));
    await stopProcess(state, name);
    const spec = await peerSpec(state, live.organisation('hospital-a'));
    const file = join(spec.cwd, 'core.yaml');
    const core = JSON.parse(readFileSync(file, 'utf8'));
    core.peer.gossip.orgLeader = false;
    writeFileSync(file, JSON.stringify(core));
    await startProcess(state, spec);
    await hospital.accept();
    expect(await hospital.process.sequencer.waitProven(LEARNED_MS)).to.equal(false);
    await hospital.close();
    const found = (await hospital.examine()).get('blocks');
    expect(found?.status).to.equal('warning');
    expect(found?.sentence).to.match(/Our peer has \d+ blocks, that of \w+ has \d+/);
    await stopProcess(state, name);
    await restore(live);
    await hospital.open();
    await proven(PROVEN_MS);
    await hospital.close();
    expect((await hospital.examine()).get('blocks')?.status).to.equal('ok');
  });
});
