// A receipt that can be made waits for nothing that an earlier command left.
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Ran, Workplace } from '../support/cli.js';
import { openData } from '../support/data-sample.js';
import { recordSubmission } from '../support/hospital.js';

const LEFT = 'an earlier command left 1 entry that is not proven: that goes on while this one runs';

describe('a receipt, where an earlier command left entries that are not proven', function () {
  this.timeout(60_000);
  let place: Workplace;

  before(() => {
    place = new Workplace();
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    mkdirSync(place.path('a'));
    writeFileSync(place.path('a', '1'), 'document 1');
    place.run(['ingest', 'a', '--data', 'd']);
  });
  after(() => place.remove());

  /** The next version of a/1, accepted by a process that ended before the ledger was asked. */
  async function leave(version: number): Promise<void> {
    const hospital = await openData(place.path('d'));
    await hospital.sequencer.accept(recordSubmission('a/1', version, `version ${version}`));
    await hospital.close();
    const { accepted, proven } = hospital.sequencer.counts;
    expect(accepted - proven).to.equal(1);
  }

  const receipt = (wait: string, ...of: readonly string[]): Ran =>
    place.run(['receipt', ...of, '--data', 'd', '--wait', wait]);

  it('is given at once of one entry that is proven', async () => {
    await leave(2);
    const told: string[] = [];
    for (const of of [['#0'], ['a/1', '--version', '1']]) {
      const ran = receipt('0', ...of);
      expect(ran.status, ran.stderr).to.equal(0);
      expect(ran.stdout).to.include('"chartseal-receipt/');
      told.push(ran.stderr);
    }
    // Nothing was finished before, nor need it be by now.
    expect(told[0]).to.include(LEFT);
  });

  it('is given of the newest version once that is proven', async () => {
    // What was left for the test before may be proven by now, or not.
    expect(receipt('30', 'a/1', '--version', '2').status).to.equal(0);
    await leave(3);
    const ran = receipt('30', 'a/1');
    expect(ran.status, ran.stderr).to.equal(0);
    expect(ran.stderr).to.include(LEFT);
    expect(ran.stdout).to.equal(receipt('0', 'a/1', '--version', '3').stdout);
  });
});
