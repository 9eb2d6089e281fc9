// Parts of a live network that hang instead of ending: they take every call and answer none. Of a
// machine that froze, or behind a firewall that drops what it is sent, nobody hears anything else.
import { expect } from 'chai';
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
});
