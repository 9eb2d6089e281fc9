// What happens when parts of a live network fail: nothing that was accepted is lost, writing goes
// on where the policies can be met, and the doctor names what is wrong.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Finding } from '../../gateway/services/doctor/finding.js';
import { standingOf } from '../../gateway/services/door/own-door.js';
import { createStore } from '../../gateway/store/store.js';
import { peerProcess, processFolder } from '../../network/paths.js';
import { stopProcess } from '../../network/processes.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  changedProfile,
  killProcesses,
  LiveHospital,
  restore,
  signalProcesses,
} from '../support/live-hospital.js';
import { identityFilesOf, issueExtra } from '../support/live-identities.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const PROVEN_MS = 60_000;
/** Long enough for several attempts that fail. */
const WAIT_MS = 2_500;

describe('faults of a live network', function () {
  this.timeout(120_000);
  const folder = newTempFolder();
  let live: LiveNetwork;
  let hospital: LiveHospital;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
  });
  beforeEach(async () => {
    hospital = await LiveHospital.make(folder, live.profile('hospital-a'));
    await hospital.open();
    await hospital.accept();
    await proven();
  });
  afterEach(async () => {
    await hospital.close();
    await restore(live);
  });
  after(() => removeTempFolder(folder));

  async function proven(): Promise<void> {
    expect(await hospital.process.sequencer.waitProven(PROVEN_MS), 'proven').to.equal(true);
  }

  /** What is accepted now is kept and waits. */
  async function waits(): Promise<void> {
    const { committed } = hospital.process.sequencer.counts;
    await hospital.accept();
    expect(await hospital.process.sequencer.waitProven(WAIT_MS)).to.equal(false);
    const { sequencer } = hospital.process;
    expect(sequencer.fault).to.equal(undefined);
    expect(sequencer.counts.committed).to.equal(committed);
    expect(sequencer.counts.accepted).to.equal(committed + 1);
  }

  /** Once an append has failed, whose fate is asked for first. */
  async function delayCode(): Promise<string | undefined> {
    for (const until = Date.now() + PROVEN_MS; Date.now() < until; await sleep(50)) {
      const { delay } = standingOf(hospital.process);
      if (delay !== undefined) return delay.code;
    }
    return undefined;
  }

  async function finding(check: string): Promise<Finding> {
    await hospital.close();
    const found = await hospital.examine();
    const one = found.get(check);
    if (one === undefined) throw new Error(`no ${check} among ${[...found.keys()].join(', ')}`);
    return one;
  }

  it('writing goes on when the peer of another organisation is down', async () => {
    await killProcesses(live, 'peer-hospital-b');
    await hospital.accept();
    await proven();
    const found = await finding('organisation HospitalBMSP');
    expect(found.status).to.equal('warning');
    expect((await hospital.examine()).get('endorsers')?.status).to.equal('ok');
  });

  it('writing goes on when the contract process of another organisation is down', async () => {
    await killProcesses(live, 'chaincode-hospital-b');
    await hospital.accept();
    await proven();
    expect((await finding('organisation HospitalBMSP')).status).to.equal('warning');
  });

  it('writing goes on when our own contract process is down, and the others endorse', async () => {
    await killProcesses(live, 'chaincode-hospital-a');
    await hospital.accept();
    await proven();
    const found = await finding('contract');
    expect(found.status).to.equal('fault');
    expect(found.sentence).to.include('HospitalAMSP');
  });

  it('entries wait when the policy cannot be met, and are proven when it can', async () => {
    await killProcesses(live, 'peer-hospital-b', 'peer-auditor');
    await waits();
    expect((await finding('endorsers')).status).to.equal('fault');
    await restore(live);
    await hospital.open();
    await proven();
  });

  it('entries wait while our own peer is down, and are proven when it is back', async () => {
    await killProcesses(live, 'peer-hospital-a');
    await waits();
    await restore(live);
    await proven();
    expect(hospital.process.sequencer.counts.proven).to.equal(2);
  });

  it('the doctor names our own peer when it is down', async () => {
    await hospital.close();
    const { peer } = live.organisation('hospital-a').ports;
    await killProcesses(live, 'peer-hospital-a');
    const found = await finding(`peer localhost:${peer}`);
    expect(found.status).to.equal('fault');
    expect(found.sentence).to.include('wait');
    await expectCodeAsync(() => hospital.open(), 'LEDGER_UNAVAILABLE');
  });

  it('the next endpoint of the profile is used when the first one does not answer', async () => {
    const { peers } = JSON.parse(readFileSync(live.profile('hospital-a'), 'utf8'));
    const path = join(folder, 'two-peers.json');
    const own = changedProfile(live, 'hospital-a', path, {});
    const [peer] = JSON.parse(readFileSync(own, 'utf8')).peers;
    changedProfile(live, 'hospital-a', path, {
      peers: [{ ...peer, endpoint: 'localhost:1' }, peer],
    });
    await hospital.close();
    hospital = await LiveHospital.make(folder, path);
    await hospital.open();
    await hospital.accept();
    await proven();
    expect((await finding('peer localhost:1')).status).to.equal('warning');
    expect((await hospital.examine()).get(`peer ${peers[0].endpoint}`)?.status).to.equal('ok');
  });

  it('entries wait while the orderer is down, and are proven when it is back', async () => {
    await killProcesses(live, 'orderer');
    await waits();
    expect(await delayCode()).to.equal('LEDGER_UNAVAILABLE');
    expect((await finding('orderers')).status).to.equal('fault');
    await restore(live);
    await hospital.open();
    await proven();
    expect(hospital.process.sequencer.counts.proven).to.equal(2);
    expect(standingOf(hospital.process).delay).to.equal(undefined);
  });

  it('everything is killed in the middle of the work, and nothing that was accepted is lost', async () => {
    const work: Promise<void>[] = [];
    for (let index = 0; index < 40; index++) work.push(hospital.accept());
    await killProcesses(live, 'peer', 'orderer', 'chaincode');
    await Promise.all(work);
    await restore(live);
    await proven();
    expect(hospital.process.sequencer.counts.proven).to.equal(41);
  });

  it('a transaction whose fate is unknown may be committed later, and is taken for what it is', async () => {
    await hospital.close();
    const path = join(folder, 'impatient.json');
    changedProfile(live, 'hospital-a', path, { deadlinesMs: { submit: 1_000, commit: 1_000 } });
    moveTo(path);
    await hospital.open();
    const frozen = await signalProcesses(live, 'orderer', 'SIGSTOP');
    try {
      await hospital.accept();
      // It is handed over, nobody answers, and the same entries are sent again with one more.
      expect(await hospital.process.sequencer.waitProven(WAIT_MS)).to.equal(false);
      await hospital.accept();
      expect(await hospital.process.sequencer.waitProven(WAIT_MS)).to.equal(false);
      expect(hospital.process.sequencer.fault).to.equal(undefined);
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    }
    await proven();
    expect(hospital.process.sequencer.counts.proven).to.equal(3);
  });

  it('an expired certificate is refused before anything is sent, and the doctor says so', async () => {
    const day = 86_400_000;
    const expired = await issueExtra(live, 'hospital-a', 'writer', 1, Date.now() - 2 * day);
    const path = join(folder, 'expired.json');
    const own = changedProfile(live, 'hospital-a', path, {});
    const { identities } = JSON.parse(readFileSync(own, 'utf8'));
    changedProfile(live, 'hospital-a', path, {
      identities: { ...identities, writer: identityFilesOf(folder, expired) },
    });
    await hospital.close();
    moveTo(path);
    await expectCodeAsync(() => hospital.open(), 'IDENTITY_REFUSED');
    const found = await finding('identity writer');
    expect(found.status).to.equal('fault');
    expect(found.next).to.include('renew');
  });

  /** Lets the data folder use another profile. */
  function moveTo(profile: string, changes: object = {}): void {
    const at = join(hospital.data, 'config.json');
    const config = JSON.parse(readFileSync(at, 'utf8'));
    const sorted = Object.entries({ ...config, profile, ...changes }).sort();
    writeFileSync(at, JSON.stringify(Object.fromEntries(sorted)));
  }

  it('a channel that the peer does not have is named', async () => {
    const path = join(folder, 'channel.json');
    changedProfile(live, 'hospital-a', path, { channel: 'another' });
    await hospital.close();
    await expectCodeAsync(async () => {
      moveTo(path);
      await hospital.open();
    }, 'BAD_INPUT');
    moveTo(path, { channel: 'another' });
    await expectCodeAsync(() => hospital.open(), 'LEDGER_UNAVAILABLE');
    expect((await finding('channel')).status).to.equal('fault');
  });

  it('a contract that the channel does not have is named', async () => {
    const path = join(folder, 'contract.json');
    changedProfile(live, 'hospital-a', path, { chaincode: 'another' });
    await hospital.close();
    moveTo(path);
    await expectCodeAsync(() => hospital.open(), 'LEDGER_UNAVAILABLE');
    expect((await finding('contract')).status).to.equal('fault');
  });

  it('a log that the channel does not have is refused and named', async () => {
    await hospital.close();
    const logId = 'ab'.repeat(32);
    moveTo(live.profile('hospital-a'), { logId });
    rmSync(join(hospital.data, 'store'), { recursive: true });
    await createStore(join(hospital.data, 'store'), logId);
    await expectCodeAsync(() => hospital.open(), 'LEDGER_CORRUPT');
    const found = await finding('ledger');
    expect(found.status).to.equal('fault');
    expect(found.sentence).to.include('does not know this log');
  });

  it('a second writer stops the first one, which says who it was', async () => {
    await hospital.close();
    const data = `${hospital.data}-copy`;
    cpSync(hospital.data, data, { recursive: true });
    const second = LiveHospital.at(data, hospital.origin);
    await hospital.open();
    await second.open();
    await second.accept();
    expect(await second.process.sequencer.waitProven(PROVEN_MS)).to.equal(true);
    await second.close();
    await hospital.accept();
    const stopped = () => hospital.process.sequencer.waitProven(PROVEN_MS);
    const error = await stopped().then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error).to.have.property('code', 'LOG_STOPPED');
    expect(error?.message).to.match(/LOG_FORKED|STORE_BEHIND/);
    expect(error?.message).to.include('HospitalAMSP, CN=');
    await expectCodeAsync(() => hospital.accept(), 'LOG_STOPPED');
    const found = await finding('restart');
    expect(found.status).to.equal('fault');
    expect(found.next).to.include('evidence');
  });

  it('a peer that comes back from an old backup catches up, and nothing is written meanwhile', async () => {
    const organisation = live.organisation('hospital-a');
    const place = join(processFolder(live.state, peerProcess(organisation)), 'data');
    const backup = join(folder, 'peer-backup');
    await stopProcess(live.state, peerProcess(organisation));
    cpSync(place, backup, { recursive: true });
    await restore(live);
    for (let round = 0; round < 3; round++) {
      await hospital.accept();
      await proven();
    }
    await stopProcess(live.state, peerProcess(organisation));
    rmSync(place, { recursive: true });
    cpSync(backup, place, { recursive: true });
    await hospital.accept();
    await restore(live);
    await proven();
    const { counts, fault } = hospital.process.sequencer;
    expect(fault).to.equal(undefined);
    expect(counts.proven).to.equal(5);
  });
});
