import { expect } from 'chai';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { VerifierCache } from '../../gateway/evidence/checkpoint-check.js';
import { formatReceipt, parseReceipt } from '../../gateway/evidence/receipt.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { AMENDED, DOCUMENT, INDEX, sampleLog } from '../support/evidence-sample.js';
import {
  documentOf,
  expectVerdict,
  judgeReceipt,
  stepsWith,
  trustOf,
} from '../support/evidence-verdicts.js';

describe('evidence/verify-receipt', () => {
  const log = sampleLog();
  const trust = trustOf(log.trustFile());
  const receipt = log.receipt(INDEX.archive, 4);

  it('says unchanged for the document that was archived, at every later checkpoint', () => {
    for (const size of [4, 8, 10]) {
      expectVerdict(judgeReceipt(log.receipt(INDEX.archive, size), trust, DOCUMENT), 'unchanged');
    }
    const steps = judgeReceipt(receipt, trust, DOCUMENT).steps.map(({ step }) => step);
    expect(steps).to.deep.equal([
      'format',
      'document',
      'entry',
      'inclusion',
      'checkpoint',
      'attestation',
      'policy',
      'time',
    ]);
  });

  it('says altered for any other document, by digest or by size', () => {
    expectVerdict(judgeReceipt(receipt, trust, `${DOCUMENT} `), 'altered', ['document']);
    expectVerdict(judgeReceipt(receipt, trust, AMENDED), 'altered', ['document']);
    const { digests } = documentOf(DOCUMENT);
    const document = { digests, size: 3 };
    const outcome = verifyReceipt({ receipt: formatReceipt(receipt), trust, document });
    expectVerdict(outcome, 'altered', ['document']);
  });

  it('compares every digest that entry and caller both have, and needs no size', () => {
    const digests = { ...documentOf(DOCUMENT).digests, 'sha3-256': '00'.repeat(32) };
    const document = { digests };
    const outcome = verifyReceipt({ receipt: formatReceipt(receipt), trust, document });
    expectVerdict(outcome, 'unchanged');
  });

  it('says not checked without the document', () => {
    const outcome = judgeReceipt(receipt, trust);
    expectVerdict(outcome, 'not checked');
    expect(stepsWith(outcome, 'NOT CHECKED')).to.deep.equal(['document']);
  });

  it('has no step document for an access event, and does not pretend to check one', () => {
    const access = log.receipt(INDEX.access1);
    const outcome = judgeReceipt(access, trust);
    expectVerdict(outcome, 'unchanged');
    expect(outcome.steps.map(({ step }) => step)).to.not.include('document');
    expectVerdict(judgeReceipt(access, trust, DOCUMENT), 'not checked');
  });

  it('gives what is needed to tell people', () => {
    const outcome = judgeReceipt(log.receipt(INDEX.access1), trust);
    expect(outcome.opened).to.deep.equal({
      actor: { id: 'dr-1', name: '张医师' },
      justification: '急诊抢救',
    });
    expect(outcome.withheld).to.deep.equal([]);
    expect(outcome.index).to.equal(INDEX.access1);
    expect(outcome.fingerprint).to.equal(trust.fingerprint);
    expect(outcome.statements).to.include('single operator, not independently witnessed');
    expect(outcome.checkpoint).to.deep.include({
      origin: log.origin,
      logId: log.logId,
      size: 10,
      headSize: 10,
      newest: true,
      endorsedAt: '2026-11-03T09:00:00.000Z',
      asOf: '2026-11-03T09:01:00.000Z',
    });
    expect(() => canonicalBytes(outcome)).to.not.throw();
  });

  it('holds with private members withheld, one by one or all', () => {
    const { openings, ...rest } = log.receipt(INDEX.access1);
    const outcome = judgeReceipt(rest, trust);
    expectVerdict(outcome, 'unchanged');
    expect(outcome.withheld).to.deep.equal(['actor', 'justification']);
    const actor = openings?.['actor'];
    const partly = judgeReceipt({ ...rest, openings: { actor } }, trust);
    expectVerdict(partly, 'unchanged');
    expect(partly.withheld).to.deep.equal(['justification']);
  });

  it('reads what it writes', () => {
    const bytes = formatReceipt(receipt);
    expect(parseReceipt(bytes)).to.deep.equal(receipt);
    expect(formatReceipt(parseReceipt(bytes))).to.deep.equal(bytes);
    expect(JSON.parse(Buffer.from(bytes).toString())).to.have.property('entry');
  });

  it('remembers a checkpoint, never a verdict', () => {
    const cache = new VerifierCache(2);
    const judge = (given: object, content: string) =>
      verifyReceipt({
        receipt: canonicalBytes(given),
        trust,
        document: documentOf(content),
        cache,
      });
    const plain = judgeReceipt(receipt, trust, DOCUMENT);
    expect(judge(receipt, DOCUMENT)).to.deep.equal(plain);
    expect(judge(receipt, DOCUMENT)).to.deep.equal(plain);
    expectVerdict(judge(receipt, AMENDED), 'altered', ['document']);
    const amended = log.receipt(INDEX.amend, 8);
    expectVerdict(judge(amended, AMENDED), 'unchanged');
    expectVerdict(judge({ ...receipt, proof: amended.proof }, DOCUMENT), 'not proven', [
      'inclusion',
      'attestation',
    ]);
    const forged = { ...receipt, attestation: log.attest(4, { root: '00'.repeat(32) }) };
    expectVerdict(judge(forged, DOCUMENT), 'not proven', ['attestation']);
    expect(judge(receipt, DOCUMENT)).to.deep.equal(plain);
  });
});
