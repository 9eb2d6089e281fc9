// What a refused command must look like from outside.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Ran, Workplace } from './cli.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');
const STACK = /\n\s+at .+:\d+|node:internal|UNEXPECTED/;

/** Code, message and hint on stderr, nothing on stdout, no stack trace. */
export function expectRefused(ran: Ran, code: string, status: number): void {
  const story = `${ran.stdout}${ran.stderr}`;
  expect(ran.stderr, story).to.match(new RegExp(`(^|\n)error: ${code} [^\n]+\nhint: [^\n]+\n$`));
  expect(story).to.not.match(STACK);
  expect(ran.stdout).to.equal('');
  expect(ran.status, story).to.equal(status);
}

/** The same with `--json`: one line of data, the error. */
export function expectRefusedJson(ran: Ran, code: string, status: number): void {
  const lines = ran.stdout.split('\n');
  expect(lines, ran.stdout).to.have.length(2);
  const { error } = JSON.parse(lines[0] as string);
  expect(error.code).to.equal(code);
  expect(error.message).to.be.a('string').and.not.equal('');
  expect(error.hint).to.be.a('string').and.not.equal('');
  expect(ran.stderr).to.not.match(STACK);
  expect(ran.status).to.equal(status);
}

export function expectNoStack(ran: Ran): void {
  expect(`${ran.stdout}${ran.stderr}`).to.not.match(STACK);
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Line of the shell around the program, `"$@"` being the program and its arguments. */
  readonly shell?: string;
  readonly input?: string | Uint8Array;
}

/** As {@link Workplace.run}, in other surroundings; ends after half a minute at most. */
export function runIn(
  place: Workplace,
  args: readonly string[],
  { env = {}, shell = '"$@"', input = '' }: Surroundings = {},
): Ran {
  const whole = ['-c', shell, 'shell', process.execPath, PROGRAM, ...args];
  const { status, stdout, stderr } = spawnSync('bash', whole, {
    cwd: place.folder,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    input,
    maxBuffer: 256 * 1024 * 1024,
    timeout: 30_000,
  });
  return { status, stdout, stderr };
}
