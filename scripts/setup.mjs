// Makes a fresh clone ready: packages from the lock, then dist/ with the pages. Run by `npm run
// setup`, and before what needs it; does nothing when nothing is needed. Uses no package, since
// there are none yet. All words go to stderr, so that the program run next owns stdout.
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeVersionProblem } from '../cli/node-version.mjs';
import { acquireLock, releaseLock, shareLock } from './setup-lock.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const lock = join(dist, '.setup-lock');
/** Written last, with the time at which the build began; tsc touches its own file in any run. */
const built = join(dist, '.built');
const installed = join(root, 'node_modules', '.package-lock.json');
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const SOURCE_FOLDERS = ['chaincode', 'gateway', 'cli', 'network', 'scripts', 'test'];
const pageBuilder = join(root, 'scripts', 'pages.mjs');
/** Written last, with the time at which the build of the pages began. */
const pagesBuilt = join(dist, 'web', 'pages.json');
/** What the pages are made of. */
const PAGE_SOURCES = [
  ['gateway', 'web'],
  ['gateway', 'evidence'],
  ['chaincode', 'core'],
];
const SCRIPT = /\.[cm]?tsx?$/;

let child;

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

class SetupError extends Error {
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

function modifiedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : -1;
}

/** Runs a program with its stdout on our stderr; resolves to its exit code, 1 when killed. */
function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    child = spawn(program, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
    child.once('spawn', () => shareLock(lock, child.pid));
    child.once('error', reject);
    child.once('exit', (exitCode) => {
      child = undefined;
      resolve(exitCode === null ? 1 : exitCode);
    });
  });
}

function npmCommand() {
  // npm tells its own place to the scripts it runs; that npm may not be the one on PATH.
  const own = process.env.npm_execpath;
  if (own !== undefined && basename(own) === 'npm-cli.js') return [process.execPath, [own], {}];
  return ['npm', [], { shell: process.platform === 'win32' }];
}

async function installPackages() {
  if (modifiedAt(installed) >= modifiedAt(join(root, 'package-lock.json'))) return;
  say('installing packages (npm ci), about half a minute the first time');
  const [program, first, options] = npmCommand();
  // Development packages build the program, so they are wanted even where NODE_ENV=production.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional'];
  let exitCode;
  try {
    exitCode = await run(program, [...first, ...args], options);
  } catch (cause) {
    throw new SetupError(`npm could not be started: ${cause.message}`, 'install npm with Node.js');
  }
  if (exitCode !== 0) {
    throw new SetupError(
      'npm ci failed',
      'see its message above; is the package registry reachable?',
    );
  }
}

/** Newest change under a source folder; folders count too: a deleted file changes its folder. */
function newestIn(folder, pattern = SCRIPT) {
  let newest = statSync(folder).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestIn(path, pattern));
    else if (pattern.test(entry.name)) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}

function isBuilt() {
  const builtAt = modifiedAt(built);
  if (builtAt < 0 || !existsSync(join(dist, 'cli', 'main.js'))) return false;
  const folders = SOURCE_FOLDERS.map((name) => join(root, name)).filter(existsSync);
  const changes = [installed, join(root, 'tsconfig.json')].map(modifiedAt);
  return Math.max(...changes, ...folders.map((folder) => newestIn(folder))) <= builtAt;
}

/** Removes what tsc made of sources that are gone: mocha would go on running old tests. */
function removeLeftovers(folder, source) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeLeftovers(path, join(source, entry.name));
    if (!entry.isFile() || !entry.name.endsWith('.js.map')) continue;
    const name = entry.name.slice(0, -'.js.map'.length);
    const { sources } = JSON.parse(readFileSync(path, 'utf8'));
    const ours = sources.length === 1 && basename(sources[0]) === `${name}.ts`;
    if (!ours || existsSync(join(source, `${name}.ts`))) continue;
    rmSync(path);
    rmSync(join(folder, `${name}.js`), { force: true });
  }
}

async function build() {
  if (isBuilt()) return;
  say('building (tsc)');
  for (const name of SOURCE_FOLDERS) removeLeftovers(join(dist, name), join(root, name));
  rmSync(built, { force: true });
  const startedAt = new Date();
  if ((await run(process.execPath, [compiler, '-p', 'tsconfig.json'])) !== 0) {
    throw new SetupError('the build failed', 'see the messages of tsc above');
  }
  writeFileSync(built, '');
  utimesSync(built, startedAt, startedAt);
}

async function buildPages() {
  if (!existsSync(pageBuilder)) return;
  const folders = PAGE_SOURCES.map((names) => join(root, ...names)).filter(existsSync);
  const changes = [installed, pageBuilder].map(modifiedAt);
  const newest = Math.max(...changes, ...folders.map((folder) => newestIn(folder, /./)));
  if (newest <= modifiedAt(pagesBuilt)) return;
  say('building the pages');
  if ((await run(process.execPath, [pageBuilder])) !== 0) {
    throw new SetupError('the build of the pages failed', 'see its messages above');
  }
}

async function main() {
  const problem = nodeVersionProblem();
  if (problem !== '') {
    throw new SetupError(problem, 'install one of these versions: https://nodejs.org');
  }
  mkdirSync(dist, { recursive: true });
  await acquireLock(lock, say);
  process.once('exit', () => releaseLock(lock));
  await installPackages();
  await build();
  await buildPages();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // A terminal sends Ctrl-C to npm and tsc as well; other senders do not. Nothing is left that the
  // next set-up would take for finished: npm ci begins by removing what installPackages() looks at.
  process.once(signal, () => {
    const stop = () => process.exit(128 + constants.signals[signal]);
    say('stopping');
    if (child === undefined) stop();
    child.removeAllListeners('exit').once('exit', stop);
    child.kill(signal);
  });
}

main().catch((error) => {
  const hint = error instanceof SetupError ? error.hint : 'set CHARTSEAL_DEBUG=1 to see more';
  process.stderr.write(`error: ${error.message}\nhint: ${hint}\n`);
  if (process.env.CHARTSEAL_DEBUG) process.stderr.write(`${error.stack}\n`);
  process.exitCode = 2;
});
