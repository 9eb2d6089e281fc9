// Flipped and cut bytes in the files of LevelDB below store/ and ledger/. What is not found must
// have changed nothing; CHARTSEAL_SEED and CHARTSEAL_MUTATIONS choose other damages and more.
import { join } from 'node:path';
import { expect } from 'chai';
import type { DamageOutcome } from '../support/damage-reader.js';
import { type DamageRuns, runDamages } from '../support/damage-runs.js';
import { createDataSample, type DataSample } from '../support/data-sample.js';
import { SEED } from '../support/seeded.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const MUTATIONS = Number.parseInt(process.env['CHARTSEAL_MUTATIONS'] ?? '150', 10);
const STORE_MUTATIONS = Math.ceil(MUTATIONS * 0.6);

const FOUND: Readonly<Record<'store' | 'ledger', readonly string[]>> = {
  store: ['STORE_CORRUPT', 'STORE_FAILED', 'STORE_BEHIND', 'LOG_FORKED', 'NEWER_VERSION'],
  ledger: ['LEDGER_CORRUPT', 'LEDGER_FAILED', 'LEDGER_BEHIND'],
};

/**
 * LevelDB looks a key up by way of unchecked bytes, so that a flipped bit can hide rows from reads:
 * no evidence is made of these tables, and the audit counts them.
 */
const HIDEABLE = ['i/', 'h/', 'c/', 'l/', 'p/', 'q/', 'f/', 'k/'];

/** The same for rows that recovery drops from LevelDB's log: entries that are proven and gone. */
const HIDDEN = /^not everything is proven$|NOT_FOUND|no entry has the leaf hash|^Corruption: /;

function story(outcomes: readonly DamageOutcome[]): string {
  return outcomes.map((one) => JSON.stringify(one)).join('\n');
}

function isHarmless(one: DamageOutcome): boolean {
  return 'changed' in one && Object.keys(one.changed).length === 0;
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

  it(`of the ledger are found, or change nothing (CHARTSEAL_SEED=${SEED})`, () => {
    const { outcomes } = run('ledger', MUTATIONS - STORE_MUTATIONS);
    const wrong = outcomes.filter((one) => !('code' in one) && !isHarmless(one));
    expect(wrong, story(wrong)).to.deep.equal([]);
  });

  it(`of the store are found, or change no evidence (CHARTSEAL_SEED=${SEED})`, () => {
    const { outcomes } = run('store', STORE_MUTATIONS);
    const wrong = outcomes.filter((one) => {
      if ('code' in one || isHarmless(one)) return false;
      if ('unforeseen' in one) return !HIDDEN.test(one.unforeseen);
      return !Object.keys(one.changed).every((table) => HIDEABLE.includes(table));
    });
    expect(wrong, story(wrong)).to.deep.equal([]);
  });
});
