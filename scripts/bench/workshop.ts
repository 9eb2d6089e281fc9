// What the rows of one run share: settings, a temporary folder that is always removed, children.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Values } from './row.js';
import type { Settings } from './settings.js';

/** What stands beside its baseline, round by round. */
export interface Compared {
  readonly values: Values;
  readonly baseline: Values;
}

/** Milliseconds that something takes. */
export async function timed(act: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

/** What something takes, in milliseconds. */
export interface Metered {
  readonly ms: number;
  /** Time that processors worked for this process, which other programs do not stretch. */
  readonly processorMs: number;
}

export async function metered(act: () => unknown): Promise<Metered> {
  const before = process.cpuUsage();
  const ms = await timed(act);
  const { user, system } = process.cpuUsage(before);
  return { ms, processorMs: (user + system) / 1000 };
}

export class Workshop {
  readonly settings: Settings;
  readonly #folder = mkdtempSync(join(tmpdir(), 'chartseal-bench-'));
  readonly #children = new Set<ChildProcess>();
  readonly #keepers = new Set<ChildProcess>();
  readonly #kept = new Map<string, Promise<unknown>>();
  #names = 0;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** A path that is not there yet. */
  place(name: string): string {
    this.#names++;
    return join(this.#folder, `${this.#names}-${name}`);
  }

  remove(path: string): void {
    // A child that was just killed may be writing still.
    rmSync(path, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Makes something that several rows use, once. */
  keep<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = this.#kept.get(name) ?? make();
    this.#kept.set(name, made);
    return made as Promise<T>;
  }

  /** Both sides in turn, in every round. */
  async compare(
    ours: (round: number) => Promise<number>,
    baseline: (round: number) => Promise<number>,
  ): Promise<Compared> {
    const values: number[] = [];
    const others: number[] = [];
    for (let round = 0; round < this.settings.rounds; round++) {
      values.push(await ours(round));
      others.push(await baseline(round));
    }
    return { values, baseline: others };
  }

  async repeat(measure: (round: number) => Promise<number>): Promise<number[]> {
    const values: number[] = [];
    for (let round = 0; round < this.settings.rounds; round++) values.push(await measure(round));
    return values;
  }

  /** A program that ends with the workshop at the latest. */
  start(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, { stdio: 'pipe' });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  /**
   * A program that keeps something which must be put away by itself: it does so when its stdin
   * ends, and is never killed. Signals of the terminal do not reach it.
   */
  startKeeper(program: string, args: readonly string[]): ChildProcess {
    const keeper = spawn(program, args, { stdio: 'pipe', detached: true });
    this.#keepers.add(keeper);
    keeper.once('close', () => this.#keepers.delete(keeper));
    return keeper;
  }

  /** What the program says on stdout; throws with its complaints when it fails. */
  async run(program: string, args: readonly string[]): Promise<string> {
    const child = this.start(program, args);
    const said: Buffer[] = [];
    const complaints: Buffer[] = [];
    child.stdout?.on('data', (part: Buffer) => said.push(part));
    child.stderr?.on('data', (part: Buffer) => complaints.push(part));
    const [exitCode, signal] = await once(child, 'close');
    if (exitCode !== 0) {
      throw new Error(`${program} ended with ${exitCode ?? signal}: ${Buffer.concat(complaints)}`);
    }
    return Buffer.concat(said).toString();
  }

  /** Ends what runs for the workshop, and waits for those that put things away. */
  async end(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    const ends = [...this.#keepers].map(async (keeper) => {
      const ended = once(keeper, 'close');
      keeper.stdin?.end();
      await ended;
    });
    await Promise.all(ends);
  }

  /** At the very end, when nothing can be waited for. */
  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    this.remove(this.#folder);
  }
}
