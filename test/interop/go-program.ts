// Builds and runs the Go program beside this file, which checks checkpoints and proofs with
// golang.org/x/mod/sumdb: code that nobody of this project wrote.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface NoteCase {
  readonly note: string;
  readonly verifierKey: string;
}

/** Hashes and leaves in base64; the leaf hash counts only where there is no leaf. */
export interface InclusionCase {
  readonly index: number;
  readonly size: number;
  readonly leaf?: string;
  readonly leafHash: string;
  readonly root: string;
  readonly path: readonly string[];
}

export interface ConsistencyCase {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly path: readonly string[];
}

export interface Cases {
  readonly notes: readonly NoteCase[];
  readonly inclusions: readonly InclusionCase[];
  readonly consistencies: readonly ConsistencyCase[];
}

/** What a checkpoint says, as text. */
export interface CheckpointText {
  readonly origin: string;
  readonly size: string;
  readonly root: string;
}

/** One per case, in order; null or false for what is refused. */
export interface Verdicts {
  readonly notes: readonly (CheckpointText | null)[];
  readonly inclusions: readonly boolean[];
  readonly consistencies: readonly boolean[];
}

export interface GoProgram {
  check(cases: Partial<Cases>): Verdicts;
  remove(): void;
}

/** Needs Go 1.23 or later, and the module of go.mod from the cache or the module proxy. */
export function buildGoProgram(): GoProgram {
  const folder = mkdtempSync(join(tmpdir(), 'chartseal-interop-'));
  const program = join(folder, 'interop');
  execFileSync('go', ['build', '-o', program, '.'], {
    cwd: join(process.cwd(), 'test/interop'),
    env: {
      ...process.env,
      GOFLAGS: '-mod=readonly -buildvcs=false',
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
    },
    stdio: 'pipe',
  });
  const none: Cases = { notes: [], inclusions: [], consistencies: [] };
  return {
    check: (cases) =>
      JSON.parse(
        execFileSync(program, {
          input: JSON.stringify({ ...none, ...cases }),
          maxBuffer: 64 * 1024 * 1024,
          encoding: 'utf8',
        }),
      ),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
