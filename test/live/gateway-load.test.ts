import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import type { Report } from '../../scripts/load/report.js';
import { accessSubmission } from '../support/hospital.js';
import { LiveGateway } from '../support/live-gateway.js';
import { signalProcesses } from '../support/live-hospital.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';

/** The whole minute: CHARTSEAL_LOAD_RATE=1000 CHARTSEAL_LOAD_SECONDS=60. */
const RATE = Number(process.env['CHARTSEAL_LOAD_RATE'] ?? 200);
const SECONDS = Number(process.env['CHARTSEAL_LOAD_SECONDS'] ?? 12);
const SAMPLE = process.env['CHARTSEAL_LOAD_SAMPLE'] ?? '500';
const COUNT = RATE * SECONDS;

const tell = (line: string): void => {
  if (process.env['CHARTSEAL_DEBUG']) process.stderr.write(`load: ${line}\n`);
};

/** The generator in a process of its own. */
class Load {
  readonly #process: ChildProcess;
  readonly #report: Promise<string>;
  readonly #closed: Promise<unknown>;
  #answered = 0;
  #look: () => void = () => undefined;

  constructor(gateway: LiveGateway, trust: string, rate: number, seconds: number) {
    const files = ['--authority', 'ca.pem', '--certificate', 'client.pem', '--key', 'client.key'];
    const program = join(__dirname, '..', '..', 'scripts', 'load.js');
    const figures = ['--rate', rate, '--seconds', seconds, '--sample', SAMPLE].map(String);
    const args = [program, '--json', '--url', gateway.url, '--trust', trust, ...files, ...figures];
    const started = spawn(process.execPath, args, {
      cwd: gateway.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = started;
    this.#closed = once(started, 'close');
    this.#report = (async () => {
      let text = '';
      for await (const piece of started.stdout) text += piece;
      return text;
    })();
    createInterface({ input: started.stderr }).on('line', (line) => {
      tell(line);
      this.#answered = Number(/ answered ([0-9]+)/.exec(line)?.[1] ?? this.#answered);
      this.#look();
    });
  }

  /** Resolves when so many events were answered. */
  async reach(answered: number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#look = () => this.#answered >= answered && resolve();
    });
    const ended = this.#closed.then(() => {
      throw new Error(`the load ended before ${answered} were answered`);
    });
    await Promise.race([reached, ended]);
  }

  async report(): Promise<Report> {
    await this.#closed;
    const text = await this.#report;
    tell(text);
    return JSON.parse(text) as Report;
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }
}

describe('a gateway under load on a live channel', function () {
  this.timeout(120_000 + SECONDS * 10_000);
  let live: LiveNetwork;
  let gateway: LiveGateway;
  let trust: string;
  let load: Load | undefined;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
    gateway = await LiveGateway.make(live);
    trust = await gateway.writeTrust();
  });
  afterEach(() => load?.end());
  after(() => gateway.remove());

  function expectWhole(report: Report, count: number): void {
    expect(report.events).to.equal(count);
    expect(report.refused).to.deep.equal({});
    expect(report.unanswered).to.equal(0);
    expect(report.answered).to.equal(count);
    expect(report.log).to.deep.equal({ missing: 0, doubled: 0, others: 0 });
    expect(report.receipts.failed).to.deep.equal({});
    expect(report.receipts.verified).to.equal(Math.min(count, Number(SAMPLE)));
    expect(report.ok).to.equal(true);
  }

  it(`that is killed twice has each of ${COUNT} answered events exactly once, with its receipt`, async () => {
    await gateway.start();
    load = new Load(gateway, trust, RATE, SECONDS);
    for (const part of [0.25, 0.6]) {
      await load.reach(COUNT * part);
      await gateway.serving.kill();
      tell('killed');
      await gateway.start();
      tell('started again');
    }
    const report = await load.report();
    expectWhole(report, COUNT);
    expect(report.repeats, 'connections were lost').to.not.deep.equal({});
  });

  it('that is told to end answers what is in flight, ends with 0, and goes on in the next process', async () => {
    const [rate, seconds] = [200, 6];
    load = new Load(gateway, trust, rate, seconds);
    await load.reach((rate * seconds) / 3);
    gateway.serving.signal('SIGTERM');
    expect(await gateway.serving.ended()).to.equal(0);
    await gateway.start();
    const report = await load.report();
    expectWhole(report, rate * seconds);
    // Whoever had been taken was answered: nothing had to be asked for again to be found there.
    expect(report.duplicates).to.equal(0);
  });

  it('that is told to end answers at once those who wait for a proof that does not come', async () => {
    const frozen = await signalProcesses(live, 'orderer', 'SIGSTOP');
    let answered: ReturnType<LiveGateway['ask']>;
    try {
      answered = gateway.ask('/v1/access-events', {
        headers: { 'Content-Type': 'application/json', Prefer: 'wait=30' },
        body: JSON.stringify(accessSubmission('P1', 'waits')),
      });
      const accepted = async () => JSON.parse((await gateway.ask('/v1/status')).text);
      for (const before = (await accepted()).committed; ; ) {
        const { accepted: count, committed } = await accepted();
        if (committed === before && count > committed) break;
      }
      gateway.serving.signal('SIGTERM');
      const { status, text } = await answered;
      expect(status).to.equal(202);
      expect(JSON.parse(text).state).to.equal('accepted');
      expect(await gateway.serving.ended()).to.equal(0);
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    }
    const { leafHash } = JSON.parse((await answered).text);
    await gateway.start();
    const receipt = await gateway.ask(`/v1/receipts/${leafHash}`, {
      headers: { Prefer: 'wait=30' },
    });
    expect(receipt.status).to.equal(200);
  });
});
