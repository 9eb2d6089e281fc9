import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import {
  checkEvidenceAside,
  type EvidenceServices,
  MAX_EVIDENCE_BYTES,
} from '../../gateway/services/evidence-check.js';

const PIECES = 8;

describe('evidence that is verified by a thread', () => {
  let known: EvidenceServices;

  before(() => {
    const trustFile = readFileSync(
      join(process.cwd(), 'test/vectors/receipts/v1/sample.trust.json'),
    );
    const { signal } = new AbortController();
    known = { trust: parseTrustFile(trustFile), trustFile, signal };
  });

  const codeOf = (body: Uint8Array): Promise<ErrorCode> =>
    checkEvidenceAside(body, known).then(
      ({ verdict }) => expect.fail(`a verdict: ${verdict}`),
      ({ code }) => code,
    );

  it('waits in memory up to a bound, and is refused above it', async () => {
    // No JSON at its first byte; all share their memory here.
    const body = new Uint8Array(MAX_EVIDENCE_BYTES / PIECES);
    const codes = await Promise.all(Array.from({ length: PIECES + 2 }, () => codeOf(body)));
    const expected = Array.from({ length: PIECES + 2 }, (_, at) =>
      at < PIECES ? 'BAD_JSON' : 'RATE_LIMITED',
    );
    expect(codes).to.deep.equal(expected);
    expect(await codeOf(body)).to.equal('BAD_JSON');
  });
});
