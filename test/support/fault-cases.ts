// What is killed: one row a program, with what it starts from, where it is killed by name, and
// what must hold when its work has been finished by a second run.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { type ChartsealError, ERROR_CODES } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { accessImport } from '../../cli/commands/access.js';
import { ingest } from '../../cli/commands/ingest.js';
import { init } from '../../cli/commands/init.js';
import type { Trust } from '../../gateway/evidence/trust.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { BACKUP_CASES } from './fault-backup-cases.js';
import { checkNames, DATA_NAMES, finish, newData, WAIT_MS } from './fault-data.js';
import type { FaultCase } from './fault-harness.js';
import { checkTold, mustBe, openParts, readAll, readEntries } from './fault-hospital.js';
import { UPKEEP_CASES } from './fault-upkeep-cases.js';
import { type ToldEntry, WRITTEN, writeWaves } from './fault-writer.js';
import { accessSubmission } from './hospital.js';

const DATABASES = ['data/store', 'data/ledger'];

const SEQUENCER: FaultCase = {
  name: 'sequencer',
  prepare: newData,
  command: (folder) => ['fault-writer', join(folder, 'data')],
  points: [
    'accept',
    'index',
    'index sync',
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
    const parts = await openParts(data, {});
    let before: ReturnType<typeof readEntries>;
    try {
      before = readEntries(parts);
      for (const line of lines) {
        const { name, leafHash } = JSON.parse(line) as ToldEntry;
        checkTold(before, name, { leafHash });
      }
      await writeWaves(parts, ({ name, leafHash }) => {
        if (before.has(name)) checkTold(before, name, { leafHash });
      });
    } finally {
      await parts.close();
    }
    const { entries } = await readAll(data);
    mustBe(entries.size === WRITTEN, `${entries.size} entries stand, not ${WRITTEN}`);
    for (const [name, entry] of before) checkTold(entries, name, entry);
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

/** Receipt files there are, by path. */
function readReceipts(folder: string): Map<string, Buffer> {
  const paths = documents(folder).map(({ receipt }) => receipt);
  return new Map(paths.filter(existsSync).map((path) => [path, readFileSync(path)]));
}

function checkReceipts(folder: string, trust: Trust, early: ReadonlyMap<string, Buffer>): void {
  for (const { digest, receipt: path } of documents(folder)) {
    const receipt = readFileSync(path);
    const { verdict } = verifyReceipt({
      receipt,
      trust,
      document: { digests: { 'sha-256': digest } },
    });
    mustBe(verdict === 'unchanged', `a receipt on disk says ${verdict}`);
    mustBe(
      early.get(path)?.equals(receipt) ?? true,
      'a killed run left a receipt that is not whole',
    );
  }
}

const INGEST: FaultCase = {
  name: 'ingest',
  prepare: async (folder) => {
    writeArchive(join(folder, 'archive'));
    await newData(folder);
  },
  command: (folder) => [
    '../fault/program',
    'ingest',
    join(folder, 'archive'),
    ...['--data', join(folder, 'data'), '--receipts', join(folder, 'receipts'), '--json'],
  ],
  points: ['accept', 'marker', 'output file', 'output file sync', 'receipt rename'],
  databases: DATABASES,
  check: async (folder, lines) => {
    const data = join(folder, 'data');
    const early = readReceipts(folder);
    await finish((context) =>
      ingest(
        [join(folder, 'archive')],
        { data, waitMs: WAIT_MS, category: 'document', receipts: join(folder, 'receipts') },
        context,
      ),
    );
    const { entries: found, trust } = await readAll(data);
    mustBe(found.size === FILES, `${found.size} records stand, not ${FILES}`);
    for (const { name, digest } of documents(folder)) checkTold(found, name, { digest });
    for (const line of lines) {
      const { id, version, digest } = JSON.parse(line);
      if (id !== undefined) checkTold(found, `record ${id} ${version}`, { digest });
    }
    checkReceipts(folder, trust, early);
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
    '../fault/program',
    ...['access', 'import', join(folder, 'events.jsonl')],
    ...['--data', join(folder, 'data'), '--json'],
  ],
  points: ['accept', 'marker', 'ledger block'],
  databases: DATABASES,
  check: async (folder, lines) => {
    const data = join(folder, 'data');
    const events = join(folder, 'events.jsonl');
    const again = await finish((context) =>
      accessImport(events, { data, waitMs: WAIT_MS, format: 'chartseal' }, context),
    );
    const { entries: found } = await readAll(data);
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
    command: (folder) => ['../fault/program', 'init', '--data', join(folder, 'data')],
    points,
    databases: [],
    refusal: ERROR_CODES.DATA_EXISTS.exit,
    check: async (folder) => {
      const data = join(folder, 'data');
      const isThere = () => existsSync(join(data, 'config.json'));
      if (!isThere()) {
        const options = { data, description: '', patientSystem: [] };
        await finish((context) => init({ ...options, recordLabels: 'hmac' }, context)).catch(
          // An init that was killed while it moved all to its place is finished, and comes first.
          (error: unknown) => {
            if ((error as ChartsealError).code !== 'DATA_EXISTS' || !isThere()) throw error;
          },
        );
      }
      const hospital = await openHospital({ folder: data, operator: 'test' });
      const proven = await hospital.sequencer.waitProven(WAIT_MS);
      await hospital.close();
      mustBe(proven, 'an empty log does not become proven');
      const { entries } = await readAll(data);
      mustBe(entries.size === 0, 'a new log holds entries');
    },
  };
}

export const FAULT_CASES: readonly FaultCase[] = [
  SEQUENCER,
  INGEST,
  IMPORT,
  initCase('init', false, ['key file', 'first block', 'store creation', 'staging rename']),
  initCase('init in a folder', true, ['config file', 'staging rename', 'config rename']),
  ...BACKUP_CASES,
  ...UPKEEP_CASES,
];
