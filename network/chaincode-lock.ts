// Manifest and lock file of the staged contract: what the root's have, cut down to the packages
// that the contract needs to run, at the very same versions and integrities.

/** What runs the contract, and what the contract imports. */
const NEEDED = ['fabric-contract-api', 'fabric-shim'] as const;
const MAIN = 'chaincode/index.js';

type Texts = Readonly<Record<string, string>>;

interface RootManifest {
  readonly version: string;
  readonly license: string;
  readonly engines: Texts;
  readonly overrides?: Texts;
}

interface LockEntry {
  readonly version?: string;
  readonly dependencies?: Texts;
  readonly optionalDependencies?: Texts;
  readonly peerDependencies?: Texts;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

type LockedPackages = Readonly<Record<string, LockEntry>>;

export interface ManifestAndLock {
  readonly manifest: string;
  readonly lock: string;
}

/** Where Node finds package `name` from the package at `from`; undefined when it is not locked. */
function findLocked(packages: LockedPackages, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (at === '') return undefined;
    if (!at.includes('/node_modules/')) at = '';
  }
}

function optionalOf(entry: LockEntry): Set<string> {
  const peers = Object.entries(entry.peerDependenciesMeta ?? {});
  const names = peers.filter(([, { optional }]) => optional === true).map(([name]) => name);
  return new Set([...Object.keys(entry.optionalDependencies ?? {}), ...names]);
}

/** Paths in the lock of these packages and of all that they need. */
function neededPaths(packages: LockedPackages, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (from: string, name: string, isOptional: boolean): void => {
    const path = findLocked(packages, from, name);
    if (path === undefined && !isOptional) throw new Error(`${name} is not in the lock file`);
    if (path === undefined || found.has(path)) return;
    found.add(path);
    const entry = packages[path] as LockEntry;
    const { dependencies, optionalDependencies, peerDependencies } = entry;
    const optional = optionalOf(entry);
    const wanted = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    for (const next of Object.keys(wanted)) visit(path, next, optional.has(next));
  };
  for (const name of names) visit('', name, false);
  return found;
}

/** The entry without what holds in the root's lock alone, and without addresses of the web. */
function lockedAlone(entry: LockEntry): object {
  const left = new Set(['dev', 'devOptional', 'peer', 'resolved', 'funding']);
  return Object.fromEntries(Object.entries(entry).filter(([member]) => !left.has(member)));
}

const toText = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Both files as text, the same for the same input.
 * @param manifestText package.json of the root
 * @param lockText package-lock.json of the root, lockfileVersion 3
 */
export function contractManifest(manifestText: string, lockText: string): ManifestAndLock {
  const root = JSON.parse(manifestText) as RootManifest;
  const { packages } = JSON.parse(lockText) as { packages: LockedPackages };
  const paths = [...neededPaths(packages, NEEDED)].sort();
  const versionOf = (name: string) => packages[`node_modules/${name}`]?.version as string;
  const dependencies = Object.fromEntries(NEEDED.map((name) => [name, versionOf(name)]));
  const overrides = Object.entries(root.overrides ?? {}).filter(([name]) =>
    paths.some((path) => path.endsWith(`node_modules/${name}`)),
  );
  const { version, license, engines } = root;
  const name = 'chartseal-chaincode';
  return {
    manifest: toText({
      name,
      version,
      description: 'The contract of Chartseal, compiled, as a peer or an image runs it.',
      license,
      private: true,
      main: MAIN,
      scripts: { start: 'fabric-chaincode-node server' },
      engines,
      dependencies,
      overrides: Object.fromEntries(overrides),
    }),
    lock: toText({
      name,
      version,
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { name, version, license, dependencies, engines },
        ...Object.fromEntries(paths.map((path) => [path, lockedAlone(packages[path] ?? {})])),
      },
    }),
  };
}
