// What an operator sees of a gateway on a live channel while parts of the network fail: each fault
// in readiness, metrics and doctor, with the next step.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { ReadyCheck } from '../../gateway/operation/readiness.js';
import type { Finding } from '../../gateway/services/doctor/finding.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { killProcesses, LiveHospital, restore } from '../support/live-hospital.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';

const SEEN_MS = 60_000;

interface Ready {
  readonly ready: boolean;
  readonly checks: readonly ReadyCheck[];
}

describe('a gateway on a live channel', function () {
  this.timeout(180_000);
  let live: LiveNetwork;
  let place: GatewayPlace;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
    place = new GatewayPlace();
    const { data } = await LiveHospital.make(place.folder, live.profile('hospital-a'));
    await place.open({}, { data });
  });
  afterEach(() => restore(live));
  after(() => place.remove());

  const ready = async () => JSON.parse((await place.askAsOperator('/readyz')).text) as Ready;

  /** Readiness once it is as wanted: what is known of the network is some seconds old. */
  async function readyWhen(isWanted: (found: Ready) => boolean): Promise<Ready> {
    for (const until = Date.now() + SEEN_MS; ; await sleep(250)) {
      const found = await ready();
      if (isWanted(found) || Date.now() > until) return found;
    }
  }

  const failing = ({ checks }: Ready) => checks.filter(({ ok }) => !ok);
  const isCheck = (name: string) => (found: Ready) =>
    failing(found).some((check) => check.name === name);

  const up = (kind: string, name: string) =>
    place.figure(`chartseal_ledger_up{kind="${kind}",name="${name}"}`);

  it('says that all is well, and how far each organisation is', async () => {
    const found = await readyWhen(({ ready: isReady }) => isReady);
    expect(failing(found)).to.deep.equal([]);
    expect(await up('organisation', 'HospitalBMSP')).to.equal(1);
    const lag = await place.figure('chartseal_ledger_lag_blocks{name="HospitalBMSP"}');
    expect(lag).to.be.at.least(0);
    expect(await place.figure('chartseal_ledger_usable{step="prove"}')).to.equal(1);
  });

  it('names the peer of another organisation that is down, and stays ready', async () => {
    await killProcesses(live, 'peer-hospital-b');
    const found = await readyWhen(isCheck('organisation HospitalBMSP'));
    expect(found.ready).to.equal(true);
    expect(failing(found)[0]?.nextStep).to.include('chartseal network status');
    expect(await up('organisation', 'HospitalBMSP')).to.equal(0);
    const { findings } = JSON.parse((await place.askAsOperator('/v1/doctor')).text) as {
      findings: Finding[];
    };
    const finding = findings.find(({ check }) => check === 'organisation HospitalBMSP');
    expect(finding?.status).to.equal('warning');
    expect(finding?.next).to.be.a('string');
  });

  it('is not ready while no orderer answers, says what to do, and mends by itself', async () => {
    await killProcesses(live, 'orderer');
    const found = await readyWhen(({ ready: isReady }) => !isReady);
    expect(found.ready).to.equal(false);
    const ledger = failing(found).find(({ name }) => name === 'ledger');
    expect(ledger).to.include({ code: 'LEDGER_UNAVAILABLE' });
    expect(ledger?.sentence).to.include('Nothing can be committed now');
    expect(await place.figure('chartseal_ledger_usable{step="commit"}')).to.equal(0);
    await restore(live);
    expect((await readyWhen(({ ready: isReady }) => isReady)).ready).to.equal(true);
  });
});
