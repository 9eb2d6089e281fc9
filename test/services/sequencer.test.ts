import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { recordLabel } from '../../chaincode/core/labels.js';
import { formatHistory } from '../../gateway/evidence/history.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { Histories } from '../../gateway/services/histories.js';
import { Receipts } from '../../gateway/services/receipts.js';
import { exportTrust } from '../../gateway/services/trust-export.js';
import { headKey } from '../../gateway/store/keys.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  accessSubmission,
  recordSubmission,
  TestHospital,
  type TestProcess,
} from '../support/hospital.js';
import { withRaw } from '../support/raw-store.js';

describe('the sequencer', () => {
  let hospital: TestHospital;
  let process: TestProcess;

  beforeEach(async () => {
    hospital = await TestHospital.create();
    process = await hospital.open();
  });
  afterEach(async () => {
    await process.close();
    await hospital.remove();
  });

  it('takes entries from accepted through committed to proven', async () => {
    const accepted = await Promise.all(
      Array.from({ length: 300 }, (_, at) =>
        process.sequencer.accept(accessSubmission(`P${at % 7}`, `r${at}`)),
      ),
    );
    expect(new Set(accepted.map(({ ordinal }) => ordinal)).size).to.equal(300);
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
    expect(process.sequencer.counts).to.deep.equal({ accepted: 300, committed: 300, proven: 300 });
    const { head } = await process.log.readLog();
    expect(head.size).to.equal(300 + head.appends);
  });

  it('answers a repeated submission as the first time and writes nothing', async () => {
    const first = await process.sequencer.accept(accessSubmission('P1', 'r1'));
    const again = await process.sequencer.accept(accessSubmission('P1', 'r1'));
    expect(again.duplicate).to.equal(true);
    expect(encodeHex(again.leafHash)).to.equal(encodeHex(first.leafHash));
    const [a, b] = await Promise.all([
      process.sequencer.accept(accessSubmission('P1', 'r2')),
      process.sequencer.accept(accessSubmission('P1', 'r2')),
    ]);
    expect([a.duplicate, b.duplicate]).to.deep.equal([false, true]);
    expect(a.ordinal).to.equal(b.ordinal);
    expect(process.sequencer.counts.accepted).to.equal(2);
  });

  it('refuses other content under a used request id, before anything is written', async () => {
    await process.sequencer.accept(accessSubmission('P1', 'r1'));
    await expectCodeAsync(
      () => process.sequencer.accept(accessSubmission('P2', 'r1')),
      'IDEMPOTENCY_CONFLICT',
    );
    expect(process.sequencer.counts.accepted).to.equal(1);
  });

  it('does not begin a chain again whose head the store has lost', async () => {
    await process.sequencer.accept(recordSubmission('a', 1, 'one'));
    await process.sequencer.waitProven(10_000);
    const label = recordLabel(hospital.context.secrets.recordKey, 'a');
    await process.close();
    await withRaw(join(hospital.folder, 'store'), (raw) => raw.del(headKey(label)));
    process = await hospital.open();
    await expectCodeAsync(
      () => process.sequencer.accept(recordSubmission('a', 1, 'two')),
      'STORE_CORRUPT',
    );
    expect(process.sequencer.counts.accepted).to.equal(1);
  });

  it('does not go on from a head that is older than its chain', async () => {
    await process.sequencer.accept(recordSubmission('a', 1, 'one'));
    await process.close();
    const key = headKey(recordLabel(hospital.context.secrets.recordKey, 'a'));
    const store = join(hospital.folder, 'store');
    const old = await withRaw(store, (raw) => raw.get(key));
    process = await hospital.open();
    await process.sequencer.accept(recordSubmission('a', 2, 'two'));
    await process.close();
    await withRaw(store, (raw) => raw.put(key, old as Buffer));
    process = await hospital.open();
    await expectCodeAsync(
      () => process.sequencer.accept(recordSubmission('a', 2, 'other')),
      'STORE_CORRUPT',
    );
    expect(process.sequencer.counts.accepted).to.equal(2);
  });

  it('refuses what needs a damaged head, and nothing else of its group', async () => {
    await process.sequencer.accept(recordSubmission('a', 1, 'one'));
    await process.close();
    const key = headKey(recordLabel(hospital.context.secrets.recordKey, 'a'));
    await withRaw(join(hospital.folder, 'store'), async (raw) => {
      const row = (await raw.get(key)) as Buffer;
      row[0] = (row[0] as number) ^ 1;
      await raw.put(key, row);
    });
    process = await hospital.open();
    const refused = expectCodeAsync(
      () => process.sequencer.accept(recordSubmission('a', 2, 'two')),
      'STORE_CORRUPT',
    );
    const { ordinal } = await process.sequencer.accept(recordSubmission('b', 1, 'one'));
    await refused;
    expect([ordinal, process.sequencer.counts.accepted]).to.deep.equal([1, 2]);
  });

  it('refuses one submission of a group without harm to the others', async () => {
    const results = await Promise.allSettled([
      process.sequencer.accept(recordSubmission('a', 1, 'one')),
      process.sequencer.accept(recordSubmission('a', 3, 'three')),
      process.sequencer.accept(accessSubmission(' P1', 'r1')),
      process.sequencer.accept(recordSubmission('a', 2, 'two')),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    const codes = results.flatMap((one) =>
      one.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
    );
    expect(codes).to.deep.equal(['VERSION_CONFLICT', 'PATIENT_NOT_NORMAL']);
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
    expect(process.sequencer.counts.proven).to.equal(2);
  });

  it('refuses to accept while the clock is behind the last entry', async () => {
    await process.sequencer.accept(accessSubmission('P1', 'r1'));
    await process.close();
    process = await hospital.open({ now: () => Date.UTC(2020, 0, 1) });
    await expectCodeAsync(
      () => process.sequencer.accept(accessSubmission('P1', 'r2')),
      'CLOCK_BACKWARDS',
    );
    expect(process.sequencer.counts.accepted).to.equal(1);
  });

  it('holds entries back that a clock dated long ahead, until it has caught up', async () => {
    await process.close();
    const ahead = Date.now() + 3_600_000;
    process = await hospital.open({ now: () => ahead, intervalMs: 60_000 });
    await process.sequencer.accept(accessSubmission('P1', 'r1'));
    await process.close();
    process = await hospital.open();
    expect(await process.sequencer.waitProven(600)).to.equal(false);
    expect(process.sequencer.delay?.code).to.equal('CLOCK_BACKWARDS');
    expect(process.sequencer.counts).to.deep.equal({ accepted: 1, committed: 0, proven: 0 });
    await process.close();
    process = await hospital.open({ now: () => ahead });
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
  });

  it('tells when what was accepted by then is proven, while more comes without a pause', async () => {
    const sent: Promise<unknown>[] = [];
    let isOver = false;
    const sending = (async () => {
      while (!isOver) {
        sent.push(
          process.sequencer.accept(accessSubmission(`P${sent.length % 7}`, `${sent.length}`)),
        );
        await setImmediate();
      }
    })();
    await setImmediate();
    const before = sent.length;
    expect(await process.sequencer.waitProven(50_000)).to.equal(true);
    expect(process.sequencer.counts.proven).to.be.at.least(before);
    isOver = true;
    await sending;
    expect(sent.length).to.be.greaterThan(before);
    await Promise.all(sent);
  });

  it('finishes what an earlier process accepted', async () => {
    await process.sequencer.accept(recordSubmission('a', 1, 'one'));
    await process.close();
    process = await hospital.open();
    await process.sequencer.accept(recordSubmission('a', 2, 'two'));
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
    expect(process.sequencer.counts).to.deep.equal({ accepted: 2, committed: 2, proven: 2 });
    const receipts = new Receipts({ store: process.store, context: hospital.context });
    expect(await receipts.findRecord('a')).to.equal(1);
    expect(await receipts.findRecord('a', 1)).to.equal(0);
    for (const ordinal of [0, 1]) expect(await receipts.make(ordinal)).to.have.property('proof');
  });

  it('gives the same receipt for an entry however much the log grows', async () => {
    const { ordinal } = await process.sequencer.accept(recordSubmission('a', 1, 'one'));
    await process.sequencer.waitProven(10_000);
    const receipts = new Receipts({ store: process.store, context: hospital.context });
    const before = await receipts.make(ordinal);
    await Promise.all(
      Array.from({ length: 600 }, (_, at) =>
        process.sequencer.accept(recordSubmission(`b${at}`, 1, `b${at}`)),
      ),
    );
    await process.sequencer.waitProven(10_000);
    expect(await receipts.make(ordinal)).to.deep.equal(before);
  });

  it('gives a history of every leaf of a patient, and of nobody a proof of absence', async () => {
    for (let at = 0; at < 5; at++) {
      await process.sequencer.accept(accessSubmission('P1', `r${at}`));
      await process.sequencer.accept(recordSubmission(`x${at}`, 1, 'x'));
    }
    await process.sequencer.waitProven(10_000);
    const histories = new Histories({ ...process, context: hospital.context });
    const system = 'urn:hospital-a';
    const history = await histories.make({ patient: { system, value: 'P1' } });
    expect(history.leaves).to.have.lengthOf(5);
    expect(history.mapProof.end).to.equal('subject');
    const nobody = await histories.make({ patient: { system, value: 'P2' } });
    expect(nobody.leaves).to.have.lengthOf(0);
    expect(nobody.mapProof.end).to.not.equal('subject');
  });

  it('gives complete histories while entries pour in and the map goes to disk', async () => {
    await process.close();
    process = await hospital.open({ flushEntries: 100 });
    const histories = new Histories({ ...process, context: hospital.context });
    const trust = parseTrustFile(exportTrust(hospital.context, 'chartseal', []));
    let pouring = true;
    const poured = (async () => {
      for (let round = 0; round < 40; round++) {
        const records = Array.from({ length: 60 }, (_, at) =>
          process.sequencer.accept(recordSubmission(`${round}/${at}`, 1, 'x')),
        );
        await process.sequencer.accept(accessSubmission('P1', `r${round}`));
        await Promise.all(records);
      }
      pouring = false;
    })();
    let read = 0;
    const patient = { system: 'urn:hospital-a', value: 'P1' };
    for (; pouring || read < 3; read++) {
      const history = formatHistory(await histories.make({ patient }));
      expect(verifyHistory({ history, trust }).verdict).to.equal('complete');
      await setImmediate();
    }
    await poured;
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
    await process.close();
    process = await hospital.open();
    const later = new Histories({ ...process, context: hospital.context });
    expect((await later.make({ patient })).leaves).to.have.lengthOf(40);
  });

  it('proves absence before anything was appended', async () => {
    expect(await process.sequencer.waitProven(10_000)).to.equal(true);
    const histories = new Histories({ ...process, context: hospital.context });
    const nobody = await histories.make({ patient: { system: 's', value: 'P2' } });
    expect(nobody.closingLeaf).to.equal(null);
  });
});
