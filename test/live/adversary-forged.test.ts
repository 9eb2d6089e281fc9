// hospital-a signs with its peer's key what no contract answered, and sends what was endorsed for
// another moment: the first has no effect, the second has it once.
import { expect } from 'chai';
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes, canonicalJson } from '../../chaincode/core/canonical-json.js';
import { readChainInfo } from '../../gateway/ledger/fabric/system-call.js';
import type { Transient } from '../../gateway/ledger/ledger.js';
import { findDeployment } from '../../network/chaincode-deployment.js';
import type { TestLog } from '../ledger/conformance/channel.js';
import { Adversary } from '../support/adversary-hospital.js';
import {
  type Asked,
  adminKeys,
  type Caller,
  endorseAs,
  forgePayload,
  type KeyHolder,
  order,
  peerKeys,
  propose,
  readTransaction,
  transactionOf,
} from '../support/adversary-transaction.js';
import { LIVE_TIMEOUT_MS } from '../support/live-network.js';
import { appendCall, labelOf, type TestBatch } from '../support/log-writer.js';

const POLICY_FAILURE = 'ENDORSEMENT_POLICY_FAILURE';
const patient = labelOf('patient');

interface Call {
  readonly json: string;
  readonly transient?: Transient;
}

/** What two organisations endorsed, to be sent at any time. */
interface HeldBack {
  readonly asked: Asked;
  readonly bytes: Uint8Array;
}

describe('a hospital that makes up transactions, or holds them back', function () {
  this.timeout(120_000);
  let adversary: Adversary;
  let log: TestLog;
  let theirs: TestLog;
  let version: string;
  let peer: KeyHolder;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    adversary = await Adversary.open();
    const { live, fixture } = adversary;
    peer = peerKeys(live, 'hospital-a');
    version = (await findDeployment(live.state))?.version ?? '';
    log = await fixture.newLog('hospital-a');
    theirs = await fixture.newLog('hospital-b');
    for (const one of [log, theirs]) await one.append([{ act: 'access', subject: patient }]);
  });
  after(() => adversary?.close());

  it('a write that its peer alone signs, of which no contract knows, has no effect', async () => {
    const { logId } = log;
    const head = JSON.parse(await log.head()).head;
    const row = canonicalBytes({ ...head, size: 0, frontier: [], appends: 0 });
    const { chaincode } = adversary.live.state;
    await adversary.withoutEffect([log, theirs], async () => {
      for (const key of [`head/${logId}`, `head/${theirs.logId}`, `log/${logId}`]) {
        const call = await propose(adversary.writer, 'append', canonicalJson({ logId }));
        const writes = [{ key, value: row }];
        const payload = forgePayload(call, version, chaincode, writes);
        const endorsements = [
          endorseAs(peer, payload),
          endorseAs(adminKeys(adversary.live, 'hospital-a'), payload),
        ];
        expect(await adversary.orderedAs(call, payload, endorsements)).to.equal(POLICY_FAILURE);
      }
    });
  });

  it("its administrator alone cannot write another definition of the contract's", async () => {
    const lifecycle = '_lifecycle';
    const { chaincode } = adversary.live.state;
    const names = ['CommitChaincodeDefinition', 'ApproveChaincodeDefinitionForMyOrg'];
    await adversary.withoutEffect([log], async () => {
      for (const name of names) {
        const call = await propose(adversary.admin, name, '', {}, lifecycle);
        const writes = ['Sequence', 'EndorsementInfo', 'ValidationInfo'].map((field) => ({
          key: `namespaces/fields/${chaincode}/${field}`,
          value: utf8('anything'),
        }));
        const payload = forgePayload(call, 'syscc', lifecycle, writes);
        const endorsements = [endorseAs(peer, payload)];
        const code = await adversary.orderedAs(call, payload, endorsements, adversary.admin);
        expect(code).to.equal(POLICY_FAILURE);
      }
    });
  });
  async function endorsed(caller: Caller, name: string, call: Call): Promise<HeldBack> {
    const asked = await propose(caller, name, call.json, call.transient);
    const words = await adversary.ask(asked, 'hospital-a', 'hospital-b');
    for (const { status, message } of words) expect(status, message).to.equal(200);
    const endorsements = words.map(({ endorsement }) => endorsement);
    const payload = words[0]?.payload as Uint8Array;
    return { asked, bytes: transactionOf(asked, payload, endorsements) };
  }

  const endorsedAppend = (batch: TestBatch) =>
    endorsed(adversary.writer, 'append', appendCall(log.logId, batch));
  const access = (subject = patient) => log.writer.batch([{ act: 'access', subject }]);

  /** Codes of this transaction in the auditor's blocks, in their order; as many as were sent. */
  async function codesOf({ asked }: HeldBack, fromBlock: number, count: number): Promise<string[]> {
    const codes: string[] = [];
    for await (const { txId, code } of adversary.auditor.subscribe(fromBlock)) {
      if (txId === asked.txId && codes.push(code) === count) break;
    }
    return codes;
  }

  it('an append that is sent three times has its effect once', async () => {
    const { height } = await readChainInfo(adversary.auditor.connection);
    const batch = access();
    const held = await endorsedAppend(batch);
    for (let sent = 0; sent < 3; sent++) await order(adversary.writer, held.bytes);
    const codes = await codesOf(held, height, 3);
    expect(codes.sort()).to.deep.equal(['DUPLICATE_TXID', 'DUPLICATE_TXID', 'VALID']);
    const { head } = JSON.parse((await adversary.seen(log)).split('\n')[0] as string);
    const expected = log.writer.commit(batch, Date.parse(head.endorsedAt));
    expect(head).to.include({ size: expected.size, root: encodeHex(expected.root), appends: 2 });
  });

  it('an append that is held back until another one came has none', async () => {
    const held = await endorsedAppend(access(labelOf('a patient of whom nothing is told')));
    await log.append([{ act: 'access', subject: patient }]);
    await adversary.withoutEffect([log], async () => {
      await order(adversary.writer, held.bytes);
      const { code } = await readTransaction(adversary.auditor, held.asked.txId);
      expect(code).to.equal('MVCC_READ_CONFLICT');
    });
  });

  it('of two appends for one size, sent at once, one has its effect', async () => {
    const before = JSON.parse(await log.head()).head;
    const batches = [access(), access(labelOf('another patient'))];
    const held = await Promise.all(batches.map(endorsedAppend));
    await Promise.all(held.map(({ bytes }) => order(adversary.writer, bytes)));
    const codes: string[] = [];
    for (const { asked } of held) {
      codes.push((await readTransaction(adversary.auditor, asked.txId)).code);
    }
    expect([...codes].sort()).to.deep.equal(['MVCC_READ_CONFLICT', 'VALID']);
    const { head } = JSON.parse((await adversary.seen(log)).split('\n')[0] as string);
    expect(head.appends).to.equal(before.appends + 1);
    const batch = batches[codes.indexOf('VALID')] as TestBatch;
    const expected = log.writer.commit(batch, Date.parse(head.endorsedAt));
    expect(head.root).to.equal(encodeHex(expected.root));
  });

  it('of two registrations of one origin, or with one key, one has its effect', async () => {
    const first = adversary.fixture.newRequest();
    for (const same of [{ origin: first.origin }, { noteKey: first.noteKey }]) {
      const original = { ...adversary.fixture.newRequest(), ...same };
      const other = adversary.fixture.newRequest(same);
      const held: HeldBack[] = [];
      for (const request of [original, other]) {
        held.push(await endorsed(adversary.admin, 'registerLog', { json: canonicalJson(request) }));
      }
      for (const { bytes } of held) await order(adversary.admin, bytes);
      const codes: string[] = [];
      for (const { asked } of held) {
        codes.push((await readTransaction(adversary.auditor, asked.txId)).code);
      }
      expect(codes.sort()).to.deep.equal(['MVCC_READ_CONFLICT', 'VALID']);
      const origins = (await adversary.logsSeen()).split(JSON.stringify(first.origin));
      expect(origins.length).to.be.at.most(2);
    }
  });

  it('and the log goes on after all of them', async () => {
    await log.append([{ act: 'access', subject: patient }]);
    const seen = JSON.parse((await adversary.seen(log)).split('\n')[0] as string);
    expect(seen.head.size).to.equal(log.writer.size);
  });
});
