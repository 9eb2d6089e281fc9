// Evidence that the organisations of a channel vouch for, and the trust file it is believed by:
// every byte of the one and every value of the other changed in turn.
import { expect } from 'chai';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { parseTrustFile, type Trust } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { changed, changedOnce, expectCaught, truncated } from '../support/byte-changes.js';
import { DOCUMENT, INDEX, PATIENT, sampleLog } from '../support/evidence-sample.js';
import { documentOf, stepsWith } from '../support/evidence-verdicts.js';
import { attestedAnew, fabricTrust } from '../support/fabric-attester.js';
import { PEERS } from '../support/fabric-consortium.js';
import { changes } from '../support/json-changes.js';
import { SEED } from '../support/seeded.js';

const log = sampleLog();
const endorsers = PEERS.slice(0, 2);
const answer = log.answer(log.size);
const receipt = canonicalBytes(attestedAnew(log.receipt(INDEX.archive), answer, { endorsers }));
const history = canonicalBytes(
  attestedAnew(log.history({ patient: PATIENT }), answer, { endorsers }),
);
const file = fabricTrust(log, { policy: { k: 2, required: ['AuditorMSP'], tolerated: 0 } });
const trust = parseTrustFile(canonicalBytes(file));
const document = documentOf(DOCUMENT);

const judge = (under: Trust) =>
  [
    verifyReceipt({ receipt, trust: under, document }),
    verifyHistory({ history, trust: under }),
  ] as const;

describe(`evidence of a channel changed in any byte (CHARTSEAL_SEED=${SEED})`, function () {
  this.timeout(120_000);

  it('is no unchanged receipt, nor makes the verifier throw', () => {
    const caught = (bytes: Uint8Array) =>
      expectCaught(verifyReceipt({ receipt: bytes, trust, document }), 'unchanged');
    for (const bytes of changedOnce(receipt, 3)) caught(bytes);
    for (const bytes of changed(receipt, 101)) caught(bytes);
    for (const bytes of truncated(receipt, 97)) caught(bytes);
  });

  it('is no complete history, nor makes the verifier throw', () => {
    for (const bytes of changedOnce(history, 17)) {
      expectCaught(verifyHistory({ history: bytes, trust }), 'complete');
    }
  });
});

/** What these two files do not need: the rest of the trust file is used. */
const UNUSED: readonly (readonly [where: RegExp, why: string])[] = [
  [/^contract\.0 doubled/, 'one definition twice says nothing else'],
  [/^contract\.0\.(sequence|endorsementPolicy) replaced/, 'block and transaction identify it'],
  [/^organisations\.2( left out|\.roots\.0)/, 'an organisation that does not attest'],
  [/^organisations\.2\.mspId/, 'an organisation that does not attest'],
  [/^organisations\.\d\.(roots|intermediates)\.\d doubled/, 'one certificate twice'],
  [/^policy\.tolerated/, 'says what the statement about forks is'],
  [/^policy\.required\.0 left out/, 'the organisation attests, required by name or not'],
];

function findTrust(value: JsonValue): Trust | undefined {
  try {
    return parseTrustFile(canonicalBytes(value as object));
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    expect(error.code).to.be.oneOf(['BAD_FORMAT', 'BAD_INPUT', 'NEWER_VERSION']);
    return undefined;
  }
}

describe('the trust file of a channel with any value changed', () => {
  const all = [...changes(file as unknown as JsonValue, '')];

  it('is refused, or the evidence is not proven at a step that is named', () => {
    for (const { verdict } of judge(trust)) expect(verdict).to.be.oneOf(['unchanged', 'complete']);
    const used: string[] = [];
    for (const { what, value } of all) {
      const under = findTrust(value);
      if (under === undefined || UNUSED.some(([where]) => where.test(what))) continue;
      used.push(what);
      for (const outcome of judge(under)) {
        expect(outcome.verdict, what).to.equal('not proven');
        expect(stepsWith(outcome, 'FAILED').length, what).to.be.greaterThan(0);
      }
    }
    expect(used).to.include.members([
      'contract.0 left out',
      'contract.0.version replaced',
      'contract.0.block replaced',
      'contract.0.tx replaced',
      'organisations.0.roots.0 left out',
      'organisations.0.intermediates.0 left out',
      'organisations.1.mspId replaced',
      'policy.k replaced',
    ]);
  });

  it('lists as unused nothing that is used', () => {
    for (const [where, why] of UNUSED) {
      const verdicts = all
        .filter(({ what }) => where.test(what))
        .flatMap(({ value }) => findTrust(value) ?? [])
        .map((under) => judge(under)[0].verdict);
      expect(verdicts.length, why).to.be.greaterThan(0);
      for (const verdict of verdicts) expect(verdict, why).to.equal('unchanged');
    }
  });
});
