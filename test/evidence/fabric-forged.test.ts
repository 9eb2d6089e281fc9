import { msp } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { concat, utf8 } from '../../chaincode/core/bytes.js';
import type { TrustFile } from '../../gateway/evidence/trust.js';
import { DOCUMENT } from '../support/evidence-sample.js';
import { expectVerdict, judgeReceipt, trustOf } from '../support/evidence-verdicts.js';
import { answerCases } from '../support/fabric-answer-cases.js';
import { fabricTrust, sequenceKey } from '../support/fabric-attester.js';
import { attested, type FabricCase, log, receipt } from '../support/fabric-case.js';
import { endorserCases } from '../support/fabric-endorser-cases.js';

const trust = trustOf(fabricTrust(log));

function judged(attestation: object, changes: Partial<TrustFile> = {}) {
  const given = { ...receipt, attestation };
  return judgeReceipt(given, trustOf(fabricTrust(log, changes)), DOCUMENT);
}

describe('evidence/verify-receipt: forged attestations of a channel', () => {
  const cases: readonly FabricCase[] = [...endorserCases(), ...answerCases()];

  it('are many, each with a name of its own', () => {
    expect(cases.length).to.be.above(90);
    expect(new Set(cases.map(({ name }) => name)).size).to.equal(cases.length);
  });

  for (const { name, attestation, trust: changes, step, says, newer } of cases) {
    it(`say what is wrong: ${name}`, () => {
      const outcome = judged(attestation, changes);
      const found = outcome.steps.find((one) => one.step === step);
      expect(found?.sentence).to.match(says);
      if (newer) {
        expectVerdict(outcome, 'not checked');
        expect(found?.code).to.equal('NEWER_VERSION');
      } else {
        expectVerdict(outcome, 'not proven', [step]);
      }
    });
  }

  it('are refused at any size, and at no more cost than reading them', () => {
    const filler = new Uint8Array(3_000_000).fill(0x41);
    const withCertificate = (certificate: Uint8Array) => (bytes: Uint8Array) => {
      const identity = msp.SerializedIdentity.deserializeBinary(bytes);
      identity.setIdBytes(certificate);
      return identity.serializeBinary();
    };
    const lines = utf8(`-----BEGIN CERTIFICATE-----\n${'A'.repeat(3_000_000)}\n`);
    const large = [withCertificate(filler), withCertificate(lines)];
    for (const identityBytes of [...large, (bytes: Uint8Array) => concat(bytes, filler)]) {
      expectVerdict(judged(attested({ identityBytes })), 'not proven', ['attestation']);
    }
    // Its first field is one that nobody knows.
    expectVerdict(judged(attested({ payloadBytes: () => filler })), 'not checked');
    const reads = Array.from({ length: 20_000 }, () => ({ key: sequenceKey('x'.repeat(90)) }));
    expectVerdict(judged(attested({ definitions: reads })), 'not proven', ['attestation']);
  });

  it('never hold with any byte of any part changed', () => {
    const good = attested();
    const parts = ['payload', 'channelHeader', 'signatureHeader', 'proposalPayload'] as const;
    const flip = (base64: string, at: number) => {
      const bytes = Buffer.from(base64, 'base64');
      bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
      return bytes.toString('base64');
    };
    const size = (base64: string) => Buffer.from(base64, 'base64').length;
    const refused = (attestation: object, what: string) => {
      const { verdict } = judgeReceipt({ ...receipt, attestation }, trust, DOCUMENT);
      expect(verdict, what).to.be.oneOf(['not proven', 'not checked']);
    };
    let flips = 0;
    for (const part of parts) {
      for (let at = 0; at < size(good[part]); at++, flips++) {
        refused({ ...good, [part]: flip(good[part], at) }, `${part} ${at}`);
      }
    }
    for (const [place, one] of good.endorsements.entries()) {
      for (const part of ['endorser', 'signature'] as const) {
        for (let at = 0; at < size(one[part]); at++, flips++) {
          const endorsements = good.endorsements.with(place, {
            ...one,
            [part]: flip(one[part], at),
          });
          refused({ ...good, endorsements }, `${part} ${place} ${at}`);
        }
      }
    }
    expect(flips).to.be.above(3000);
  });
});
