import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { importLog } from '../../gateway/services/backup/import.js';
import { TABLES } from '../../gateway/store/keys.js';
import {
  contentsOf,
  exportBytes,
  makeSample,
  open,
  parseLines,
  readEvidence,
  SUBMISSIONS,
  signLines,
  submit,
  treeOf,
  writeExport,
} from '../support/backup-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, recordSubmission } from '../support/hospital.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const ALL = SUBMISSIONS.flat();

describe('export and import', function () {
  this.timeout(60_000);
  let folder: string;
  let sample: Buffer;
  before(async () => {
    folder = newTempFolder();
    await makeSample(join(folder, 'source'));
    sample = await exportBytes(join(folder, 'source'));
  });
  after(() => removeTempFolder(folder));

  const at = (...names: string[]) => join(folder, ...names);
  const source = () => at('source');

  /** A folder with the keys of a data folder and nothing else. */
  function withKeys(from = source()): string {
    rmSync(at('new'), { recursive: true, force: true });
    mkdirSync(at('new'), { mode: 0o700 });
    cpSync(join(from, 'keys'), at('new', 'keys'), { recursive: true });
    // Not every version of Node copies the mode of a folder.
    chmodSync(at('new', 'keys'), 0o700);
    return at('new');
  }

  const importBytes = (bytes: Buffer, data = withKeys()) =>
    importLog(writeExport(at('export.jsonl'), bytes), data);

  it('bring every row of store and ledger back, byte for byte', async () => {
    const imported = await importBytes(sample);
    expect(imported).to.deep.include({ entries: ALL.length, committed: ALL.length });
    expect(await contentsOf(at('new'))).to.deep.equal(await contentsOf(source()));
    expect(readdirSync(at('new')).sort()).to.deep.equal(readdirSync(source()).sort());
    for (const name of readdirSync(at('new'))) {
      expect(statSync(at('new', name)).mode, name).to.equal(statSync(join(source(), name)).mode);
    }
  });

  it('know every table of the store: each is exported or follows from what is', () => {
    const exported = ['entry', 'patient', 'baseline', 'attestation'];
    const derived = ['head', 'chain', 'leafHash', 'idempotency', 'patientLabel'];
    const fromAppends = ['append', 'appendIndex', 'tile', 'page'];
    const searched = ['record', 'digest', 'inquiry'];
    const known = [...exported, ...derived, ...fromAppends, ...searched].sort();
    expect(Object.keys(TABLES).sort()).to.deep.equal(known);
  });

  it('give the same receipts as before, and histories that verify; the log goes on', async () => {
    await importBytes(sample);
    expect(await readEvidence(at('new'))).to.deep.equal(await readEvidence(source()));
    // What came before is known; what is new follows the old chains.
    expect(await submit(at('new'), ALL)).to.equal(0);
    const more = [accessSubmission('P1', 'r9'), recordSubmission('archive/1', 4, 'four')];
    expect(await submit(at('new'), more)).to.equal(2);
    expect((await readEvidence(at('new'))).slice(0, ALL.length)).to.deep.equal(
      await readEvidence(source()),
    );
  });

  it('give the same export again', async () => {
    await importBytes(sample);
    expect((await exportBytes(at('new'))).equals(sample)).to.equal(true);
  });

  it('work for a log whose record labels come from the VRF', async () => {
    await makeSample(at('vrf'), 'vrf');
    await importBytes(await exportBytes(at('vrf')), withKeys(at('vrf')));
    expect(await contentsOf(at('new'))).to.deep.equal(await contentsOf(at('vrf')));
    expect(await readEvidence(at('new'))).to.deep.equal(await readEvidence(at('vrf')));
  });

  it('work for a log in which nothing has happened yet, attested or not', async () => {
    const options = { mspId: 'M', description: '', patientSystems: [] } as const;
    const origin = 'empty.example/x';
    await createDataFolder({ ...options, folder: at('empty'), origin, recordLabels: 'hmac' });
    for (let round = 0; round < 2; round++) {
      await importBytes(await exportBytes(at('empty')), withKeys(at('empty')));
      expect(await contentsOf(at('new'))).to.deep.equal(await contentsOf(at('empty')));
      await submit(at('empty'), []);
    }
  });

  it('write nothing to the folder that is exported', async () => {
    const before = await contentsOf(source());
    await exportBytes(source());
    expect(await contentsOf(source())).to.deep.equal(before);
    const hospital = await open(source());
    await expectCodeAsync(() => exportBytes(source()), 'STORE_LOCKED');
    await hospital.close();
  });

  /** Refused with this code, and the folder is as it was. */
  async function expectRefused(bytes: Buffer, code: ErrorCode, what: string): Promise<void> {
    const data = withKeys();
    const before = treeOf(data);
    try {
      await expectCodeAsync(() => importBytes(bytes, data), code);
    } catch (error) {
      throw new Error(`${what}: ${String(error)}`);
    }
    expect(treeOf(data), what).to.deep.equal(before);
  }

  describe('refuse, and leave the folder as it was,', () => {
    it('an export that is cut off anywhere', async () => {
      for (let size = 0; size < sample.length; size += 997) {
        await expectRefused(sample.subarray(0, size), 'BAD_FORMAT', `${size} bytes`);
      }
      await expectRefused(sample.subarray(0, -1), 'BAD_FORMAT', 'without its last line end');
    });

    it('an export with any byte changed', async () => {
      for (let place = 3; place < sample.length; place += 1009) {
        const changed = Buffer.from(sample);
        changed[place] = (changed[place] as number) ^ 1;
        await expectRefused(changed, 'BAD_FORMAT', `byte ${place}`);
      }
    });

    it('lines that are lost, doubled, moved or added', async () => {
      const lines = sample.toString().trimEnd().split('\n');
      const join = (all: string[]) => Buffer.from(`${all.join('\n')}\n`);
      for (let number = 0; number < lines.length; number++) {
        await expectRefused(join(lines.toSpliced(number, 1)), 'BAD_FORMAT', `lost ${number}`);
        const line = lines[number] as string;
        await expectRefused(join(lines.toSpliced(number, 0, line)), 'BAD_FORMAT', 'doubled');
        const next = lines[number + 1];
        if (next === undefined || number === 0) continue;
        await expectRefused(join(lines.toSpliced(number, 2, next, line)), 'BAD_FORMAT', 'moved');
      }
      await expectRefused(join([...lines, '']), 'BAD_FORMAT', 'an empty line at the end');
      await expectRefused(Buffer.alloc(0), 'BAD_FORMAT', 'nothing');
      await expectRefused(Buffer.from('{"format":"chartseal-receipt/1"}\n'), 'BAD_FORMAT', 'other');
    });

    it('an export of a later version', async () => {
      const newer = sample.toString().replace('chartseal-export/1', 'chartseal-export/2');
      await expectRefused(Buffer.from(newer), 'NEWER_VERSION', 'version 2');
    });

    it('an export that somebody else signed, and keys of another log', async () => {
      const lines = parseLines(sample).slice(0, -1);
      await makeSample(at('other'), 'hmac', 'hospital-b.example/archive');
      await expectRefused(await signLines(lines, at('other', 'keys')), 'BAD_FORMAT', 'signer');
      const before = treeOf(withKeys(at('other')));
      await expectCodeAsync(() => importBytes(sample, at('new')), 'OTHER_LOG');
      expect(treeOf(at('new'))).to.deep.equal(before);
    });

    it('a folder without keys, with a log, or with anything else', async () => {
      await expectCodeAsync(() => importBytes(sample, at('nowhere')), 'KEY_UNREADABLE');
      mkdirSync(at('bare'));
      await expectCodeAsync(() => importBytes(sample, at('bare')), 'KEY_UNREADABLE');
      expect(readdirSync(at('bare'))).to.deep.equal([]);
      const before = await contentsOf(source());
      await expectCodeAsync(() => importBytes(sample, source()), 'DATA_EXISTS');
      expect(await contentsOf(source())).to.deep.equal(before);
      await expectCodeAsync(() => importBytes(sample, at('other')), 'OTHER_LOG');
      for (const name of ['ledger', 'store', 'checkpoint', 'notes']) {
        mkdirSync(join(withKeys(), name));
        await expectCodeAsync(() => importBytes(sample, at('new')), 'DATA_EXISTS');
        expect(readdirSync(at('new')).sort()).to.deep.equal(['keys', name].sort());
      }
    });
  });

  it('can be tried again after an import that was killed while it moved its parts', async () => {
    const parts = ['ledger', 'store', 'checkpoint', 'run', 'config.json'];
    for (let moved = 0; moved < parts.length; moved++) {
      await importBytes(sample);
      // A process id that no process has.
      const staging = at('new', `.chartseal-import-4194305-${'0'.repeat(12)}`);
      mkdirSync(staging);
      for (const part of parts.slice(moved)) renameSync(at('new', part), join(staging, part));
      await importLog(at('export.jsonl'), at('new'));
      expect(await contentsOf(at('new'))).to.deep.equal(await contentsOf(source()));
      expect(readdirSync(at('new')).sort()).to.deep.equal([...parts, 'keys'].sort());
    }
  });

  it('let one import at a time into a folder', async () => {
    const data = withKeys();
    const file = writeExport(at('export.jsonl'), sample);
    const both = await Promise.allSettled([importLog(file, data), importLog(file, data)]);
    const won = both.filter(({ status }) => status === 'fulfilled');
    expect(won.length).to.be.below(2);
    for (const one of both) {
      if (one.status === 'rejected')
        expect(one.reason.code).to.be.oneOf(['STORE_LOCKED', 'DATA_EXISTS']);
    }
    if (won.length === 0) await importLog(file, data);
    expect(await contentsOf(data)).to.deep.equal(await contentsOf(source()));
  });
});
