// Flipped and cut bytes in the files of LevelDB below store/ and ledger/. What is not found must
// have changed nothing; CHARTSEAL_SEED and CHARTSEAL_MUTATIONS choose other damages and more.
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { partFolder } from '../../gateway/store/store-database.js';
import { inflict } from '../support/damage.js';
import type { DamageOutcome } from '../support/damage-reader.js';
import { type DamageRuns, runDamages } from '../support/damage-runs.js';
import { createDataSample, type DataSample, openData } from '../support/data-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { SEED } from '../support/seeded.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const MUTATIONS = Number.parseInt(process.env['CHARTSEAL_MUTATIONS'] ?? '150', 10);
const STORE_MUTATIONS = Math.ceil(MUTATIONS * 0.6);

const FOUND: Readonly<Record<'store' | 'ledger', readonly string[]>> = {
  store: ['STORE_CORRUPT', 'STORE_FAILED', 'STORE_BEHIND', 'LOG_FORKED', 'NEWER_VERSION'],
  ledger: ['LEDGER_CORRUPT', 'LEDGER_FAILED', 'LEDGER_BEHIND'],
};

/**
 * Of an attestation that is gone nothing is missed: receipts rest on the next one, and hold. All
 * else that LevelDB hides from reads, whose bytes it does not check, must be found by the audit.
 */
const NOT_MISSED = ['k/'];

function story(outcomes: readonly DamageOutcome[]): string {
  return outcomes.map((one) => JSON.stringify(one)).join('\n');
}

function isHarmless(one: DamageOutcome): boolean {
  if ('code' in one || 'audit' in one || one.unforeseen) return false;
  return Object.keys(one.changed).every((table) => NOT_MISSED.includes(table));
}

describe('damaged files of LevelDB', function () {
  this.timeout(60_000 + MUTATIONS * 2000);
  let folder: string;
  let sample: DataSample;

  before(async () => {
    folder = newTempFolder();
    sample = await createDataSample(join(folder, 'data'));
  });
  after(() => removeTempFolder(folder));

  function run(part: 'store' | 'ledger', count: number): DamageRuns {
    const runs = runDamages(folder, sample, part, count, SEED);
    for (const one of runs.outcomes) {
      if ('code' in one) expect(FOUND[part], story([one])).to.include(one.code);
    }
    // LevelDB itself ends the process when keys of a table are out of order: loud, and before
    // anything was given out.
    for (const words of runs.aborts) expect(words).to.match(/leveldb.*Assertion/);
    return runs;
  }

  for (const part of ['entries', 'index'] as const) {
    it(`of the store whose ${part} lost a record of their log take no entry in its place`, async () => {
      const data = join(folder, `lost ${part}`);
      cpSync(sample.folder, data, { recursive: true });
      const path = partFolder(join(data, 'store'), part);
      const logs = readdirSync(path).filter((name) => name.endsWith('.log'));
      expect(logs).to.have.lengthOf(1);
      // Within the first record, which holds what came in the last session.
      for (const file of logs) inflict(path, { file, at: 1000, mask: 0x40 });
      await expectCodeAsync(async () => (await openData(data)).close(), 'STORE_CORRUPT');
    });
  }

  for (const [part, count] of [
    ['ledger', MUTATIONS - STORE_MUTATIONS],
    ['store', STORE_MUTATIONS],
  ] as const) {
    it(`of the ${part} are found, or change nothing (CHARTSEAL_SEED=${SEED})`, () => {
      const { outcomes } = run(part, count);
      const silent = outcomes.filter((one) => !('code' in one || 'audit' in one));
      const wrong = silent.filter((one) => !isHarmless(one));
      expect(wrong, story(wrong)).to.deep.equal([]);
      expect(silent.length).to.be.lessThan(count / 2);
    });
  }
});
