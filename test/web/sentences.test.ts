import { expect } from 'chai';
import { findingInChinese, statementInChinese } from '../../gateway/web/text/sentences-zh.js';
import { judgeLoaded, loadCases } from '../support/evidence-cases.js';
import { sentencesOfSource } from '../support/verifier-sentences.js';

describe('the sentences of the verifier in Chinese', () => {
  let results: ReturnType<typeof judgeLoaded>[];
  before(() => {
    results = loadCases().map(judgeLoaded);
  });

  it('cover every step, whatever its outcome, in every file of every release', () => {
    const said = results.flatMap(({ steps }) => steps.map(({ sentence }) => sentence));
    const silent = said.filter((sentence) => findingInChinese(sentence) === undefined);
    expect([...new Set(silent)]).to.deep.equal([]);
    expect(new Set(said).size).to.be.above(200);
  });

  it('cover every sentence that stands in the source of the verifier', () => {
    const { sentences, others } = sentencesOfSource();
    expect(sentences).to.have.length.above(80);
    expect(sentences.filter((one) => findingInChinese(one) === undefined)).to.deep.equal([]);
    // Put together from parts elsewhere: each of these is said by a vector above.
    expect(others.length).to.be.below(20);
  });

  it('are Chinese in what they say themselves', () => {
    const chinese = sentencesOfSource().sentences.map((one) => findingInChinese(one) ?? '');
    for (const one of chinese) expect(one).to.match(/\p{Script=Han}.*[。]$/u);
  });

  it('tell of one entry among many which it is', () => {
    const sentence = 'Entry 12: The entry is not the one that its leaf commits to.';
    expect(findingInChinese(sentence)).to.equal('第 12 号条目：条目与日志所承诺的内容不同。');
    expect(findingInChinese('Entry 12: Something else entirely.')).to.equal(undefined);
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

  it('keep what a finding depends on', () => {
    const alone = "1 of 2 organisations attest: A, the log's owner; nobody else does.";
    const said = (more: string) => findingInChinese(`${alone} ${more}`);
    expect(said('Forks are excluded only if the ordering service is honest.')).to.include('诚实');
    const bft = 'Forks are excluded if more than two thirds of the orderers are honest.';
    expect(said(bft)).to.include('三分之二');
    const signed = 'The log a.example/x signed this checkpoint of size 8.';
    const after = 'It goes on from the pinned log of size 4: what was added since rests on keys.';
    expect(findingInChinese(`${signed} ${after}`)).to.include('只凭密钥');
    const before = 'The pinned log of size 10 begins with it.';
    expect(findingInChinese(`${signed} ${after} ${before}`)).to.include('一致');
  });

  it('leave what they do not know to be shown as it was said', () => {
    expect(findingInChinese('Something else entirely.')).to.equal(undefined);
    expect(statementInChinese('Something else entirely.')).to.equal(undefined);
  });
});
