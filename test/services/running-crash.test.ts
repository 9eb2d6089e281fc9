import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AuditSample, audit, openData } from '../support/audit-sample.js';
import { OPEN } from '../support/busy-gateway.js';
import { runChild } from '../support/fault-child.js';
import { chosenSeed, newRandom } from '../support/fault-random.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const KILLS = 3;
const WORKING_MS = 1500;

describe('a gateway that is killed while it audits and exports', function () {
  this.timeout(60_000);
  let sample: AuditSample;
  let scratch: string;
  const seed = chosenSeed();
  before(async () => {
    sample = await AuditSample.create();
    scratch = newTempFolder();
  });
  after(() => {
    sample.remove();
    removeTempFolder(scratch);
  });

  it(`comes back with all that it accepted, and the audit goes on (seed ${seed})`, async () => {
    const random = newRandom(seed);
    const folder = sample.copy();
    let accepted = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const afterMs = 200 + random.integer(WORKING_MS);
      const command = ['busy-gateway', folder, `run ${kill}`];
      const ran = await runChild(scratch, command, { afterMs, afterLine: OPEN });
      expect(ran.killed, ran.stderr).to.equal(true);
      expect(ran.lines).to.include(OPEN);
      const leaves = ran.lines.filter((line) => /^[0-9a-f]{64}$/.test(line));
      accepted += leaves.length;
      const hospital = await openData(folder);
      for (const leaf of leaves) {
        expect(hospital.store.findByLeafHash(Buffer.from(leaf, 'hex'))).to.be.a('number');
      }
      expect(existsSync(join(folder, 'run', 'audit-map'))).to.equal(false);
      expect(await hospital.sequencer.waitProven(20_000)).to.equal(true);
      await hospital.close();
    }
    expect(accepted).to.be.greaterThan(0);
    const { log, counts, left } = await audit(folder);
    expect(log.filter(({ status }) => status !== 'OK')).to.deep.equal([]);
    expect(left).to.equal(0);
    expect(counts).to.include({ unchanged: 12, notChecked: 1, altered: 0, missing: 0 });
  });
});
