// Builds and runs the Go program in `follow`: a stock client of C2SP tlog-tiles, which nobody of
// this project wrote, follows a log over HTTP with it.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FOLLOW_MS = 30_000;

/** What the client believes. */
export interface Followed {
  readonly checkpoint: string;
  readonly size: number;
  /** Size of the checkpoint that it had. */
  readonly before: number;
  /** Hashes of the consistency proof. */
  readonly proof: number;
  /** Base64. */
  readonly entries: readonly string[];
}

export interface ToFollow {
  readonly url: string;
  readonly verifierKey: string;
  readonly token?: string;
  readonly saved?: string;
}

export interface FollowProgram {
  /** Rejects with what the client says when it believes something not. */
  follow(log: ToFollow): Promise<Followed>;
  remove(): void;
}

/** Needs Go 1.24 or later, and the modules of go.sum from the cache or the module proxy. */
export function buildFollowProgram(): FollowProgram {
  const folder = mkdtempSync(join(tmpdir(), 'chartseal-follow-'));
  const program = join(folder, 'follow');
  execFileSync('go', ['build', '-o', program, '.'], {
    cwd: join(process.cwd(), 'test/interop/follow'),
    env: {
      ...process.env,
      GOFLAGS: '-mod=readonly -buildvcs=false',
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
    },
    stdio: 'pipe',
  });
  return {
    follow: async ({ url, verifierKey, token = '', saved }) => {
      const args = [url, verifierKey, ...(saved === undefined ? [] : [saved])];
      const { stdout } = await run(program, args, {
        env: { ...process.env, TOKEN: token },
        timeout: FOLLOW_MS,
        maxBuffer: 64 * 1024 * 1024,
      });
      return JSON.parse(stdout);
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
