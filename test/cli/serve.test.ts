import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { ROLES } from '../../gateway/http/caller.js';
import { Workplace } from '../support/cli.js';
import { accessSubmission } from '../support/hospital.js';
import { ask } from '../support/loopback-request.js';
import { ServeProcess } from '../support/serve-process.js';

const SECRET = 'canary-P7700142';

describe('chartseal serve', function () {
  this.timeout(60_000);
  let place: Workplace;
  let gateway: ServeProcess | undefined;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(async () => {
    await gateway?.kill();
    gateway = undefined;
    place.remove();
  });

  function serve(args: readonly string[], more: { preload?: string } = {}): ServeProcess {
    gateway = new ServeProcess(args, { cwd: place.folder, ...more });
    return gateway;
  }

  function initialised(more: { preload?: string } = {}): Promise<ServeProcess> {
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    return serve(['--data', 'd'], more).listening();
  }

  it('with --demo begins from nothing and gives a token for each role that works', async () => {
    const demo = await serve(['--demo', '--data', 'd']).listening();
    expect(Object.keys(demo.tokens)).to.have.members([...ROLES]);
    expect(demo.stderr).to.match(/^listening for people: http:\/\/127\.0\.0\.1:\d+$/m);
    expect(demo.stderr).to.include(`demo token of admin: ${demo.tokens['admin']}`);
    const statusFor = async (role: string) =>
      (
        await ask(demo.url('people', '/v1/doctor'), {
          headers: { authorization: `Bearer ${demo.tokens[role]}` },
        })
      ).status;
    expect(await statusFor('admin')).to.equal(200);
    expect(await statusFor('patient')).to.equal(403);
  });

  it('ends with 0 at SIGTERM and at SIGINT, and leaves the folder free', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const running = await (existsSync(place.path('d'))
        ? serve(['--data', 'd']).listening()
        : initialised());
      expect(existsSync(place.path('d', 'run', 'gateway.json'))).to.equal(true);
      running.signal(signal);
      expect(await running.ended()).to.equal(0);
      expect(running.stdout).to.include('"event":"ended"');
      expect(existsSync(place.path('d', 'run', 'gateway.json'))).to.equal(false);
    }
    expect(place.run(['doctor', '--data', 'd']).status).to.equal(0);
  });

  /** How many the log has of a patient. */
  function eventsOf(value: string): number {
    place.run(['history', `urn:hospital-a|${value}`, '--data', 'd', '--out', 'h.json']);
    const { leaves } = JSON.parse(readFileSync(place.path('h.json'), 'utf8')) as { leaves: [] };
    return leaves.length;
  }

  /** A stream of access events that is answered line by line. */
  async function openStream(running: ServeProcess) {
    const sending = request(running.url('people', '/v1/access-events'), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${running.tokens['archivist']}`,
        'content-type': 'application/x-ndjson',
      },
    });
    const write = (id: string) => sending.write(`${JSON.stringify(accessSubmission('P1', id))}\n`);
    write('first');
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    const lines = createInterface({ input: answer })[Symbol.asyncIterator]();
    /** The next line, also one that came before anybody asked. */
    const answered = async () => String((await lines.next()).value);
    expect(await answered()).to.include('"leafHash"');
    return { sending, write, answered };
  }

  it('finishes the request in flight after SIGTERM, takes no new connection, and has what it answered for', async () => {
    const running = await serve(['--demo', '--data', 'd']).listening();
    const sending = request(running.url('people', '/v1/access-events'), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${running.tokens['archivist']}`,
        'content-type': 'application/json',
        expect: '100-continue',
      },
    });
    sending.flushHeaders();
    await once(sending, 'continue');
    running.signal('SIGTERM');
    await running.line('"event":"ending"');
    const refused = await ask(running.url('people', '/readyz')).catch(
      ({ code }: NodeJS.ErrnoException) => code,
    );
    expect(refused).to.be.oneOf(['ECONNREFUSED', 'ECONNRESET']);
    sending.end(JSON.stringify(accessSubmission('P1', 'in flight')));
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).to.equal(202);
    expect(await running.ended()).to.equal(0);
    expect(eventsOf('P1')).to.equal(1);
  });

  it('tells a stream that it ends, line by line, and has every line that it answered for', async () => {
    const running = await serve(['--demo', '--data', 'd']).listening();
    const { sending, write, answered } = await openStream(running);
    running.signal('SIGTERM');
    await running.line('"event":"ending"');
    write('second');
    expect(await answered()).to.include('"SHUTTING_DOWN"');
    sending.end();
    expect(await running.ended()).to.equal(0);
    expect(eventsOf('P1')).to.equal(1);
  });

  it('ends at once at a second signal, whatever is in flight', async () => {
    const running = await serve(['--demo', '--data', 'd']).listening();
    const { sending } = await openStream(running);
    sending.on('error', () => sending.destroy());
    running.signal('SIGTERM');
    await running.line('"event":"ending"');
    running.signal('SIGTERM');
    expect(await running.ended()).to.equal(2);
    expect(place.run(['doctor', '--data', 'd']).status).to.equal(0);
  });

  it('logs an error that nobody foresaw without its text, ends with 2, and damages nothing', async () => {
    const bomb = place.path('bomb.cjs');
    for (const fail of ['throw error', 'Promise.reject(error)']) {
      writeFileSync(
        bomb,
        `process.on('SIGUSR2', () => { const error = new RangeError('${SECRET}'); ${fail}; });`,
      );
      const running = await (existsSync(place.path('d'))
        ? serve(['--data', 'd'], { preload: bomb }).listening()
        : initialised({ preload: bomb }));
      running.signal('SIGUSR2');
      expect(await running.ended()).to.equal(2);
      const line = JSON.parse(await running.line('"event":"unexpected"'));
      expect(line.error).to.include({ type: 'RangeError' });
      expect(running.stdout + running.stderr).to.not.include(SECRET);
      expect(existsSync(place.path('d', 'run', 'gateway.json'))).to.equal(false);
    }
    expect(place.run(['doctor', '--data', 'd']).status).to.equal(0);
  });

  it('goes on through SIGHUP', async () => {
    const running = await initialised();
    running.signal('SIGHUP');
    expect((await ask(running.url('people', '/healthz'))).status).to.equal(200);
  });

  it('goes on through SIGHUP that comes while it starts', async () => {
    const preload = place.path('hangup.cjs');
    const text = `const Module = require('node:module');
const load = Module._load;
Module._load = function (name, ...rest) {
  if (name === 'classic-level') process.kill(process.pid, 'SIGHUP');
  return load.call(this, name, ...rest);
};`;
    writeFileSync(preload, text);
    const running = await initialised({ preload });
    expect((await ask(running.url('people', '/healthz'))).status).to.equal(200);
  });

  /** Gets these when it has opened its data and is about to listen. */
  function signalled(...signals: readonly NodeJS.Signals[]): string {
    const preload = place.path('signalled.cjs');
    const text = `const { Server } = require('node:net');
const { listen } = Server.prototype;
let isFirst = true;
Server.prototype.listen = function (...args) {
  const signals = isFirst ? ${JSON.stringify(signals)} : [];
  isFirst = false;
  for (const signal of signals) process.kill(process.pid, signal);
  return listen.apply(this, args);
};`;
    writeFileSync(preload, text);
    return preload;
  }

  it('goes on through SIGHUP that comes when it is about to listen', async () => {
    const running = await initialised({ preload: signalled('SIGHUP') });
    expect((await ask(running.url('people', '/healthz'))).status).to.equal(200);
  });

  it('ends in order at a signal that comes while it starts, and at once at a second one', async () => {
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const running = serve(['--data', 'd'], { preload: signalled(signal) });
      expect(await running.ended()).to.equal(0);
      expect(running.stdout).to.include('"event":"ended"').and.not.include('"listening":[');
      expect(existsSync(place.path('d', 'run', 'gateway.json'))).to.equal(false);
    }
    const running = serve(['--data', 'd'], { preload: signalled('SIGTERM', 'SIGINT') });
    expect(await running.ended()).to.equal(2);
    expect(place.run(['doctor', '--data', 'd']).status).to.equal(0);
  });

  it('ends with 64 and a line for each fault of the configuration', () => {
    writeFileSync(place.path('g.json'), '{"people":{"port":"x"},"lmits":{},"log":{"level":"all"}}');
    const { status, stderr } = place.run(['serve', '--config', 'g.json', '--data', 'd']);
    expect(status).to.equal(64);
    const lines = stderr.split('\n').filter((line) => line.startsWith('error: CONFIG_INVALID '));
    expect(lines).to.have.length(3);
    expect(stderr).to.match(/^hint: Correct every line/m);
    expect(existsSync(place.path('d'))).to.equal(false);
  });

  it('ends with 2 when its port is taken, naming it, and with 64 without a data folder', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    writeFileSync(place.path('g.json'), JSON.stringify({ data: 'd', people: { port } }));
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    const taken = place.run(['serve', '--config', 'g.json']);
    other.close();
    expect(taken.status).to.equal(2);
    expect(taken.stderr).to.include(
      `error: PORT_TAKEN the gateway cannot listen on 127.0.0.1 port ${port}: another program does`,
    );
    expect(place.run(['serve', '--data', 'none']).status).to.equal(64);
  });

  it('goes on when nobody reads its log any more', async () => {
    const running = await initialised();
    running.process.stdout?.destroy();
    for (let count = 0; count < 20; count++) {
      expect((await ask(running.url('people', '/v1/none'))).status).to.equal(404);
    }
    const { text } = await ask(running.url('local', '/metrics'));
    expect(Number(/^chartseal_log_lines_lost (\d+)$/m.exec(text)?.[1])).to.be.above(0);
    running.signal('SIGTERM');
    expect(await running.ended()).to.equal(0);
  });
});
