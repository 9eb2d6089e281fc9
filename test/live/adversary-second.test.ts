// A second contract on the channel, under a policy that hospital-a alone satisfies, which answers
// as if it were ours: no verifier believes it, and our contract's state is not for it to write.
import { expect } from 'chai';
import { encodeBase64, encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes, canonicalJson } from '../../chaincode/core/canonical-json.js';
import { parseJson } from '../../chaincode/core/json.js';
import type { Transient } from '../../gateway/ledger/ledger.js';
import {
  ANYTHING_ANSWERED,
  deploySecond,
  type SecondContract,
} from '../support/adversary-contract.js';
import { attestationOf, LivePaper } from '../support/adversary-evidence.js';
import { Adversary } from '../support/adversary-hospital.js';
import {
  type Asked,
  type Caller,
  endorseAs,
  forgePayload,
  type PeerWord,
  peerKeys,
  propose,
} from '../support/adversary-transaction.js';
import { judgeReceipt, trustOf } from '../support/evidence-verdicts.js';
import { LIVE_TIMEOUT_MS } from '../support/live-network.js';
import { appendCall, labelOf } from '../support/log-writer.js';

const POLICY_FAILURE = 'ENDORSEMENT_POLICY_FAILURE';

describe('a second contract on the channel with a weak policy', function () {
  this.timeout(120_000);
  let adversary: Adversary;
  let paper: LivePaper;
  let second: SecondContract | undefined;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    adversary = await Adversary.open();
    paper = await LivePaper.make(adversary);
    second = await deploySecond(adversary.live, ANYTHING_ANSWERED);
  });
  after(async () => {
    await second?.stop();
    await adversary?.close();
  });

  /** A call of the second contract, and what hospital-a's peer says to it. */
  async function ask(
    name: string,
    json: string,
    { transient = {}, caller = adversary.writer }: { transient?: Transient; caller?: Caller } = {},
  ): Promise<readonly [Asked, PeerWord]> {
    const asked = await propose(caller, name, json, transient, second?.name);
    const [word] = await adversary.ask(asked, 'hospital-a');
    expect(word?.status, word?.message).to.equal(200);
    return [asked, word as PeerWord];
  }

  /** What a verifier says who asks for one organisation only: two would not be there. */
  function expectRefused(asked: Asked, word: PeerWord, from: 'log' | 'fork'): void {
    const attestation = attestationOf(asked, word.payload, [word.endorsement]);
    const policy = { k: 1, required: [], tolerated: 0 };
    const trust = trustOf({ ...paper.trustFile, policy });
    const { verdict, steps } = judgeReceipt(paper.receipt(attestation, from), trust);
    expect(verdict).to.equal('not proven');
    expect(steps.find(({ step }) => step === 'attestation')).to.deep.include({
      status: 'FAILED',
      sentence: 'Another contract answered than the trust file pins.',
    });
  }

  it('answers as ours does about a log that never was: refused at step attestation', async () => {
    const { fork, log } = paper;
    const { logId } = log;
    const honest = await adversary.auditor.evaluate('readCheckpoint', canonicalJson({ logId }));
    const answer = canonicalBytes({
      ...(parseJson(honest, 'answer') as object),
      root: encodeHex(fork.rootAt(fork.size)),
      closingLeaf: encodeBase64(fork.leaves.at(-1) as Uint8Array),
    });
    const [asked, word] = await ask('readCheckpoint', canonicalJson({ logId }), {
      transient: { answer },
    });
    expectRefused(asked, word, 'fork');
    const ours = await propose(adversary.writer, 'readCheckpoint', canonicalJson({ logId }));
    expectRefused(ours, word, 'fork');
  });

  it('hands on what our contract answers, and even that is refused', async () => {
    const { logId } = paper.log;
    const [asked, word] = await ask('readCheckpoint', canonicalJson({ logId }));
    expectRefused(asked, word, 'log');
  });

  it('has appends made by our contract: without the others they have no effect', async () => {
    const { log } = paper;
    const batch = log.writer.batch([{ act: 'access', subject: labelOf('patient') }]);
    const { json, transient } = appendCall(log.logId, batch);
    await adversary.withoutEffect([log], async () => {
      const [asked, { payload, endorsement }] = await ask('append', json, { transient });
      const code = await adversary.orderedAs(asked, payload, [endorsement]);
      expect(code).to.equal(POLICY_FAILURE);
    });
  });

  it("writes rows of our contract's state: they have no effect", async () => {
    const { log } = paper;
    const { chaincode } = adversary.live.state;
    const { name, deployment } = second as SecondContract;
    const peer = peerKeys(adversary.live, 'hospital-a');
    const writes = [{ key: `head/${log.logId}`, value: utf8('{}') }];
    await adversary.withoutEffect([log], async () => {
      const asked = await propose(adversary.writer, 'append', '{}', {}, name);
      const payload = forgePayload(asked, deployment.version, chaincode, writes, name);
      const code = await adversary.orderedAs(asked, payload, [endorseAs(peer, payload)]);
      expect(code).to.equal(POLICY_FAILURE);
    });
  });

  it('registers the same origin in a state of its own: ours does not know of it', async () => {
    const { log } = paper;
    const { origin } = log.registered.registration;
    const request = canonicalJson(adversary.fixture.newRequest({ origin }));
    const before = await adversary.logsSeen();
    await adversary.withoutEffect([log], async () => {
      const caller = adversary.admin;
      const [asked, { payload, endorsement }] = await ask('registerLog', request, { caller });
      const code = await adversary.orderedAs(asked, payload, [endorsement], caller);
      expect(code).to.equal('VALID');
    });
    expect(await adversary.logsSeen()).to.equal(before);
    const act = () => adversary.admin.ledger.submit('registerLog', request);
    await adversary.refused([log], act, 'LOG_EXISTS');
  });
});
