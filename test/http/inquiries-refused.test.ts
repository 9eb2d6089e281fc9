import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { ARCHIVIST, type Called, call, expectRefused, OFFICER } from '../support/api-call.js';
import { ApiPlace } from '../support/api-place.js';
import {
  ANSWERED,
  answer,
  appeal,
  ask,
  asked,
  done,
  idsOf,
  inquiriesOf,
  MINE,
  opened,
  patientOf,
} from '../support/inquiry-calls.js';

const FUTURE = new Date(Date.now() + 86_400_000).toISOString();
const UNKNOWN = 'ab'.repeat(32);
const CANARY = 'CANARY-问';

describe('inquiries that are refused', () => {
  let place: ApiPlace;
  let id: string;

  /** By status and code; nothing was written, and nothing of what was sent is repeated. */
  const refused = async (calling: () => Promise<Called>, status: number, code: ErrorCode) => {
    const called = await expectRefused(place, calling, status, code);
    expect(called.bytes.toString()).to.not.include(CANARY);
    return called;
  };

  before(async () => {
    place = await ApiPlace.open();
    await opened(place, 'P1', 'r1');
    await opened(place, 'P2', 'r2');
    id = await asked(place, 'P1', CANARY);
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  it('are those about entries that are not in the own history', async () => {
    const theirs = await opened(place, 'P2', 'r3');
    for (const about of [theirs, UNKNOWN]) {
      await refused(() => ask(place, 'P1', { question: CANARY, about }), 404, 'NOT_FOUND');
    }
    await refused(() => ask(place, 'P2', { question: CANARY, about: id }), 404, 'NOT_FOUND');
  });

  it('are those of a patient of whom nothing was recorded', async () => {
    await refused(() => ask(place, 'nobody', { question: CANARY }), 409, 'ACT_REFUSED');
    const about = id;
    await refused(() => ask(place, 'nobody', { question: CANARY, about }), 404, 'NOT_FOUND');
  });

  it('are those that say nothing, too much, or something else', async () => {
    const bodies: JsonObject[] = [
      {},
      { question: '' },
      { question: ' \n\t\u3000' },
      { question: CANARY.repeat(1000) },
      { question: CANARY, about: 'x' },
      { question: CANARY, [`${CANARY}1`]: 1 },
      { question: 1 },
    ];
    for (const body of bodies) await refused(() => ask(place, 'P1', body), 400, 'BAD_INPUT');
    const withMore = { question: CANARY, about: id };
    await refused(() => appeal(place, 'P1', id, withMore), 400, 'BAD_INPUT');
  });

  it('are answers that are none', async () => {
    const bodies: JsonObject[] = [
      {},
      { status: 'submitted' },
      { status: 'answered' },
      { status: 'answered', text: CANARY },
      { status: 'answered', outcome: 'justified' },
      { status: 'answered', outcome: 'justified', text: '  ' },
      { status: 'answered', outcome: CANARY, text: CANARY },
      { ...ANSWERED, dueAt: FUTURE },
      { status: 'in-progress', outcome: 'justified' },
      { status: 'in-progress', dueAt: 'soon' },
      { status: 'in-progress', actor: { id: CANARY } },
    ];
    for (const body of bodies) await refused(() => answer(place, id, body), 400, 'BAD_INPUT');
    const beyond = new Date(Date.now() + 367 * 86_400_000).toISOString();
    for (const dueAt of ['2026-01-01T00:00:00.000Z', beyond]) {
      const body = { status: 'in-progress', dueAt };
      await refused(() => answer(place, id, body), 409, 'REQUEST_CONFLICT');
    }
  });

  it('are answers to what is no inquiry', async () => {
    const event = await opened(place, 'P1', 'r5');
    for (const one of [UNKNOWN, event]) {
      await refused(() => answer(place, one, ANSWERED), 404, 'NOT_FOUND');
      await refused(() => call(place, `/v1/inquiries/${one}`, { as: OFFICER }), 404, 'NOT_FOUND');
      await refused(() => appeal(place, 'P1', one, { question: CANARY }), 404, 'NOT_FOUND');
    }
    await refused(() => answer(place, 'x', ANSWERED), 400, 'BAD_INPUT');
  });

  it('are appeals before the answer, appeals of others, and answers after the answer', async () => {
    const again = { question: CANARY };
    await refused(() => appeal(place, 'P1', id, again), 409, 'INQUIRY_STATE');
    await done(answer(place, id, { status: 'in-progress' }));
    await refused(() => answer(place, id, { status: 'in-progress' }), 409, 'INQUIRY_STATE');
    await refused(() => appeal(place, 'P1', id, again), 409, 'INQUIRY_STATE');
    const answered = await done(answer(place, id, ANSWERED));
    await refused(() => answer(place, id, ANSWERED), 409, 'INQUIRY_STATE');
    await refused(() => answer(place, id, { status: 'in-progress' }), 409, 'INQUIRY_STATE');
    const dueAt = { status: 'in-progress', dueAt: FUTURE };
    await refused(() => answer(place, id, dueAt), 409, 'INQUIRY_STATE');
    await refused(() => appeal(place, 'P2', id, again), 404, 'NOT_FOUND');
    const appealed = await done(appeal(place, 'P1', id, again));
    await refused(() => appeal(place, 'P1', id, again), 409, 'INQUIRY_STATE');
    // Only the first inquiry names the thread; steps of it do not.
    for (const view of [answered, appealed]) {
      const { leafHash } = (view['steps'] as JsonObject[]).at(-1) ?? {};
      await refused(() => answer(place, String(leafHash), ANSWERED), 404, 'NOT_FOUND');
    }
    await done(answer(place, id, ANSWERED));
  });

  it('are those under the key of another request', async () => {
    const key = { 'Idempotency-Key': 'key' };
    const first = await done(ask(place, 'P1', { question: 'a' }, key));
    const other = () => ask(place, 'P1', { question: CANARY }, key);
    await refused(other, 409, 'IDEMPOTENCY_CONFLICT');
    const one = String(first['id']);
    await done(answer(place, one, ANSWERED, OFFICER, key));
    const changed = { ...ANSWERED, text: CANARY };
    const differs = () => answer(place, one, changed, OFFICER, key);
    await refused(differs, 409, 'IDEMPOTENCY_CONFLICT');
    const another = { sub: 'officer-2', roles: ['privacy-officer'] as const };
    const byOther = () => answer(place, one, ANSWERED, another, key);
    await refused(byOther, 409, 'IDEMPOTENCY_CONFLICT');
  });

  it('are all but one of answers that come at once, and of appeals', async () => {
    const one = await asked(place, 'P2', 'who wins?');
    const officers = ['o-1', 'o-2', 'o-3', 'o-4', 'o-5'].map((sub) => ({
      sub,
      roles: ['privacy-officer'] as const,
    }));
    const before = place.hospital.sequencer.counts.accepted;
    const won = async (calls: readonly Promise<Called>[], code: ErrorCode) => {
      const ended = await Promise.all(calls);
      const lost = ended.filter(({ status }) => status !== 201);
      expect(lost.map(({ json }) => json['code'])).to.deep.equal(Array(4).fill(code));
      return ended.find(({ status }) => status === 201)?.json as JsonObject;
    };
    const answers = officers.map((as) => answer(place, one, { ...ANSWERED, text: as.sub }, as));
    const winner = await won(answers, 'INQUIRY_STATE');
    const appeals = officers.map(() => appeal(place, 'P2', one, { question: 'no' }));
    await won(appeals, 'INQUIRY_STATE');
    expect(place.hospital.sequencer.counts.accepted).to.equal(before + 2);
    const { json } = await call(place, `/v1/inquiries/${one}`, { as: OFFICER });
    const steps = json['steps'] as JsonObject[];
    expect(steps).to.have.length(3);
    expect(steps[1]).to.deep.equal((winner['steps'] as JsonObject[])[1]);
    await done(answer(place, one, ANSWERED));
  });

  it('are those beyond twenty open ones of a patient, also when they come at once', async () => {
    await opened(place, 'P3', 'r9');
    const many = Array.from({ length: 25 }, (_, at) => ask(place, 'P3', { question: `${at}` }));
    const ended = await Promise.all(many);
    const statuses = ended.map(({ status }) => status).sort();
    expect(statuses).to.deep.equal([...Array(20).fill(201), ...Array(5).fill(429)]);
    const one = await refused(
      () => ask(place, 'P3', { question: CANARY }),
      429,
      'TOO_MANY_INQUIRIES',
    );
    expect(Number(one.headers['retry-after'])).to.be.above(3600);
    const mine = await call(place, `${MINE}?limit=100`, { as: patientOf('P3') });
    const [first = '', second = ''] = idsOf(mine.json);
    await done(answer(place, first, ANSWERED));
    await asked(place, 'P3', 'room again');
    await refused(() => appeal(place, 'P3', first, { question: 'no' }), 429, 'TOO_MANY_INQUIRIES');
    await done(answer(place, second, ANSWERED));
    await done(appeal(place, 'P3', first, { question: 'no' }));
  });

  it('are pages that go on with another list', async () => {
    const list = (rest: string) => call(place, `/v1/inquiries${rest}`, { as: ARCHIVIST });
    const open = await list('?state=open&limit=1');
    const cursor = encodeURIComponent(String(open.json['next']));
    expect(inquiriesOf(open.json)).to.have.length(1);
    await refused(() => list(`?state=all&cursor=${cursor}`), 404, 'NOT_FOUND');
    await refused(() => list(`?cursor=${encodeURIComponent(CANARY)}`), 404, 'NOT_FOUND');
    await refused(() => list('?state=new'), 400, 'BAD_INPUT');
    await refused(() => list('?limit=101'), 400, 'BAD_INPUT');
    const mine = () => call(place, `${MINE}?cursor=${cursor}`, { as: patientOf('P3') });
    await refused(mine, 404, 'NOT_FOUND');
  });

  it('are all while the log is stopped, and what was asked can still be read', async () => {
    const stopped = await ApiPlace.open();
    await opened(stopped, 'P1', 'r1');
    const open = await asked(stopped, 'P1', CANARY);
    await stopped.hospital.sequencer.close();
    const asks = () => ask(stopped, 'P1', { question: CANARY });
    await expectRefused(stopped, asks, 503, 'LOG_STOPPED');
    await expectRefused(stopped, () => answer(stopped, open, ANSWERED), 503, 'LOG_STOPPED');
    const { json } = await call(stopped, MINE, { as: patientOf('P1') });
    expect(idsOf(json)).to.deep.equal([open]);
    await stopped.close();
  });
});
