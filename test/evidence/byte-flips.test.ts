import { expect } from 'chai';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { DOCUMENT, INDEX, PATIENT, sampleLog } from '../support/evidence-sample.js';
import { documentOf, stepsWith, trustOf } from '../support/evidence-verdicts.js';

const log = sampleLog();
const trust = trustOf(log.trustFile());

/** Every byte in turn with one bit, or all of them, turned over; put back afterwards. */
function* flipped(bytes: Uint8Array, stride: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += stride) {
    for (const mask of [1 << (at % 8), 0xff]) {
      const copy = Uint8Array.from(bytes);
      copy[at] = (copy[at] as number) ^ mask;
      yield copy;
    }
  }
}

/** Every file that is one byte shorter or cut at some place. */
function* cut(bytes: Uint8Array, stride: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += stride) {
    yield bytes.subarray(0, at);
    yield Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
  }
}

interface Outcome {
  readonly verdict: string;
  readonly exitCode: number;
  readonly steps: Parameters<typeof stepsWith>[0]['steps'];
}

function expectCaught(outcome: Outcome, good: string): void {
  const caught = stepsWith(outcome, 'FAILED').length + stepsWith(outcome, 'NOT CHECKED').length;
  expect(caught).to.be.greaterThan(0);
  expect(outcome.verdict.startsWith(good)).to.equal(false);
  expect(outcome.exitCode).to.be.oneOf([1, 2]);
}

describe('evidence: every byte counts', () => {
  it('no flipped byte of a receipt is unchanged, and none makes the verifier throw', () => {
    const receipt = canonicalBytes(log.receipt(INDEX.archive, 4));
    const document = documentOf(DOCUMENT);
    for (const bytes of flipped(receipt, 1)) {
      expectCaught(verifyReceipt({ receipt: bytes, trust, document }), 'unchanged');
    }
    for (const bytes of cut(receipt, 3)) {
      expectCaught(verifyReceipt({ receipt: bytes, trust, document }), 'unchanged');
    }
  });

  it('no flipped byte of a history is complete, and none makes the verifier throw', () => {
    const history = canonicalBytes(log.history({ patient: PATIENT }, 4));
    for (const bytes of flipped(history, 3)) {
      expectCaught(verifyHistory({ history: bytes, trust }), 'complete');
    }
    for (const bytes of cut(history, 9)) {
      expectCaught(verifyHistory({ history: bytes, trust }), 'complete');
    }
  });

  it('nor of a history that shows that nobody looked', () => {
    const history = canonicalBytes(log.history({ patient: 'P3' }, 4));
    for (const bytes of flipped(history, 3)) {
      expectCaught(verifyHistory({ history: bytes, trust }), 'complete');
    }
  });
});
