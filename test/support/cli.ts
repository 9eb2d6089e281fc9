// Runs the built command line as users do: the committed program in a process of its own.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One line of data; tests look at the members that they expect. */
export type JsonRow = Readonly<Record<string, unknown>>;

/** A folder of its own for one story. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'chartseal-cli-'));

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  run(args: readonly string[], input?: string): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      ...(input === undefined ? {} : { input }),
    });
    return { status, stdout, stderr };
  }

  /** Starts the program and does not wait; its output is thrown away. */
  start(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [PROGRAM, ...args], { cwd: this.folder, stdio: 'ignore' });
  }

  /** Data lines of a run with `--json`. */
  json(args: readonly string[], input?: string): { status: number | null; rows: JsonRow[] } {
    const { status, stdout } = this.run([...args, '--json'], input);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return { status, rows: lines.map((line) => JSON.parse(line) as JsonRow) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
