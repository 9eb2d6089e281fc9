// The real program, killed with -9 at named points and at random moments, again and again.
import { expect } from 'chai';
import { FAULT_CASES } from '../support/fault-cases.js';
import { describeReport, type FaultReport, runFaults } from '../support/fault-harness.js';
import { chosenSeed } from '../support/fault-random.js';

const KILLS = 200;
const RANDOM_KILLS = 30;

describe('killed with -9', function () {
  this.timeout(600_000);
  let report: FaultReport;
  before(async () => {
    const seed = chosenSeed();
    process.stdout.write(`  seed ${seed}\n`);
    report = await runFaults({ cases: FAULT_CASES, seed, kills: KILLS });
    process.stdout.write(`  ${report.kills} kills in ${report.seconds.toFixed(0)} s\n`);
  });

  it(`at least ${KILLS} times, nothing answered is lost, doubled or left unproven`, () => {
    const text = describeReport(report).join('\n');
    expect(report.faults, text).to.have.lengthOf(0);
    expect(report.kills, text).to.be.at.least(KILLS);
  });

  it(`at random moments too, ${RANDOM_KILLS} times and more`, () => {
    const random = [...report.byPlace].filter(([place]) => place.endsWith('at a random moment'));
    expect(random.reduce((sum, [, kills]) => sum + kills, 0)).to.be.at.least(RANDOM_KILLS);
  });

  for (const { name, points } of FAULT_CASES) {
    it(`${name} dies at each of its points: ${points.join(', ')}`, () => {
      const places = [...report.byPlace.keys()].filter((place) => place.startsWith(`${name}: `));
      for (const point of points) {
        expect(places.filter((place) => place.endsWith(` ${point}`))).to.not.deep.equal([]);
      }
    });
  }
});
