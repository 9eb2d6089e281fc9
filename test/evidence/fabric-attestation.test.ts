import { expect } from 'chai';
import { encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { parseAttestation } from '../../gateway/evidence/attestation.js';
import { VerifierCache } from '../../gateway/evidence/checkpoint-check.js';
import { fabricAnswer } from '../../gateway/evidence/fabric-endorsement.js';
import type { TrustFile } from '../../gateway/evidence/trust.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { p256Key } from '../support/certificate-maker.js';
import { DOCUMENT, INDEX, PATIENT } from '../support/evidence-sample.js';
import {
  documentOf,
  expectVerdict,
  judgeHistory,
  judgeReceipt,
  trustOf,
} from '../support/evidence-verdicts.js';
import { expectCode } from '../support/expect-code.js';
import {
  attestedAnew,
  attestFabric,
  DEFINITION,
  fabricTrust,
  sequenceKey,
} from '../support/fabric-attester.js';
import { answer, attested, log, receipt, SIZE } from '../support/fabric-case.js';
import {
  AUDITOR,
  MEMBERS,
  makeRoot,
  NEIGHBOUR_HOSPITAL,
  OWNER,
  organisationOf,
  PEERS,
} from '../support/fabric-consortium.js';

const trust = trustOf(fabricTrust(log));

function judged(attestation: object, changes: Partial<TrustFile> = {}) {
  const given = { ...receipt, attestation };
  return judgeReceipt(given, trustOf(fabricTrust(log, changes)), DOCUMENT);
}

function sentenceOf(outcome: ReturnType<typeof judgeReceipt>, name: string): string {
  return outcome.steps.find(({ step }) => step === name)?.sentence ?? '';
}

function unchanged(attestation: object, changes: Partial<TrustFile> = {}) {
  const outcome = judged(attestation, changes);
  expectVerdict(outcome, 'unchanged');
  return outcome;
}

describe('evidence/fabric-endorsement', () => {
  it('gives the answer that its payload holds, unverified', () => {
    expect(fabricAnswer(attested())).to.deep.equal(answer);
    expectCode(() => fabricAnswer({ ...attested(), payload: '' }), 'BAD_FORMAT');
    const later = attested({ payloadBytes: (bytes) => Uint8Array.of(...bytes, 0x78, 1) });
    expectCode(() => fabricAnswer(later), 'NEWER_VERSION');
  });

  it('has exactly its members, whatever the trust file asks for', () => {
    const good = attested();
    expect(parseAttestation(JSON.parse(JSON.stringify(good)))).to.deep.equal(good);
    const [first] = good.endorsements;
    const { payload: _, ...without } = good;
    const shapes = [
      without,
      { ...good, more: 1 },
      { ...good, payload: 'AA' },
      { ...good, endorsements: {} },
      { ...good, endorsements: [{ ...first, more: 1 }] },
      { ...good, endorsements: [{ endorser: first?.endorser }] },
      { ...good, endorsements: Array(257).fill(first) },
      { ...good, channelHeader: null },
    ];
    for (const shape of shapes) {
      expectCode(() => parseAttestation(JSON.parse(JSON.stringify(shape))), 'BAD_INPUT');
      expectVerdict(judged(shape), 'not proven', ['format']);
    }
  });
});

describe('evidence/verify-receipt: what k organisations of a channel vouch for', () => {
  it('is unchanged: by all of them, by k of them, on either ordering', () => {
    const all = unchanged(attested());
    expect(sentenceOf(all, 'policy')).to.equal(
      '3 of 3 organisations attest: AuditorMSP, HospitalAMSP, HospitalBMSP; ' +
        "2 of them are not the log's owner. Forks are excluded if no organisation colludes.",
    );
    expect(all.checkpoint?.attestedBy).to.deep.equal([AUDITOR, OWNER, NEIGHBOUR_HOSPITAL]);
    const two = unchanged(attested({ endorsers: PEERS.slice(0, 2) }), { ordering: 'bft' });
    expect(sentenceOf(two, 'policy')).to.equal(
      '2 of 3 organisations attest: AuditorMSP, HospitalAMSP; ' +
        "1 of them is not the log's owner. Forks are excluded if " +
        'more than two thirds of the orderers are honest, or if no organisation colludes.',
    );
  });

  it('tells on whom it rests that there are no forks', () => {
    const open = 'forks are excluded only if the ordering service is honest';
    const told = (k: number, tolerated: number, ordering: 'raft' | 'bft' = 'raft') => {
      const policy = { k, required: [], tolerated };
      const outcome = unchanged(attested(), { policy, ordering });
      const fork = /Forks .*$/.exec(sentenceOf(outcome, 'policy'))?.[0];
      return [fork, outcome.statements.includes(open)];
    };
    const honest = 'Forks are excluded if more than two thirds of the orderers are honest';
    expect(told(1, 0)).to.deep.equal([
      'Forks are excluded only if the ordering service is honest.',
      true,
    ]);
    expect(told(2, 0)).to.deep.equal(['Forks are excluded if no organisation colludes.', false]);
    expect(told(2, 1)[1]).to.equal(true);
    expect(told(3, 1)).to.deep.equal(['Forks are excluded if at most 1 collude.', false]);
    expect(told(3, 2)[0]).to.equal('Forks are excluded if at most 2 collude.');
    expect(told(1, 0, 'bft')).to.deep.equal([`${honest}.`, false]);
    expect(told(3, 1, 'bft')).to.deep.equal([`${honest}, or if at most 1 collude.`, false]);
  });

  it('says when nobody but the owner vouches', () => {
    const policy = { k: 1, required: [], tolerated: 0 };
    const alone = unchanged(attested({ endorsers: PEERS.slice(1, 2) }), { policy });
    expect(sentenceOf(alone, 'policy')).to.match(
      /^1 of 3 organisations attest: HospitalAMSP, the log's owner; nobody else does\./,
    );
  });

  it('is not proven with k above the endorsers, and says so; nor without who is required', () => {
    const two = attested({ endorsers: PEERS.slice(0, 2) });
    const more = judged(two, { policy: { k: 3, required: [], tolerated: 0 } });
    expectVerdict(more, 'not proven', ['policy']);
    expect(sentenceOf(more, 'policy')).to.equal(
      '2 organisations attest, the trust file asks for 3.',
    );
    const required = judged(two, {
      policy: { k: 2, required: [NEIGHBOUR_HOSPITAL], tolerated: 0 },
    });
    expectVerdict(required, 'not proven', ['policy']);
    expect(sentenceOf(required, 'policy')).to.equal(
      'Required organisations do not attest: HospitalBMSP.',
    );
    unchanged(two, { policy: { k: 2, required: [AUDITOR], tolerated: 0 } });
  });

  it('may be of any definition that the trust file pins', () => {
    const second = { ...DEFINITION, version: '2.0', sequence: 2, block: 40, tx: 3 };
    const contract = [DEFINITION, second];
    const upgraded = attested({
      version: '2.0',
      definitions: [{ key: sequenceKey('chartseal'), written: [40, 3] }],
    });
    unchanged(attested(), { contract });
    unchanged(upgraded, { contract });
    expectVerdict(judged(upgraded), 'not proven', ['attestation']);
    const mixed = attested({ version: '2.0' });
    expectVerdict(judged(mixed, { contract }), 'not proven', ['attestation']);
    expectVerdict(judged(attested(), { contract: [] }), 'not proven', ['attestation']);
  });

  it('refuses a second contract with a weak policy that answers as if it were ours', () => {
    const weak = { ...DEFINITION, name: 'weak', endorsementPolicy: "OutOf(1,'HospitalAMSP.peer')" };
    const asWeak = attested({ name: 'weak' });
    const outcome = judged(asWeak);
    expectVerdict(outcome, 'not proven', ['attestation']);
    expect(sentenceOf(outcome, 'attestation')).to.equal(
      'Another contract answered than the trust file pins.',
    );
    const claimsOurs = attested({
      onAction: (action) => action.getChaincodeId()?.setName('weak'),
    });
    expectVerdict(judged(claimsOurs), 'not proven', ['attestation']);
    // Named as ours in all that its caller chooses; the endorsers still tell whose key was read.
    const named = attested({ definitions: [{ key: sequenceKey('weak'), written: [4, 0] }] });
    expectVerdict(judged(named), 'not proven', ['attestation']);
    unchanged(asWeak, { contract: [weak] });
  });

  it('asks about a size, the newest, and with a nonce', () => {
    const newest = log.answer(log.size);
    const whole = log.receipt(INDEX.access2);
    const judge = (given: object) => expectVerdict(judgeReceipt(given, trust), 'unchanged');
    judge(attestedAnew(whole, newest, { request: { logId: log.logId } }));
    judge(attestedAnew(whole, newest));
    const fresh = log.answer(log.size, { nonce: 'c0ffee' });
    judge(attestedAnew(whole, fresh));
    const json = utf8(` {"nonce":"c0ffee", "logId":"${log.logId}"}`);
    judge(attestedAnew(whole, fresh, { arguments: [utf8('readCheckpoint'), json] }));
  });

  it('vouches for a history too', () => {
    const history = log.history({ patient: PATIENT }, SIZE);
    expectVerdict(judgeHistory(attestedAnew(history, answer), trust), 'complete');
    const older = attestedAnew(history, log.answer(4));
    expectVerdict(judgeHistory(older, trust), 'not proven', ['attestation']);
  });

  it('goes by certificates that were valid at asOf, whenever it is looked at', () => {
    const long = (changes: Record<string, unknown>) => attestFabric(log.answer(SIZE, changes));
    unchanged(long({ asOf: '2035-12-31T23:59:59.999Z' }));
    unchanged(long({ asOf: '2036-01-01T00:00:00.000Z' }));
    for (const asOf of ['2036-01-01T00:00:00.001Z', '2200-01-01T00:00:00.000Z']) {
      expectVerdict(judged(long({ asOf })), 'not proven', ['attestation']);
    }
  });

  it('is remembered per checkpoint, and never for another attestation or trust file', () => {
    const cache = new VerifierCache();
    const judge = (attestation: object, under = trust) =>
      verifyReceipt({
        receipt: canonicalBytes({ ...receipt, attestation }),
        trust: under,
        document: documentOf(DOCUMENT),
        cache,
      });
    const good = attested();
    const strict = trustOf(fabricTrust(log, { policy: { k: 3, required: [], tolerated: 0 } }));
    const two = { ...good, endorsements: good.endorsements.slice(1) };
    for (let round = 0; round < 2; round++) {
      expectVerdict(judge(good), 'unchanged');
      expectVerdict(judge(two), 'unchanged');
      expectVerdict(judge(two, strict), 'not proven', ['policy']);
      expectVerdict(judge({ ...good, endorsements: [] }), 'not proven', ['attestation']);
    }
  });
});

describe('evidence/trust: organisations of a channel', () => {
  const refused = (organisations: TrustFile['organisations']) =>
    expectCode(() => trustOf(fabricTrust(log, { organisations })), 'BAD_INPUT');
  const [auditor, owner, neighbour] = MEMBERS.map(organisationOf);

  it('have each their own authorities, also under other certificates of the same key', () => {
    if (!auditor || !owner || !neighbour) throw new Error('there are three');
    const again = makeRoot(NEIGHBOUR_HOSPITAL, { key: p256Key(`root ${OWNER}`) });
    const roots = [encodeBase64(again.certificate)];
    expectVerdict(judged(attested(), { organisations: [auditor, owner, neighbour] }), 'unchanged');
    refused([auditor, owner, { ...neighbour, roots: owner.roots }]);
    refused([auditor, owner, { ...neighbour, roots }]);
    refused([auditor, owner, { ...neighbour, intermediates: roots }]);
    refused([auditor, owner, { ...neighbour, intermediates: auditor.intermediates }]);
  });

  it('have authorities only for roots and intermediates, of P-256', () => {
    if (!auditor || !owner || !neighbour) throw new Error('there are three');
    const leaf = encodeBase64(PEERS[0]?.certificate ?? new Uint8Array());
    refused([auditor, owner, { ...neighbour, roots: [leaf] }]);
    refused([auditor, owner, { ...neighbour, intermediates: [leaf] }]);
    refused([auditor, owner, { ...neighbour, roots: ['AAAA'] }]);
    const [root = ''] = neighbour.roots;
    expectVerdict(
      judged(attested(), {
        organisations: [auditor, owner, { ...neighbour, roots: [root, root] }],
      }),
      'unchanged',
    );
  });
});
