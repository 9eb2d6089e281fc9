// What is kept of inquiries and of records to be found by, and how it is derived anew.
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { parseEntry } from '../../chaincode/core/entry.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import type { AnswerSubmission, InquirySubmission } from '../../gateway/services/submission.js';
import { Database } from '../../gateway/store/database.js';
import { META_KEY } from '../../gateway/store/keys.js';
import { formatJsonRow } from '../../gateway/store/rows.js';
import { openStore, type Store } from '../../gateway/store/store.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  accessSubmission,
  recordSubmission,
  TestHospital,
  type TestProcess,
} from '../support/hospital.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const patient = { system: 'urn:hospital-a', value: 'P1' };
const question = '为什么急诊科查看了我的病历？';

function ask(requestId: string, changes: object = {}): InquirySubmission {
  const source = { system: 'chartseal', requestId };
  return { inquiry: { dueAt: '2026-12-01T00:00:00.000Z', source, ...changes }, question, patient };
}

function answer(inquiry: string, requestId: string, changes: object = {}): AnswerSubmission {
  const source = { system: 'chartseal', requestId };
  return { answer: { inquiry, source, ...changes }, actor: { id: 'officer' }, patient };
}

describe('a question of a patient', () => {
  let hospital: TestHospital;
  let running: TestProcess;
  before(async () => {
    hospital = await TestHospital.create();
    running = await hospital.open();
    await running.sequencer.accept(accessSubmission('P1', 'r1'));
  });
  after(async () => {
    await running.close();
    await hospital.remove();
  });

  const held = async (store: Store) => {
    const found = [];
    for await (const { ordinal } of store.inquiriesFrom(0)) {
      found.push([ordinal, parseEntry(store.readEntry(ordinal).entry).act]);
    }
    return found;
  };

  it('is refused, and nothing is written, where the patient has no chain yet', async () => {
    const absent = { ...ask('q0'), patient: { ...patient, value: 'P2' } };
    const before = running.sequencer.counts.accepted;
    await expectCodeAsync(() => running.sequencer.accept(absent), 'ACT_REFUSED');
    expect(running.sequencer.counts.accepted).to.equal(before);
    expect(await held(running.store)).to.deep.equal([]);
  });

  it('is one question when it is sent again, whenever it is to be answered then', async () => {
    const { sequencer } = running;
    const first = await sequencer.accept(ask('q1'));
    const again = await sequencer.accept(ask('q1', { dueAt: '2026-12-02T00:00:00.000Z' }));
    expect(again).to.deep.equal({ ...first, duplicate: true });
    const other = { ...ask('q1'), question: 'another' };
    await expectCodeAsync(() => sequencer.accept(other), 'IDEMPOTENCY_CONFLICT');
    const inquiry = encodeHex(first.leafHash);
    await sequencer.accept(answer(inquiry, 'a1', { dueAt: '2026-12-20T00:00:00.000Z' }));
    const outcome = answer(inquiry, 'a2', { outcome: 'justified' });
    await expectCodeAsync(() => sequencer.accept(outcome), 'BAD_INPUT');
    await sequencer.accept({ ...outcome, text: 'because' });
    const acts = (await held(running.store)).map(([, act]) => act);
    expect(acts).to.deep.equal(['inquiry', 'answer', 'answer']);
  });

  it('takes no member that it does not know', async () => {
    const { sequencer } = running;
    const wrong = { ...ask('q3'), urgent: true } as unknown as InquirySubmission;
    await expectCodeAsync(() => sequencer.accept(wrong), 'BAD_INPUT');
    await expectCodeAsync(() => sequencer.accept(ask('q3', { state: 'new' })), 'BAD_INPUT');
  });

  it('never stands in clear in its entry', async () => {
    for await (const { ordinal } of running.store.inquiriesFrom(0)) {
      const { entry } = running.store.readEntry(ordinal);
      expect(Buffer.from(entry).toString()).to.not.include('急诊').and.not.include('because');
    }
  });
});

describe('a record', () => {
  let hospital: TestHospital;
  let running: TestProcess;
  before(async () => {
    hospital = await TestHospital.create();
    running = await hospital.open();
    const records = [
      ...['a/1', 'a/2', 'a~', 'b', '病历/1', '病历/2'].map((id) => recordSubmission(id, 1, id)),
      recordSubmission('a/2', 2, 'b'),
    ];
    for (const record of records) await running.sequencer.accept(record);
  });
  after(async () => {
    await running.close();
    await hospital.remove();
  });

  async function named(prefix: string, after?: string): Promise<[string, number][]> {
    const found: [string, number][] = [];
    for await (const { id, ordinal } of running.store.recordsNamed(prefix, after)) {
      found.push([id, ordinal]);
    }
    return found;
  }

  it('is found by the beginning of its id, at its newest version', async () => {
    expect(await named('a/')).to.deep.equal([
      ['a/1', 0],
      ['a/2', 6],
    ]);
    expect(await named('病历')).to.deep.equal([
      ['病历/1', 4],
      ['病历/2', 5],
    ]);
    expect((await named('')).map(([id]) => id)).to.deep.equal([
      ...['a/1', 'a/2', 'a~', 'b', '病历/1', '病历/2'],
    ]);
    expect(await named('c')).to.deep.equal([]);
  });

  it('is found from another one on', async () => {
    expect((await named('a', 'a/1')).map(([id]) => id)).to.deep.equal(['a/2', 'a~']);
    expect((await named('', 'b')).map(([id]) => id)).to.deep.equal(['病历/1', '病历/2']);
    expect(await named('a', 'a~')).to.deep.equal([]);
  });

  it('is found by its leaf hash, and not by another with the same first half', () => {
    const { leaf } = running.store.readEntry(2);
    const hash = leafHash(leaf);
    expect(running.store.findByLeafHash(hash)).to.equal(2);
    for (let at = 0; at < hash.length; at++) {
      const other = Uint8Array.from(hash);
      other[at] = (other[at] as number) ^ 1;
      expect(running.store.findByLeafHash(other)).to.equal(undefined);
    }
  });

  it('is found by the digest of each of its versions', async () => {
    const digestOf = (content: string) =>
      recordSubmission('x', 1, content).record.digests['sha-256'];
    const found: number[] = [];
    for await (const one of running.store.versionsWithDigest(digestOf('b'))) found.push(one);
    expect(found).to.deep.equal([3, 6]);
    for await (const one of running.store.versionsWithDigest(digestOf('c'))) found.push(one);
    expect(found).to.have.lengthOf(2);
  });
});

describe('a store of an earlier version, in which all tables lay together', () => {
  it('is not opened, and says that a rebuild makes one of this version', async () => {
    const folder = newTempFolder();
    try {
      const store = `${folder}/store`;
      const db = await Database.open(store, { create: true });
      const meta = { format: 'chartseal-store/2', logId: 'ab'.repeat(32) };
      await db.batch().put(META_KEY, formatJsonRow(meta)).write();
      await db.close();
      await expectCodeAsync(() => openStore(store, 'ab'.repeat(32)), 'STORE_OUTDATED');
    } finally {
      removeTempFolder(folder);
    }
  });
});
