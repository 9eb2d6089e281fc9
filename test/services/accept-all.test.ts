import { expect } from 'chai';
import fc from 'fast-check';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { MAX_TOGETHER, RefusedTogether } from '../../gateway/services/sequencer/accept-request.js';
import { Acceptor } from '../../gateway/services/sequencer/acceptor.js';
import type { Submission } from '../../gateway/services/submission.js';
import { openStore, type Store } from '../../gateway/store/store.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  accessSubmission,
  BY,
  recordSubmission,
  TestHospital,
  type TestProcess,
} from '../support/hospital.js';

const event = accessSubmission;
const bad = (value: string): Submission => ({
  ...event(value, 'bad'),
  patient: { system: 'urn:hospital-a', value: ` ${value}` },
});

/** Rejects as one of several that were refused together; gives code and position. */
async function refusal(promise: Promise<unknown>): Promise<[string, number]> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RefusedTogether)) expect.fail(`not refused together: ${String(error)}`);
  return [error.code, error.position];
}

describe('submissions that are accepted together', () => {
  let hospital: TestHospital;
  let store: Store;
  let acceptor: Acceptor;
  let leaves: number;

  const newAcceptor = () =>
    new Acceptor({
      store,
      context: hospital.context,
      by: BY,
      now: Date.now,
      onAccepted: (group) => {
        leaves += group.length;
      },
      onFault: (fault) => expect.fail(fault.message),
    });

  beforeEach(async () => {
    hospital = await TestHospital.create();
    store = await openStore(`${hospital.folder}/store`, hospital.context.logId);
    leaves = 0;
    acceptor = newAcceptor();
  });
  afterEach(async () => {
    await acceptor.close();
    await store.close();
    await hospital.remove();
  });

  async function expectStored(count: number): Promise<void> {
    await acceptor.settled();
    let stored = 0;
    for await (const _ of store.leavesFrom(0)) stored++;
    expect([stored, acceptor.count, leaves]).to.deep.equal([count, count, count]);
  }

  it('stand one after the other, in their order, on the chains of their patients', async () => {
    const others = Promise.all([1, 2, 3].map((at) => acceptor.accept(event('P1', `other ${at}`))));
    const all = ['P1', 'P2', 'P1', 'P3'].map((value, at) => event(value, `r${at}`));
    const accepted = await acceptor.acceptAll([...all, recordSubmission('a', 1, 'one')]);
    await others;
    expect(accepted.map(({ ordinal }) => ordinal)).to.deep.equal([3, 4, 5, 6, 7]);
    expect(accepted.every(({ duplicate }) => !duplicate)).to.equal(true);
    await expectStored(8);
  });

  it('are none when there are none', async () => {
    expect(await acceptor.acceptAll([])).to.deep.equal([]);
    await expectStored(0);
  });

  it('are refused all, with the error and the position of the first at fault', async () => {
    const good = [event('P1', 'r1'), event('P2', 'r2')];
    const late = recordSubmission('a', 7, 'seven');
    expect(await refusal(acceptor.acceptAll([...good, bad('P3')]))).to.deep.equal([
      'PATIENT_NOT_NORMAL',
      2,
    ]);
    // The first in their order, whatever is found first.
    expect(await refusal(acceptor.acceptAll([...good, late, bad('P3')]))).to.deep.equal([
      'VERSION_CONFLICT',
      2,
    ]);
    await expectStored(0);
    const accepted = await acceptor.acceptAll(good);
    expect(accepted.map(({ ordinal }) => ordinal)).to.deep.equal([0, 1]);
    await expectStored(2);
  });

  it('leave nothing behind that another group could take for there, when they are refused', async () => {
    const refused = acceptor.acceptAll([
      event('P1', 'r1'),
      recordSubmission('a', 1, 'one'),
      bad('P'),
    ]);
    const next = acceptor.acceptAll([event('P1', 'r1'), recordSubmission('a', 1, 'two')]);
    expect(await refusal(refused)).to.deep.equal(['PATIENT_NOT_NORMAL', 2]);
    expect((await next).map(({ duplicate }) => duplicate)).to.deep.equal([false, false]);
    expect(
      store.findPatient((store.readEntry(0).leaf as Uint8Array).subarray(2, 34)),
    ).to.deep.equal({
      system: 'urn:hospital-a',
      value: 'P1',
    });
    await expectStored(2);
  });

  it('may come twice among themselves, and may have come before', async () => {
    const before = await acceptor.accept(event('P1', 'r1'));
    const all = [event('P1', 'r1'), event('P2', 'r2'), event('P2', 'r2'), event('P1', 'r3')];
    const accepted = await acceptor.acceptAll(all);
    expect(accepted.map(({ duplicate }) => duplicate)).to.deep.equal([true, false, true, false]);
    expect(accepted.map(({ ordinal }) => ordinal)).to.deep.equal([0, 1, 1, 2]);
    expect(encodeHex(accepted[0]?.leafHash as Uint8Array)).to.equal(encodeHex(before.leafHash));
    const again = await Promise.all([acceptor.acceptAll(all), acceptor.acceptAll(all)]);
    expect(again.flat().every(({ duplicate }) => duplicate)).to.equal(true);
    await expectStored(3);
  });

  it('are refused all when one says something else under a request id that is known', async () => {
    await acceptor.accept(event('P1', 'r1'));
    const inside = [event('P2', 'r2'), event('P3', 'r2')];
    const outside = [event('P2', 'r2'), event('P4', 'r1')];
    expect(await refusal(acceptor.acceptAll(inside))).to.deep.equal(['IDEMPOTENCY_CONFLICT', 1]);
    expect(await refusal(acceptor.acceptAll(outside))).to.deep.equal(['IDEMPOTENCY_CONFLICT', 1]);
    await expectStored(1);
  });

  it(`are at most ${MAX_TOGETHER}, and so many are one group`, async () => {
    const many = Array.from({ length: MAX_TOGETHER }, (_, at) => event(`P${at % 9}`, `r${at}`));
    const more = [...many, event('P1', 'more')];
    await expectCodeAsync(() => acceptor.acceptAll(more), 'TOO_LARGE');
    await expectStored(0);
    const beside = acceptor.accept(event('P1', 'beside'));
    const accepted = await acceptor.acceptAll(many);
    expect(accepted.map(({ ordinal }) => ordinal)).to.deep.equal(many.map((_, at) => at + 1));
    await beside;
    await expectStored(MAX_TOGETHER + 1);
  });

  it('name who submits, whoever runs the sequencer', async () => {
    const by = { id: 'emr', mspId: 'HospitalMSP' };
    await acceptor.acceptAll([event('P1', 'r1'), event('P2', 'r2')], { by });
    for (const ordinal of [0, 1]) {
      expect(JSON.parse(Buffer.from(store.readEntry(ordinal).entry).toString()).by).to.deep.equal(
        by,
      );
    }
  });

  it('are there as a whole or not at all, whatever comes beside them and in whatever order', async () => {
    const one = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 60 })),
      },
      { weight: 1, arbitrary: fc.constant(undefined) },
    );
    const requests = fc.array(fc.array(one, { minLength: 1, maxLength: 7 }), {
      minLength: 1,
      maxLength: 8,
    });
    const byRequest = new Map<string, string>();
    const run = async (wanted: readonly (readonly ([number, number] | undefined)[])[]) => {
      const counted = acceptor.count;
      let added = 0;
      const answers = await Promise.allSettled(
        wanted.map((some) =>
          acceptor.acceptAll(
            some.map((pair) => (pair ? event(`P${pair[0]}`, `x${pair[1]}`) : bad('P'))),
          ),
        ),
      );
      answers.forEach((answer, at) => {
        const some = wanted[at] as readonly ([number, number] | undefined)[];
        if (answer.status === 'rejected') {
          expect(answer.reason).to.be.instanceOf(ChartsealError);
          return;
        }
        expect(answer.value).to.have.lengthOf(some.length);
        answer.value.forEach(({ leafHash, duplicate }, place) => {
          const [patient, request] = some[place] as [number, number];
          const said = `${patient} ${encodeHex(leafHash)}`;
          expect(byRequest.get(`x${request}`) ?? said).to.equal(said);
          expect(byRequest.has(`x${request}`)).to.equal(duplicate);
          byRequest.set(`x${request}`, said);
          if (!duplicate) added++;
        });
      });
      expect(acceptor.count).to.equal(counted + added);
    };
    await fc.assert(fc.asyncProperty(requests, run), { numRuns: 60 });
    await expectStored(byRequest.size);
  });
});

describe('submissions together, when the outbox is full', () => {
  let hospital: TestHospital;
  let process: TestProcess;

  beforeEach(async () => {
    hospital = await TestHospital.create();
  });
  afterEach(async () => {
    await process.close();
    await hospital.remove();
  });

  it('are refused all, or wait for room, and become proven', async () => {
    process = await hospital.open({ outboxEntries: 4, intervalMs: 500 });
    const { sequencer } = process;
    await sequencer.acceptAll([1, 2, 3, 4].map((at) => accessSubmission('P1', `r${at}`)));
    const more = [5, 6, 7].map((at) => accessSubmission('P1', `r${at}`));
    await expectCodeAsync(() => sequencer.acceptAll(more), 'OUTBOX_FULL');
    expect(sequencer.counts.accepted).to.equal(4);
    const accepted = await sequencer.acceptAll(more, { whenRoom: true });
    expect(accepted.map(({ ordinal }) => ordinal)).to.deep.equal([4, 5, 6]);
    expect(await sequencer.waitProven(20_000)).to.equal(true);
    expect(sequencer.counts.proven).to.equal(7);
  });
});
