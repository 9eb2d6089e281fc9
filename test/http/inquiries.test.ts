import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { ARCHIVIST, AUDITOR, call, OFFICER } from '../support/api-call.js';
import { ApiPlace, type Bearer, OWN } from '../support/api-place.js';
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
  SYSTEM,
  stepsOf,
} from '../support/inquiry-calls.js';

const DAY_MS = 86_400_000;
const QUESTION = 'CANARY 为什么有人看了我的病历?';
const ME = '/v1/patients/me/access-history';

describe('questions of patients, over HTTP', () => {
  let place: ApiPlace;
  let about: string;
  const read = (id: string, as = OFFICER) => done(call(place, `/v1/inquiries/${id}`, { as }), 200);
  const own = async (value: string, rest = '') =>
    done(call(place, `${MINE}${rest}`, { as: patientOf(value) }), 200);
  /** What comes of a document that is compared with the receipt of an entry. */
  const compare = async (leafHash: string, as: Bearer) => {
    const asked = { as, body: Buffer.from('no document') };
    return (await call(place, `/v1/verify?leafHash=${leafHash}`, asked)).bytes.toString();
  };
  const trust = () => parseTrustFile(place.hospital.trustFile());
  const proven = () => place.hospital.sequencer.waitProven(20_000);

  before(async () => {
    place = await ApiPlace.open({ answerWithinDays: 10 });
    about = await opened(place, 'P1', 'r1');
    await opened(place, 'P2', 'r2');
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  it('go from submitted to in-progress, answered, appealed and answered again', async () => {
    const before = Date.now();
    const first = await done(ask(place, 'P1', { question: QUESTION, about }));
    const id = String(first['id']);
    expect(first).to.include({ state: 'submitted', overdue: false, about, question: QUESTION });
    expect(first).to.not.have.any.keys('patient', 'event');
    const due = Date.parse(String(first['dueAt']));
    expect(due).to.be.within(before + 10 * DAY_MS, Date.now() + 10 * DAY_MS);
    expect(stepsOf(first)[0]).to.include({ leafHash: id, act: 'inquiry', text: QUESTION });

    const dueAt = new Date(before + 20 * DAY_MS).toISOString();
    const taken = await done(answer(place, id, { status: 'in-progress', dueAt }));
    expect(taken).to.include({ state: 'in-progress', dueAt });
    const later = new Date(before + 25 * DAY_MS).toISOString();
    const longer = { status: 'in-progress', dueAt: later, text: '仍在核实' };
    expect(await done(answer(place, id, longer))).to.include({ dueAt: later });
    expect(await done(answer(place, id, ANSWERED))).to.include({ state: 'answered', dueAt: later });

    const again = await done(appeal(place, 'P1', id, { question: 'CANARY 不同意' }));
    expect(again).to.include({ id, state: 'appealed', question: QUESTION });
    expect(Date.parse(String(again['dueAt']))).to.be.below(Date.parse(later));
    expect(await done(answer(place, id, { status: 'in-progress' }))).to.include({
      state: 'in-progress',
    });
    const corrected = { status: 'answered', outcome: 'corrected', text: '已更正' };
    const last = await done(answer(place, id, corrected));
    const steps = stepsOf(last);
    expect(
      steps.map(({ act, status, outcome, appeal: isAppeal, text }) => [
        act,
        status,
        outcome,
        isAppeal,
        text,
      ]),
    ).to.deep.equal([
      ['inquiry', undefined, undefined, undefined, QUESTION],
      ['answer', 'in-progress', undefined, undefined, undefined],
      ['answer', 'in-progress', undefined, undefined, '仍在核实'],
      ['answer', 'answered', 'justified', undefined, '按规定查看'],
      ['inquiry', undefined, undefined, true, 'CANARY 不同意'],
      ['answer', 'in-progress', undefined, undefined, undefined],
      ['answer', 'answered', 'corrected', undefined, '已更正'],
    ]);
    expect(steps.map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    expect(steps[3]?.['actor']).to.deep.equal({ id: `${OWN}:officer-1` });
    const { patient, event, ...rest } = await read(id);
    expect(event).to.include({ leafHash: about, act: 'access', purpose: 'TREAT' });
    expect(patient).to.match(/^[0-9a-f]{64}$/);
    expect(await own('P1')).to.deep.equal({ inquiries: [rest], answerWithinDays: 10 });
  });

  it('name patients to staff by the pseudonym with which the history is read', async () => {
    const id = await asked(place, 'P2', 'CANARY 问题');
    const { patient, event } = await read(id);
    expect(event).to.equal(undefined);
    const target = `/v1/patients/${patient}/access-history?purpose=PATRQT`;
    await proven();
    expect((await call(place, target, { as: OFFICER })).status).to.equal(200);
    const resolved = await call(place, '/v1/patients/resolve', {
      as: OFFICER,
      body: { system: SYSTEM, value: 'P2' },
    });
    expect(resolved.json['pseudonym']).to.equal(patient);
  });

  it('are shown to archivists without any text, and with texts to the privacy officer', async () => {
    for (const state of ['all', 'open', 'answered']) {
      for (const as of [ARCHIVIST, OFFICER]) {
        const { bytes, status } = await call(place, `/v1/inquiries?state=${state}`, { as });
        expect(status).to.equal(200);
        const texts = ['CANARY', '更正'].filter((text) => bytes.toString().includes(text));
        expect(texts.length > 0, `${state} ${as.sub}`).to.equal(as === OFFICER);
      }
    }
    const [{ id } = {}] = inquiriesOf(await own('P1'));
    const bare = await read(String(id), ARCHIVIST);
    expect(bare).to.include.keys('state', 'dueAt', 'patient', 'event', 'steps');
    expect(JSON.stringify(bare)).to.not.include('CANARY');
    expect(bare).to.not.have.property('question');
  });

  it('are the own ones alone for a patient, the newest first, page by page', async () => {
    for (let at = 0; at < 4; at++) await asked(place, 'P2', `Frage ${at}`);
    const all = idsOf(await own('P2'));
    expect(all).to.have.length(5);
    const paged: string[] = [];
    let next: unknown;
    do {
      const page = await own('P2', `?limit=2${next === undefined ? '' : `&cursor=${next}`}`);
      paged.push(...idsOf(page));
      next = page['next'];
    } while (next !== undefined);
    expect(paged).to.deep.equal(all);
    const asked4 = inquiriesOf(await own('P2')).map(({ question }) => question);
    expect(asked4).to.deep.equal(['Frage 3', 'Frage 2', 'Frage 1', 'Frage 0', 'CANARY 问题']);
    expect(idsOf(await own('nobody'))).to.deep.equal([]);
    const both = [...idsOf(await own('P1')), ...all];
    expect(new Set(both).size).to.equal(6);
  });

  it('are taken once when they are sent again with the same key', async () => {
    const key = { 'Idempotency-Key': 'k-1' };
    const first = await done(ask(place, 'P1', { question: 'once' }, key));
    const before = place.hospital.sequencer.counts.accepted;
    expect(await done(ask(place, 'P1', { question: 'once' }, key), 200)).to.deep.equal(first);
    const id = String(first['id']);
    await done(answer(place, id, ANSWERED, OFFICER, key));
    const again = await done(answer(place, id, ANSWERED, OFFICER, key), 200);
    expect(again).to.include({ id, state: 'answered' });
    expect(place.hospital.sequencer.counts.accepted).to.equal(before + 1);
    // The same key of another patient is another request.
    const other = await done(ask(place, 'P2', { question: 'once' }, key));
    expect(other['id']).to.not.equal(id);
  });

  it('stand in the history, page and file, and the file proves that none is left out', async () => {
    await proven();
    const page = await done(call(place, ME, { as: patientOf('P1') }), 200);
    const events = page['events'] as JsonObject[];
    const ofActs = events.map(({ act, state }) => [act, state]).reverse();
    expect(ofActs.slice(0, 8)).to.deep.equal([
      ['access', undefined],
      ['inquiry', 'submitted'],
      ['answer', 'in-progress'],
      ['answer', 'in-progress'],
      ['answer', 'answered'],
      ['inquiry', 'appealed'],
      ['answer', 'in-progress'],
      ['answer', 'answered'],
    ]);
    const [first, answered] = [events.at(-2), events.at(-5)];
    expect(first).to.include({ question: QUESTION, about });
    expect(answered).to.include({
      text: '按规定查看',
      outcome: 'justified',
      inquiry: first?.['leafHash'],
    });
    expect(answered).to.not.have.any.keys('by', 'salt', 'private');
    const file = await call(place, `${ME}/file`, { as: patientOf('P1') });
    const full = verifyHistory({ history: file.bytes, trust: trust() });
    expect([full.verdict, full.events.length]).to.deep.equal(['complete', events.length]);
    expect(full.events[1]?.opened['question']).to.equal(QUESTION);
    const less = await call(place, `${ME}/file?withhold=question,text`, { as: patientOf('P1') });
    const shown = verifyHistory({ history: less.bytes, trust: trust() });
    expect(shown.verdict).to.equal('complete');
    expect(shown.events[1]?.withheld).to.deep.equal(['question']);
    expect(shown.events[4]?.withheld).to.deep.equal(['text']);
    expect(less.bytes.toString()).to.not.include('CANARY');
  });

  it('hold no text in what archivists and auditors read of them', async () => {
    await proven();
    const [inquiry = {}] = inquiriesOf(await own('P1')).slice(-1);
    const id = String(inquiry['id']);
    const { patient } = await read(id, ARCHIVIST);
    const path = `/v1/patients/${patient}/access-history`;
    const page = await call(place, `${path}?purpose=PATRQT`, { as: ARCHIVIST });
    expect(JSON.stringify(page.json)).to.include('"inquiry"').and.not.include('CANARY');
    const file = await call(place, `${path}/file?purpose=PATRQT`, { as: ARCHIVIST });
    const { verdict, events } = verifyHistory({ history: file.bytes, trust: trust() });
    expect([verdict, events[1]?.withheld]).to.deep.equal(['complete', ['question']]);
    for (const as of [ARCHIVIST, AUDITOR]) {
      const { bytes } = await call(place, `/v1/receipts/${id}`, { as });
      const receipt = verifyReceipt({ receipt: bytes, trust: trust() });
      expect([receipt.verdict, receipt.entry?.act]).to.deep.equal(['unchanged', 'inquiry']);
      expect(bytes.toString()).to.not.include('openings');
      const compared = await compare(id, as);
      expect(compared).to.include('"act":"inquiry"').and.not.include('CANARY');
    }
    const both = { ...OFFICER, roles: [...OFFICER.roles, ...AUDITOR.roles] };
    expect(await compare(id, both)).to.include('CANARY');
    const officer = await call(place, `${path}?purpose=PATRQT`, { as: OFFICER });
    expect(JSON.stringify(officer.json)).to.include('CANARY');
  });

  it('are no AuditEvents', async () => {
    const [inquiry = {}] = inquiriesOf(await own('P1'));
    for (const as of [ARCHIVIST, patientOf('P1')]) {
      const one = await call(place, `/fhir/AuditEvent/${inquiry['id']}`, { as });
      expect(one.status).to.equal(404);
      const name = encodeURIComponent(`${SYSTEM}|P1`);
      const target = `/fhir/AuditEvent?patient.identifier=${name}&_count=100`;
      const found = await call(place, target, { as });
      expect(found.status).to.equal(200);
      const { entry: entries } = JSON.parse(found.bytes.toString()) as { entry: JsonObject[] };
      expect(entries.length).to.be.at.least(1);
      expect(found.bytes.toString()).to.not.include('CANARY');
      expect(entries.map(({ fullUrl }) => String(fullUrl).split('/').at(-1))).to.not.include(
        inquiry['id'],
      );
    }
  });
});

describe('a hospital that does not name who answers', () => {
  for (const display of ['role', 'pseudonym'] as const) {
    it(`keeps that from the patient everywhere, with the display ${display}`, async () => {
      const place = await ApiPlace.open({ display });
      const me = patientOf('P1');
      await opened(place, 'P1', 'r1');
      const id = await asked(place, 'P1', 'who?');
      const officer = stepsOf(await done(answer(place, id, ANSWERED)));
      expect(officer[1]).to.have.property('actor');
      await place.hospital.sequencer.waitProven(20_000);
      const bodies = [
        await call(place, MINE, { as: me }),
        await call(place, ME, { as: me }),
        await call(place, `${ME}/file`, { as: me }),
      ];
      for (const { status, bytes } of bodies) {
        expect(status).to.equal(200);
        expect(bytes.toString()).to.not.include('officer-1');
      }
      // Nor does the entry itself say who sent it: the gateway did.
      const { bytes = Buffer.alloc(0) } = bodies[2] ?? {};
      const trust = parseTrustFile(place.hospital.trustFile());
      const { verdict, events } = verifyHistory({ history: bytes, trust });
      expect(verdict).to.equal('complete');
      expect(events[2]?.entry?.by.id).to.equal('test');
      expect(events[2]?.withheld).to.deep.equal(['actor']);
      expect(events[1]?.entry?.by.id).to.equal('test');
      await place.close();
    });
  }
});
