// A gateway that is started while its channel does not answer: the machine was restarted, or the
// gateway was, and the consortium is away. Sources go on sending, patients go on reading.
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { readConfig } from '../../gateway/data/config.js';
import type { ReadyCheck } from '../../gateway/operation/readiness.js';
import type { Finding } from '../../gateway/services/doctor/finding.js';
import { TRUST_KEY } from '../../gateway/store/keys.js';
import { openStore } from '../../gateway/store/store.js';
import { Workplace } from '../support/cli.js';
import { accessSubmission } from '../support/hospital.js';
import { LiveGateway } from '../support/live-gateway.js';
import { changedProfile, killProcesses, restore } from '../support/live-hospital.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';

const SEEN_MS = 60_000;

describe('a gateway that is started while its channel is away', function () {
  this.timeout(240_000);
  let live: LiveNetwork;
  let gateway: LiveGateway;
  const beside = new Workplace();

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
  });
  after(() => beside.remove());
  beforeEach(async () => {
    gateway = await LiveGateway.make(live);
  });
  afterEach(async () => {
    await gateway.remove();
    await restore(live);
  });

  const checks = async () =>
    JSON.parse((await gateway.ask('/readyz')).text) as {
      readonly ready: boolean;
      readonly checks: readonly ReadyCheck[];
    };

  async function checkWhen(name: string, isWanted: (check: ReadyCheck) => boolean) {
    for (const until = Date.now() + SEEN_MS; ; await sleep(250)) {
      const found = await checks();
      const check = found.checks.find((one) => one.name === name);
      if (check !== undefined && isWanted(check)) return { ...found, check };
      if (Date.now() > until) throw new Error(`readiness stays ${JSON.stringify(found)}`);
    }
  }

  let events = 0;
  const submit = (wait = 0) =>
    gateway.ask('/v1/access-events', {
      headers: { 'Content-Type': 'application/json', Prefer: `wait=${wait}` },
      body: JSON.stringify(accessSubmission('P1', `away ${events++}`)),
    });
  const receipt = (leafHash: string, wait = 0) =>
    gateway.ask(`/v1/receipts/${leafHash}`, { headers: { Prefer: `wait=${wait}` } });
  const trust = async () => (await gateway.ask('/v1/log/trust')).text;

  async function stop(): Promise<void> {
    gateway.serving.signal('SIGTERM');
    expect(await gateway.serving.ended()).to.equal(0);
  }

  async function refusal(): Promise<string> {
    await gateway.start().then(
      () => expect.fail('it started'),
      () => undefined,
    );
    expect(await gateway.serving.ended()).to.equal(2);
    return gateway.serving.stderr;
  }

  it('keeps what it accepts, gives out what was proven, and proves the rest afterwards', async () => {
    await gateway.start();
    const before = JSON.parse((await submit()).text);
    expect((await receipt(before.leafHash, 30)).status).to.equal(200);
    const known = await trust();
    await stop();
    await killProcesses(live, 'peer-hospital-a');
    await gateway.start();
    await gateway.serving.line('"event":"ledger-away"');

    const first = await submit();
    expect(first.status).to.equal(202);
    expect((await receipt(before.leafHash)).status).to.equal(200);
    expect(await trust()).to.equal(known);
    const { ready, check } = await checkWhen('write side', ({ ok }) => !ok);
    expect(ready).to.equal(false);
    expect(check.code).to.equal('LEDGER_UNAVAILABLE');
    expect(check.sentence).to.include('has not answered since the start');
    const { findings } = JSON.parse((await gateway.ask('/v1/doctor')).text);
    const found = (findings as Finding[]).find((one) => one.check === 'sequencer');
    expect(found?.status).to.equal('warning');
    expect(found?.sentence).to.include('1 entry waits until they agree');

    // Started once more, as by whoever hopes that it helps: nothing is lost by it.
    await stop();
    await gateway.start();
    const second = await submit();
    expect(second.status).to.equal(202);

    await restore(live);
    for (const { text } of [first, second]) {
      expect((await receipt(JSON.parse(text).leafHash, 60)).status).to.equal(200);
    }
    await checkWhen('write side', ({ ok }) => ok);
    expect(await trust()).to.equal(known);
    expect((await submit(30)).status).to.equal(201);
  });

  it('starts without its own contract process too', async () => {
    await gateway.start();
    await stop();
    await killProcesses(live, 'chaincode-hospital-a');
    await gateway.start();
    const accepted = await submit();
    expect(accepted.status).to.equal(202);
    // Enough others answer, and it has to wait for its own all the same.
    const { checks: found, check } = await checkWhen('write side', ({ ok }) => !ok);
    expect(check.nextStep).to.include('its contract process');
    expect(JSON.stringify(found)).to.not.include('the others are enough to go on');
    await restore(live);
    expect((await receipt(JSON.parse(accepted.text).leafHash, 60)).status).to.equal(200);
    await gateway.serving.line('"event":"ledger-met"');
  });

  it('stops, and says why, when its store turns out to be an older one', async () => {
    const { data } = gateway.hospital;
    const [store, older] = [join(data, 'store'), gateway.path('older')];
    await gateway.start();
    expect((await submit(30)).status).to.equal(201);
    await stop();
    cpSync(store, older, { recursive: true });
    await gateway.start();
    expect((await submit(30)).status).to.equal(201);
    await stop();
    rmSync(store, { recursive: true });
    cpSync(older, store, { recursive: true });
    await killProcesses(live, 'peer-hospital-a');
    // The second start must not take what the first accepted for what the ledger holds.
    for (let starts = 0; starts < 2; starts++) {
      await gateway.start();
      expect((await submit()).status).to.equal(202);
      if (starts === 0) await stop();
    }

    await restore(live);
    const { check } = await checkWhen('write side', ({ code }) => code === 'LOG_STOPPED');
    expect(check.sentence).to.include('STORE_BEHIND');
    expect(check.nextStep).to.include('put back the newest copy');
    const refused = await submit();
    expect(refused.status).to.equal(503);
    expect(JSON.parse(refused.text).code).to.equal('LOG_STOPPED');
  });

  it('gives commands beside it the receipt of what was proven, and no word that it is not', async () => {
    await gateway.start();
    const before = JSON.parse((await submit()).text);
    expect((await receipt(before.leafHash, 30)).status).to.equal(200);
    await stop();
    await killProcesses(live, 'peer-hospital-a');
    await gateway.start();
    const waiting = JSON.parse((await submit()).text);
    const ask = (leafHash: string) =>
      beside.run(['receipt', leafHash, '--data', gateway.hospital.data, '--wait', '1']);
    expect(ask(before.leafHash)).to.include({ status: 0, stderr: '' });
    const refused = ask(waiting.leafHash);
    expect(refused.status).to.equal(2);
    expect(refused.stderr).to.include('NOT_PROVEN_YET').and.include('LEDGER_UNAVAILABLE');
  });

  it('is refused where its channel was never met', async () => {
    await killProcesses(live, 'peer-hospital-a');
    expect(await refusal()).to.include('LEDGER_UNAVAILABLE');
  });

  it('is refused where what it keeps is of another channel than it is to go to', async () => {
    const { data } = gateway.hospital;
    await gateway.start();
    await stop();
    const channel = 'other';
    const profile = changedProfile(live, 'hospital-a', gateway.path('other.json'), { channel });
    const path = join(data, 'config.json');
    const config = { ...(await readConfig(path)), channel, profile };
    writeFileSync(path, canonicalBytes(config));
    await killProcesses(live, 'peer-hospital-a');
    expect(await refusal())
      .to.include('LEDGER_UNAVAILABLE')
      .and.include('another log or channel');
  });

  it('is refused where what it keeps of its channel is damaged, until that answers once', async () => {
    const { data } = gateway.hospital;
    await gateway.start();
    await stop();
    const { logId } = await readConfig(join(data, 'config.json'));
    const store = await openStore(join(data, 'store'), logId);
    await store.db.batch().put(TRUST_KEY, Buffer.from('{}')).write();
    await store.close();
    await killProcesses(live, 'peer-hospital-a');
    const told = await refusal();
    expect(told).to.include('LEDGER_UNAVAILABLE');
    expect(told).to.include('of what the store keeps of the channel');
    await restore(live);
    await gateway.start();
    await stop();
    await killProcesses(live, 'peer-hospital-a');
    await gateway.start();
    expect((await submit()).status).to.equal(202);
  });
});
