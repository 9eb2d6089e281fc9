import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Ran, Workplace } from '../support/cli.js';
import { RunningCommand } from '../support/running-command.js';
import { Served } from '../support/served.js';

const FILES = 4000;
const INGEST = ['ingest', 'a', '--data', 'd', '--json'];

interface Summary {
  readonly anchored: number;
  readonly unchanged: number;
  readonly accepted: number;
}

function lastRow(stdout: string): Readonly<Record<string, unknown>> {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}');
}

const summaryOf = ({ stdout }: Ran) => lastRow(stdout)['summary'] as Summary;

describe('a gateway that ends while a command works through it', function () {
  this.timeout(60_000);
  let place: Workplace;
  let gateway: Served | undefined;

  beforeEach(() => {
    place = new Workplace();
    mkdirSync(place.path('a'));
    for (let at = 0; at < FILES; at++) writeFileSync(place.path('a', `${at}`), `document ${at}`);
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
  });
  afterEach(async () => {
    await gateway?.kill();
    place.remove();
  });

  it('by kill -9 leaves an ingest that says so, and doubles nothing when it is run again', async () => {
    gateway = await Served.start(place);
    const first = new RunningCommand(place, INGEST);
    await first.printed();
    await gateway.kill();
    const cut = await first.ended();
    expect(cut.status).to.equal(2);
    expect(lastRow(cut.stdout)).to.have.nested.property('error.code', 'GATEWAY_UNREACHABLE');
    // What was left of it does not stand in the way: the store is free.
    const again = summaryOf(place.run(INGEST));
    expect(again.anchored + again.unchanged).to.equal(FILES);
    expect(again.accepted).to.equal(FILES);
    expect(again.unchanged).to.be.above(0);
  });

  it('in order tells an ingest so, and what it answered for is there', async () => {
    gateway = await Served.start(place);
    const first = new RunningCommand(place, INGEST);
    await first.printed();
    const code = await gateway.end();
    const told = await first.ended();
    expect(code).to.equal(0);
    expect(told.status).to.equal(2);
    expect(lastRow(told.stdout)).to.have.nested.property('error.code', 'SHUTTING_DOWN');
    const anchored = told.stdout.match(/"state":"anchored"/g)?.length ?? 0;
    const again = summaryOf(place.run(INGEST));
    expect(again.unchanged).to.be.at.least(anchored);
    expect(again.accepted).to.equal(FILES);
  });

  it('by kill -9 leaves an audit that the next run goes on with', async () => {
    place.run(INGEST);
    gateway = await Served.start(place);
    // So slow that it is in the middle when its first answers come.
    const audit = ['audit', '--data', 'd', '--json', '--rate', '0.02'];
    const first = new RunningCommand(place, audit);
    await first.printed();
    await gateway.kill();
    const cut = await first.ended();
    expect(cut.status).to.equal(2);
    expect(lastRow(cut.stdout)).to.have.nested.property('error.code', 'GATEWAY_UNREACHABLE');
    const whole = place.run(['audit', '--data', 'd', '--json']);
    expect(whole.status, whole.stderr).to.equal(0);
    const { counts } = lastRow(whole.stdout)['summary'] as { counts: { unchanged: number } };
    expect(counts.unchanged).to.equal(FILES);
  });

  it('is nobody to an audit that Ctrl-C ends: it is anchored, and goes on later', async () => {
    place.run(INGEST);
    gateway = await Served.start(place);
    const first = new RunningCommand(place, ['audit', '--data', 'd', '--json', '--rate', '0.02']);
    await first.printed();
    first.process.kill('SIGINT');
    const ended = await first.ended();
    expect(ended.status, ended.stderr).to.equal(2);
    const { left, fixity } = lastRow(ended.stdout)['summary'] as { left: number; fixity: object };
    expect(left).to.be.above(0);
    expect(fixity).to.have.property('isProven', true);
    const second = place.run(['audit', '--data', 'd']);
    expect(second.status, second.stderr).to.equal(0);
    expect(second.stderr).to.include('going on with the pass');
    expect(second.stdout).to.include(`${FILES} unchanged`);
  });
});
