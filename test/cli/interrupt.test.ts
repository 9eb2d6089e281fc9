import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';

const PROGRAM = `
  const { untilInterrupted } = require(${JSON.stringify(join(process.cwd(), 'dist/cli/interrupt.js'))});
  const { signal, release } = untilInterrupted();
  if (process.argv[1] === 'released') release();
  signal.addEventListener('abort', () => process.stdout.write('ending'));
  setInterval(() => {}, 1000);
  process.stdout.write('ready');
`;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** When the program says the next word, or has ended. */
async function said({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the program has no output');
  const [word] = await once(stdout, 'data');
  return String(word);
}

describe('a command that runs for long', function () {
  this.timeout(20_000);

  it('ends in order at the first interrupt and at once at a second, whichever they are', async () => {
    for (const first of SIGNALS) {
      for (const second of SIGNALS) {
        const child = spawn(process.execPath, ['-e', PROGRAM]);
        const ended = once(child, 'exit');
        expect(await said(child)).to.equal('ready');
        child.kill(first);
        expect(await said(child)).to.equal('ending');
        expect([child.exitCode, child.signalCode]).to.deep.equal([null, null]);
        child.kill(second);
        expect(await ended, `${first}, ${second}`).to.deep.equal([null, second]);
      }
    }
  });

  it('is ended by an interrupt when it no longer waits for one', async () => {
    for (const signal of SIGNALS) {
      const child = spawn(process.execPath, ['-e', PROGRAM, 'released']);
      const ended = once(child, 'exit');
      expect(await said(child)).to.equal('ready');
      child.kill(signal);
      expect(await ended).to.deep.equal([null, signal]);
    }
  });
});
