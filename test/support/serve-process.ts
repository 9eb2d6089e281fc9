// `chartseal serve` in a process of its own, with all that it writes.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');

/** The first line of data with `--json`. */
interface Start {
  readonly listening: readonly { readonly kind: string; readonly url: string }[];
  readonly tokens: Readonly<Record<string, string>>;
}

export interface ServeOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Loaded before the program. */
  readonly preload?: string;
  /** Files and sockets that the process may have open. */
  readonly openFiles?: number;
}

export class ServeProcess {
  readonly process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];
  #start: Start | undefined;
  stderr = '';

  constructor(args: readonly string[], options: ServeOptions) {
    const { cwd, environment = {}, preload, openFiles } = options;
    const before = preload === undefined ? [] : ['--require', preload];
    const limit = openFiles === undefined ? '' : `ulimit -n ${openFiles} && `;
    const program = [process.execPath, ...before, PROGRAM, 'serve', '--json', ...args];
    this.process = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...program], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CHARTSEAL_PEOPLE_PORT: '0', ...environment },
    });
    // When all that it wrote has arrived.
    this.#ended = once(this.process, 'close');
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    const { stdout } = this.process;
    if (stdout === null) throw new Error('there is no stdout');
    createInterface({ input: stdout }).on('line', (line) => {
      this.#lines.push(line);
      for (const look of [...this.#waiting]) look(line);
    });
  }

  get stdout(): string {
    return this.#lines.join('\n');
  }

  get tokens(): Readonly<Record<string, string>> {
    return this.#start?.tokens ?? {};
  }

  /** Resolves with the first line that holds this, also one that is there already. */
  async line(part: string): Promise<string> {
    const there = this.#lines.find((line) => line.includes(part));
    if (there !== undefined) return there;
    const found = new Promise<string>((resolve) => {
      this.#waiting.push((line) => {
        if (line.includes(part)) resolve(line);
      });
    });
    const ended = this.#ended.then(() => {
      throw new Error(`the gateway ended without ${part}: ${this.stderr}`);
    });
    return Promise.race([found, ended]);
  }

  async listening(): Promise<this> {
    this.#start = JSON.parse(await this.line('"listening":[')) as Start;
    return this;
  }

  url(kind: 'people' | 'systems' | 'local', path: string): URL {
    return new URL(path, this.#start?.listening.find((one) => one.kind === kind)?.url);
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Exit code, or the signal that ended it. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    await this.#ended;
    return this.process.exitCode ?? this.process.signalCode;
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#ended;
  }
}
