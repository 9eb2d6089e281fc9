// What a program of Fabric says of its version, and which versions are supported.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ChartsealError } from '../chaincode/core/errors.js';

const run = promisify(execFile);
const ANSWER_MS = 20_000;

/** How it is asked; the others know the command `version`. */
const QUESTIONS: Readonly<Record<string, readonly string[]>> = { configtxgen: ['--version'] };

/** Versions that this code was written for, as [major, least minor, greatest minor]. */
const SUPPORTED: Readonly<Record<'fabric' | 'fabric-ca', readonly Range[]>> = {
  fabric: [
    [2, 5, 5],
    [3, 0, Number.POSITIVE_INFINITY],
  ],
  'fabric-ca': [[1, 5, Number.POSITIVE_INFINITY]],
};
type Range = readonly [major: number, least: number, greatest: number];

/** Without a leading `v`. Throws PROGRAMS_UNSUPPORTED when it does not tell. */
export async function programVersion(name: string, path: string): Promise<string> {
  let answer: string;
  try {
    const { stdout, stderr } = await run(path, QUESTIONS[name] ?? ['version'], {
      timeout: ANSWER_MS,
    });
    answer = `${stdout}\n${stderr}`;
  } catch (cause) {
    throw new ChartsealError('PROGRAMS_UNSUPPORTED', `${path} does not run`, { cause });
  }
  const [, version] = /^\s*Version:\s*v?(\S+)\s*$/m.exec(answer) ?? [];
  if (version !== undefined) return version;
  throw new ChartsealError('PROGRAMS_UNSUPPORTED', `${path} does not tell its version`);
}

const numbersOf = (version: string) => /^(\d{1,4})\.(\d{1,4})(?![0-9])/.exec(version)?.slice(1, 3);

export function isSupported(release: 'fabric' | 'fabric-ca', version: string): boolean {
  const [major, minor] = numbersOf(version)?.map(Number) ?? [];
  if (major === undefined || minor === undefined) return false;
  return SUPPORTED[release].some(
    ([wanted, least, greatest]) => major === wanted && minor >= least && minor <= greatest,
  );
}

/** 0 when the text holds no version. */
export function majorVersion(version: string): number {
  return Number(numbersOf(version)?.[0] ?? 0);
}
