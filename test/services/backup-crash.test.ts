// Exports of what killed programs leave, and imports that are killed themselves.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import { importLog } from '../../gateway/services/backup/import.js';
import { backupKeys } from '../../gateway/services/backup/keys.js';
import { openStore } from '../../gateway/store/store.js';
import {
  contentsOf,
  exportBytes,
  makeSample,
  open,
  submit,
  writeExport,
} from '../support/backup-sample.js';
import { runChild } from '../support/fault-child.js';
import type { FaultPlan } from '../support/fault-points.js';
import { accessSubmission } from '../support/hospital.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const EVENTS = 1500;
const KILLS = 8;

const STATES: readonly (readonly [what: string, Omit<FaultPlan, 'pauseUs'>])[] = [
  ['half a group of entries', { point: 'accept', moment: 'during', nth: 2 }],
  ['entries that no append holds', { point: 'accept', moment: 'after', nth: 1 }],
  ['a block that was not written', { point: 'ledger block', moment: 'before', nth: 1 }],
  ['a block that nobody was told of', { point: 'ledger block', moment: 'after', nth: 1 }],
  ['half of a checkpoint file', { point: 'checkpoint file', moment: 'during', nth: 1 }],
  ['a checkpoint file without its name', { point: 'checkpoint rename', moment: 'before', nth: 1 }],
  ['an append that is not proven', { point: 'marker', moment: 'before', nth: 1 }],
  ['proven entries that the map lacks', { point: 'marker', moment: 'after', nth: 1 }],
  ['map pages that were not written', { point: 'map flush', moment: 'before', nth: 1 }],
];

describe('backups and crashes', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = newTempFolder();
    await makeSample(at('source'));
    const events = Array.from({ length: EVENTS }, (_, number) =>
      JSON.stringify(accessSubmission(`P${number % 50}`, `event ${number}`)),
    );
    writeFileSync(at('events.jsonl'), `${events.join('\n')}\n`);
  });
  after(() => removeTempFolder(folder));

  const at = (...names: string[]) => join(folder, ...names);

  function copy(from: string, to: string, part = ''): void {
    rmSync(at(to), { recursive: true, force: true });
    cpSync(at(from, part), at(to, part), { recursive: true, preserveTimestamps: true });
  }

  /** Leaf hashes of all entries, and the receipts of those that were proven before. */
  async function read(data: string, proven: number) {
    const hospital = await open(at(data));
    try {
      expect(await hospital.sequencer.waitProven(10_000)).to.equal(true);
      const leaves: string[] = [];
      const receipts: string[] = [];
      for (let ordinal = 0; ordinal < hospital.sequencer.counts.proven; ordinal++) {
        leaves.push(encodeHex(leafHash(hospital.store.readEntry(ordinal).leaf)));
        if (ordinal >= proven) continue;
        const receipt = formatReceipt(await hospital.receipts.make(ordinal));
        receipts.push(Buffer.from(receipt).toString());
      }
      return { leaves, receipts };
    } finally {
      await hospital.close();
    }
  }

  for (const [what, plan] of STATES) {
    it(`a log is exported and comes back with ${what}`, async () => {
      copy('source', 'killed');
      const command = ['access', 'import', at('events.jsonl'), '--data', at('killed')];
      const kill = { plan: { ...plan, pauseUs: 200 } };
      const ran = await runChild(folder, ['../fault/program', ...command], kill);
      expect(ran.killed, ran.stderr).to.equal(true);
      const bytes = await exportBytes(at('killed'));
      copy('killed', 'new', 'keys');
      const imported = await importLog(writeExport(at('export.jsonl'), bytes), at('new'));
      const store = await openStore(at('killed', 'store'), imported.logId);
      const proven = store.findMarker()?.entries ?? 0;
      await store.close();
      expect(await read('new', proven)).to.deep.equal(await read('killed', proven));
      await submit(at('new'), [accessSubmission('P1', 'afterwards')]);
    });
  }

  it('an import that is killed at any moment can be done again', async () => {
    copy('source', 'long');
    const command = ['access', 'import', at('events.jsonl'), '--data', at('long')];
    await runChild(folder, ['../fault/program', ...command], {});
    writeExport(at('long.jsonl'), await exportBytes(at('long')));
    const importing = ['../fault/program', 'import', at('long.jsonl'), '--data', at('new')];
    copy('long', 'new', 'keys');
    const whole = await runChild(folder, importing, {});
    expect(whole.exitCode, whole.stderr).to.equal(0);
    copy('long', 'new', 'keys');
    for (let kill = 0; kill < KILLS; kill++) {
      const afterMs = (whole.durationMs * (kill + Math.random())) / KILLS;
      const ran = await runChild(folder, importing, { afterMs });
      if (ran.killed && !readdirSync(at('new')).includes('config.json')) continue;
      expect(await contentsOf(at('new'))).to.deep.equal(await contentsOf(at('long')));
      copy('long', 'new', 'keys');
    }
    await importLog(at('long.jsonl'), at('new'));
    expect(await contentsOf(at('new'))).to.deep.equal(await contentsOf(at('long')));
    const names = ['checkpoint', 'config.json', 'keys', 'ledger', 'run', 'store'];
    expect(readdirSync(at('new')).sort()).to.deep.equal(names);
  });

  it('an export that is killed leaves no file of its name, and can be done again', async () => {
    mkdirSync(at('out'));
    const exporting = ['../fault/program', 'export', at('out', 'e.jsonl'), '--data', at('source')];
    const whole = await runChild(folder, exporting, {});
    rmSync(at('out', 'e.jsonl'));
    for (let kill = 0; kill < KILLS; kill++) {
      const afterMs = (whole.durationMs * (kill + Math.random())) / KILLS;
      await runChild(folder, exporting, { afterMs });
      expect(readdirSync(at('out'))).to.satisfy((names: string[]) =>
        names.every((name) => /^e\.jsonl(\.part-[0-9]+-[0-9a-f]{12})?$/.test(name)),
      );
      if (!readdirSync(at('out')).includes('e.jsonl')) continue;
      copy('source', 'new', 'keys');
      await importLog(at('out', 'e.jsonl'), at('new'));
      rmSync(at('out', 'e.jsonl'));
    }
    expect((await runChild(folder, exporting, {})).exitCode).to.equal(0);
    expect(readdirSync(at('out'))).to.deep.equal(['e.jsonl']);
  });

  it('a restore of keys that is killed leaves no keys or all, and can be done again', async () => {
    writeFileSync(at('pw'), 'correct horse battery\n');
    await backupKeys(at('source'), at('k.json'), 'correct horse battery');
    const command = ['keys', 'restore', at('k.json'), '--passphrase-file', at('pw')];
    const plans: readonly Omit<FaultPlan, 'pauseUs'>[] = [
      { point: 'key file', moment: 'during', nth: 3 },
      { point: 'key file', moment: 'after', nth: 8 },
      { point: 'staging rename', moment: 'before', nth: 1 },
      { point: 'staging rename', moment: 'after', nth: 1 },
    ];
    for (const where of ['parent/absent', 'empty']) {
      for (const plan of plans) {
        mkdirSync(at('restored', where === 'empty' ? where : ''), { recursive: true });
        const restoring = ['../fault/program', ...command, '--data', at('restored', where)];
        const ran = await runChild(folder, restoring, { plan: { ...plan, pauseUs: 0 } });
        expect(ran.killed, ran.stderr).to.equal(true);
        const keys = at('restored', where, 'keys');
        if (existsSync(keys)) expect(readdirSync(keys)).to.have.length(8);
        else expect((await runChild(folder, restoring, {})).exitCode).to.equal(0);
        for (const name of readdirSync(keys)) {
          const own = readFileSync(at('source', 'keys', name), 'utf8');
          expect(readFileSync(join(keys, name), 'utf8')).to.equal(own);
        }
        const left = readdirSync(at('restored'), { recursive: true }).map(String);
        if (plan.moment !== 'after' || plan.point === 'key file') {
          expect(left.filter((name) => name.includes('.chartseal-'))).to.deep.equal([]);
        }
        rmSync(at('restored'), { recursive: true });
      }
    }
  });
});
