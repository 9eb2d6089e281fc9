// Runs a program of Fabric to its end. Only the environment that is given steers it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ChartsealError } from '../chaincode/core/errors.js';
import { telling } from './log-tail.js';

const run = promisify(execFile);
const DEADLINE_MS = 120_000;
const OUTPUT_BYTES = 16 * 1024 * 1024;

/** What programs and processes get of ours: a user's CORE_… must not steer a peer. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

export function cleanEnvironment(
  own: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...own };
}

export interface ProgramRun {
  /** For messages: what is done with it. */
  readonly what: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Gives what it printed. Throws NETWORK_FAILED with the last of what it said. */
export async function runProgram(given: ProgramRun): Promise<{ stdout: string; stderr: string }> {
  try {
    return await run(given.program, [...given.args], {
      env: cleanEnvironment(given.env),
      timeout: DEADLINE_MS,
      maxBuffer: OUTPUT_BYTES,
      ...(given.cwd === undefined ? {} : { cwd: given.cwd }),
    });
  } catch (cause) {
    const { stdout = '', stderr = '', message } = cause as Error & Record<string, string>;
    const said = telling(`${stdout}\n${stderr}`) || message;
    throw new ChartsealError('NETWORK_FAILED', `${given.what} failed: ${said}`, { cause });
  }
}
