// npm run chromium: finds the browser of the browser tests, or installs Debian's once where it may,
// so that no test has to wait for it without a word. Run before the tests.
import { spawnSync } from 'node:child_process';
import { CHROMIUM_HINT, findChromium } from '../test/support/chromium.js';

/** With a small font of Chinese: pages are looked at in both languages. */
const INSTALL = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-wqy-microhei'];

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Exit code of apt-get; undefined where there is none. Its own words go to stderr. */
function aptGet(args: readonly string[]): number | undefined {
  tell(`chromium: apt-get ${args.join(' ')}`);
  const { status, error } = spawnSync('apt-get', ['-q', ...args], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return error === undefined ? (status ?? 1) : undefined;
}

/** Whether it is there afterwards. Package lists that are missing or old are fetched once. */
function installChromium(): boolean {
  const startedAt = Date.now();
  tell('chromium: installing the browser of the browser tests, about a minute, once');
  let status = aptGet(INSTALL);
  if (status !== undefined && status !== 0 && aptGet(['update']) === 0) status = aptGet(INSTALL);
  if (status !== 0 || findChromium() === undefined) return false;
  tell(`chromium: installed in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  return true;
}

function main(): void {
  if (findChromium() !== undefined) return;
  if (process.platform === 'linux' && process.geteuid?.() === 0 && installChromium()) return;
  throw new Error('no Chromium was found, and it could not be installed');
}

try {
  main();
} catch (error) {
  tell(`error: ${(error as Error).message}`);
  tell(`hint: ${CHROMIUM_HINT}`);
  process.exitCode = 2;
}
