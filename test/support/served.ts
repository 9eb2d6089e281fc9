// A gateway as operators run it: `chartseal serve` in a process of its own, over a data folder of a
// workplace.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Workplace } from './cli.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');
const START_MS = 30_000;

export interface RunFile {
  readonly url: string;
  readonly pid: number;
  readonly token: string;
}

export class Served {
  readonly process: ChildProcess;
  readonly #file: string;
  readonly #ended: Promise<unknown>;

  private constructor(process: ChildProcess, file: string) {
    this.process = process;
    this.#file = file;
    this.#ended = once(process, 'exit');
  }

  /** Resolves when commands can use it. */
  static async start(
    place: Workplace,
    data = 'd',
    more: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Served> {
    const started = spawn(process.execPath, [PROGRAM, 'serve', '--data', data, ...more], {
      cwd: place.folder,
      stdio: 'ignore',
      env: { ...process.env, CHARTSEAL_PEOPLE_PORT: '0', ...env },
    });
    const served = new Served(started, place.path(data, 'run', 'gateway.json'));
    for (const until = Date.now() + START_MS; Date.now() < until; await sleep(20)) {
      if (served.#isThere()) return served;
      if (started.exitCode !== null) break;
    }
    await served.kill();
    throw new Error('the gateway did not start');
  }

  #isThere(): boolean {
    return existsSync(this.#file) && this.runFile().pid === this.process.pid;
  }

  runFile(): RunFile {
    return JSON.parse(readFileSync(this.#file, 'utf8')) as RunFile;
  }

  /** In order. */
  async end(): Promise<number | null> {
    this.process.kill('SIGTERM');
    await this.#ended;
    return this.process.exitCode;
  }

  /** At once, as a machine that loses its power; nothing happens when it is gone already. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGKILL');
    await this.#ended;
  }
}
