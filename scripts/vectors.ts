// Makes test/vectors from the slow references. Without a flag it compares and fails on any
// difference; with --write it writes, but changes no file of receipts that is there already:
// their lists of cases may grow at the end, nothing else.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chainsFamily } from './vectors/chains.js';
import { consistencyFamily } from './vectors/consistency.js';
import { evidenceRules } from './vectors/evidence-rules.js';
import { evidenceV1 } from './vectors/evidence-v1.js';
import { fabricV1 } from './vectors/fabric-v1.js';
import { type Family, formatFamily } from './vectors/family.js';
import { inclusionFamily } from './vectors/inclusion.js';
import { labelsFamily } from './vectors/labels.js';
import { leavesFamily } from './vectors/leaves.js';
import { lifecycleFamily } from './vectors/lifecycle.js';
import { mapFamily } from './vectors/map.js';
import { pinsV1 } from './vectors/pins-v1.js';
import { trustFamily } from './vectors/trust.js';
import { witnessFamily } from './vectors/witness.js';

const ROOT = join(process.cwd(), 'test/vectors');
/** Folders that hold nothing but what is made here. */
const OWN_FOLDERS = [
  'receipts/v1',
  'receipts/v1-rules',
  'receipts/v1-fabric',
  'receipts/v1-pins',
] as const;

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
  const evidence = [...evidenceV1(), ...evidenceRules(), ...fabricV1(), ...pinsV1()];
  for (const [path, bytes] of evidence) files.set(path, bytes);
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

/** Whether all that stands in a list of cases, or an object of codes, stands in the new one too. */
function isExtended(before: string, after: string): boolean {
  const rows = (json: string) => Object.entries(JSON.parse(json)).map((row) => JSON.stringify(row));
  const kept = new Set(rows(after));
  return rows(before).every((row) => kept.has(row));
}

/** Files of receipts that would not be what they were: lists of cases may grow at their end. */
function changedReceipts(files: ReadonlyMap<string, Uint8Array>): string[] {
  return differences(files)
    .flatMap((line) => /^(receipts\/.*) differs$/.exec(line)?.[1] ?? [])
    .filter((name) => {
      const after = Buffer.from(files.get(name) ?? []).toString();
      const before = readFileSync(join(ROOT, name), 'utf8');
      return !/\/(cases|codes)\.json$/.test(name) || !isExtended(before, after);
    });
}

function write(files: ReadonlyMap<string, Uint8Array>): void {
  const changed = changedReceipts(files);
  if (changed.length > 0) throw new Error(`receipts never change: ${changed.join(', ')}`);
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(ROOT, name)), { recursive: true });
    writeFileSync(join(ROOT, name), bytes);
  }
}

function main(given: readonly string[]): number {
  if (given.some((one) => one !== '--write')) {
    process.stderr.write('usage: npm run vectors -- [--write]\n');
    return 64;
  }
  const files = makeVectors();
  if (given.length > 0) write(files);
  const wrong = differences(files);
  for (const line of wrong) process.stderr.write(`${line}\n`);
  process.stdout.write(`${files.size} files, ${wrong.length} differences\n`);
  return wrong.length === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
