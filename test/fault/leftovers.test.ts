// What a killed program leaves behind, and what the next one makes of it.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { exportLog } from '../../cli/commands/export.js';
import { importLog } from '../../cli/commands/import.js';
import { ingest } from '../../cli/commands/ingest.js';
import { findCheckpointFile } from '../../gateway/ledger/embedded/checkpoint-file.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { walk } from '../../gateway/services/walk.js';
import { runChild } from '../support/fault-child.js';
import { DATA_NAMES, filledData, finish, newData, WAIT_MS } from '../support/fault-data.js';
import { readAll } from '../support/fault-hospital.js';
import type { FaultPlan } from '../support/fault-points.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

describe('what a killed program leaves behind', function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = newTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  const data = () => join(folder, 'data');
  const names = (path: string) => readdirSync(join(folder, path)).sort();

  async function killAt(plan: Omit<FaultPlan, 'pauseUs'>, ...args: string[]): Promise<void> {
    const command = ['../fault/program', ...args, '--data', data()];
    const ran = await runChild(folder, command, { plan: { ...plan, pauseUs: 0 } });
    expect(ran.killed, ran.stderr).to.equal(true);
  }

  it('as a checkpoint file behind its ledger is mended by the next opening', async () => {
    await newData(folder);
    const before = findCheckpointFile(join(data(), 'checkpoint'))?.block ?? -1;
    mkdirSync(join(folder, 'archive'));
    writeFileSync(join(folder, 'archive', 'a.txt'), 'one');
    await killAt(
      { point: 'checkpoint file', moment: 'during', nth: 1 },
      ...['ingest', join(folder, 'archive')],
    );
    expect(findCheckpointFile(join(data(), 'checkpoint'))?.block).to.equal(before);
    await (await openHospital({ folder: data(), operator: 'test' })).close();
    expect(findCheckpointFile(join(data(), 'checkpoint'))?.block).to.equal(before + 1);
    expect(names('data')).to.not.include('checkpoint.new');
  });

  it('as a report that an audit had just begun is gone on with, under its own name', async () => {
    await newData(folder);
    const archive = join(folder, 'archive');
    mkdirSync(archive);
    for (const name of ['a.txt', 'b.txt']) writeFileSync(join(archive, name), name);
    await runChild(folder, ['../fault/program', 'ingest', archive, '--data', data()], {});
    rmSync(join(archive, 'a.txt'));
    const report = join(folder, 'report.jsonl');
    const auditing = ['audit', '--report', report];
    // Nothing is kept; the pass without its report; its report that the pass does not know.
    for (const moment of ['before', 'after', 'before'] as const) {
      await killAt({ point: 'audit pass', moment, nth: 1 }, ...auditing);
    }
    expect(readFileSync(report, 'utf8')).to.include('missing');
    const audit = ['../fault/program', 'audit', '--data', data(), '--report', report];
    expect((await runChild(folder, audit, {})).exitCode).to.equal(1);
    const lines = readFileSync(report, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).answer)).to.deep.equal([undefined, 'missing']);
    writeFileSync(report, 'of somebody else');
    expect((await runChild(folder, audit, {})).exitCode).to.equal(64);
    expect(readFileSync(report, 'utf8')).to.equal('of somebody else');
  });

  it('as half of a receipt is no document of the archive beside which it lies', async () => {
    await newData(folder);
    const archive = join(folder, 'archive');
    mkdirSync(archive);
    for (const name of ['a.txt', 'b.txt']) writeFileSync(join(archive, name), name);
    const command = ['ingest', archive, '--receipts', archive] as const;
    await killAt({ point: 'output file', moment: 'during', nth: 2 }, ...command);
    expect(names('archive')).to.have.lengthOf(4);
    const files: string[] = [];
    for await (const item of walk([archive], { skipReceipts: true })) {
      if (item.kind === 'file') files.push(item.relative);
    }
    expect(files).to.deep.equal(['a.txt', 'b.txt']);
    const options = { data: data(), waitMs: WAIT_MS, category: 'document', receipts: archive };
    await finish((context) => ingest([archive], options, context));
    expect((await readAll(data())).entries.size).to.equal(2);
  });

  it('as a data folder that was moved to its place in part is moved there whole', async () => {
    mkdirSync(data());
    await killAt({ point: 'staging rename', moment: 'after', nth: 2 }, 'init');
    const key = readFileSync(join(data(), 'keys', 'master-key.hex'), 'utf8');
    expect(names('data')).to.not.include('config.json');
    const again = await runChild(folder, ['../fault/program', 'init', '--data', data()], {});
    expect(again.exitCode).to.equal(64);
    expect(again.stderr).to.include('DATA_EXISTS');
    expect(readFileSync(join(data(), 'keys', 'master-key.hex'), 'utf8')).to.equal(key);
    expect(names('data')).to.deep.equal(DATA_NAMES);
    await (await openHospital({ folder: data(), operator: 'test' })).close();
  });

  it('under the process id that the next one has, as in a container, stops nobody', async () => {
    await filledData(folder);
    const file = join(folder, 'log.jsonl');
    await finish((context) => exportLog(file, { data: data() }, context));
    for (const name of names('data')) {
      if (name !== 'keys') rmSync(join(data(), name), { recursive: true });
    }
    mkdirSync(join(data(), `.chartseal-import-${process.pid}-0123456789ab`));
    await finish((context) => importLog(file, { data: data() }, context));
    expect(names('data')).to.deep.equal(DATA_NAMES);
  });
});
