// Commands and a gateway whose clock is far ahead, and what an operator then types.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { expectRefused, runIn } from '../support/refusals.js';
import { Served } from '../support/served.js';
import { Untouched } from '../support/untouched.js';

const DAY_MS = 86_400_000;
const EVENT = [
  ...['access', 'record', '--data', 'd', '--actor', 'dr-1', '--role', 'physician'],
  ...['--organisation', 'a', '--patient', 'urn:hospital-a|P1'],
];
/** The shift is read anew each time: a clock can be set while a process runs. */
const PRELOAD = `
const { readFileSync } = require('node:fs');
const real = Date.now;
Date.now = () => real() + Number(readFileSync(process.env.SHIFT_FILE, 'utf8'));
`;

describe('a clock that is far ahead, at the command line', function () {
  this.timeout(90_000);
  let place: Workplace;
  let gateway: Served | undefined;
  let env: Record<string, string>;

  const shift = (days: number) => writeFileSync(place.path('shift'), `${days * DAY_MS}`);
  const run = (args: readonly string[]) => runIn(place, args, { env });
  const event = (id: string) => run([...EVENT, '--request-id', id]);
  const confirm = (date: string) => run(['clock', 'confirm', date, '--data', 'd']);
  const dateIn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

  beforeEach(() => {
    place = new Workplace();
    writeFileSync(place.path('clock.cjs'), PRELOAD);
    env = { NODE_OPTIONS: `--require ${place.path('clock.cjs')}`, SHIFT_FILE: place.path('shift') };
    shift(0);
    const made = run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    expect(made.status, made.stderr).to.equal(0);
    expect(event('first').status).to.equal(0);
  });
  afterEach(async () => {
    await gateway?.kill();
    gateway = undefined;
    place.remove();
  });

  it('lets nothing be written, and says so once for a whole folder', async () => {
    const untouched = await Untouched.remember(place.folder, 'd');
    mkdirSync(place.path('a'));
    for (let at = 0; at < 50; at++) writeFileSync(place.path('a', `${at}`), `document ${at}`);
    shift(400);
    const refused = event('second');
    expectRefused(refused, 'CLOCK_AHEAD', 2);
    expect(refused.stderr).to.include('400 days after the newest entry');
    expect(refused.stderr).to.include('chartseal clock confirm');
    const ingested = run(['ingest', 'a', '--data', 'd']);
    expect(ingested.status).to.equal(2);
    expect(ingested.stderr.match(/error: CLOCK_AHEAD/g)).to.have.length(1);
    const doctor = run(['doctor', '--data', 'd', '--json']);
    expect(doctor.stdout).to.match(/"check":"clock","status":"warning"[^\n]*clock confirm/);
    rmSync(place.path('a'), { recursive: true });
    await untouched.expectSame();
    shift(0);
    expect(event('second').status).to.equal(0);
  });

  it('is confirmed by whoever knows the date, and by no other', () => {
    shift(40);
    expectRefused(confirm(dateIn(0)), 'CLOCK_SKEW', 2);
    for (const wrong of ['today', '2026-11', '2026-02-30', '01.11.2026', dateIn(40).slice(2)]) {
      expectRefused(confirm(wrong), 'BAD_INPUT', 2);
    }
    const elsewhere = run(['clock', 'confirm', dateIn(40), '--data', 'elsewhere']);
    expectRefused(elsewhere, 'NO_DATA', 64);
    expectRefused(event('second'), 'CLOCK_AHEAD', 2);
    const confirmed = confirm(dateIn(40));
    expect(confirmed.status, confirmed.stderr).to.equal(0);
    expect(confirmed.stdout).to.match(/^confirmed: it is \d{4}-\d\d-\d\dT[0-9:.]+Z\n$/);
    expect(event('second').status).to.equal(0);
    expect(run(['doctor', '--data', 'd', '--json']).stdout).to.include(
      '"check":"clock","status":"ok"',
    );
  });

  it('holds a gateway, which says why, and goes on without a new start', async () => {
    gateway = await Served.start(place, 'd', [], env);
    const { url } = gateway.runFile();
    const ready = async () => {
      const answer = await fetch(`${url}/readyz`);
      return { status: answer.status, text: await answer.text() };
    };
    expect(event('second').status).to.equal(0);
    shift(3);
    expectRefused(event('third'), 'CLOCK_AHEAD', 2);
    const held = await ready();
    expect(held.status, held.text).to.equal(503);
    expect(held.text).to.include('CLOCK_AHEAD').and.to.include('clock confirm YYYY-MM-DD');
    expect(run(['doctor', '--data', 'd']).stdout).to.include('3 days ahead of what it said before');
    shift(0);
    expect(event('third').status).to.equal(0);
    shift(3);
    expectRefused(event('fourth'), 'CLOCK_AHEAD', 2);
    expect(confirm(dateIn(3)).status).to.equal(0);
    expect(event('fourth').status).to.equal(0);
    expect((await ready()).status).to.equal(200);
  });
});
