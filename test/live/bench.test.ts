// A benchmark on a network of its own leaves nothing behind, however it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { findProcess, runningProcesses } from '../../network/processes.js';
import { LIVE_TIMEOUT_MS } from '../support/live-network.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const PROGRAM = join(__dirname, '..', '..', 'scripts', 'bench.js');
const POLL_MS = 100;

describe('npm run bench on a live network', function () {
  this.timeout(LIVE_TIMEOUT_MS);
  const children: ChildProcess[] = [];
  after(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const found = await find();
      if (found !== undefined) return found;
      await sleep(POLL_MS);
    }
  }

  /** Runs until so many processes of its network do, then gives it the signal. */
  async function interrupt(processes: number, signal: NodeJS.Signals): Promise<void> {
    const temp = newTempFolder();
    const args = [PROGRAM, '--quick', '--row', 'fabric-attestation'];
    const env = { ...process.env, TMPDIR: temp };
    const bench = spawn(process.execPath, args, { env, stdio: 'ignore' });
    children.push(bench);
    const ended = once(bench, 'exit');
    const folder = await until(async () => {
      expect(bench.exitCode, 'the benchmark ended by itself').to.equal(null);
      const name = readdirSync(temp).find((one) => one.includes('network'));
      if (name === undefined) return undefined;
      const place = join(temp, name);
      return (await runningProcesses({ folder: place })).length >= processes ? place : undefined;
    });
    const names = await runningProcesses({ folder });
    const found = await Promise.all(names.map((name) => findProcess({ folder }, name)));
    bench.kill(signal);
    await ended;
    await until(async () =>
      readdirSync(temp).some((one) => one.includes('network')) ? undefined : true,
    );
    for (const one of found) {
      if (one !== undefined) expect(() => process.kill(one.pid, 0)).to.throw('ESRCH');
    }
    removeTempFolder(temp);
  }

  it('takes the network down when it is interrupted, whole contracts and all', async () => {
    await interrupt(10, 'SIGINT');
  });

  it('takes the network down when it is killed while that comes up', async () => {
    await interrupt(2, 'SIGKILL');
  });
});
