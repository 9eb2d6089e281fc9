// The next definition of the contract on a live channel, while a hospital goes on appending.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import type { Ledger } from '../../gateway/ledger/ledger.js';
import {
  chaincodeStatus,
  deployChaincode,
  upgradeChaincode,
} from '../../network/chaincode-deploy.js';
import {
  type Deployment,
  findDeployment,
  writeDeployment,
} from '../../network/chaincode-deployment.js';
import { committedSequence } from '../../network/chaincode-lifecycle.js';
import { contractFiles, type StagedFiles } from '../../network/chaincode-stage.js';
import { runningProcesses } from '../../network/processes.js';
import { Fixture, type TestLog } from '../ledger/conformance/channel.js';
import { Workplace } from '../support/cli.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { openLive } from '../support/live-identities.js';
import {
  type GuardedFolder,
  LIVE_TIMEOUT_MS,
  type LiveNetwork,
  newGuardedFolder,
  newNetwork,
} from '../support/live-network.js';
import { labelOf } from '../support/log-writer.js';

const quiet = () => undefined;

/** Appends one leaf after the other until it is told to stop; each answer is checked. */
class Hospital {
  appends = 0;
  #isStopped = false;
  #work: Promise<void>;

  constructor(log: TestLog) {
    this.#work = this.#run(log);
    // A failure is told by stop().
    this.#work.catch(quiet);
  }

  async #run(log: TestLog): Promise<void> {
    while (!this.#isStopped) {
      await log.append([{ act: 'access', subject: labelOf(`patient ${this.appends % 3}`) }]);
      this.appends += 1;
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#work;
  }
}

/** The same contract with one line more in it. */
async function otherContract(line: string): Promise<StagedFiles> {
  const files = new Map(await contractFiles());
  const index = files.get('chaincode/index.js') as Uint8Array;
  files.set('chaincode/index.js', Buffer.concat([index, Buffer.from(`\n// ${line}\n`)]));
  return files;
}

describe('an upgrade of the contract', function () {
  this.timeout(180_000);
  const fixture = new Fixture();
  const opened: Ledger[] = [];
  const place = new Workplace();
  let guard: GuardedFolder;
  let live: LiveNetwork;
  let log: TestLog;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    guard = await newGuardedFolder();
    live = await newNetwork(guard.folder);
    fixture.channel = {
      open: async (organisation, role) => {
        const ledger = await openLive(live, organisation, role);
        opened.push(ledger);
        return ledger;
      },
      close: async () => undefined,
    };
    log = await fixture.newLog('hospital-a');
  });
  after(async function () {
    this.timeout(60_000);
    for (const ledger of opened) await ledger.close();
    place.remove();
    await guard?.end();
  });

  const services = async () =>
    (await runningProcesses(live.state)).filter((name) => name.startsWith('chaincode-')).sort();

  async function expectCommitted(sequence: number): Promise<void> {
    for (const organisation of live.state.organisations) {
      expect(await committedSequence(live.state, organisation), organisation.name).to.equal(
        sequence,
      );
    }
  }

  async function expectAllReady(label: string): Promise<void> {
    const status = await chaincodeStatus(live.state);
    expect(status?.label).to.equal(label);
    for (const { fault, isReady } of status?.services ?? []) expect(isReady, fault).to.equal(true);
    expect(await services()).to.deep.equal(status?.services.map(({ name }) => name).sort());
  }

  it('to other code goes on under a hospital that never stops appending', async () => {
    const before = await findDeployment(live.state);
    const hospital = new Hospital(log);
    await sleep(500);
    const files = await otherContract('first');
    const next = await upgradeChaincode(live.state, { files, version: '0.2.0' }, quiet);
    const during = hospital.appends;
    await sleep(500);
    await hospital.stop();
    expect(during).to.be.above(5);
    expect(hospital.appends).to.be.above(during);
    expect(next).to.include({ sequence: 2, version: '0.2.0', policy: before?.policy });
    expect(next.digest).to.not.equal(before?.digest);
    await expectCommitted(2);
    await expectAllReady(next.label);
    const { head } = JSON.parse(await log.head());
    expect(head.appends).to.equal(hospital.appends);
  });

  it('that was cut off is finished by the next start, the hospital appending', async () => {
    const current = await findDeployment(live.state);
    if (current === undefined) throw new Error('nothing is deployed');
    // What upgradeChaincode has written by the time it starts the first service.
    const policy = current.policy.replace('OutOf(2', 'OutOf(3');
    await writeDeployment(live.state, { ...current, policy, sequence: 3 }, 'upgrade');
    const before = await services();
    const hospital = new Hospital(log);
    const finished = await deployChaincode(live.state, quiet);
    await sleep(300);
    expect(finished).to.include({ sequence: 3, policy, label: current.label });
    expect(await services()).to.deep.equal(before);
    expect(await findDeployment(live.state, 'upgrade')).to.equal(undefined);
    await expectCommitted(3);
    // The profile still asks two organisations; the channel wants three now.
    await expectCodeAsync(() => hospital.stop(), 'LEDGER_FAILED');
    const files = await otherContract('first');
    const { version } = current;
    const back = await upgradeChaincode(live.state, { files, version, endorsements: 2 }, quiet);
    expect(back).to.include({ sequence: 4, policy: current.policy, label: current.label });
    expect(await services()).to.deep.equal(before);
  });

  it('back to the contract that this program has goes on under a hospital as well', async () => {
    const hospital = new Hospital(log);
    const next = await upgradeChaincode(live.state, {}, quiet);
    const during = hospital.appends;
    await sleep(300);
    await hospital.stop();
    expect(during).to.be.above(3);
    expect(next.sequence).to.equal(5);
    await expectAllReady(next.label);
  });

  it('to what is deployed already is refused, and changes nothing', async () => {
    const before = await findDeployment(live.state);
    const again = () => upgradeChaincode(live.state, {}, quiet);
    await expectCodeAsync(again, 'CHAINCODE_FAILED');
    expect(await findDeployment(live.state)).to.deep.equal(before);
    await expectCommitted(before?.sequence ?? 0);
  });

  it('to a version that no label can hold is refused before anything is done', async () => {
    const before = await services();
    const wrong = () => upgradeChaincode(live.state, { version: '1/2' }, quiet);
    await expectCodeAsync(wrong, 'BAD_INPUT');
    expect(await services()).to.deep.equal(before);
    expect(await findDeployment(live.state, 'upgrade')).to.equal(undefined);
  });

  it('is a command, which writes how many organisations must endorse into the profiles', async () => {
    const upgrade = (...args: string[]) =>
      place.run(['network', 'upgrade', '--state', live.state.folder, ...args]);
    expect(upgrade('--endorsements', '4').status).to.equal(64);
    const { status, stderr, stdout } = upgrade('--endorsements', '3', '--json');
    expect(status, stderr).to.equal(0);
    const { digest } = (await findDeployment(live.state)) as Deployment;
    expect(JSON.parse(stdout)).to.include({ sequence: 6, digest });
    expect(await readFabricProfile(live.profile('auditor'))).to.include({ endorsements: 3 });
    const ledger = await openLive(live, 'hospital-a', 'writer');
    opened.push(ledger);
    const batch = log.writer.batch([{ act: 'access', subject: labelOf('patient 0') }]);
    log.writer.commit(batch, (await log.submit(batch, ledger)).endorsedAt);
    expect(JSON.parse(await log.head()).head.size).to.equal(log.writer.size);
  });
});
