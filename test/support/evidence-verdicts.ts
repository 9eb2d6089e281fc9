// What the tests of evidence say about a verification: verdict, exit code, and the steps that
// are not OK.
import { expect } from 'chai';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import type { Step } from '../../gateway/evidence/steps.js';
import { parseTrustFile, type Trust, type TrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { documentDigest } from './evidence-entries.js';

export function trustOf(file: TrustFile): Trust {
  return parseTrustFile(canonicalBytes(file));
}

export function documentOf(content: string) {
  return {
    digests: { 'sha-256': documentDigest(content) },
    size: Buffer.byteLength(content),
  };
}

interface Outcome {
  readonly verdict: string;
  readonly exitCode: number;
  readonly steps: readonly Step[];
}

/** Names of the steps with this status. */
export function stepsWith(outcome: Outcome, status: Step['status']): string[] {
  return outcome.steps.filter((step) => step.status === status).map(({ step }) => step);
}

const EXIT_CODES: Readonly<Record<string, number>> = {
  unchanged: 0,
  complete: 0,
  altered: 1,
  incomplete: 1,
  'not proven': 1,
  'not checked': 2,
};

/** @param failing exactly the steps that are FAILED */
export function expectVerdict(
  outcome: Outcome,
  verdict: string,
  failing: readonly string[] = [],
): void {
  const story = JSON.stringify(outcome.steps, null, 1);
  expect(outcome.verdict, story).to.equal(verdict);
  expect(stepsWith(outcome, 'FAILED'), story).to.deep.equal(failing);
  expect(outcome.exitCode).to.equal(EXIT_CODES[verdict] ?? 3);
}

/** Verifies any value as a receipt, written canonically. */
export function judgeReceipt(receipt: object, trust: Trust, content?: string) {
  const document = content === undefined ? {} : { document: documentOf(content) };
  return verifyReceipt({ receipt: canonicalBytes(receipt), trust, ...document });
}

/** Verifies any value as a history, written canonically. */
export function judgeHistory(history: object, trust: Trust, options: { asOf?: number } = {}) {
  return verifyHistory({ history: canonicalBytes(history), trust, ...options });
}
