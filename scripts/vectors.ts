// Makes test/vectors from the slow references. Without a flag it compares and fails on any
// difference; with --write it writes, but never changes a file of receipts that is there already.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chainsFamily } from './vectors/chains.js';
import { consistencyFamily } from './vectors/consistency.js';
import { evidenceRules } from './vectors/evidence-rules.js';
import { evidenceV1 } from './vectors/evidence-v1.js';
import { type Family, formatFamily } from './vectors/family.js';
import { inclusionFamily } from './vectors/inclusion.js';
import { labelsFamily } from './vectors/labels.js';
import { leavesFamily } from './vectors/leaves.js';
import { lifecycleFamily } from './vectors/lifecycle.js';
import { mapFamily } from './vectors/map.js';
import { trustFamily } from './vectors/trust.js';
import { witnessFamily } from './vectors/witness.js';

const ROOT = join(process.cwd(), 'test/vectors');
/** Folders that hold nothing but what is made here. */
const OWN_FOLDERS = ['receipts/v1', 'receipts/v1-rules'] as const;

const FAMILIES: readonly (() => Family)[] = [
  inclusionFamily,
  consistencyFamily,
  mapFamily,
  witnessFamily,
  labelsFamily,
  leavesFamily,
  lifecycleFamily,
  chainsFamily,
  trustFamily,
];

/** Every file by its path below test/vectors. */
function makeVectors(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const make of FAMILIES) {
    const family = make();
    files.set(`${family.family}.json`, Buffer.from(formatFamily(family)));
  }
  for (const [path, bytes] of [...evidenceV1(), ...evidenceRules()]) files.set(path, bytes);
  return files;
}

/** One line for each file that is not as it is made. */
function differences(files: ReadonlyMap<string, Uint8Array>): string[] {
  const found = [...files].flatMap(([name, bytes]) => {
    const path = join(ROOT, name);
    if (!existsSync(path)) return [`${name} is missing`];
    return Buffer.compare(readFileSync(path), bytes) === 0 ? [] : [`${name} differs`];
  });
  const stray = OWN_FOLDERS.flatMap((folder) =>
    existsSync(join(ROOT, folder))
      ? readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`)
      : [],
  ).filter((name) => !files.has(name));
  return [...found, ...stray.map((name) => `${name} is not made by this script`)];
}

function write(files: ReadonlyMap<string, Uint8Array>): void {
  const frozen = differences(files).filter((line) => /^receipts\/.* differs$/.test(line));
  if (frozen.length > 0) throw new Error(`receipts never change: ${frozen.join(', ')}`);
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(ROOT, name)), { recursive: true });
    writeFileSync(join(ROOT, name), bytes);
  }
}

const files = makeVectors();
if (process.argv.includes('--write')) write(files);
const wrong = differences(files);
for (const line of wrong) process.stderr.write(`${line}\n`);
process.stdout.write(`${files.size} files, ${wrong.length} differences\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
