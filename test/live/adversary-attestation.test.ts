// hospital-a makes up attestations with its own keys, and the checkpoints that they would cover.
// Each is refused by a verifier who has nothing but the trust file, at a named step.
import { expect } from 'chai';
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import type { TrustFile } from '../../gateway/evidence/trust.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import type { Alarm } from '../../gateway/services/mirror/alarm.js';
import { FabricSource } from '../../gateway/services/mirror/fabric-source.js';
import { rebuildChannel } from '../../gateway/services/mirror/rebuild-channel.js';
import { askCheckpoint, attestationOf, CONTENT, LivePaper } from '../support/adversary-evidence.js';
import { Adversary } from '../support/adversary-hospital.js';
import {
  type Asked,
  adminKeys,
  endorseAs,
  forgeAnswer,
  type KeyHolder,
  type PeerWord,
  peerKeys,
  propose,
} from '../support/adversary-transaction.js';
import { expectVerdict, judgeReceipt, trustOf } from '../support/evidence-verdicts.js';
import { issueExtra } from '../support/live-identities.js';
import { LIVE_TIMEOUT_MS } from '../support/live-network.js';

type Endorsement = PeerWord['endorsement'];

describe('a hospital that makes up attestations', function () {
  this.timeout(120_000);
  let adversary: Adversary;
  let paper: LivePaper;
  let asked: Asked;
  let payload: Uint8Array;
  let a: Endorsement;
  let b: Endorsement;
  let peer: KeyHolder;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    adversary = await Adversary.open();
    peer = peerKeys(adversary.live, 'hospital-a');
    paper = await LivePaper.make(adversary);
    await adversary.seen(paper.log);
    asked = await askCheckpoint(adversary, paper.log);
    const words = await adversary.ask(asked, 'hospital-a', 'hospital-b');
    for (const { status, message } of words) expect(status, message).to.equal(200);
    [a, b] = words.map(({ endorsement }) => endorsement) as [Endorsement, Endorsement];
    payload = words[0]?.payload as Uint8Array;
  });
  after(() => adversary?.close());

  function judge(
    endorsements: readonly Endorsement[],
    changes: Partial<TrustFile> = {},
    [about, said]: readonly [Asked, Uint8Array] = [asked, payload],
    from: 'log' | 'fork' = 'log',
  ) {
    const receipt = paper.receipt(attestationOf(about, said, endorsements), from);
    const trust = trustOf({ ...paper.trustFile, ...changes });
    return from === 'log' ? judgeReceipt(receipt, trust, CONTENT) : judgeReceipt(receipt, trust);
  }

  function expectRefused(
    outcome: ReturnType<typeof judge>,
    step: 'attestation' | 'policy',
    says: RegExp,
  ): void {
    expect(outcome.verdict).to.equal('not proven');
    expect(outcome.exitCode).to.equal(1);
    const found = outcome.steps.find((one) => one.step === step);
    expect(found?.status).to.equal('FAILED');
    expect(found?.sentence).to.match(says);
  }

  const policy = (k: number) => ({ policy: { k, required: [], tolerated: 0 } });

  it('has an honest one to begin with', () => {
    expectVerdict(judge([a, b]), 'unchanged');
  });

  it('alone, where the trust file asks for two', () => {
    expectRefused(judge([a]), 'policy', /^1 organisation attests, the trust file asks for 2/);
    expectRefused(judge([a, b], policy(3)), 'policy', /^2 organisations attest, .* asks for 3/);
    const required = { policy: { k: 1, required: ['AuditorMSP'], tolerated: 0 } };
    expectRefused(judge([a, b], required), 'policy', /do not attest: AuditorMSP/);
  });

  it('with its own peer twice', () => {
    const again = endorseAs(peer, payload);
    expectRefused(judge([a, a]), 'attestation', /not one for each organisation/);
    expectRefused(judge([a, again]), 'attestation', /not one for each organisation/);
    expectRefused(judge([a, again, b]), 'attestation', /not one for each organisation/);
  });

  it('with its administrator, its clients or its authority in the place of a peer', async () => {
    const client = await issueExtra(adversary.live, 'hospital-a', 'admin', 1);
    const others = [adminKeys(adversary.live, 'hospital-a'), { ...client, mspId: peer.mspId }];
    for (const other of others) {
      const endorsement = endorseAs(other, payload);
      expectRefused(judge([endorsement, b]), 'attestation', /HospitalAMSP .*peer/);
    }
  });

  it("with its own keys under other organisations' names", () => {
    for (const mspId of ['HospitalBMSP', 'AuditorMSP']) {
      const endorsement = endorseAs({ ...peer, mspId }, payload);
      const says = new RegExp(`of ${mspId} does not lead to a root of that organisation`);
      expectRefused(judge([a, endorsement]), 'attestation', says);
    }
    const stranger = endorseAs({ ...peer, mspId: 'ElsewhereMSP' }, payload);
    expectRefused(judge([a, stranger]), 'attestation', /no organisation of the trust file/);
  });

  it('by a definition of the contract that the trust file does not pin', () => {
    const [pinned] = paper.trustFile.contract.slice(-1);
    if (pinned === undefined) throw new Error('no definition is pinned');
    const next = { ...pinned, sequence: pinned.sequence + 1, block: pinned.block + 1 };
    const says = new RegExp(`does not pin \\(block ${pinned.block}, transaction ${pinned.tx}\\)`);
    expectRefused(judge([a, b], { contract: [next] }), 'attestation', says);
    const other = { ...pinned, version: `${pinned.version}-other` };
    expectRefused(judge([a, b], { contract: [other] }), 'attestation', says);
  });

  it('of another channel, or of another question', async () => {
    expectRefused(judge([a, b], { channel: 'another' }), 'attestation', /of another channel/);
    const { logId } = paper.log;
    const again = await propose(adversary.writer, 'readCheckpoint', canonicalJson({ logId }));
    const glued = judge([a, b], {}, [again, payload]);
    expectRefused(glued, 'attestation', /not the one that was endorsed/);
    const about = await propose(adversary.writer, 'readLog', canonicalJson({ logId }));
    const [one, other] = await adversary.ask(about, 'hospital-a', 'hospital-b');
    if (one === undefined || other === undefined) throw new Error('no answers');
    const endorsements = [one.endorsement, other.endorsement];
    const told = judge(endorsements, {}, [about, one.payload]);
    expectRefused(told, 'attestation', /asks for no checkpoint/);
  });

  it('of a forked checkpoint, which its own log key signed', async () => {
    const { fork, log } = paper;
    expect(fork.size).to.equal(log.writer.size);
    expect(fork.rootAt(fork.size)).to.not.deep.equal(log.writer.rootAt(fork.size));
    const honest = judge([a, b], {}, [asked, payload], 'fork');
    expectRefused(honest, 'attestation', /about another root/);
    const forged = forgeAnswer(payload, {
      root: encodeHex(fork.rootAt(fork.size)),
      closingLeaf: encodeBase64(fork.leaves.at(-1) as Uint8Array),
    });
    const own = endorseAs(peer, forged);
    expectRefused(judge([own], {}, [asked, forged], 'fork'), 'policy', /asks for 2/);
    const glued = judge([own, b], {}, [asked, forged], 'fork');
    expectRefused(glued, 'attestation', /HospitalBMSP is not signed by the key/);
  });

  it('a forked checkpoint that somebody believed and pinned is an alarm of the auditor', async () => {
    const { fork, log, trustFile } = paper;
    const { origin } = log.registered.registration;
    const pin = { origin, size: fork.size, root: encodeHex(fork.rootAt(fork.size)) };
    const trust = trustOf({ ...trustFile, pinnedCheckpoints: [pin] });
    const profile = await readFabricProfile(adversary.live.profile('auditor'));
    const source = await FabricSource.open(profile);
    try {
      const alarm = await rebuildChannel(source, { trust }).then(
        () => undefined,
        (error: Alarm) => error,
      );
      expect(alarm?.code).to.equal('LOG_BROKEN');
      expect(alarm?.place).to.include({ origin });
    } finally {
      await source.close();
    }
  });
});
