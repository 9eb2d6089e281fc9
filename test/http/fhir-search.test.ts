import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { MAX_READ_PER_PAGE } from '../../gateway/services/event-search.js';
import { ARCHIVIST, AUDITOR, type Called, OFFICER } from '../support/api-call.js';
import { ApiPlace, type Bearer } from '../support/api-place.js';
import {
  auditEvent,
  bundleOf,
  entriesOf,
  expectOutcome,
  fhir,
  PATIENTS,
} from '../support/fhir-call.js';

const EVENTS = '/fhir/AuditEvent';
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const DAYS = 12;

const patient = (value: string): Bearer => ({
  sub: `patient ${value}`,
  roles: ['patient'],
  patient: { system: PATIENTS, value },
});
const named = (value: string) => `patient.identifier=${encodeURIComponent(`${PATIENTS}|${value}`)}`;
const resourcesOf = (json: JsonObject) =>
  entriesOf(json).map((one) => one['resource'] as JsonObject);
const timesOf = (json: JsonObject) =>
  resourcesOf(json).map(({ period }) => String((period as JsonObject)['start']).slice(0, 10));

describe('AuditEvents searched over FHIR', () => {
  let place: ApiPlace;

  before(async () => {
    place = await ApiPlace.open();
    const events = Array.from({ length: DAYS }, (_, at) =>
      auditEvent({
        patients: ['P1'],
        recorded: `2026-10-${String(at + 1).padStart(2, '0')}T08:00:00.000Z`,
        action: at % 3 === 0 ? 'C' : 'R',
        actor: `staff-${at % 2}`,
      }),
    );
    const others = Array.from({ length: 4 }, () => auditEvent({ patients: ['P2'] }));
    const { status } = await fhir(place, '/fhir', {
      body: bundleOf('transaction', [...events, ...others]),
    });
    expect(status).to.equal(200);
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  const count = () => place.hospital.sequencer.counts.accepted;
  const search = (query: string, as: Bearer, headers = {}) =>
    fhir(place, `${EVENTS}?${query}`, { as, headers });
  const form = (text: string, as: Bearer, headers = {}) =>
    fhir(place, `${EVENTS}/_search`, {
      as,
      body: Buffer.from(text),
      headers: { ...FORM, ...headers },
    });
  const nextOf = ({ json }: Called) =>
    (json['link'] as JsonObject[]).find(({ relation }) => relation === 'next')?.['url'];

  it('come newest first, page by page, each once, by links that name nobody', async () => {
    const found: string[] = [];
    let page = await search('_count=5', patient('P1'));
    expect(page.json['type']).to.equal('searchset');
    for (;;) {
      found.push(...timesOf(page.json));
      const next = nextOf(page);
      if (next === undefined) break;
      const { pathname, search: query, searchParams } = new URL(String(next));
      // What is sealed may spell anything.
      searchParams.delete('_cursor');
      expect(pathname + searchParams.toString()).to.not.contain('P1');
      page = await fhir(place, pathname + query, { as: patient('P1') });
      expect(page.status).to.equal(200);
    }
    expect(found).to.have.lengthOf(DAYS);
    expect(found).to.deep.equal([...found].sort().reverse());
  });

  it('are found by what they say', async () => {
    const cases: readonly (readonly [query: string, found: number])[] = [
      ['', DAYS],
      ['action=C', 4],
      ['outcome=0', DAYS],
      ['outcome=8', 0],
      ['date=2026-10-03', 1],
      ['date=ge2026-10-03&date=lt2026-10-05', 2],
      ['date=gt2026-10-03', DAYS - 3],
      ['date=le2026-10-03', 3],
      ['date=2026-10', DAYS],
      ['date=2026', DAYS],
      ['date=2026-10-03T08:00:00Z', 1],
      ['date=2026-10-03T10:00%2B02:00', 1],
      ['agent.identifier=urn:staff%7Cstaff-0', DAYS / 2],
      ['agent:identifier=staff-1', DAYS / 2],
      ['agent.identifier=urn:other%7Cstaff-0', 0],
      ['entity=DocumentReference/000123', DAYS],
      ['entity=DocumentReference/4', 0],
      ['type=rest', DAYS],
      ['subtype=create', 4],
    ];
    for (const [query, expected] of cases) {
      const { status, json } = await search(query, patient('P1'));
      expect([status, entriesOf(json).length, json['total']], query).to.deep.equal([
        200,
        expected,
        expected,
      ]);
    }
  });

  it('of one patient are found by staff, whose look stands on that chain before', async () => {
    const before = count();
    for (const query of [named('P2'), 'patient=Patient/P2', 'patient=P2']) {
      const { status, json } = await search(query, OFFICER, { 'Chartseal-Purpose': 'HCOMPL' });
      expect(status, query).to.equal(200);
      expect(entriesOf(json)).to.have.lengthOf(4 + count() - before - 1);
    }
    expect(count()).to.equal(before + 3);
    const { json } = await form(named('P2'), ARCHIVIST);
    expect(count()).to.equal(before + 4);
    const [look] = resourcesOf(json);
    expect(look).to.include({ resourceType: 'AuditEvent', action: 'E' });
    expect(JSON.stringify(look)).to.contain('HCOMPL');
    const first = await search(`${named('P2')}&_count=2`, OFFICER);
    const { pathname, search: query } = new URL(String(nextOf(first)));
    const noted = count();
    expect((await fhir(place, pathname + query, { as: OFFICER })).status).to.equal(200);
    expect(count()).to.equal(noted);
  });

  it('of everybody are gone through by staff alone', async () => {
    const { status, json } = await search('', ARCHIVIST);
    expect(status).to.equal(200);
    expect(entriesOf(json).length).to.be.at.least(DAYS + 4);
    await expectOutcome(place, () => search('', AUDITOR), 403, 'ACCESS_DENIED');
  });

  it('of everybody leave a look of staff on the chain of each patient who is shown', async () => {
    const looksOf = async (value: string) => {
      const { json } = await search('action=E', patient(value));
      return resourcesOf(json).map((look) => JSON.stringify(look));
    };
    const [first, second] = [await looksOf('P1'), await looksOf('P2')];
    const before = count();
    const query = 'agent.identifier=staff-0&_count=4';
    let page = await search(query, OFFICER, { 'Chartseal-Purpose': 'HCOMPL' });
    expect(resourcesOf(page.json)).to.have.lengthOf(4);
    expect(count()).to.equal(before + 1);
    const looks = await looksOf('P1');
    expect(looks).to.have.lengthOf(first.length + 1);
    expect(looks[0]).to.contain('HCOMPL').and.to.contain(OFFICER.sub);
    expect(await looksOf('P2')).to.deep.equal(second);
    // So does each page that follows, and for the same purpose.
    const { pathname, search: next } = new URL(String(nextOf(page)));
    page = await fhir(place, pathname + next, { as: OFFICER });
    expect(resourcesOf(page.json)).to.have.lengthOf(DAYS / 2 - 4);
    expect((await looksOf('P1'))[0]).to.contain('HCOMPL');
    expect(count()).to.equal(before + 2);
  });

  it('of everybody that are looks themselves leave no more of them, so that these end', async () => {
    const before = count();
    const { json } = await search('action=E', ARCHIVIST);
    expect(resourcesOf(json)).to.not.deep.equal([]);
    expect(count()).to.equal(before);
  });

  it('that are read by their id leave a look of staff, and none of the patient', async () => {
    const [event] = resourcesOf((await search('', patient('P1'))).json);
    const address = `${EVENTS}/${String(event?.['id'])}`;
    for (const path of [address, `${address}/_history/1`]) {
      const before = count();
      expect((await fhir(place, path, { as: patient('P1') })).status).to.equal(200);
      expect(count(), path).to.equal(before);
      const headers = { 'Chartseal-Purpose': 'HCOMPL' };
      expect((await fhir(place, path, { as: ARCHIVIST, headers })).status).to.equal(200);
      expect(count(), path).to.equal(before + 1);
      const [look] = resourcesOf((await search('', patient('P1'))).json);
      expect(JSON.stringify(look)).to.contain('HCOMPL').and.to.contain(ARCHIVIST.sub);
    }
  });

  it('of another patient are found by no patient', async () => {
    await expectOutcome(place, () => search(named('P2'), patient('P1')), 403, 'ACCESS_DENIED');
    const { json } = await search('', patient('P1'));
    expect(JSON.stringify(json)).to.not.contain('"P2"');
  });

  it('are not gone on with by anybody but who began', async () => {
    const first = await search('_count=2', patient('P1'));
    const { pathname, search: query } = new URL(String(nextOf(first)));
    for (const as of [patient('P2'), ARCHIVIST]) {
      await expectOutcome(place, () => fhir(place, pathname + query, { as }), 404, 'NOT_FOUND');
    }
  });

  it('are refused for what is not understood, unless the client is lenient', async () => {
    const queries: readonly (readonly [query: string, status: number, code: string])[] = [
      ['color=red', 400, 'BAD_INPUT'],
      ['action=X', 400, 'BAD_INPUT'],
      ['action=R,C', 400, 'BAD_INPUT'],
      ['date=yesterday', 400, 'BAD_INPUT'],
      ['date=2026-02-30', 400, 'BAD_INPUT'],
      ['date=sa2026', 400, 'BAD_INPUT'],
      ['_count=0', 400, 'BAD_INPUT'],
      ['_count=1&_count=1', 400, 'BAD_INPUT'],
      ['patient.identifier=P1', 400, 'BAD_INPUT'],
      ['patient.identifier=a%7C%20P1', 400, 'PATIENT_NOT_NORMAL'],
      ['patient=Group/1', 422, 'EVENT_NOT_MAPPED'],
      [`patient=P1&${named('P1')}`, 409, 'REQUEST_CONFLICT'],
      ['_cursor=abc', 404, 'NOT_FOUND'],
      ['%zz=1', 400, 'BAD_INPUT'],
    ];
    for (const [query, status, code] of queries) {
      const calling = () => search(query, ARCHIVIST);
      await expectOutcome(place, calling, status, code as 'BAD_INPUT');
      const byForm = () => form(query, ARCHIVIST);
      await expectOutcome(place, byForm, status, code as 'BAD_INPUT');
    }
    const lenient = await search('color=red', ARCHIVIST, { Prefer: 'handling=lenient' });
    expect(lenient.status).to.equal(200);
  });

  it('cost one page no more than its bound, whatever there is', async () => {
    const { sequencer } = place.hospital;
    const base = auditEventSubmission();
    const lots = Math.ceil((MAX_READ_PER_PAGE * 2.2) / 512);
    for (let lot = 0; lot < lots; lot++) {
      await sequencer.acceptAll(
        Array.from({ length: 512 }, (_, at) => ({
          ...base,
          source: { system: 'emr', requestId: `bound ${lot} ${at}` },
        })),
      );
    }
    let page = await search('action=D', patient('P9'));
    let pages = 1;
    expect(entriesOf(page.json)).to.have.lengthOf(0);
    expect(page.json).to.not.have.property('total');
    for (let next = nextOf(page); next !== undefined; next = nextOf(page)) {
      const { pathname, search: query } = new URL(String(next));
      page = await fhir(place, pathname + query, { as: patient('P9') });
      pages++;
    }
    expect(pages).to.equal(Math.ceil((lots * 512) / MAX_READ_PER_PAGE));
  });
});

function auditEventSubmission() {
  return {
    patient: { system: PATIENTS, value: 'P9' },
    occurredAt: '2026-10-01T08:00:00.000Z',
    action: 'R',
    outcome: 'success',
    actor: { id: 'dr-1' },
    role: 'physician',
    organisation: 'hospital-a',
    purpose: 'TREAT',
    breakGlass: false,
    records: [],
    category: 'inpatient',
  } as const;
}
