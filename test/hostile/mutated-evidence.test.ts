// Every byte of evidence and document changed in turn. CHARTSEAL_SEED chooses other changes.
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { VerifierCache } from '../../gateway/evidence/checkpoint-check.js';
import { parseHistory } from '../../gateway/evidence/history.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { withhold } from '../../gateway/evidence/withhold.js';
import { changed, changedOnce, expectCaught, truncated } from '../support/byte-changes.js';
import { DOCUMENT, INDEX, PATIENT, RECORD, sampleLog } from '../support/evidence-sample.js';
import { documentOf, stepsWith, trustOf } from '../support/evidence-verdicts.js';
import { SEED } from '../support/seeded.js';

const log = sampleLog();
const trust = trustOf(log.trustFile());

const asReceipt = (receipt: Uint8Array, cache?: VerifierCache) =>
  verifyReceipt({
    receipt,
    trust,
    document: documentOf(DOCUMENT),
    ...(cache === undefined ? {} : { cache }),
  });

describe(`evidence changed in any byte (CHARTSEAL_SEED=${SEED})`, function () {
  this.timeout(120_000);

  it('is no unchanged receipt, nor makes the verifier throw', () => {
    const receipt = canonicalBytes(log.receipt(INDEX.archive, 4));
    expect(asReceipt(receipt).verdict).to.equal('unchanged');
    for (const bytes of changed(receipt)) expectCaught(asReceipt(bytes), 'unchanged');
    for (const bytes of truncated(receipt)) expectCaught(asReceipt(bytes), 'unchanged');
  });

  it('nor with what a verifier remembers of files before', () => {
    const receipt = canonicalBytes(log.receipt(INDEX.archive));
    const cache = new VerifierCache();
    for (const bytes of changedOnce(receipt)) {
      expect(asReceipt(receipt, cache).verdict).to.equal('unchanged');
      expectCaught(asReceipt(bytes, cache), 'unchanged');
    }
  });

  it('nor a receipt of an access event, nor one with members withheld', () => {
    const { openings, ...withheld } = log.receipt(INDEX.access1);
    expect(Object.keys(openings ?? {})).to.deep.equal(['actor', 'justification']);
    for (const receipt of [canonicalBytes({ ...withheld, openings }), canonicalBytes(withheld)]) {
      expect(verifyReceipt({ receipt, trust }).verdict).to.equal('unchanged');
      for (const bytes of changedOnce(receipt)) {
        expectCaught(verifyReceipt({ receipt: bytes, trust }), 'unchanged');
      }
    }
  });

  it('nor an opening of another value, salt or member', () => {
    const receipt = log.receipt(INDEX.access1);
    const { actor, justification } = receipt.openings as NonNullable<typeof receipt.openings>;
    const others = [
      { actor: justification, justification: actor },
      { actor, justification: actor },
      { justification: { ...justification, salt: actor?.salt } },
      { actor: { ...actor, value: { id: 'dr-2', name: '张医师' } } },
      { actor: { ...actor, value: { id: 'dr-1' } } },
      { client: actor },
      { name: justification },
    ];
    for (const openings of others) {
      const bytes = canonicalBytes({ ...receipt, openings });
      const result = verifyReceipt({ receipt: bytes, trust });
      expectCaught(result, 'unchanged');
      expect(stepsWith(result, 'FAILED')[0]).to.be.oneOf(['entry', 'format']);
      expect(result.opened ?? {}).to.deep.equal({});
    }
  });

  it('is no complete history, nor makes the verifier throw', () => {
    const whole = log.history({ patient: PATIENT }, 8);
    const members = withhold(parseHistory(canonicalBytes(whole)), { members: ['actor'] });
    const nothing = { ...whole, entries: whole.entries.map(() => null) };
    const { openings: _, ...unopened } = nothing;
    const nobody = log.history({ patient: 'P3' }, 4);
    const beforeAny = log.history({ patient: 'P3' }, 0);
    for (const [history, stride] of [
      [whole, 1],
      [members, 7],
      [unopened, 4],
      [nobody, 2],
      [beforeAny, 1],
    ] as const) {
      const bytes = canonicalBytes(history);
      const { verdict } = verifyHistory({ history: bytes, trust });
      expect(verdict.startsWith('complete'), verdict).to.equal(true);
      for (const other of [...changedOnce(bytes, stride), ...truncated(bytes, 101)]) {
        expectCaught(verifyHistory({ history: other, trust }), 'complete');
      }
    }
  });

  it('is no complete history of a record', () => {
    const { recordKey } = log;
    const bytes = canonicalBytes(log.history({ record: RECORD }, 8));
    const judge = (history: Uint8Array) => verifyHistory({ history, trust, recordKey });
    expect(judge(bytes).verdict).to.equal('complete');
    for (const other of changedOnce(bytes)) expectCaught(judge(other), 'complete');
  });

  it('is an altered document, of which the receipt still holds', () => {
    const receipt = canonicalBytes(log.receipt(INDEX.archive));
    const document = Buffer.from(DOCUMENT);
    for (const bytes of [...changed(document), ...truncated(document)]) {
      const facts = { digests: { 'sha-256': encodeHex(sha256(bytes)) }, size: bytes.length };
      const result = verifyReceipt({ receipt, trust, document: facts });
      expect(result.verdict).to.equal('altered');
      expect(result.exitCode).to.equal(1);
      expect(stepsWith(result, 'FAILED')).to.deep.equal(['document']);
    }
  });
});
