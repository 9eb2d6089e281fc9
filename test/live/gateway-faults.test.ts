import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { ReadyCheck } from '../../gateway/operation/readiness.js';
import type { Finding } from '../../gateway/services/doctor/finding.js';
import { accessSubmission } from '../support/hospital.js';
import { LiveGateway } from '../support/live-gateway.js';
import { killProcesses, restore } from '../support/live-hospital.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const SEEN_MS = 60_000;
const MB = 1024 * 1024;

interface Ready {
  readonly ready: boolean;
  readonly checks: readonly ReadyCheck[];
}

/** Puts the clock of a process off by as many ms as a file says. */
const clockProgram = (file: string) => `
  const { readFileSync } = require('node:fs');
  const now = Date.now;
  const read = () => Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
  let offset = read();
  setInterval(() => { offset = read(); }, 50).unref();
  Date.now = () => now() + offset;
`;

/** A file system of its own for the data folder. */
function mountDisk(): string | undefined {
  const folder = newTempFolder();
  const options = ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs', folder];
  const isMounted = process.platform === 'linux' && spawnSync('mount', options).status === 0;
  if (isMounted) return folder;
  removeTempFolder(folder);
  return undefined;
}

function unmountDisk(disk: string | undefined): void {
  if (disk === undefined) return;
  spawnSync('umount', [disk]);
  removeTempFolder(disk);
}

function canMount(): boolean {
  const disk = mountDisk();
  unmountDisk(disk);
  return disk !== undefined;
}

describe('a gateway whose surroundings fail', function () {
  this.timeout(240_000);
  let live: LiveNetwork;
  let gateway: LiveGateway;
  let clock: string;
  let disk: string | undefined;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
    disk = mountDisk();
    gateway = await LiveGateway.make(live, disk);
    clock = gateway.path('clock');
    writeFileSync(clock, '0');
    writeFileSync(gateway.path('clock.cjs'), clockProgram(clock));
    await gateway.start(gateway.path('clock.cjs'));
  });
  beforeEach(() => untilReady());
  afterEach(async () => {
    writeFileSync(clock, '0');
    await restore(live);
  });
  after(async () => {
    await gateway.remove();
    unmountDisk(disk);
  });

  const ready = async () => JSON.parse((await gateway.ask('/readyz')).text) as Ready;
  const failing = ({ checks }: Ready) => checks.filter(({ ok }) => !ok);

  /** Readiness once it is as wanted: what is known of the surroundings is some seconds old. */
  async function readyWhen(isWanted: (found: Ready) => boolean): Promise<Ready> {
    for (const until = Date.now() + SEEN_MS; ; await sleep(250)) {
      const found = await ready();
      if (isWanted(found)) return found;
      if (Date.now() > until) throw new Error(`readiness stays ${JSON.stringify(failing(found))}`);
    }
  }

  async function untilReady(): Promise<void> {
    await readyWhen((found) => found.ready && failing(found).length === 0);
  }

  async function figure(row: string): Promise<number | undefined> {
    const { text } = await gateway.ask('/metrics');
    const line = text.split('\n').find((one) => one.startsWith(`${row} `));
    return line === undefined ? undefined : Number(line.slice(row.length + 1));
  }

  async function finding(check: string): Promise<Finding> {
    const { findings } = JSON.parse((await gateway.ask('/v1/doctor')).text);
    const found = (findings as Finding[]).find((one) => one.check === check);
    if (found === undefined) throw new Error(`no finding ${check} in ${JSON.stringify(findings)}`);
    return found;
  }

  let events = 0;
  const submit = (wait = 0) =>
    gateway.ask('/v1/access-events', {
      headers: { 'Content-Type': 'application/json', Prefer: `wait=${wait}` },
      body: JSON.stringify(accessSubmission('P1', `fault ${events++}`)),
    });
  const codeOf = ({ text }: { text: string }) => JSON.parse(text).code;

  /** This check fails and says what to do. */
  const fails = (name: string) => (found: Ready) =>
    failing(found).some((one) => one.name === name && (one.nextStep ?? '') !== '');

  it('keeps what it accepts while its own peer is down, and proves it afterwards', async () => {
    const { peer } = live.organisation('hospital-a').ports;
    const name = `peer localhost:${peer}`;
    await killProcesses(live, 'peer-hospital-a');
    const found = await readyWhen(
      ({ ready: isReady, checks }) => !isReady && fails(name)({ ready: isReady, checks }),
    );
    expect(failing(found).map((one) => one.name)).to.include('ledger');
    expect(await figure(`chartseal_ledger_up{kind="peer",name="localhost:${peer}"}`)).to.equal(0);
    expect(await figure('chartseal_ready')).to.equal(0);
    const told = await finding(name);
    expect(told.status).to.be.oneOf(['warning', 'fault']);
    expect(told.next).to.be.a('string').that.is.not.empty;
    const accepted = await submit();
    expect(accepted.status).to.equal(202);
    expect(await figure('chartseal_outbox_entries')).to.equal(1);
    await restore(live);
    await untilReady();
    const { leafHash } = JSON.parse(accepted.text);
    const receipt = await gateway.ask(`/v1/receipts/${leafHash}`, {
      headers: { Prefer: 'wait=30' },
    });
    expect(receipt.status).to.equal(200);
    expect(await figure('chartseal_outbox_entries')).to.equal(0);
  });

  it('goes on when its own contract process is down, and names it', async () => {
    await killProcesses(live, 'chaincode-hospital-a');
    expect((await submit(30)).status).to.equal(201);
    const found = await readyWhen(fails('organisation HospitalAMSP'));
    expect(found.ready).to.equal(true);
    const row = 'chartseal_ledger_up{kind="organisation",name="HospitalAMSP"}';
    expect(await figure(row)).to.equal(0);
    const told = await finding('contract');
    expect(told.status).to.equal('fault');
    expect(told.next).to.include('start the contract process');
    await restore(live);
    await untilReady();
    expect(await figure(row)).to.equal(1);
  });

  it('says that nothing is committed while too few organisations are there to endorse', async () => {
    await killProcesses(live, 'peer-hospital-b', 'peer-auditor');
    const accepted = await submit();
    expect(accepted.status).to.equal(202);
    const found = await readyWhen((one) => !one.ready && fails('ledger')(one));
    expect(failing(found).map((one) => one.name)).to.include.members([
      'organisation HospitalBMSP',
      'organisation AuditorMSP',
    ]);
    expect(await figure('chartseal_ledger_usable{step="commit"}')).to.equal(0);
    expect((await finding('endorsers')).status).to.equal('fault');
    await restore(live);
    await untilReady();
    expect(await figure('chartseal_ledger_usable{step="commit"}')).to.equal(1);
  });

  it('accepts nothing while its clock is behind what it dated, and goes on when it is right', async () => {
    expect((await submit(30)).status).to.equal(201);
    writeFileSync(clock, String(-10 * 60_000));
    const found = await readyWhen((one) => !one.ready && fails('clock')(one));
    const check = failing(found).find((one) => one.name === 'clock');
    expect(check?.code).to.equal('CLOCK_BACKWARDS');
    expect(check?.nextStep).to.include('NTP');
    const refused = await submit();
    expect({ status: refused.status, code: codeOf(refused) }).to.deep.equal({
      status: 503,
      code: 'CLOCK_BACKWARDS',
    });
    expect(await figure('chartseal_clock_behind_seconds')).to.be.above(500);
    expect((await finding('clock')).status).to.equal('fault');
    writeFileSync(clock, '0');
    await untilReady();
    expect(await figure('chartseal_clock_behind_seconds')).to.equal(0);
    expect((await submit(30)).status).to.equal(201);
  });

  // Elsewhere no disk can be filled without filling that of everybody.
  if (canMount()) {
    it('is not ready before its disk is full, refuses when it is, and loses nothing', async () => {
      const folder = disk as string;
      const filler = join(folder, 'filler');
      const fill = (leave: number) => {
        rmSync(filler, { force: true });
        const { bavail, bsize } = statfsSync(folder);
        writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
      };
      const accepted = await submit(30);
      expect(accepted.status).to.equal(201);
      fill(32 * MB);
      const found = await readyWhen((one) => !one.ready && fails('disk')(one));
      expect(failing(found)[0]?.nextStep).to.include('df -h');
      expect(await figure('chartseal_disk_free_bytes')).to.be.below(64 * MB);
      expect((await finding('disk')).status).to.equal('fault');
      fill(0);
      let refused = await submit();
      for (let tries = 0; refused.status === 202 && tries < 5000; tries++) refused = await submit();
      expect(refused.status).to.equal(503);
      expect(codeOf(refused)).to.be.oneOf(['STORE_FAILED', 'LOG_STOPPED']);
      rmSync(filler);
      await gateway.serving.kill();
      await gateway.start(gateway.path('clock.cjs'));
      await untilReady();
      expect((await submit(30)).status).to.equal(201);
      const { leafHash } = JSON.parse((await submit()).text);
      const receipt = await gateway.ask(`/v1/receipts/${leafHash}`, {
        headers: { Prefer: 'wait=30' },
      });
      expect(receipt.status).to.equal(200);
    });
  }
});
