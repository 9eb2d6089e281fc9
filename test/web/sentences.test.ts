import { expect } from 'chai';
import { findingInChinese, statementInChinese } from '../../gateway/web/text/sentences-zh.js';
import { judgeLoaded, loadCases } from '../support/evidence-cases.js';

describe('the sentences of the verifier in Chinese', () => {
  let results: ReturnType<typeof judgeLoaded>[];
  before(() => {
    results = loadCases().map(judgeLoaded);
  });

  it('cover every step that passes or is not checked, in every file of every release', () => {
    const silent = results.flatMap(({ steps }) =>
      steps
        .filter(
          ({ status, step }) => status === 'OK' || (status !== 'FAILED' && step !== 'entries'),
        )
        .map(({ sentence }) => sentence)
        .filter((sentence) => findingInChinese(sentence) === undefined),
    );
    expect([...new Set(silent)]).to.deep.equal([]);
  });

  it('cover everything that a verdict does not say', () => {
    const silent = results.flatMap(({ statements }) =>
      statements.filter((sentence) => statementInChinese(sentence) === undefined),
    );
    expect([...new Set(silent)]).to.deep.equal([]);
  });

  it('keep the names, numbers and times of what they translate', () => {
    const sentence =
      'The hospital says created 2026-10-31T08:00:00.000Z, accepted 2026-11-01T08:00:00.000Z; ' +
      'endorsed by 2026-11-01T09:00:00.000Z; as of 2026-11-03T09:00:00.000Z ' +
      'the log had grown to 12 leaves.';
    const chinese = findingInChinese(sentence) ?? '';
    for (const kept of sentence.match(/\S+Z|12/g) ?? []) expect(chinese).to.include(kept);
    expect(findingInChinese('Not checked, because step inclusion did not succeed.')).to.include(
      '日志中的位置',
    );
  });

  it('leave what they do not know to be shown as it was said', () => {
    expect(findingInChinese('Something else entirely.')).to.equal(undefined);
    expect(statementInChinese('Something else entirely.')).to.equal(undefined);
  });
});
