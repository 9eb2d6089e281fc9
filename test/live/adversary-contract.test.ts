// hospital-a, with its own keys and the honest contract: what it may send, and what endorsers
// refuse. That it took no effect is what the auditor's own peer says.
import { expect } from 'chai';
import { encodeBase64, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { formatLeaf, type Leaf, leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import type { ActName } from '../../chaincode/core/lifecycle.js';
import { mapRoot } from '../../chaincode/core/subject-map.js';
import type { TestLog } from '../ledger/conformance/channel.js';
import { Adversary } from '../support/adversary-hospital.js';
import { newEd25519Key } from '../support/ed25519-key.js';
import { LIVE_TIMEOUT_MS } from '../support/live-network.js';
import { appendCall, LogWriter, labelOf, type TestBatch } from '../support/log-writer.js';

const patient = labelOf('patient');
const record = labelOf('record');
const held = labelOf('record on hold');
const gone = labelOf('destroyed record');

describe('a hospital against its own log, by the contract', function () {
  this.timeout(120_000);
  let adversary: Adversary;
  let log: TestLog;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    adversary = await Adversary.open();
    log = await adversary.fixture.newLog('hospital-a');
    await log.append([record, held, gone].map((subject) => ({ act: 'archive', subject })));
    await log.append([
      { act: 'access', subject: patient },
      { act: 'hold', subject: held },
      { act: 'destroy', subject: gone },
      { act: 'access', subject: patient },
    ]);
  });
  after(() => adversary.close());

  const access = () => log.writer.batch([{ act: 'access', subject: patient }]);

  /** One access of the patient, members of its leaf changed. */
  function forged(members: Partial<Leaf>): TestBatch {
    const batch = access();
    const leaf = parseLeaf(batch.leaves[0] as Uint8Array);
    return { ...batch, leaves: [formatLeaf({ ...leaf, ...members })] };
  }

  /** A log of the same origin that the hospital would rather have: the last access left out. */
  function wishedFor(): LogWriter {
    const wished = new LogWriter(log.registered.registration.origin);
    const steps = [record, held, gone].map((subject) => ({ act: 'archive' as const, subject }));
    wished.commit(wished.batch(steps), Date.now());
    return wished;
  }

  it('cannot shrink it: an append that begins at a smaller size is refused', async () => {
    const wished = wishedFor();
    const batch = wished.batch([{ act: 'access', subject: patient }]);
    expect(batch.expectedSize).to.be.below(log.writer.size);
    await adversary.refusedBatch(log, batch, 'LOG_MOVED');
    await adversary.refusedBatch(log, { ...batch, expectedSize: 0 }, 'LOG_MOVED');
  });

  it('cannot rewrite it: an append over another past has no witness', async () => {
    const wished = wishedFor();
    wished.commit(wished.batch([{ act: 'destroy', subject: held }]), Date.now());
    const batch = wished.batch([{ act: 'access', subject: patient }]);
    const late = { ...batch, expectedSize: log.writer.size };
    await adversary.refusedBatch(log, late, 'BAD_WITNESS');
  });

  it('cannot put another append of the same size in the place of the last one', async () => {
    const wished = wishedFor();
    const other = wished.batch([
      { act: 'access', subject: patient, entry: labelOf('another entry') },
      { act: 'hold', subject: held },
      { act: 'access', subject: labelOf('somebody else') },
      { act: 'access', subject: patient },
    ]);
    expect(other.expectedSize + other.leaves.length + 1).to.equal(log.writer.size);
    await adversary.refusedBatch(log, other, 'LOG_MOVED');
  });

  it('cannot send other leaves than the hashes that the ledger keeps', async () => {
    const [honest, other] = [access(), forged({ entry: labelOf('another entry') })];
    const { json } = appendCall(log.logId, honest);
    const { transient } = appendCall(log.logId, other);
    const act = () => log.ledger.submit('append', json, transient);
    await adversary.refused([log], act, 'BAD_LEAF');
  });

  it("cannot witness another map than the head's", async () => {
    const other = new LogWriter(log.registered.registration.origin);
    other.commit(other.batch([{ act: 'access', subject: patient }]), Date.now());
    expect(mapRoot(other.map)).to.not.deep.equal(mapRoot(log.writer.map));
    const { witness } = other.batch([{ act: 'access', subject: patient }]);
    await adversary.refusedBatch(log, { ...access(), witness }, 'BAD_WITNESS');
  });

  it("cannot leave an event out of a patient's chain, nor fork or restart it", async () => {
    const { sequence } = parseLeaf(access().leaves[0] as Uint8Array);
    const first = log.writer.leaves[4] as Uint8Array;
    expect(parseLeaf(first)).to.include({ sequence: 0 });
    const attempts: Partial<Leaf>[] = [
      { sequence: sequence + 1 },
      { sequence: sequence - 1, previous: leafHash(first) },
      { previous: leafHash(first) },
      { previous: labelOf('a leaf that was never sent') },
      { sequence: 0, previous: ZERO_HASH },
    ];
    for (const members of attempts) {
      await adversary.refusedBatch(log, forged(members), 'CHAIN_BROKEN');
    }
  });

  it('cannot destroy a record on hold, nor log what the state of a record forbids', async () => {
    const forbidden: readonly (readonly [ActName, Uint8Array])[] = [
      ['destroy', held],
      ['hold', held],
      ['unhold', record],
      ['archive', record],
      ['amend', gone],
      ['archive', gone],
      ['access', record],
      ['erase', labelOf('nobody')],
    ];
    for (const [act, subject] of forbidden) {
      await adversary.refusedBatch(log, log.writer.batch([{ act, subject }]), 'ACT_REFUSED');
    }
    const hidden = log.writer.batch([
      { act: 'access', subject: patient },
      { act: 'destroy', subject: held },
    ]);
    await adversary.refusedBatch(log, hidden, 'ACT_REFUSED');
  });

  it('cannot submit a closing leaf as a leaf', async () => {
    const closing = log.writer.leaves.at(-1) as Uint8Array;
    await adversary.refusedBatch(log, { ...access(), leaves: [closing] }, 'BAD_LEAF');
    await adversary.refusedBatch(log, forged({ act: 0 }), 'BAD_LEAF');
  });

  it("cannot append to another organisation's log, whatever its role", async () => {
    const theirs = await adversary.fixture.newLog('hospital-b');
    await theirs.append([{ act: 'access', subject: patient }]);
    const batch = theirs.writer.batch([{ act: 'access', subject: patient }]);
    for (const { ledger } of [adversary.writer, adversary.admin]) {
      const act = () => theirs.submit(batch, ledger);
      await adversary.refused([log, theirs], act, 'ACCESS_DENIED');
    }
    // Its own log does not take the other's append either.
    await adversary.refusedBatch(log, { ...batch, expectedSize: log.writer.size }, 'BAD_WITNESS');
  });

  it('cannot register an origin or a key that another organisation has', async () => {
    const theirs = await adversary.fixture.newLog('hospital-b');
    const { origin, noteKey, vrfKey } = theirs.registered.registration;
    const own = log.registered.registration;
    const free = encodeBase64(newEd25519Key().publicKey);
    const before = await adversary.logsSeen();
    for (const taken of [
      { origin },
      { noteKey },
      { vrfKey },
      { noteKey: vrfKey },
      { vrfKey: noteKey, noteKey: free },
      { origin: own.origin },
      { noteKey: own.vrfKey },
    ]) {
      const request = canonicalJson(adversary.fixture.newRequest(taken));
      const act = () => adversary.admin.ledger.submit('registerLog', request);
      await adversary.refused([log, theirs], act, 'LOG_EXISTS');
    }
    expect(await adversary.logsSeen()).to.equal(before);
  });

  it('and goes on with the honest append after all of them', async () => {
    await log.append([{ act: 'access', subject: patient }]);
    const { head } = JSON.parse((await adversary.seen(log)).split('\n')[0] as string);
    expect(head.size).to.equal(log.writer.size);
  });
});
