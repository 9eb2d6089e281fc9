// Rows about the ingest of folders: large files, small files, digesting alone; against the tools
// that hash files on the command line, on the same files in the same rounds.
import { join } from 'node:path';
import { digestInBatches } from '../../gateway/services/digest.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import { recordIdOf } from '../../gateway/services/record-id.js';
import { type WalkedFile, walkInBatches } from '../../gateway/services/walk.js';
import { runIngest } from '../../test/support/run-ingest.js';
import { newDataFolder } from './grown-log.js';
import type { Budget, Line, Row } from './row.js';
import { findMissing, writeLargeFiles, writeSmallFiles } from './source-folder.js';
import { timed, type Workshop } from './workshop.js';

const MEBIBYTE = 1024 * 1024;
const LARGE_FILES = 4;
const SMALL_BYTES = 4096;
const PATIENCE_MS = 600_000;

const PROGRAM = join(__dirname, '..', '..', '..', 'cli', 'chartseal.mjs');

/** `find` and `xargs` as somebody would type them. */
async function hashByShell(workshop: Workshop, folder: string, command: string): Promise<number> {
  const line = `find "$0" -type f -print0 | xargs -0 -P2 ${command} > /dev/null`;
  return timed(() => workshop.run('sh', ['-c', line, folder]));
}

async function withHospital<T>(workshop: Workshop, use: (hospital: Hospital) => Promise<T>) {
  const data = await newDataFolder(workshop, 'data');
  const hospital = await openHospital({ folder: data, operator: 'bench' });
  try {
    return await use(hospital);
  } finally {
    await hospital.close();
    workshop.remove(data);
  }
}

/** Every file is anchored durably; throws when one is not. */
async function anchorAll(hospital: Hospital, folder: string, files: number): Promise<void> {
  let anchored = 0;
  const options = {
    paths: [folder],
    category: 'inpatient',
    moved: false,
    recordId: (file: WalkedFile) => recordIdOf(file, undefined),
  };
  for await (const outcomes of runIngest(hospital, options)) {
    for (const outcome of outcomes) {
      if (outcome.state === 'failed') throw outcome.error;
      if (outcome.state === 'anchored') anchored++;
    }
  }
  if (anchored !== files) throw new Error(`${anchored} of ${files} files were anchored`);
}

/** The command as users run it, which waits until everything is proven. */
async function ingestByCommand(workshop: Workshop, folder: string): Promise<number> {
  const data = await newDataFolder(workshop, 'data');
  const args = [PROGRAM, 'ingest', folder, '--data', data, '--json'];
  const ms = await timed(() => workshop.run(process.execPath, args));
  workshop.remove(data);
  return ms;
}

const startNode = (workshop: Workshop) => timed(() => workshop.run(process.execPath, ['-e', '']));

function unmeasured(row: string, what: string, missing: string, budget: Budget): Line[] {
  return [{ row, what, notMeasured: `${missing} is missing here`, budget }];
}

export const ingestLargeRow: Row = async (workshop) => {
  const bytes = (workshop.settings.quick ? 128 : 512) * MEBIBYTE;
  const row = 'ingest-large';
  const size = `${LARGE_FILES} files of ${bytes / MEBIBYTE} MiB`;
  const what = `folder ingest of ${size}, until durable`;
  const budget: Budget = { limit: 0.9, is: 'at least', of: 'ratio' };
  const missing = findMissing(['find', 'xargs', 'openssl']);
  if (missing !== undefined) return unmeasured(row, what, missing, budget);
  const folder = workshop.place('large');
  writeLargeFiles(folder, LARGE_FILES, bytes);
  const rate = (ms: number) => ((LARGE_FILES * bytes) / 1e6 / ms) * 1000;
  const commands: number[] = [];
  const starts: number[] = [];
  const shell = () => hashByShell(workshop, folder, '-n1 openssl dgst -sha256');
  await shell();
  const compared = await workshop.compare(
    async () =>
      rate(
        await withHospital(workshop, (hospital) =>
          timed(() => anchorAll(hospital, folder, LARGE_FILES)),
        ),
      ),
    async () => {
      commands.push(rate(await ingestByCommand(workshop, folder)));
      starts.push(await startNode(workshop));
      return rate(await shell());
    },
  );
  workshop.remove(folder);
  const baseline = { what: 'xargs -P2 -n1 openssl dgst -sha256', values: compared.baseline };
  return [
    { row, what, unit: 'MB/s', values: compared.values, baseline, budget },
    {
      row,
      what: 'the whole command, until proven, with the start of Node',
      unit: 'MB/s',
      values: commands,
      baseline,
    },
    { row, what: 'the start of Node by itself', unit: 'ms', values: starts },
  ];
};

function smallFiles(workshop: Workshop): Promise<{ folder: string; files: number }> {
  return workshop.keep('small files', async () => {
    const folder = workshop.place('small');
    const files = workshop.settings.quick ? 20_000 : 50_000;
    writeSmallFiles(folder, files, SMALL_BYTES);
    // The first reading fills the caches of the file system.
    await hashByShell(workshop, folder, 'cat');
    return { folder, files };
  });
}

/** As an ingest has its files digested. */
async function digestAll(folder: string, files: number): Promise<void> {
  let digested = 0;
  for await (const results of digestInBatches(filesBelow(folder))) {
    for (const result of results) {
      if (!('digest' in result)) throw new Error('a file could not be digested');
      digested++;
    }
  }
  if (digested !== files) throw new Error(`${digested} of ${files} files were digested`);
}

async function* filesBelow(folder: string): AsyncGenerator<readonly WalkedFile[]> {
  for await (const items of walkInBatches([folder])) {
    yield items.filter((item): item is WalkedFile => item.kind === 'file');
  }
}

const SHA256SUM = 'xargs -P2 sha256sum';
const SMALL_TOOLS = ['find', 'xargs', 'sha256sum'];

export const ingestSmallHashRow: Row = async (workshop) => {
  const row = 'ingest-small-hash';
  const what = 'digesting alone, small files of 4 KiB';
  const budget: Budget = { limit: 1.3, is: 'at least', of: 'ratio' };
  const missing = findMissing(SMALL_TOOLS);
  if (missing !== undefined) return unmeasured(row, what, missing, budget);
  const { folder, files } = await smallFiles(workshop);
  const rate = (ms: number) => (files / ms) * 1000;
  await digestAll(folder, files);
  const { values, baseline } = await workshop.compare(
    async () => rate(await timed(() => digestAll(folder, files))),
    async () => rate(await hashByShell(workshop, folder, 'sha256sum')),
  );
  return [
    { row, what, unit: 'files/s', values, baseline: { what: SHA256SUM, values: baseline }, budget },
  ];
};

export const ingestSmallRow: Row = async (workshop) => {
  const row = 'ingest-small';
  const what = 'folder ingest of small files of 4 KiB, until durable';
  const budget: Budget = { limit: 0.3, is: 'at least', of: 'ratio' };
  const missing = findMissing(SMALL_TOOLS);
  if (missing !== undefined) return unmeasured(row, what, missing, budget);
  const { folder, files } = await smallFiles(workshop);
  const rate = (ms: number) => (files / ms) * 1000;
  const proven: number[] = [];
  const commands: number[] = [];
  const ingestOnce = () =>
    withHospital(workshop, async (hospital) => {
      const ms = await timed(() => anchorAll(hospital, folder, files));
      const moreMs = await timed(() => hospital.sequencer.waitProven(PATIENCE_MS));
      proven.push(rate(ms + moreMs));
      return rate(ms);
    });
  const { values, baseline } = await workshop.compare(ingestOnce, async (round) => {
    // It says what the line above says, later: once will do in a hurry.
    if (!workshop.settings.quick || round === 0) {
      commands.push(rate(await ingestByCommand(workshop, folder)));
    }
    return rate(await hashByShell(workshop, folder, 'sha256sum'));
  });
  const beside = { what: SHA256SUM, values: baseline };
  const unit = 'files/s';
  return [
    { row, what, unit, values, baseline: beside, budget },
    { row, what: 'the same, until proven', unit, values: proven, baseline: beside },
    {
      row,
      what: 'the whole command, until proven, with the start of Node',
      unit,
      values: commands,
    },
  ];
};
