// Builds Fabric's programs from the Go modules beside this file, at the one version that their
// go.mod names, into the user's cache. Nothing appears there but whole builds.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ChartsealError } from '../chaincode/core/errors.js';
import { makeFolders } from './files.js';
import type { Progress, Release } from './programs.js';

type ModuleName = Release['module'];

const PATHS: Readonly<Record<ModuleName, string>> = {
  fabric: 'github.com/hyperledger/fabric',
  'fabric-ca': 'github.com/hyperledger/fabric-ca',
};
/** The CA keeps its users in SQLite, which is C; the others need no C compiler. */
const CGO: Readonly<Record<ModuleName, string>> = { fabric: '0', 'fabric-ca': '1' };
/** A C compiler takes half a minute for a faster SQLite, which a CA of a few users never needs. */
const C_FLAGS = '-O0';
const STAGED = '.building-';
const FORGOTTEN_MS = 86_400_000;
const TELL_EVERY_MS = 5_000;

/** The sources lie in the repository, this file runs from dist. */
const moduleFolder = (module: ModuleName) =>
  join(__dirname, '..', '..', 'network', 'programs', module);

function cacheRoot(module: ModuleName): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'chartseal', module);
}

/** Folder of the programs that go.mod and go.sum name, for this machine; there or not. */
export async function cacheFolder(module: ModuleName): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform}/${process.arch}\n`);
  const manifest = await readFile(join(moduleFolder(module), 'go.mod'), 'utf8');
  hash.update(manifest).update(await readFile(join(moduleFolder(module), 'go.sum')));
  const [, version] = new RegExp(`^require ${PATHS[module]} (\\S+)$`, 'm').exec(manifest) ?? [];
  if (version === undefined) throw new ChartsealError('BUILD_FAILED', `go.mod of ${module}`);
  return join(cacheRoot(module), `${version}-${hash.digest('hex').slice(0, 8)}`);
}

interface GoRun {
  readonly module: ModuleName;
  readonly args: readonly string[];
  readonly onLine?: (line: string) => void;
}

function goError(cause: NodeJS.ErrnoException): ChartsealError {
  return cause.code === 'ENOENT'
    ? new ChartsealError('PROGRAMS_MISSING', 'there is neither Fabric nor Go on this machine')
    : new ChartsealError('BUILD_FAILED', 'the go command could not be started', { cause });
}

async function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  for await (const chunk of child.stdout ?? []) output += chunk;
  return output;
}

/** Runs the go command; gives its stdout. It ends when we end. */
async function go({ module, args, onLine }: GoRun): Promise<string> {
  const child = spawn('go', args, {
    cwd: moduleFolder(module),
    env: { CGO_CFLAGS: C_FLAGS, ...process.env, CGO_ENABLED: CGO[module], GOWORK: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => void child.kill();
  process.once('exit', kill);
  const said: string[] = [];
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => {
    onLine?.(line);
    said.push(line);
  });
  try {
    const exit = new Promise<number | null>((resolve, reject) => {
      child.once('error', (cause) => reject(goError(cause)));
      child.once('close', resolve);
    });
    const [output, code] = await Promise.all([outputOf(child), exit]);
    if (code === 0) return output;
    const text = said.slice(-6).join(' | ');
    throw new ChartsealError('BUILD_FAILED', `go ${args[0]} for ${module} failed: ${text}`);
  } finally {
    process.off('exit', kill);
  }
}

/**
 * What the programs shall say of themselves. Fabric's own build takes the number from its Makefile;
 * a build of a commit before that release says so by a suffix, as Go's versions have it.
 */
async function versionFlags(module: ModuleName): Promise<string[]> {
  if (module === 'fabric-ca') return [];
  const answer = await go({ module, args: ['mod', 'download', '-json', PATHS[module]] });
  const { Dir, Version } = JSON.parse(answer) as { Dir: string; Version: string };
  const makefile = await readFile(join(Dir, 'Makefile'), 'utf8');
  const [, release] = /^FABRIC_VER \?= (\S+)$/m.exec(makefile) ?? [];
  if (release === undefined) {
    throw new ChartsealError('BUILD_FAILED', 'the module of Fabric does not tell its version');
  }
  const [, commit] = /(\d{14}-[0-9a-f]{12})$/.exec(Version) ?? [];
  const version = commit === undefined ? release : `${release}-0.${commit}`;
  return ['-ldflags', `-X ${PATHS[module]}/common/metadata.Version=${version}`];
}

/** Tells at times how far the compiler is, and which modules come from the registry. */
function teller(title: string, total: number, progress: Progress): (line: string) => void {
  let modules = 0;
  let compiled = 0;
  let toldAt = Date.now();
  return (line) => {
    if (line.startsWith('go: downloading ')) modules++;
    else compiled++;
    if (Date.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = Date.now();
    const done = compiled === 0 ? `${modules} modules` : `${compiled} of ${total} packages`;
    progress(`building ${title}: ${done}`);
  };
}

/** What killed builds left, once it is sure that they do not go on. */
async function removeForgotten(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(STAGED)) continue;
    const path = join(root, name);
    const info = await lstat(path).catch(() => undefined);
    if (info === undefined || Date.now() - info.mtimeMs < FORGOTTEN_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}

/** Another builder may have been faster: its programs are as good, ours are thrown away. */
async function publish(staged: string, folder: string): Promise<void> {
  try {
    await rename(staged, folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw cause;
    await rm(staged, { recursive: true, force: true });
  }
}

/** Builds all programs of a release; gives their folder. */
export async function buildPrograms(release: Release, progress: Progress): Promise<string> {
  const { module, names, title } = release;
  const folder = await cacheFolder(module);
  const root = dirname(folder);
  const staged = join(root, `${STAGED}${randomBytes(6).toString('hex')}`);
  await makeFolders(staged);
  try {
    await removeForgotten(root);
    progress(`building ${title}: downloading modules (some minutes the first time)`);
    const tell = teller(title, 0, progress);
    const flags = await versionFlags(module);
    const packages = names.map((name) => `${PATHS[module]}/cmd/${name}`);
    const needed = await go({ module, args: ['list', '-deps', ...packages], onLine: tell });
    const total = needed.split('\n').length - 1;
    progress(`building ${title}: compiling ${names.join(', ')}`);
    const args = ['build', '-v', ...flags, '-o', `${staged}/`, ...packages];
    await go({ module, args, onLine: teller(title, total, progress) });
    await publish(staged, folder);
    return folder;
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}
