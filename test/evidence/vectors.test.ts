import { expect } from 'chai';
import { judgeLoaded, loadCases } from '../support/evidence-cases.js';

describe('evidence: files of every release', () => {
  const cases = loadCases();

  it('name the failing step of every fault', () => {
    const faults = cases.filter(({ expected }) => !/^(unchanged|complete)/.test(expected.verdict));
    const silent = faults.filter(({ expected }) => {
      const wanted = expected.verdict === 'not checked' ? /FAILED|NOT CHECKED/ : /FAILED/;
      return !Object.values(expected.steps).some((status) => wanted.test(status));
    });
    expect(faults.length).to.be.above(250);
    expect(silent.map(({ expected }) => expected.name)).to.deep.equal([]);
  });

  it('are there, of both kinds and with every verdict', () => {
    const verdicts = new Set(cases.map(({ expected }) => expected.verdict));
    expect([...verdicts].sort()).to.deep.equal([
      'altered',
      'complete',
      'complete, 1 not shown',
      'complete, 2 not shown',
      'complete, 3 not shown',
      'incomplete',
      'not checked',
      'not proven',
      'unchanged',
    ]);
  });

  it('tell of every statement when it is made, and when it is not', () => {
    const told = cases.flatMap(({ expected }) => (expected.statements ? [expected] : []));
    for (const kind of ['receipt', 'history']) {
      const lists = told.filter((one) => one.kind === kind).map((one) => one.statements ?? []);
      const beginnings = [...new Set(lists.flat().map((text) => text.replace(/:.*$/, '')))];
      const always = beginnings.filter((start) =>
        lists.every((list) => list.some((text) => text.startsWith(start))),
      );
      expect([beginnings.length, always.length], kind).to.deep.equal(
        kind === 'receipt' ? [8, 3] : [13, 3],
      );
    }
  });

  for (const loaded of cases) {
    const { folder, expected } = loaded;
    it(`give ${expected.verdict} for ${folder}/${expected.name}`, () => {
      const { verdict, exitCode, steps, statements } = judgeLoaded(loaded);
      expect({ verdict, exitCode }).to.deep.equal({
        verdict: expected.verdict,
        exitCode: expected.exitCode,
      });
      const statuses = Object.fromEntries(steps.map(({ step, status }) => [step, status]));
      expect(statuses).to.deep.equal(expected.steps);
      expect(statements).to.deep.equal(expected.statements ?? statements);
      const codes = steps.flatMap(({ step, code }) => (code === undefined ? [] : [[step, code]]));
      expect(Object.fromEntries(codes)).to.deep.equal(expected.codes);
    });
  }
});
