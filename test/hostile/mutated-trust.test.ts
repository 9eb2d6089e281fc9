// Every value of the trust file replaced, left out and doubled: evidence that held under the true
// one holds no more, or the value is one that these checks do not use, and is listed here.
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { parseTrustFile, type Trust } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { DOCUMENT, INDEX, PATIENT, sampleLog } from '../support/evidence-sample.js';
import { documentOf, stepsWith } from '../support/evidence-verdicts.js';
import { makeMember, organisationOf } from '../support/fabric-consortium.js';
import { changes } from '../support/json-changes.js';

const log = sampleLog({ patientSystems: [{ system: 'urn:hospital-a', form: 'text', length: 2 }] });
const root = encodeHex(log.writer.rootAt(log.size));
const file = log.trustFile({
  contract: [
    {
      name: 'chartseal',
      version: '1.0',
      sequence: 1,
      block: 4,
      tx: 0,
      endorsementPolicy: "OutOf(1,'HospitalAMSP.peer')",
    },
  ],
  organisations: [
    { ...organisationOf(makeMember('HospitalAMSP', true)), revoked: ['1f'] },
    organisationOf(makeMember('HospitalBMSP')),
  ],
  pinnedCheckpoints: [{ origin: log.origin, size: log.size, root }],
});

const UNUSED: readonly (readonly [where: RegExp, why: string])[] = [
  [/^contract/, 'an embedded ledger commits no definitions: nothing but Fabric reads them'],
  [/^organisations\.\d\.(roots|intermediates|revoked)/, 'embedded/1 is signed by the note key'],
  [/^organisations\.1/, 'an organisation that is neither required nor the owner of the log'],
  [/^policy\.tolerated/, 'says what the statement about forks is; embedded always has its own'],
  [/^policy\.required(\.0)?( left out)?$/, 'the owner attests, required by name or not'],
  [/^pinnedCheckpoints/, 'a pin that names another log or size says nothing of this one'],
];

/** Pins that are used all the same: those which name this very log and size. */
const USED = /^pinnedCheckpoints\.0\.root replaced/;

const receipt = canonicalBytes(log.receipt(INDEX.archive));
const history = canonicalBytes(log.history({ patient: PATIENT }));

function judge(trust: Trust) {
  const document = documentOf(DOCUMENT);
  return [verifyReceipt({ receipt, trust, document }), verifyHistory({ history, trust })] as const;
}

/** Undefined for a file that is refused, with a coded error of exit code 2. */
function findTrust(bytes: Uint8Array): Trust | undefined {
  try {
    return parseTrustFile(bytes);
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    expect(error.code).to.be.oneOf(['BAD_JSON', 'BAD_FORMAT', 'BAD_INPUT', 'NEWER_VERSION']);
    return undefined;
  }
}

describe('a trust file with any value changed', () => {
  const all = [...changes(file as unknown as JsonValue, '')];

  it('is believed as it is', () => {
    for (const { verdict } of judge(parseTrustFile(canonicalBytes(file)))) {
      expect(verdict).to.be.oneOf(['unchanged', 'complete']);
    }
    expect(all.length).to.be.greaterThan(90);
  });

  it('is refused, or the evidence is not proven at a step that is named', () => {
    const used: string[] = [];
    for (const { what, value } of all) {
      const trust = findTrust(canonicalBytes(value as object));
      if (trust === undefined) continue;
      const [asReceipt, asHistory] = judge(trust);
      const holds = asReceipt.verdict === 'unchanged' || asHistory.verdict === 'complete';
      const isUnused = !USED.test(what) && UNUSED.some(([where]) => where.test(what));
      if (isUnused) continue;
      used.push(what);
      expect(holds, what).to.equal(false);
      for (const outcome of [asReceipt, asHistory]) {
        expect(outcome.verdict, what).to.equal('not proven');
        expect(stepsWith(outcome, 'FAILED').length, what).to.be.greaterThan(0);
      }
    }
    expect(used).to.include.members([
      'channel replaced',
      'ordering replaced',
      'policy.k replaced',
      'logs.0 left out',
      'pinnedCheckpoints.0.root replaced',
    ]);
  });

  it('lists as unused nothing that is used', () => {
    for (const [where, why] of UNUSED) {
      const outcomes = all
        .filter(({ what }) => where.test(what) && !USED.test(what))
        .flatMap(({ value }) => findTrust(canonicalBytes(value as object)) ?? [])
        .map((trust) => judge(trust)[0].verdict);
      expect(outcomes.length, why).to.be.greaterThan(0);
      for (const verdict of outcomes) expect(verdict, why).to.equal('unchanged');
    }
  });

  it('is not read when a member stands twice, nor with any byte changed without its fingerprint', () => {
    const text = Buffer.from(canonicalBytes(file)).toString();
    for (const [member] of text.matchAll(/"[a-zA-Z0-9]+":("[^"]*"|\d+|\[\])/g)) {
      const doubled = Buffer.from(text.replace(member, `${member},${member}`));
      expect(findTrust(doubled), member).to.equal(undefined);
    }
    const { fingerprint } = parseTrustFile(Buffer.from(text));
    for (let at = 0; at < text.length; at++) {
      const bytes = Buffer.from(text);
      bytes[at] = (bytes[at] as number) ^ 1;
      expect(findTrust(bytes)?.fingerprint).to.not.equal(fingerprint);
    }
  });
});
