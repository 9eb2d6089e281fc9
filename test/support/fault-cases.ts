// What is killed: one row a program, with what it starts from, where it is killed by name, and
// what must hold when its work has been finished by a second run.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { accessImport } from '../../cli/commands/access.js';
import { ingest } from '../../cli/commands/ingest.js';
import { init } from '../../cli/commands/init.js';
import type { CommandContext } from '../../cli/context.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { openHospital } from '../../gateway/services/hospital.js';
import type { FaultCase } from './fault-harness.js';
import { checkTold, mustBe, openParts, readAll } from './fault-hospital.js';
import { type ToldEntry, WRITTEN, writeWaves } from './fault-writer.js';
import { accessSubmission } from './hospital.js';

const WAIT_MS = 20_000;
const DATABASES = ['data/store', 'data/ledger'];
const DATA_NAMES = ['checkpoint', 'config.json', 'keys', 'ledger', 'run', 'store'];

/** Runs a command in this process; gives the data that it printed. */
async function finish(command: (context: CommandContext) => Promise<number>): Promise<string[]> {
  const lines: string[] = [];
  const prose: string[] = [];
  const exitCode = await command({
    json: true,
    columns: 0,
    stdin: (async function* () {})(),
    data: (line) => void lines.push(line),
    tell: (line) => void prose.push(line),
    draw: () => undefined,
  });
  mustBe(exitCode === 0, `the second run ends with ${exitCode}: ${prose.join('; ')}`);
  return lines;
}

function newData(folder: string): Promise<unknown> {
  return createDataFolder({
    folder: join(folder, 'data'),
    origin: 'hospital-a.example/archive',
    mspId: 'HospitalMSP',
    description: '',
    recordLabels: 'hmac',
    patientSystems: [],
  });
}

function checkNames(folder: string, expected: readonly string[]): void {
  const names = readdirSync(folder).sort();
  mustBe(names.join() === expected.join(), `left behind: ${names.join(' ')}`);
}

const SEQUENCER: FaultCase = {
  name: 'sequencer',
  prepare: async (folder) => void (await newData(folder)),
  command: (folder) => ['fault-writer', join(folder, 'data')],
  points: [
    'accept',
    'marker',
    'map flush',
    'ledger block',
    'checkpoint file',
    'checkpoint rename',
    'folder sync after checkpoint rename',
  ],
  databases: DATABASES,
  check: async (folder, lines) => {
    const data = join(folder, 'data');
    const before = await readAll(data);
    for (const line of lines) {
      const { name, leafHash } = JSON.parse(line) as ToldEntry;
      checkTold(before, name, { leafHash });
    }
    const parts = await openParts(data, 8);
    await writeWaves(parts, ({ name, leafHash }) => {
      if (before.has(name)) checkTold(before, name, { leafHash });
    });
    await parts.close();
    const after = await readAll(data);
    mustBe(after.size === WRITTEN, `${after.size} entries stand, not ${WRITTEN}`);
    for (const [name, entry] of before) checkTold(after, name, entry);
  },
};

const FILES = 36;

function writeArchive(folder: string): void {
  for (let at = 0; at < FILES; at++) {
    const ward = join(folder, `病区 ${at % 4}`);
    mkdirSync(ward, { recursive: true });
    writeFileSync(join(ward, `${at}.txt`), `document ${at}`);
  }
}

/** Of each file of the archive: its name as a record, its receipt, its digest. */
function documents(folder: string) {
  return Array.from({ length: FILES }, (_, at) => {
    const relative = `病区 ${at % 4}/${at}.txt`;
    const digest = encodeHex(sha256(Buffer.from(`document ${at}`)));
    const receipt = join(folder, 'receipts', `${relative}.receipt.json`);
    return { name: `record archive/${relative} 1`, digest, receipt };
  });
}

/** Receipts that a killed run wrote are whole; those of the last run are all there. */
async function checkReceipts(folder: string, all: boolean): Promise<void> {
  const hospital = await openHospital({ folder: join(folder, 'data'), operator: 'test' });
  const trust = parseTrustFile(hospital.trustFile());
  await hospital.close();
  for (const { digest, receipt: path } of documents(folder)) {
    if (!all && !existsSync(path)) continue;
    const receipt = readFileSync(path);
    const document = { digests: { 'sha-256': digest } };
    const { verdict } = verifyReceipt({ receipt, trust, document });
    mustBe(verdict === 'unchanged', `a receipt on disk says ${verdict}`);
  }
}

const INGEST: FaultCase = {
  name: 'ingest',
  prepare: async (folder) => {
    writeArchive(join(folder, 'archive'));
    await newData(folder);
  },
  command: (folder) => [
    'fault-program',
    'ingest',
    join(folder, 'archive'),
    ...['--data', join(folder, 'data'), '--receipts', join(folder, 'receipts'), '--json'],
  ],
  points: ['accept', 'marker', 'output file', 'output file sync', 'receipt rename'],
  databases: DATABASES,
  check: async (folder, lines) => {
    const data = join(folder, 'data');
    await checkReceipts(folder, false);
    await finish((context) =>
      ingest(
        [join(folder, 'archive')],
        { data, waitMs: WAIT_MS, category: 'document', receipts: join(folder, 'receipts') },
        context,
      ),
    );
    const found = await readAll(data);
    mustBe(found.size === FILES, `${found.size} records stand, not ${FILES}`);
    for (const { name, digest } of documents(folder)) checkTold(found, name, { digest });
    for (const line of lines) {
      const { id, version, digest } = JSON.parse(line);
      if (id !== undefined) checkTold(found, `record ${id} ${version}`, { digest });
    }
    await checkReceipts(folder, true);
    checkNames(data, DATA_NAMES);
    checkNames(join(data, 'run'), ['pid']);
  },
};

const EVENTS = 60;

const IMPORT: FaultCase = {
  name: 'access import',
  prepare: async (folder) => {
    const events = Array.from({ length: EVENTS }, (_, at) =>
      JSON.stringify(accessSubmission(`P${at % 6}`, `r${at}`)),
    );
    writeFileSync(join(folder, 'events.jsonl'), events.join('\n'));
    await newData(folder);
  },
  command: (folder) => [
    'fault-program',
    ...['access', 'import', join(folder, 'events.jsonl')],
    ...['--data', join(folder, 'data'), '--json'],
  ],
  points: ['accept', 'marker', 'ledger block'],
  databases: DATABASES,
  check: async (folder, lines) => {
    const data = join(folder, 'data');
    const events = join(folder, 'events.jsonl');
    const again = await finish((context) =>
      accessImport(events, { data, waitMs: WAIT_MS }, context),
    );
    const found = await readAll(data);
    mustBe(found.size === EVENTS, `${found.size} events stand, not ${EVENTS}`);
    for (const text of [...lines, ...again]) {
      const { line, leafHash } = JSON.parse(text);
      if (line !== undefined) checkTold(found, `event r${line - 1}`, { leafHash });
    }
  },
};

function initCase(name: string, hasFolder: boolean, points: readonly string[]): FaultCase {
  return {
    name,
    prepare: async (folder) => void (hasFolder && mkdirSync(join(folder, 'data'))),
    command: (folder) => ['fault-program', 'init', '--data', join(folder, 'data')],
    points,
    databases: [],
    check: async (folder) => {
      const data = join(folder, 'data');
      if (!existsSync(join(data, 'config.json'))) {
        const options = { data, description: '', patientSystem: [] as const };
        await finish((context) => init({ ...options, recordLabels: 'hmac' }, context));
      }
      const found = await readAll(data);
      mustBe(found.size === 0, 'a new log holds entries');
    },
  };
}

export const FAULT_CASES: readonly FaultCase[] = [
  SEQUENCER,
  INGEST,
  IMPORT,
  initCase('init', false, ['key file', 'first block', 'store creation', 'init rename']),
  initCase('init in a folder', true, ['config file', 'init rename', 'config rename']),
];
