// A network that was made anew under a hospital that works on it: nothing is written to what only
// has the same name, and it is said why.
import { expect } from 'chai';
import { bringUp, reset } from '../../network/network.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { LiveHospital } from '../support/live-hospital.js';
import {
  type GuardedFolder,
  LIVE_TIMEOUT_MS,
  type LiveNetwork,
  newGuardedFolder,
  newNetwork,
} from '../support/live-network.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

describe('a network that is made anew', function () {
  this.timeout(120_000);
  const folder = newTempFolder();
  let guard: GuardedFolder;
  let live: LiveNetwork;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    guard = await newGuardedFolder();
    live = await newNetwork(guard.folder);
  });
  after(async () => {
    await guard.end();
    removeTempFolder(folder);
  });

  it('gets nothing of a log of the old one, and the hospital says why', async () => {
    const hospital = await LiveHospital.make(folder, live.profile('hospital-a'));
    await hospital.open();
    await hospital.accept();
    expect(await hospital.process.sequencer.waitProven(60_000)).to.equal(true);
    const { basePort } = live.state;
    await reset(guard.folder);
    await bringUp({ stateFolder: guard.folder, basePort, progress: () => undefined });
    await hospital.accept();
    expect(await hospital.process.sequencer.waitProven(3_000)).to.equal(false);
    const { counts } = hospital.process.sequencer;
    expect(counts.accepted).to.equal(2);
    expect(counts.committed).to.equal(1);
    await hospital.close();
    await expectCodeAsync(() => hospital.open(), 'LEDGER_CORRUPT');
    const said = await hospital.open().catch(({ message }: Error) => message);
    expect(said).to.include('the network was made anew').and.include('chartseal doctor');
    const found = (await hospital.examine()).get('ledger');
    expect(found?.status).to.equal('fault');
    expect(found?.sentence).to.include('made anew');
  });
});
