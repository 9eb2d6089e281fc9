// Kills while a log leaves its machine and while it comes back.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../../chaincode/core/errors.js';
import { exportLog } from '../../cli/commands/export.js';
import { importLog } from '../../cli/commands/import.js';
import { keysBackup, keysRestore } from '../../cli/commands/keys.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { checkNames, DATA_NAMES, filledData, finish, WAIT_MS } from './fault-data.js';
import type { FaultCase } from './fault-harness.js';
import { checkTold, mustBe, readAll, type StandingEntry } from './fault-hospital.js';

const PASSPHRASE = 'a passphrase for tests';

/** Something whose work is done by the first run that comes to its end. */
async function finishOnce(isDone: boolean, command: Parameters<typeof finish>[0]): Promise<void> {
  if (!isDone) await finish(command);
}

const EXPORT: FaultCase = {
  name: 'export',
  prepare: filledData,
  command: (folder) => [
    '../fault/program',
    ...['export', join(folder, 'log.jsonl'), '--data', join(folder, 'data')],
  ],
  points: ['part', 'part sync', 'part rename'],
  databases: [],
  refusal: ERROR_CODES.FILE_EXISTS.exit,
  check: async (folder) => {
    const data = join(folder, 'data');
    const file = join(folder, 'log.jsonl');
    await finishOnce(existsSync(file), (context) => exportLog(file, { data }, context));
    const again = join(folder, 'again.jsonl');
    await finish((context) => exportLog(again, { data }, context));
    mustBe(readFileSync(file).equals(readFileSync(again)), 'the export is not whole');
    await readAll(data);
  },
};

const IMPORT: FaultCase = {
  name: 'import',
  prepare: async (folder) => {
    await filledData(folder);
    const data = join(folder, 'data');
    const { entries } = await readAll(data);
    writeFileSync(join(folder, 'entries.json'), JSON.stringify([...entries]));
    await finish((context) => exportLog(join(folder, 'log.jsonl'), { data }, context));
    for (const name of readdirSync(data)) {
      if (name !== 'keys') rmSync(join(data, name), { recursive: true });
    }
  },
  command: (folder) => [
    '../fault/program',
    ...['import', join(folder, 'log.jsonl'), '--data', join(folder, 'data')],
  ],
  points: ['accept', 'ledger block', 'marker', 'config file', 'staging rename', 'config rename'],
  isSlow: true,
  databases: [],
  refusal: ERROR_CODES.DATA_EXISTS.exit,
  check: async (folder) => {
    const data = join(folder, 'data');
    const isDone = existsSync(join(data, 'config.json'));
    await finishOnce(isDone, (context) => importLog(join(folder, 'log.jsonl'), { data }, context));
    const hospital = await openHospital({ folder: data, operator: 'test' });
    const proven = await hospital.sequencer.waitProven(WAIT_MS);
    await hospital.close();
    mustBe(proven, 'what was imported does not become proven');
    const { entries } = await readAll(data);
    const text = readFileSync(join(folder, 'entries.json'), 'utf8');
    const before = JSON.parse(text) as [string, StandingEntry][];
    mustBe(entries.size === before.length, 'the import holds another number of entries');
    for (const [name, entry] of before) checkTold(entries, name, entry);
    if (!isDone) checkNames(data, DATA_NAMES);
  },
};

function restoreCase(name: string, into: 'nothing' | 'data'): FaultCase {
  const options = (folder: string) => ({
    data: join(folder, 'data'),
    passphraseFile: join(folder, 'passphrase'),
  });
  return {
    name,
    prepare: async (folder) => {
      await filledData(folder);
      writeFileSync(join(folder, 'passphrase'), `${PASSPHRASE}\n`);
      const file = join(folder, 'log.keys');
      await finish((context) => keysBackup(file, options(folder), context));
      cpSync(join(folder, 'data', 'keys'), join(folder, 'keys'), { recursive: true });
      const lost = into === 'nothing' ? ['data'] : ['data', 'keys'];
      rmSync(join(folder, ...lost), { recursive: true });
    },
    command: (folder) => [
      '../fault/program',
      ...['keys', 'restore', join(folder, 'log.keys'), '--data', join(folder, 'data')],
      ...['--passphrase-file', join(folder, 'passphrase')],
    ],
    points: ['key file', 'staging rename'],
    isSlow: true,
    databases: [],
    refusal: ERROR_CODES.DATA_EXISTS.exit,
    check: async (folder) => {
      const file = join(folder, 'log.keys');
      const keys = join(folder, 'data', 'keys');
      await finishOnce(existsSync(keys), (context) => keysRestore(file, options(folder), context));
      for (const key of readdirSync(join(folder, 'keys'))) {
        const same = readFileSync(join(keys, key)).equals(readFileSync(join(folder, 'keys', key)));
        mustBe(same, `${key} is not what it was`);
      }
      if (into === 'data') await readAll(join(folder, 'data'));
    },
  };
}

export const BACKUP_CASES: readonly FaultCase[] = [
  EXPORT,
  IMPORT,
  restoreCase('keys restore', 'nothing'),
  restoreCase('keys restore into a data folder', 'data'),
];
