// The packages with which a staged contract runs, installed once for each lock and kept in the
// user's cache.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { encodeHex } from '../chaincode/core/bytes.js';
import { ChartsealError } from '../chaincode/core/errors.js';
import { sha256 } from '../chaincode/core/hash.js';
import { makeFolders } from './files.js';
import type { Progress } from './programs.js';

const LOCK = 'package-lock.json';
const MANIFEST = 'package.json';
const MODULES = 'node_modules';
/** npm writes it when it is done. */
const INSTALLED = join(MODULES, '.package-lock.json');
const KEY_TEXT = 16;
const SAID_CHARACTERS = 600;
const NPM = ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];

function cacheFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'chartseal', 'chaincode');
}

function npmCommand(): [program: string, first: string[]] {
  // npm tells its own place to the scripts it runs; that npm may not be the one on PATH.
  const own = process.env['npm_execpath'];
  if (own !== undefined && basename(own) === 'npm-cli.js') return [process.execPath, [own]];
  return ['npm', []];
}

/** Resolves to what npm said when it failed; undefined when all is installed. */
function runNpm(folder: string): Promise<string | undefined> {
  const [program, first] = npmCommand();
  return new Promise((resolve) => {
    const child = spawn(program, [...first, ...NPM], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const listen = (piece: Buffer) => {
      said = `${said}${piece}`.slice(-SAID_CHARACTERS);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (exitCode) => resolve(exitCode === 0 ? undefined : said.trim()));
  });
}

async function install(staged: string, place: string): Promise<void> {
  await makeFolders(cacheFolder(), 0o700);
  const unfinished = await mkdtemp(`${place}.`);
  try {
    for (const name of [MANIFEST, LOCK]) {
      await writeFile(join(unfinished, name), await readFile(join(staged, name)));
    }
    const failure = await runNpm(unfinished);
    if (failure !== undefined) {
      throw new ChartsealError(
        'CHAINCODE_FAILED',
        `npm ci of the contract's packages failed: ${failure}`,
      );
    }
    // Somebody else may have been quicker: theirs is the same.
    if (!existsSync(place)) await rename(unfinished, place);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/**
 * Makes a staged folder runnable. Needs the package registry at most once for each lock.
 * Throws CHAINCODE_FAILED.
 */
export async function installModules(staged: string, progress: Progress): Promise<void> {
  if (existsSync(join(staged, INSTALLED))) return;
  const lock = await readFile(join(staged, LOCK));
  const place = join(cacheFolder(), encodeHex(sha256(lock)).slice(0, KEY_TEXT));
  if (!existsSync(join(place, INSTALLED))) {
    progress("installing the contract's packages (npm ci), once for this version of them");
    await rm(place, { recursive: true, force: true });
    await install(staged, place);
  }
  await rm(join(staged, MODULES), { recursive: true, force: true });
  await symlink(join(place, MODULES), join(staged, MODULES), 'dir');
}
