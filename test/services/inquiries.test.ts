import { join } from 'node:path';
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { formatTime } from '../../chaincode/core/time.js';
import { InquiryDesk } from '../../gateway/services/inquiries/desk.js';
import type { AnswerInput } from '../../gateway/services/inquiries/input.js';

import { Inquiries } from '../../gateway/services/inquiries/inquiries.js';
import {
  type ListedState,
  listThreads,
  ownPage,
} from '../../gateway/services/inquiries/listing.js';
import type { Thread } from '../../gateway/services/inquiries/thread.js';
import { TABLES } from '../../gateway/store/keys.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, TestHospital, type TestProcess } from '../support/hospital.js';
import { withRaw } from '../support/raw-store.js';

const DAY_MS = 86_400_000;
const NOW = Date.now();
const OFFICER = { id: 'officer' };
const TAKEN: AnswerInput = { status: 'in-progress' };
const ANSWERED: AnswerInput = { status: 'answered', outcome: 'justified', text: 'because' };
const patient = (value: string) => ({ system: 'urn:hospital-a', value });
const dueIn = (days: number) => formatTime(NOW + days * DAY_MS);
const source = (requestId: string) => ({ system: 'other', requestId });

describe('inquiries', () => {
  let hospital: TestHospital;
  let process: TestProcess;
  let inquiries: Inquiries;

  const opened = (value: string, request: string) =>
    process.sequencer.accept(accessSubmission(value, request));
  const ask = async (value: string, question: string, days = 30): Promise<string> => {
    const dueAt = dueIn(days);
    return (await inquiries.ask({ patient: patient(value), question, dueAt })).thread.id;
  };
  const answer = async (id: string, input = ANSWERED) =>
    (await inquiries.answer(id, input, OFFICER)).thread;
  const appeal = async (value: string, id: string, days = 30) => {
    const dueAt = dueIn(days);
    return (await inquiries.appeal(id, { patient: patient(value), question: 'no', dueAt })).thread;
  };
  const openIds = async () => (await inquiries.open.list()).map(({ id }) => id);
  const facts = (threads: readonly Thread[]) =>
    threads.map(({ id, state, dueAtMs, steps }) => ({ id, state, dueAtMs, steps }));

  const reopen = async () => {
    await inquiries.close();
    await process.close();
    process = await hospital.open();
    inquiries = new Inquiries(process);
  };

  beforeEach(async () => {
    hospital = await TestHospital.create();
    process = await hospital.open();
    inquiries = new Inquiries(process);
    for (const value of ['P1', 'P2', 'P3']) await opened(value, `first of ${value}`);
  });
  afterEach(async () => {
    await inquiries.close();
    await process.close();
    await hospital.remove();
  });

  it('are found again by the next process as they were', async () => {
    const waits = await ask('P1', 'a');
    const taken = await ask('P2', 'b', 20);
    await answer(taken, TAKEN);
    const ended = await ask('P1', 'c', 10);
    await answer(ended);
    const again = await ask('P3', 'd', 5);
    await answer(again);
    await appeal('P3', again, 25);
    const before = facts(await inquiries.open.list());
    expect(before.map(({ id, state }) => [id, state])).to.deep.equal([
      [taken, 'in-progress'],
      [again, 'appealed'],
      [waits, 'submitted'],
    ]);
    await reopen();
    expect(inquiries.open.isThrough).to.equal(false);
    expect(facts(await inquiries.open.list())).to.deep.equal(before);
    expect(inquiries.open.isThrough).to.equal(true);
    expect((await inquiries.read(ended)).state).to.equal('answered');
    await answer(again);
    await appeal('P1', ended, 1);
    expect(await openIds()).to.deep.equal([ended, taken, waits]);
  });

  it('are overdue once the time is over that patients were told, while they are open', async () => {
    const late = await ask('P1', 'a', 1);
    const later = await ask('P2', 'b', 3);
    const never = await ask('P3', 'c', 2);
    await answer(never);
    const overdueOn = (days: number) => inquiries.counts(NOW + days * DAY_MS);
    expect(await overdueOn(0)).to.deep.equal({ open: 2, overdue: 0 });
    expect(await overdueOn(2)).to.deep.equal({ open: 2, overdue: 1 });
    expect(await overdueOn(9)).to.deep.equal({ open: 2, overdue: 2 });
    const listed = (days: number) =>
      listThreads(
        { inquiries, store: process.store },
        { state: 'overdue', limit: 10 },
        NOW + days * DAY_MS,
      );
    const idsOn = async (days: number) => (await listed(days)).threads.map(({ id }) => id);
    expect(await idsOn(2)).to.deep.equal([late]);
    await answer(late, { ...TAKEN, dueAt: dueIn(20) });
    expect(await idsOn(9)).to.deep.equal([later]);
    expect(await idsOn(21)).to.deep.equal([later, late]);
    // An appeal has a time of its own.
    await answer(late);
    expect((await appeal('P1', late, 4)).dueAtMs).to.equal(NOW + 4 * DAY_MS);
  });

  it('are listed page by page, each once, whatever is due when', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 9; at++) ids.push(await ask(`P${(at % 3) + 1}`, `${at}`, 10 - (at % 4)));
    const answered = ids.filter((_, at) => at % 3 === 1);
    for (const id of answered) await answer(id);
    await appeal('P2', answered[0] as string, 30);
    const all = async (state: ListedState, limit: number) => {
      const found: string[] = [];
      let place: string | undefined;
      do {
        const wanted = { state, limit, ...(place === undefined ? {} : { place }) };
        const page = await listThreads({ inquiries, store: process.store }, wanted, NOW);
        expect(page.threads.length).to.be.at.most(limit);
        found.push(...page.threads.map(({ id }) => id));
        place = page.next;
      } while (place !== undefined);
      return found;
    };
    for (const limit of [1, 2, 100]) {
      expect(await all('all', limit)).to.deep.equal([...ids].reverse());
      const closed = answered.slice(1).reverse();
      expect(await all('answered', limit)).to.deep.equal(closed);
      expect(await all('open', limit)).to.deep.equal(await openIds());
    }
    const dues = (await inquiries.open.list()).map(({ dueAtMs }) => dueAtMs);
    expect(dues).to.deep.equal([...dues].sort((a, b) => a - b));
    const own = await inquiries.ofPatient(patient('P1'));
    const [first, ...rest] = [...own].reverse();
    const page = ownPage(own, 1, undefined);
    expect(page.threads).to.deep.equal([first]);
    expect(ownPage(own, 5, page.next)).to.deep.equal({ threads: rest });
  });

  it('are found among the accesses of a long chain, and followed', async () => {
    const many = (from: number) =>
      Promise.all(Array.from({ length: 300 }, (_, at) => opened('P1', `r${from + at}`)));
    const ids: string[] = [];
    for (let at = 0; at < 3; at++) {
      await many(at * 300);
      ids.push(await ask('P1', `${at}`));
      expect((await inquiries.ofPatient(patient('P1'))).map(({ id }) => id)).to.deep.equal(ids);
      expect(await openIds()).to.deep.equal(ids);
    }
    const cold = new Inquiries(process);
    const threads = await cold.ofPatient(patient('P1'));
    expect(threads.map(({ steps: [{ sequence }] }) => sequence)).to.deep.equal([301, 602, 903]);
  });

  it('are the same for all who read at once', async () => {
    const ids = [await ask('P1', 'a'), await ask('P2', 'b')];
    await reopen();
    const lists = await Promise.all(Array.from({ length: 5 }, openIds));
    for (const list of lists) expect(list).to.deep.equal(ids);
  });

  it('fold what others wrote, whatever that is', async () => {
    const id = await ask('P1', 'a');
    const accept = async (submission: object) => {
      const { leafHash } = await process.sequencer.accept({
        patient: patient('P1'),
        ...submission,
      } as Parameters<typeof process.sequencer.accept>[0]);
      return encodeHex(leafHash);
    };
    const inquiry = (members: object, name: string) =>
      accept({ inquiry: { dueAt: dueIn(9), source: source(name), ...members }, question: name });
    const reply = (members: object, name: string, text?: string) => {
      const words = text === undefined ? {} : { text };
      return accept({ answer: { source: source(name), ...members }, actor: OFFICER, ...words });
    };
    const unknown = 'ab'.repeat(32);
    await reply({ inquiry: unknown }, '1');
    await inquiry({ appeals: unknown }, '2');
    const second = await inquiry({ appeals: id }, '3');
    expect((await inquiries.read(id)).state).to.equal('appealed');
    // Another program may name the newest inquiry of the thread.
    await reply({ inquiry: second, outcome: 'corrected' }, '4', 'x');
    await reply({ inquiry: id, outcome: 'justified' }, '5', 'y');
    const thread = await inquiries.read(id);
    expect(thread.steps.map(({ state }) => state)).to.deep.equal([
      'submitted',
      'appealed',
      'answered',
      'answered',
    ]);
    expect(await openIds()).to.deep.equal([]);
    await inquiry({ appeals: second }, '6');
    expect(await openIds()).to.deep.equal([id]);
    await reopen();
    expect(await openIds()).to.deep.equal([id]);
    expect(await inquiries.ofPatient(patient('P1'))).to.have.length(1);
  });

  it("are ended by nothing in another patient's chain, and show nothing of it", async () => {
    const id = await ask('P1', 'a');
    const { sequencer } = process;
    const others = (await opened('P2', 'second of P2')).leafHash;
    await sequencer.accept({
      answer: { inquiry: id, outcome: 'justified', source: source('1') },
      ...{ actor: OFFICER, text: 'x', patient: patient('P2') },
    });
    const shown = await sequencer.accept({
      inquiry: { dueAt: dueIn(9), about: encodeHex(others), source: source('2') },
      ...{ question: 'b', patient: patient('P1') },
    });
    const second = encodeHex(shown.leafHash);
    expect(await openIds()).to.deep.equal([second, id]);
    const desk = new InquiryDesk({
      hospital: { store: process.store, inquiries },
      nameOf: ({ value }) => value,
      withheld: [],
    });
    expect(await desk.read(second))
      .to.include({ id: second })
      .and.not.have.property('event');
    await reopen();
    expect(await openIds()).to.deep.equal([second, id]);
  });

  it('are not made up where the store is damaged', async () => {
    await ask('P1', 'a');
    await process.close();
    await withRaw(join(hospital.folder, 'store'), async (raw) => {
      for (const key of await raw.keys({ gte: TABLES.chain, lt: `${TABLES.chain}~` })) {
        if (key.endsWith('1')) await raw.del(key);
      }
    });
    process = await hospital.open();
    inquiries = new Inquiries(process);
    await expectCodeAsync(() => inquiries.ofPatient(patient('P1')), 'STORE_CORRUPT');
  });

  it('are read no more once that has ended', async () => {
    await ask('P1', 'a');
    await reopen();
    inquiries.begin();
    await inquiries.close();
    await expectCodeAsync(() => inquiries.open.list(), 'SHUTTING_DOWN');
  });
});
