import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Ledger } from '../../gateway/ledger/ledger.js';
import { bringUp } from '../../network/network.js';
import { findProcess, stopProcess } from '../../network/processes.js';
import { networkStatus } from '../../network/status.js';
import { Fixture, type TestLog } from '../ledger/conformance/channel.js';
import { openLive } from '../support/live-identities.js';
import {
  type GuardedFolder,
  LIVE_TIMEOUT_MS,
  type LiveNetwork,
  newGuardedFolder,
  newNetwork,
} from '../support/live-network.js';
import { labelOf } from '../support/log-writer.js';

const CATCH_UP_MS = 60_000;

describe('a network ordered by four organisations (BFT)', function bft() {
  this.timeout(LIVE_TIMEOUT_MS);
  const fixture = new Fixture();
  const opened: Ledger[] = [];
  let guarded: GuardedFolder;
  let network: LiveNetwork;
  let log: TestLog;

  before(async () => {
    guarded = await newGuardedFolder();
    network = await newNetwork(guarded.folder, { profile: 'bft' });
    const open = async (...[name, role]: Parameters<typeof fixture.open>) => {
      const ledger = await openLive(network, name, role);
      opened.push(ledger);
      return ledger;
    };
    fixture.channel = { open, close: async () => undefined };
    log = await fixture.newLog('hospital-a');
  });
  after(async () => {
    for (const ledger of opened) await ledger.close();
    await guarded.end();
  });

  const heights = async () =>
    (await networkStatus(guarded.folder)).processes.flatMap(({ height }) => height ?? []);

  async function untilAllAgree(): Promise<void> {
    const until = Date.now() + CATCH_UP_MS;
    while (new Set(await heights()).size !== 1) {
      expect(Date.now(), `heights ${await heights()}`).to.be.below(until);
      await sleep(200);
    }
  }

  it('has an orderer of each organisation, and all of them order', async () => {
    const { isUp, processes, state } = await networkStatus(guarded.folder);
    expect(isUp, JSON.stringify(processes)).to.equal(true);
    expect(new Set(state.orderers.map(({ mspId }) => mspId)).size).to.equal(4);
    await log.append([{ act: 'access', subject: labelOf('patient') }]);
    await untilAllAgree();
    expect(await heights()).to.have.length(7);
  });

  it('orders the largest append that the ledger allows', async () => {
    const { appendLeaves } = log.ledger.limits();
    const subject = labelOf('patient');
    const steps = Array.from({ length: appendLeaves }, () => ({ act: 'access', subject }) as const);
    const batch = log.writer.batch(steps);
    const answer = await log.submit(batch);
    expect(answer.size).to.equal(log.writer.commit(batch, answer.endorsedAt).size);
  });

  it('goes on without one of its orderers, which learns what it missed', async () => {
    const { pid } = (await findProcess(network.state, 'orderer-4')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await log.append([{ act: 'access', subject: labelOf('another patient') }]);
    await stopProcess(network.state, 'orderer-4');
    expect((await networkStatus(guarded.folder)).isUp).to.equal(false);
    await bringUp({ stateFolder: guarded.folder, progress: () => undefined });
    // It learns that it is behind from the next message about a block.
    await log.append([{ act: 'access', subject: labelOf('another patient') }]);
    await untilAllAgree();
  });
});
