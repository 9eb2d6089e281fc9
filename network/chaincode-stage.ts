// The folder that a peer package or an image needs: the compiled contract with all that it
// imports, its manifest and its lock. The same sources give the same bytes, so that organisations
// can compare what each of them built.
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { encodeHex } from '../chaincode/core/bytes.js';
import { ChartsealError } from '../chaincode/core/errors.js';
import { sha256 } from '../chaincode/core/hash.js';
import { contractManifest } from './chaincode-lock.js';
import { makeFolders, writing } from './files.js';

/** Of this program: package.json, the lock and the compiled sources stand in it. */
const ROOT = join(__dirname, '..', '..');
const COMPILED = join(__dirname, '..');
const ENTRY = join('chaincode', 'index.js');
const REQUIRED = /\brequire\("(\.[^"]+)"\)/g;

export interface StagedChaincode {
  readonly folder: string;
  /** Version of the manifest. */
  readonly version: string;
  /** See {@link digestOf}; lower-case hex. */
  readonly digest: string;
}

/** Files of the staged folder by their path in it, written with `/`. */
export type StagedFiles = ReadonlyMap<string, Uint8Array>;

/** The entry and what it requires, paths relative to the compiled sources. */
async function compiledFiles(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const waiting = [ENTRY];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const name = path.split(sep).join('/');
    if (files.has(name)) continue;
    const bytes = await readFile(join(COMPILED, path));
    files.set(name, bytes);
    for (const [, target] of bytes.toString('utf8').matchAll(REQUIRED)) {
      waiting.push(join(dirname(path), target as string));
    }
  }
  return files;
}

/** All files of the contract, nothing written. */
export async function contractFiles(): Promise<StagedFiles> {
  const files = await compiledFiles();
  const { manifest, lock } = contractManifest(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
    await readFile(join(ROOT, 'package-lock.json'), 'utf8'),
  );
  files.set('package.json', Buffer.from(manifest));
  files.set('package-lock.json', Buffer.from(lock));
  return files;
}

/**
 * SHA-256 in hex over what `sha256sum` prints of all files, in order of their paths' bytes:
 * `find . -type f -not -path './node_modules/*' | sed 's|^./||' | LC_ALL=C sort`, piped into
 * `xargs sha256sum | sha256sum`.
 */
export function digestOf(files: StagedFiles): string {
  const paths = [...files.keys()].sort();
  const lines = paths.map(
    (path) => `${encodeHex(sha256(files.get(path) as Uint8Array))}  ${path}\n`,
  );
  return encodeHex(sha256(Buffer.from(lines.join(''))));
}

/** What lies in a staged folder, the installed packages left out; empty when it is not there. */
export async function readStaged(folder: string): Promise<StagedFiles> {
  const files = new Map<string, Uint8Array>();
  const visit = async (inside: string): Promise<void> => {
    for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
      const path = `${inside}${entry.name}`;
      if (path === 'node_modules') continue;
      if (entry.isDirectory()) await visit(`${path}/`);
      else files.set(path, await readFile(join(folder, path)));
    }
  };
  if (existsSync(folder)) await visit('');
  return files;
}

async function writeFiles(folder: string, files: StagedFiles): Promise<void> {
  for (const [path, bytes] of files) {
    await makeFolders(dirname(join(folder, path)));
    await writeFile(join(folder, path), bytes);
  }
}

const versionOf = (files: StagedFiles): string =>
  JSON.parse(Buffer.from(files.get('package.json') as Uint8Array).toString('utf8')).version;

/**
 * Writes the staged folder, whole or not at all. A folder that holds exactly this already is left
 * as it is; one that holds other things is refused with FILE_EXISTS. Throws FILE_UNWRITABLE.
 */
export async function stageChaincode(
  folder: string,
  files?: StagedFiles,
): Promise<StagedChaincode> {
  const wanted = files ?? (await contractFiles());
  const staged = { folder, version: versionOf(wanted), digest: digestOf(wanted) };
  const found = await readStaged(folder);
  if (digestOf(found) === staged.digest) return staged;
  if (found.size > 0) {
    throw new ChartsealError('FILE_EXISTS', `other files lie in ${folder}`);
  }
  await writing(folder, async () => {
    await makeFolders(dirname(resolve(folder)));
    const unfinished = await mkdtemp(`${resolve(folder)}.`);
    try {
      await writeFiles(unfinished, wanted);
      await chmod(unfinished, 0o755);
      await rename(unfinished, folder);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  });
  return staged;
}
