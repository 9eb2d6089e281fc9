import { expect } from 'chai';
import { concat, encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { signEmbedded } from '../../gateway/evidence/attestation.js';
import { accessEntry } from '../support/evidence-entries.js';
import { DOCUMENT, INDEX, sampleLog } from '../support/evidence-sample.js';
import { expectVerdict, judgeReceipt, stepsWith, trustOf } from '../support/evidence-verdicts.js';
import { attestedAnew } from '../support/fabric-attester.js';

const log = sampleLog();
const trust = trustOf(log.trustFile());
const receipt = log.receipt(INDEX.archive, 8);

function refused(given: object, failing: readonly string[]): void {
  expectVerdict(judgeReceipt(given, trust, DOCUMENT), 'not proven', failing);
}

describe('evidence/verify-receipt: attestation, policy and time', () => {
  const attested = (changes: Readonly<Record<string, unknown>>) => ({
    ...receipt,
    attestation: log.attest(8, changes),
  });

  it('fails an attestation by another key, over other bytes or for another purpose', () => {
    const stranger = sampleLog({ seed: 9 });
    const answer = log.answer(8);
    const plain = { ...log.attest(8), signature: encodeBase64(log.key.sign(answer)) };
    const given = [
      signEmbedded(answer, stranger.key.sign),
      plain,
      { ...log.attest(8), payload: encodeBase64(log.answer(4)) },
      log.attest(4),
      log.attest(10),
    ];
    for (const attestation of given) refused({ ...receipt, attestation }, ['attestation']);
  });

  it('fails an answer about anything else than this checkpoint', () => {
    const other = '11'.repeat(32);
    const changes: Record<string, unknown>[] = [
      { channel: 'another' },
      { logId: other, ownerLogs: [other, log.logId] },
      { origin: 'hospital-b.example/archive' },
      { size: 7 },
      { root: other },
      { headSize: 7 },
      { ownerLogs: [] },
      { ownerLogs: [other] },
      { ownerLogs: [log.logId, log.logId] },
      { closingLeaf: null },
      { closingLeaf: encodeBase64(log.writer.leaves[3] as Uint8Array) },
      { closingLeaf: receipt.leaf },
      { endorsedAt: '2026-11-02T09:00:00.001Z' },
      { endorsedAt: 1793600000000 },
      { kind: 'chartseal-checkpoint/0' },
      { kind: undefined },
      { asOf: undefined },
      { nonce: 'not hex' },
    ];
    for (const change of changes) refused(attested(change), ['attestation']);
  });

  it('fails an answer that is not canonical JSON', () => {
    const spaced = concat(log.answer(8), utf8('\n'));
    const attestation = signEmbedded(spaced, log.key.sign);
    refused({ ...receipt, attestation }, ['attestation']);
    refused({ ...receipt, attestation: signEmbedded(utf8('[]'), log.key.sign) }, ['attestation']);
  });

  it('ignores what a later contract adds to the answer, and does not judge a later kind', () => {
    expectVerdict(judgeReceipt(attested({ witnesses: [1] }), trust, DOCUMENT), 'unchanged');
    const nonce = 'c0ffee';
    const fresh = judgeReceipt(attested({ nonce }), trust, DOCUMENT);
    expectVerdict(fresh, 'unchanged');
    expect(fresh.checkpoint?.nonce).to.equal(nonce);
    const later = judgeReceipt(attested({ kind: 'chartseal-checkpoint/2' }), trust, DOCUMENT);
    expectVerdict(later, 'not checked');
    const newerLeaf = Uint8Array.from(log.writer.leaves[7] as Uint8Array);
    newerLeaf[0] = 2;
    const closing = judgeReceipt(
      attested({ closingLeaf: encodeBase64(newerLeaf) }),
      trust,
      DOCUMENT,
    );
    expectVerdict(closing, 'not checked');
    expect(stepsWith(closing, 'NOT CHECKED')).to.deep.equal(['attestation', 'policy', 'time']);
  });

  it('lets the trust file choose the attestation, never the receipt', () => {
    const foreign = attestedAnew(receipt, log.answer(8));
    refused(foreign, ['attestation']);
    refused({ ...receipt, attestation: { type: 'fabric-endorsement/2' } }, ['attestation']);
    refused({ ...receipt, attestation: { type: 'embedded/2' } }, ['attestation']);
    for (const ordering of ['raft', 'bft'] as const) {
      const strict = trustOf(log.trustFile({ ordering }));
      const downgraded = judgeReceipt(receipt, strict, DOCUMENT);
      expectVerdict(downgraded, 'not proven', ['attestation']);
      const unnamed = judgeReceipt(foreign, strict, DOCUMENT);
      expectVerdict(unnamed, 'not proven', ['attestation']);
      const later = { ...receipt, attestation: { type: 'fabric-endorsement/2' } };
      expectVerdict(judgeReceipt(later, strict, DOCUMENT), 'not proven', ['attestation']);
      const shapeless = { ...receipt, attestation: { type: 'fabric-endorsement/1' } };
      expectVerdict(judgeReceipt(shapeless, strict, DOCUMENT), 'not proven', ['format']);
    }
  });

  it('fails times that cannot be: an answer before its checkpoint, an entry long after it', () => {
    refused(attested({ asOf: '2026-11-02T08:59:59.999Z' }), ['time']);
    expectVerdict(
      judgeReceipt(attested({ asOf: '2026-11-02T09:00:00.000Z' }), trust, DOCUMENT),
      'unchanged',
    );
    const forged = sampleLog({ seed: 3 });
    const subject = forged.patientLabel('P1');
    const judge = (at: string, seed: string) => {
      const entry = accessEntry({ origin: forged.origin, at, seed });
      const index = forged.append('2026-11-04T09:00:00.000Z', [{ act: 'access', subject, entry }]);
      return judgeReceipt(forged.receipt(index), trustOf(forged.trustFile()));
    };
    expectVerdict(judge('2026-11-04T09:05:00.000Z', 'late'), 'unchanged');
    expectVerdict(judge('2026-11-04T09:05:00.001Z', 'too late'), 'not proven', ['time']);
  });
});
