// A sound data folder, a fresh copy of it for each test, and the doctor, which must change nothing.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createDataFolder } from '../../gateway/data/create.js';
import { type DoctorOptions, examine } from '../../gateway/services/doctor/doctor.js';
import type { Finding } from '../../gateway/services/doctor/finding.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { accessSubmission } from './hospital.js';
import { logRows, withRaw } from './raw-store.js';
import { copyFolder, newTempFolder, removeTempFolder } from './temp-folder.js';

export function copy(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  copyFolder(from, to);
}

/** Where LevelDB cannot read them: the names of its files. */
async function rows(database: string, scratch: string): Promise<string[]> {
  if (!existsSync(database)) return [];
  copy(database, scratch);
  try {
    const found = await withRaw(scratch, logRows);
    return found.map(([key, value]) => `${key} ${value.toString('hex')}`);
  } catch {
    const files = readdirSync(database, { recursive: true, encoding: 'utf8' });
    return files.filter((name) => name.endsWith('.ldb'));
  }
}

export const sick = (found: readonly Finding[]) =>
  found.filter(({ status }) => status !== 'ok').map(({ check, status }) => `${check}: ${status}`);

export function one(found: readonly Finding[], check: string): Finding {
  const [first] = found.filter((finding) => finding.check === check);
  if (first === undefined) throw new Error(`nothing was found about ${check}`);
  return first;
}

/**
 * Makes `made`, `new` (without entries) and `older` (as it was before its newest entries) once, and
 * `data`, a copy of `made`, for each test of the suite that calls it.
 */
export function doctorPlace() {
  let folder = '';
  const place = { data: '', folder: () => folder, at, inData, run, rowsOf, flip, accept };
  function at(...names: string[]): string {
    return join(folder, ...names);
  }
  function rowsOf(database: string): Promise<string[]> {
    return rows(database, at('scratch'));
  }
  function inData(...names: string[]): string {
    return join(place.data, ...names);
  }

  async function accept(path: string, from: number, count: number): Promise<void> {
    const hospital = await openHospital({ folder: path, operator: 'test' });
    const many = Array.from({ length: count }, (_, one) =>
      hospital.sequencer.accept(accessSubmission(`CANARY-${(from + one) % 7}`, `r${from + one}`)),
    );
    await Promise.all(many);
    expect(await hospital.sequencer.waitProven(10_000)).to.equal(true);
    await hospital.close();
  }

  before(async () => {
    folder = newTempFolder();
    await createDataFolder({
      folder: at('made'),
      origin: 'hospital-a.example/archive',
      mspId: 'HospitalAMSP',
      description: '',
      recordLabels: 'hmac',
      patientSystems: [],
    });
    copy(at('made'), at('new'));
    await accept(at('made'), 0, 20);
    copy(at('made'), at('older'));
    await accept(at('made'), 20, 20);
  });
  after(() => removeTempFolder(folder));
  beforeEach(() => {
    place.data = at('data');
    copy(at('made'), place.data);
  });

  /** All that a data folder holds: files as they are, databases row by row. */
  async function content(): Promise<string> {
    const hash = createHash('sha256');
    const databases = ['store', 'ledger', 'feed'].map((name) => inData(name));
    for (const path of execFileSync('find', [place.data, '-print0'])
      .toString()
      .split('\0')
      .sort()) {
      if (path === '' || databases.some((database) => path.startsWith(`${database}/`))) continue;
      const stats = lstatSync(path);
      hash.update(`${path} ${stats.mode} ${stats.uid}\n`);
      if (stats.isFile()) hash.update(readFileSync(path));
    }
    for (const database of databases) {
      hash.update((await rowsOf(database)).join('\n'));
    }
    return hash.digest('hex');
  }

  /** Every run must leave the folder as it was. */
  async function run(changes: Partial<DoctorOptions> = {}): Promise<readonly Finding[]> {
    const before = await content();
    const found = await examine({ folder: place.data, nodeProblem: '', ...changes });
    expect(await content(), 'the doctor changed something').to.equal(before);
    expect(JSON.stringify(found)).to.not.include('CANARY');
    for (const { sentence, next, status, check } of found) {
      expect(sentence, check).to.match(/^[A-Z]?.*\.(?: \([A-Z_]+\))?$/s);
      if (status === 'warning' || status === 'fault') expect(next, check).to.not.equal(undefined);
    }
    return found;
  }

  /** Flips one bit in the value of the last row of a table. */
  async function flip(name: 'store' | 'ledger', table: string): Promise<void> {
    await withRaw(inData(name), async (raw) => {
      const range = { gte: table, lte: `${table}~`, reverse: true, limit: 1 };
      for (const [key, value] of await raw.entries(range)) {
        const place = value.length >> 1;
        value[place] = (value[place] as number) ^ 1;
        await raw.put(key, value);
      }
    });
  }

  return place;
}
