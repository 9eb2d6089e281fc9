// Finds Fabric's programs: in a folder that the user names, on PATH, in the user's cache, else
// built from the Go modules beside this file. Says at each step what it looks at and what it found.
import { constants, existsSync } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { ChartsealError } from '../chaincode/core/errors.js';
import { buildPrograms, cacheFolder } from './build-programs.js';
import { isSupported, programVersion } from './program-version.js';

export const FABRIC_PROGRAMS = ['peer', 'orderer', 'configtxgen', 'cryptogen', 'osnadmin'] as const;
export const CA_PROGRAM = 'fabric-ca-server';

export type ProgramName = (typeof FABRIC_PROGRAMS)[number] | typeof CA_PROGRAM;

/** Path of each program, and what they say of themselves. */
export type Programs = Readonly<Record<ProgramName | 'version' | 'caVersion', string>>;

/** Takes a line of prose about what is done. */
export type Progress = (line: string) => void;

export interface FindProgramsOptions {
  /** Holds the programs, or `bin` with them; CHARTSEAL_FABRIC_BIN when left out. */
  readonly folder?: string | undefined;
  /** False: PROGRAMS_MISSING where they would have to be built. */
  readonly mayBuild?: boolean;
  readonly progress: Progress;
}

/** Programs that come together in one release. */
export interface Release {
  /** As users know it. */
  readonly title: string;
  /** Folder beside this file with its Go module, and of its cache. */
  readonly module: 'fabric' | 'fabric-ca';
  readonly names: readonly ProgramName[];
  /** Those of them that say their version. */
  readonly versioned: readonly ProgramName[];
}

const FABRIC: Release = {
  title: 'Fabric',
  module: 'fabric',
  names: FABRIC_PROGRAMS,
  versioned: ['peer', 'orderer', 'configtxgen', 'cryptogen'],
};
const CA: Release = {
  title: 'Fabric CA',
  module: 'fabric-ca',
  names: [CA_PROGRAM],
  versioned: [CA_PROGRAM],
};

interface Found {
  readonly paths: Readonly<Record<string, string>>;
  readonly version: string;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Not there or not ours to run: either way it is looked for elsewhere.
    return false;
  }
}

interface Located {
  readonly paths: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
}

/** Each program in the first of the folders that has it. */
async function locate({ names }: Release, folders: readonly string[]): Promise<Located> {
  const paths: Record<string, string> = {};
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (paths[name] === undefined && (await isProgram(path))) paths[name] = path;
    }
  }
  return { paths, missing: names.filter((name) => paths[name] === undefined) };
}

type Said = readonly [name: string, version: string];

/** Throws PROGRAMS_UNSUPPORTED for one that does not tell. */
async function askVersions(release: Release, paths: Found['paths']): Promise<Said[]> {
  const said: Said[] = [];
  for (const name of release.versioned) {
    said.push([name, await programVersion(name, paths[name] as string)]);
  }
  return said;
}

/** Throws PROGRAMS_UNSUPPORTED for other versions, and for programs of several versions. */
function judgeVersions(release: Release, paths: Found['paths'], said: readonly Said[]): Found {
  const [, version = ''] = said[0] ?? [];
  const other = said.find((row) => row[1] !== version);
  if (other !== undefined) {
    const text = `${said[0]?.[0]} is of version ${version}, ${other[0]} of ${other[1]}`;
    throw new ChartsealError('PROGRAMS_UNSUPPORTED', `${text}: take all from one release`);
  }
  if (!isSupported(release.module, version)) {
    const text = `${release.title} ${version} is not supported (${paths[release.names[0] as string]})`;
    throw new ChartsealError('PROGRAMS_UNSUPPORTED', text);
  }
  return { paths, version };
}

async function checkVersions(release: Release, { paths }: Located): Promise<Found> {
  return judgeVersions(release, paths, await askVersions(release, paths));
}

function tellFound({ title }: Release, place: string, found: Found, progress: Progress): Found {
  progress(`${title} ${found.version}: ${place}`);
  return found;
}

/** What is there and may not be executed is not said to be missing. */
function lackIn(folder: string, { missing }: Located): string {
  const isThere = (name: string) =>
    [folder, join(folder, 'bin')].some((one) => existsSync(join(one, name)));
  const names = missing.filter(isThere);
  if (names.length > 0) return `${names.join(', ')} in ${folder} may not be executed`;
  return `there is no ${missing.join(', ')} in ${folder}`;
}

/** What the user names is used or refused, never passed over: but a release may lack the CA. */
async function findNamed(
  release: Release,
  folder: string,
  progress: Progress,
): Promise<Found | undefined> {
  const located = await locate(release, [folder, join(folder, 'bin')]);
  if (located.missing.length === 0) {
    return tellFound(release, folder, await checkVersions(release, located), progress);
  }
  const text = lackIn(folder, located);
  if (release === FABRIC) throw new ChartsealError('PROGRAMS_MISSING', text);
  progress(`${text}; looking further`);
  return undefined;
}

async function findOnPath(release: Release, progress: Progress): Promise<Found | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const located = await locate(release, folders);
  const { paths, missing } = located;
  const [some] = Object.values(paths);
  if (some === undefined) return undefined;
  if (missing.length > 0) {
    progress(`${some} is on PATH, but no ${missing.join(', ')}: not used`);
    return undefined;
  }
  try {
    return tellFound(release, `on PATH (${some})`, await checkVersions(release, located), progress);
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    progress(`on PATH: ${error.message}; not used`);
    return undefined;
  }
}

async function findBuilt(release: Release, progress: Progress): Promise<Found | undefined> {
  const folder = await cacheFolder(release.module);
  const located = await locate(release, [folder]);
  if (located.missing.length === release.names.length) return undefined;
  try {
    if (located.missing.length === 0) {
      return tellFound(release, folder, await checkVersions(release, located), progress);
    }
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    progress(`in the cache: ${error.message}`);
  }
  progress(`${folder} is damaged: built anew`);
  await rm(folder, { recursive: true, force: true });
  return undefined;
}

async function build(release: Release, progress: Progress): Promise<Found> {
  progress(`no ${release.title} on this machine: building it with Go, once`);
  const folder = await buildPrograms(release, progress);
  const found = await checkVersions(release, await locate(release, [folder]));
  return tellFound(release, folder, found, progress);
}

async function findRelease(
  release: Release,
  { folder, mayBuild = true, progress }: FindProgramsOptions,
): Promise<Found> {
  const named = folder === undefined ? undefined : await findNamed(release, folder, progress);
  const found =
    named ?? (await findOnPath(release, progress)) ?? (await findBuilt(release, progress));
  if (found !== undefined) return found;
  if (mayBuild) return build(release, progress);
  throw new ChartsealError('PROGRAMS_MISSING', `there is no ${release.title} on this machine`);
}

/** The folder that the user names, here or in the environment. */
export const namedFolder = (folder: string | undefined): string | undefined =>
  folder ?? (process.env['CHARTSEAL_FABRIC_BIN'] || undefined);

/** undefined where one does not tell: what is wrong with it is said when it is started. */
async function askedAgainOf(release: Release, paths: Programs): Promise<Found | undefined> {
  let said: Said[];
  try {
    said = await askVersions(release, paths);
  } catch (error) {
    if (error instanceof ChartsealError) return undefined;
    throw error;
  }
  return judgeVersions(release, paths, said);
}

/**
 * As they are now: another release may have been put in their place. Throws PROGRAMS_UNSUPPORTED.
 */
export async function askedAgain(before: Programs, progress: Progress): Promise<Programs> {
  const fabric = await askedAgainOf(FABRIC, before);
  const ca = await askedAgainOf(CA, before);
  const { version = before.version } = fabric ?? {};
  const { version: caVersion = before.caVersion } = ca ?? {};
  if (fabric && version !== before.version) tellFound(FABRIC, before.peer, fabric, progress);
  if (ca && caVersion !== before.caVersion) tellFound(CA, before[CA_PROGRAM], ca, progress);
  return { ...before, version, caVersion };
}

/**
 * Finds or builds them all. Throws PROGRAMS_MISSING (not there, and no Go to build them),
 * PROGRAMS_UNSUPPORTED, BUILD_FAILED.
 */
export async function findPrograms(options: FindProgramsOptions): Promise<Programs> {
  const named = namedFolder(options.folder);
  const folder = named === undefined ? undefined : resolve(named);
  const fabric = await findRelease(FABRIC, { ...options, folder });
  const ca = await findRelease(CA, { ...options, folder });
  const paths = { ...fabric.paths, ...ca.paths } as Record<ProgramName, string>;
  return { ...paths, version: fabric.version, caVersion: ca.version };
}
