// hospital-a calls the honest contract in every way that the contract takes. Who reads the blocks
// must understand what the contract understood: a log that others cannot read is unwatched.
import { expect } from 'chai';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { auditChain, findNewestAppend } from '../../gateway/ledger/fabric/chain-audit.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { FabricSource } from '../../gateway/services/mirror/fabric-source.js';
import { rebuildChannel } from '../../gateway/services/mirror/rebuild-channel.js';
import type { TestLog } from '../ledger/conformance/channel.js';
import { Adversary } from '../support/adversary-hospital.js';
import { proposedAt } from '../support/adversary-time.js';
import { type Asked, type Caller, propose } from '../support/adversary-transaction.js';
import { LIVE_TIMEOUT_MS } from '../support/live-network.js';
import { appendCall, labelOf } from '../support/log-writer.js';

const patient = labelOf('patient');
const NAMES = [
  'chartseal:append',
  ':append',
  ' \t:append',
  '\ufeff:append',
  'append\nor not',
  ':append\u2028',
];

describe('a hospital that calls the contract otherwise than others do', function () {
  this.timeout(120_000);
  let adversary: Adversary;
  let log: TestLog;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    adversary = await Adversary.open();
    log = await adversary.fixture.newLog('hospital-a');
    await log.append([{ act: 'access', subject: patient }]);
  });
  after(() => adversary?.close());

  async function call(
    caller: Caller,
    name: string,
    ...[request, transient]: [string | Uint8Array, Record<string, Uint8Array>?]
  ): Promise<string> {
    return commit(caller, await propose(caller, name, request, transient));
  }

  /** Endorsed by two organisations and ordered: valid, and the contract's answer to it. */
  async function commit(caller: Caller, asked: Asked): Promise<string> {
    const words = await adversary.ask(asked, 'hospital-a', 'hospital-b');
    for (const { status, message } of words) expect(status, message).to.equal(200);
    const endorsements = words.map(({ endorsement }) => endorsement);
    const payload = words[0]?.payload as Uint8Array;
    expect(await adversary.orderedAs(asked, payload, endorsements, caller)).to.equal('VALID');
    return asked.txId;
  }

  /** The log as the auditor rebuilds it from the blocks of its own peer. */
  async function rebuilt() {
    const profile = await readFabricProfile(adversary.live.profile('auditor'));
    const source = await FabricSource.open(profile);
    try {
      return (await rebuildChannel(source)).logs;
    } finally {
      await source.close();
    }
  }

  it('by another name of the same transaction: it is seen by all who read the blocks', async () => {
    for (const name of NAMES) {
      const before = await auditChain(adversary.auditor, log.logId);
      const batch = log.writer.batch([{ act: 'access', subject: patient }]);
      const { json, transient } = appendCall(log.logId, batch);
      const txId = await call(adversary.writer, name, json, { ...transient });
      const { head } = JSON.parse((await adversary.seen(log)).split('\n')[0] as string);
      log.writer.commit(batch, Date.parse(head.endorsedAt));
      expect(head.size).to.equal(log.writer.size);
      const after = await auditChain(adversary.auditor, log.logId);
      expect(after.appends).to.equal(before.appends + 1);
      expect(after.closingLeaves).to.not.equal(before.closingLeaves);
      expect((await findNewestAppend(adversary.auditor, log.logId))?.txId).to.equal(txId);
    }
    const found = (await rebuilt()).find(({ logId }) => logId === log.logId);
    expect(found?.frontier.size).to.equal(log.writer.size);
  });

  it('with bytes that are no UTF-8: others can rebuild the channel as before', async () => {
    const description = 'a description with a byte # in it';
    const request = adversary.fixture.newRequest({ description });
    const bytes = Buffer.from(canonicalJson(request));
    bytes[bytes.indexOf('#')] = 0xff;
    await call(adversary.admin, 'registerLog', bytes);
    const found = (await rebuilt()).find(
      ({ registration }) => registration.origin === request.origin,
    );
    expect(found?.registration.description).to.equal(description.replace('#', '\ufffd'));
    expect(await adversary.logsSeen()).to.include(found?.logId);
  });

  it('with a time just below a millisecond: it is written as the one that has begun', async () => {
    const request = adversary.fixture.newRequest({});
    const ms = Date.now() - 1000;
    const asked = await propose(adversary.admin, 'registerLog', canonicalJson(request));
    await commit(adversary.admin, proposedAt(asked, adversary.admin, ms, 999_999));
    const found = (await rebuilt()).find(
      ({ registration }) => registration.origin === request.origin,
    );
    expect(found?.endorsedAt).to.equal(ms);
  });

  it('with a time that is none: nobody endorses it', async () => {
    const json = canonicalJson(adversary.fixture.newRequest({}));
    const asked = await propose(adversary.admin, 'registerLog', json);
    const other = proposedAt(asked, adversary.admin, Date.now(), 1_000_000_000);
    for (const { status, message } of await adversary.ask(other, 'hospital-a', 'hospital-b')) {
      expect(status).to.not.equal(200);
      expect(message).to.include('CLOCK_SKEW');
    }
  });

  it('minutes ahead of all clocks: the auditor still rebuilds that log and all others', async () => {
    const request = adversary.fixture.newRequest({});
    const ms = Date.now() + 280_000;
    const asked = await propose(adversary.admin, 'registerLog', canonicalJson(request));
    await commit(adversary.admin, proposedAt(asked, adversary.admin, ms, 0));
    const logs = await rebuilt();
    const found = logs.find(({ registration }) => registration.origin === request.origin);
    expect(found?.endorsedAt).to.equal(ms);
    expect(logs.map(({ logId }) => logId)).to.include(log.logId);
  });
});
