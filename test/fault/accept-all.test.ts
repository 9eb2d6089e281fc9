// What is accepted together, killed with -9 before, while and after it is written: all of it is
// there or nothing.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runChild, tearLog } from '../support/fault-child.js';
import { newData } from '../support/fault-data.js';
import { type OpenParts, openParts, readAll, readEntries } from '../support/fault-hospital.js';
import type { Moment } from '../support/fault-points.js';
import { chosenSeed, newRandom, seedOf } from '../support/fault-random.js';
import { LOTS, type ToldLot, writeLots } from '../support/fault-together.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const MOMENTS: readonly Moment[] = ['before', 'during', 'after'];
const KILLS = 6;

describe('lots that are accepted together, killed with -9', function () {
  this.timeout(600_000);
  let folder: string;
  before(async () => {
    folder = newTempFolder();
    await newData(folder);
  });
  after(() => removeTempFolder(folder));

  /** How many entries stand; checks that no lot is there in part, and that the told ones are. */
  function checkLots(parts: OpenParts, told: readonly ToldLot[]): number {
    const entries = readEntries(parts);
    LOTS.forEach((names, lot) => {
      const there = names.filter((name) => entries.has(`event ${name}`));
      expect([0, names.length], `lot ${lot}`).to.include(there.length);
    });
    for (const { lot, leafHashes } of told) {
      const names = LOTS[lot] as readonly string[];
      const standing = names.map((name) => entries.get(`event ${name}`)?.leafHash);
      expect(standing).to.deep.equal(leafHashes);
    }
    return entries.size;
  }

  it(`stand as a whole or not at all, ${KILLS} times and more, and are finished later`, async () => {
    const seed = chosenSeed();
    process.stdout.write(`    seed ${seed}\n`);
    let [killed, unfinished] = [0, 0];
    for (let kill = 0; kill < KILLS; kill++) {
      const random = newRandom(seedOf(seed, kill));
      const copy = join(folder, `kill-${kill}`);
      cpSync(join(folder, 'data'), join(copy, 'data'), { recursive: true });
      const moment = MOMENTS[kill % MOMENTS.length] as Moment;
      const nth = 1 + random.integer(3);
      const plan = { point: 'accept', moment, nth, pauseUs: random.integer(3000) };
      const ran = await runChild(copy, ['fault-together', join(copy, 'data')], { plan });
      if (ran.killed) killed++;
      else expect(ran.exitCode, ran.stderr).to.equal(0);
      tearLog(copy, join(copy, 'data/store'), random);
      const told = ran.lines.map((line) => JSON.parse(line) as ToldLot);
      const parts = await openParts(join(copy, 'data'), {});
      try {
        if (checkLots(parts, told) < LOTS.flat().length) unfinished++;
        await writeLots(parts, () => undefined);
        expect(checkLots(parts, told)).to.equal(LOTS.flat().length);
      } finally {
        await parts.close();
      }
      if (kill === 1) await readAll(join(copy, 'data'));
      rmSync(copy, { recursive: true });
    }
    expect(killed).to.be.at.least(KILLS - 1);
    expect(unfinished).to.be.at.least(KILLS / 2);
  });
});
