import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { TIMEOUTS } from '../../gateway/http/limits.js';
import { type HostileListener, openHostile, TOKEN } from '../support/hostile-gateway.js';
import { ask } from '../support/loopback-request.js';

/** As many as a slow machine opens in good time, of at most so many. */
const WANTED = 10_000;
const FEWEST = 1000;
/** Of this process, beside those connections. */
const OTHER_FILES = 600;
const AT_ONCE = 8;
const ENOUGH = 400;
const MB = 1024 * 1024;
/** Of the program that opens them, within which what they took is given back. */
const MOMENTS = 20;

interface Moment {
  readonly open: number;
  readonly ended: Readonly<Record<string, number>>;
}

/** What the files of this process allow; the title says when it is fewer. */
function mostConnections(): number {
  if (process.platform !== 'linux') return 1000;
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const files = Number(/^Max open files +([0-9]+)/m.exec(limits)?.[1] ?? 1024);
  return Math.max(100, Math.min(WANTED, files - OTHER_FILES));
}

const most = mostConnections();
const reason = most < WANTED ? `, fewer than ${WANTED}: more files may not be opened here` : '';

describe(`slow connections, ${most} on a fast machine${reason}`, function () {
  this.timeout(60_000);
  let gateway: HostileListener;
  let child: ChildProcess;
  let last: Moment = { open: 0, ended: {} };
  const usedMemory = () => {
    setFlagsFromString('--expose_gc');
    runInNewContext('gc')();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };

  before(async () => {
    // The longer bound for both: a slow machine needs the time.
    gateway = await openHostile(undefined, { ...TIMEOUTS, headersMs: TIMEOUTS.bodyMs });
  });
  after(async () => {
    if (child?.exitCode === null) {
      child.stdin?.end();
      await once(child, 'exit');
    }
    await gateway.end(1000);
  });

  it('hold nobody else up, are cut off, and leave nothing behind', async () => {
    const before = usedMemory();
    const program = join(__dirname, '..', 'fault', 'gateway-slow-client.js');
    const pairs = String(Math.floor(most / 2));
    const args = [program, String(gateway.listener.port), TOKEN, pairs];
    child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const moments = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    moments.on('line', (line) => {
      last = JSON.parse(line);
    });
    await once(moments, 'line');
    const count = last.open;
    expect(count, 'open at the same time').to.be.above(Math.min(FEWEST, most) * 0.9);

    const url = new URL('/v1/things', gateway.listener.url);
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' };
    let served = 0;
    while (last.open > count * 0.9 && served < ENOUGH) {
      const bodies = Array.from({ length: AT_ONCE }, (_, at) => `{"name":"${served + at}"}`);
      const answers = await Promise.all(bodies.map((body) => ask(url, { headers, body })));
      expect(answers.map(({ status }) => status)).to.deep.equal(bodies.map(() => 202));
      if (last.open > count * 0.9) served += AT_ONCE;
    }
    // How often is for the machine to say.
    expect(served, 'answered while nearly all of them were open').to.be.above(5);
    while (last.open > 0) await once(moments, 'line');
    // Those without an answer were cut off before it could be written.
    expect(Object.keys(last.ended).every((status) => ['408', '0'].includes(status))).to.equal(true);
    expect(last.ended[408]).to.be.above(count * 0.9);
    while ((await gateway.listener.connections()) > 0) await once(moments, 'line');
    // A connection that is closed is let go some turns later, on a busy machine.
    for (let left = MOMENTS; left > 0 && usedMemory() - before >= 64 * MB; left--) {
      await once(moments, 'line');
    }
    expect(usedMemory() - before).to.be.below(64 * MB);
    expect(gateway.seen.failures).to.deep.equal([]);
  });
});
