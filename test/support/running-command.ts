// A command that is still running: its output as it comes, and its end.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ran, Workplace } from './cli.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');

export class RunningCommand {
  readonly process: ChildProcess;
  #stdout = '';
  #stderr = '';
  readonly #ended: Promise<unknown>;

  constructor(place: Workplace, args: readonly string[]) {
    const started = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: place.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.process = started;
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#ended = once(started, 'close');
  }

  /** Resolves when so many bytes of data came, or it ended before. */
  async printed(bytes = 1): Promise<void> {
    let isOver = false;
    void this.#ended.then(() => {
      isOver = true;
    });
    while (this.#stdout.length < bytes && !isOver) {
      const { stdout } = this.process;
      if (stdout === null) return;
      await Promise.race([once(stdout, 'data'), this.#ended]);
    }
  }

  async ended(): Promise<Ran> {
    await this.#ended;
    return { status: this.process.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}
