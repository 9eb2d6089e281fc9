import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { createDataFolder } from '../../gateway/data/create.js';
import type { ReadyCheck } from '../../gateway/operation/readiness.js';
import { findGateway } from '../../gateway/operation/run-file.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { Acceptor } from '../../gateway/services/sequencer/acceptor.js';
import { openStore } from '../../gateway/store/store.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { accessSubmission, BY } from '../support/hospital.js';
import { ask, type Response } from '../support/loopback-request.js';
import { mountTmpfs } from '../support/temp-folder.js';

const HOUR_MS = 3_600_000;
const MIB = 1024 ** 2;

/** Only root may mount, and not everywhere: then files of this process end at a size. */
function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);
}

const passOver = () => undefined;

describe('a gateway that runs', () => {
  let place: GatewayPlace;
  let mounted: string | undefined;
  let isLimited: boolean;
  let close: () => Promise<void>;

  beforeEach(() => {
    mounted = undefined;
    isLimited = false;
    close = async () => undefined;
  });
  afterEach(async () => {
    try {
      makeRoom();
      await close();
    } finally {
      if (mounted !== undefined) spawnSync('umount', [mounted]);
      await place.remove();
    }
  });

  async function open(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const gateway = await place.open(environment);
    close = () => gateway.close();
  }

  /** From here on nothing more can be written. */
  function fill(): void {
    if (mounted !== undefined) {
      // As much as there is room for.
      const more = () => writeFileSync(place.path('ballast'), Buffer.alloc(64 * MIB));
      expect(more).to.throw(/ENOSPC/);
      return;
    }
    isLimited = true;
    process.on('SIGXFSZ', passOver);
    limitFiles(64 * 1024);
  }

  function makeRoom(): void {
    if (mounted !== undefined) rmSync(place.path('ballast'), { force: true });
    if (!isLimited) return;
    isLimited = false;
    limitFiles('unlimited');
    process.off('SIGXFSZ', passOver);
  }

  /** An access event of the operator. */
  async function send(number: number): Promise<Response> {
    const running = await findGateway(place.data);
    const body = JSON.stringify(accessSubmission('P1', `sent ${number}`));
    const authorization = `Bearer ${running?.token}`;
    const headers = { authorization, 'content-type': 'application/json' };
    return ask(new URL('/operator/v1/access-events', running?.url), { headers, body });
  }

  /** Status of /readyz, and the checks that do not hold, by name. */
  async function readiness() {
    const { status, text } = await place.askAsOperator('/readyz');
    const { checks } = JSON.parse(text) as { checks: readonly ReadyCheck[] };
    const failing = checks.filter(({ ok }) => !ok);
    for (const { nextStep } of failing) expect(nextStep?.length).to.be.above(5);
    return { status, failing: Object.fromEntries(failing.map(({ name, code }) => [name, code])) };
  }

  const codeOf = ({ text }: Response) => (JSON.parse(text) as { code: string }).code;

  it('is not ready while its outbox is full, and says what holds the entries back', async () => {
    place = await GatewayPlace.create();
    const hospital = await openHospital({ folder: place.data, operator: 'test' });
    const { context, layout } = hospital;
    await hospital.close();
    const store = await openStore(layout.store, context.logId);
    const ahead = Date.now() + HOUR_MS;
    const ignore = () => undefined;
    const rest = { now: () => ahead, onAccepted: ignore, onFault: ignore };
    const acceptor = new Acceptor({ store, context, by: BY, ...rest });
    await Promise.all([1, 2].map((at) => acceptor.accept(accessSubmission('P1', `early ${at}`))));
    await acceptor.close();
    await store.close();

    await open({ CHARTSEAL_LIMIT_OUTBOX_ENTRIES: '2' });
    const refused = await send(1);
    expect([refused.status, codeOf(refused)]).to.deep.equal([429, 'OUTBOX_FULL']);
    const { status, failing } = await readiness();
    expect(status).to.equal(503);
    expect(failing).to.include({ outbox: 'OUTBOX_FULL', clock: 'CLOCK_BACKWARDS' });
    expect(await place.figure('chartseal_outbox_entries')).to.equal(2);
    expect(await place.figure('chartseal_check_ok{check="outbox"}')).to.equal(0);
    expect((await place.ask('/healthz')).status).to.equal(200);

    // Anybody may know that, and nothing of what this machine looks like.
    const told = await place.ask('/readyz');
    expect(told.status).to.equal(503);
    const { checks } = JSON.parse(told.text) as { checks: readonly object[] };
    expect(checks).to.deep.include({ name: 'outbox', ok: false, code: 'OUTBOX_FULL' });
    for (const check of checks)
      expect(check).to.have.any.keys('name').and.not.any.keys('sentence', 'nextStep');
    expect(told.text).to.not.include(place.folder);
  });

  it('is not ready on a full disk, where its write side stops; it goes on where there is room', async () => {
    place = new GatewayPlace();
    if (mountTmpfs(place.folder, 'size=32m')) mounted = place.folder;
    const small = mounted === undefined ? [] : ['disk'];
    const names = { origin: 'hospital-a.example/archive', mspId: 'HospitalMSP', description: '' };
    await createDataFolder({
      ...{ folder: place.data, recordLabels: 'hmac', patientSystems: [] },
      ...names,
    });
    await open();
    expect((await send(0)).status).to.equal(200);
    expect(Object.keys((await readiness()).failing)).to.deep.equal(small);

    fill();
    const answered = [0];
    let refused: Response | undefined;
    for (let number = 1; refused === undefined && number < 2000; number++) {
      const answer = await send(number);
      if (answer.status === 200) answered.push(number);
      else refused = answer;
    }
    expect(refused?.status).to.equal(503);
    expect(['STORE_FAILED', 'LOG_STOPPED']).to.include(codeOf(refused as Response));
    const stopped = await send(1);
    expect([stopped.status, codeOf(stopped)]).to.deep.equal([503, 'LOG_STOPPED']);
    const { status, failing } = await readiness();
    expect(status).to.equal(503);
    expect(failing).to.include({ 'write side': 'LOG_STOPPED' });
    expect(Object.keys(failing)).to.include.members(small);
    expect(await place.figure('chartseal_check_ok{check="write side"}')).to.equal(0);
    expect((await place.ask('/healthz')).status).to.equal(200);

    makeRoom();
    await close();
    expect(place.events('write-side-stopped')).to.have.lengthOf(1);
    await open();
    for (const number of answered) {
      const again = JSON.parse((await send(number)).text) as { duplicate: boolean };
      expect(again.duplicate, `event ${number}`).to.equal(true);
    }
    expect(Object.keys((await readiness()).failing)).to.deep.equal(small);
  });
});
