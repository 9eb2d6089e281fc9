import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { ARCHIVIST, EMR, OFFICER } from '../support/api-call.js';
import { ApiPlace, type Bearer } from '../support/api-place.js';
import {
  auditEvent,
  bundleOf,
  entriesOf,
  expectOutcome,
  expressionOf,
  fhir,
  outcomeCode,
  PATIENTS,
} from '../support/fhir-call.js';
import { send } from '../support/send.js';

const EVENTS = '/fhir/AuditEvent';
const patient = (value: string): Bearer => ({
  sub: `patient ${value}`,
  roles: ['patient'],
  patient: { system: PATIENTS, value },
});

describe('AuditEvents over FHIR', () => {
  let place: ApiPlace;
  before(async () => {
    place = await ApiPlace.open();
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  const count = () => place.hospital.sequencer.counts.accepted;
  const post = (body: JsonObject, headers = {}, target = EVENTS) =>
    fhir(place, target, { body, headers });
  const statuses = (bundle: JsonObject) =>
    entriesOf(bundle).map(({ response }) => String((response as JsonObject)['status']).slice(0, 3));

  it('about no patient are refused, or counted only where the row of their sender says so', async () => {
    const about = (value: string): JsonObject => {
      const { entity, source: _source, ...event } = auditEvent();
      const [data] = entity as JsonObject[];
      const observer = { identifier: { system: 'urn:test', value } };
      return { ...event, entity: [data as JsonObject], source: { observer } };
    };
    await expectOutcome(place, () => post(about('other')), 422, 'EVENT_WITHOUT_PATIENT');
    const before = count();
    const alone = await post(about('counting'));
    expect([alone.status, alone.headers.location]).to.deep.equal([200, undefined]);
    expect((alone.json['issue'] as JsonObject[])[0]).to.include({ severity: 'information' });
    const lot = [about('counting'), auditEvent(), about('counting')];
    for (const type of ['batch', 'transaction']) {
      const { json } = await post(bundleOf(type, lot), {}, type === 'batch' ? EVENTS : '/fhir');
      expect(statuses(json), type).to.deep.equal(['200', type === 'batch' ? '201' : '200', '200']);
    }
    expect(count()).to.equal(before + 1);
    const { sources } = await place.hospital.feed.status();
    const refused = sources.map((source) => source.refused['EVENT_WITHOUT_PATIENT'] ?? 0);
    expect(refused.reduce((sum, one) => sum + one, 0)).to.equal(6);
  });

  it('are answered with 201, where they are, and themselves; the same again with 200', async () => {
    const event = auditEvent();
    const before = count();
    const made = await post(event);
    expect(made.status, made.bytes.toString()).to.equal(201);
    const { location = '', etag } = made.headers;
    expect(location).to.match(/^\/fhir\/AuditEvent\/[0-9a-f]{64}\/_history\/1$/);
    expect(etag).to.equal('W/"1"');
    expect(made.headers['last-modified']).to.match(/ GMT$/);
    expect(made.json['id']).to.equal(location.split('/')[3]);
    expect(count()).to.equal(before + 1);
    const again = await post(event);
    expect([again.status, again.headers.location]).to.deep.equal([200, location]);
    // Written otherwise, it is the same event.
    const spaced = Buffer.from(`\ufeff${JSON.stringify(event, null, 2)}`);
    const third = await fhir(place, EVENTS, { body: spaced });
    expect([third.status, third.headers.location]).to.deep.equal([200, location]);
    const inBundle = await post(bundleOf('batch', [event]));
    expect(statuses(inBundle.json)).to.deep.equal(['200']);
    expect(count()).to.equal(before + 1);
    for (const target of [location, location.replace('/_history/1', '')]) {
      const read = await fhir(place, target, { as: ARCHIVIST });
      expect([read.status, read.headers.etag]).to.deep.equal([200, etag]);
      expect(read.json).to.deep.equal(made.json);
    }
  });

  it('answer what is preferred', async () => {
    const minimal = await post(auditEvent(), { Prefer: 'return=minimal' });
    expect([minimal.status, minimal.bytes.length]).to.deep.equal([201, 0]);
    const outcome = await post(auditEvent(), { Prefer: 'return=OperationOutcome' });
    expect(outcome.json['resourceType']).to.equal('OperationOutcome');
    const bundle = await post(bundleOf('batch', [auditEvent()]), {
      Prefer: 'return=representation',
    });
    const [{ resource } = {}] = entriesOf(bundle.json);
    expect(resource).to.include({ resourceType: 'AuditEvent' });
  });

  it('of several patients are one entry for each, all or none', async () => {
    const before = count();
    const made = await post(auditEvent({ patients: ['P1', 'P2', 'P3'] }));
    expect(made.status).to.equal(201);
    expect(String(made.headers['link']).split(',')).to.have.lengthOf(2);
    expect(count()).to.equal(before + 3);
    await expectOutcome(
      place,
      () => post(auditEvent({ patients: ['P1', ' P2'] })),
      400,
      'PATIENT_NOT_NORMAL',
    );
  });

  it('of a batch or collection have their own outcome each', async () => {
    const before = count();
    const bad = { ...auditEvent(), action: 'X' };
    for (const type of ['batch', 'collection']) {
      const { status, json } = await post(bundleOf(type, [auditEvent(), bad, auditEvent()]));
      expect(status).to.equal(200);
      expect(json['type']).to.equal('batch-response');
      expect(statuses(json)).to.deep.equal(['201', '400', '201']);
      const [, { response } = {}] = entriesOf(json);
      const { outcome } = response as JsonObject;
      expect(outcomeCode(outcome as JsonObject)).to.equal('BAD_INPUT');
      expect(expressionOf(outcome as JsonObject)).to.equal('Bundle.entry[1].resource.action');
    }
    expect(count()).to.equal(before + 4);
  });

  it('of a transaction are stored as a whole or not at all', async () => {
    const before = count();
    const good = [auditEvent(), auditEvent({ patients: ['P1', 'P2'] }), auditEvent()];
    const { status, json } = await post(bundleOf('transaction', good), {}, '/fhir');
    expect([status, json['type']]).to.deep.equal([200, 'transaction-response']);
    expect(statuses(json)).to.deep.equal(['201', '201', '201']);
    expect(count()).to.equal(before + 4);
    const bad = { ...auditEvent(), action: 'X' };
    const refused = await expectOutcome(
      place,
      () => post(bundleOf('transaction', [auditEvent(), bad, auditEvent()])),
      400,
      'BAD_INPUT',
    );
    expect(expressionOf(refused.json)).to.equal('Bundle.entry[1].resource.action');
    const many = Array.from({ length: 520 }, () => auditEvent());
    await expectOutcome(place, () => post(bundleOf('transaction', many)), 413, 'TOO_LARGE');
  });

  it('of a refused transaction are counted each, by their sources, and kept aside once', async () => {
    const observer = { identifier: { system: 'urn:test', value: 'counting' } };
    const fromOther = (facts = {}): JsonObject => ({ ...auditEvent(facts), source: { observer } });
    const refusals = async (code: ErrorCode) => {
      const { sources, waiting } = await place.hospital.feed.status();
      const by = (system?: string) =>
        sources.find((one) => one.via === 'fhir' && one.system === system)?.refused[code] ?? 0;
      return [by('emr'), by('counting'), by(), waiting.count];
    };
    const refuse = async (lot: readonly JsonObject[], status: number, code: ErrorCode) => {
      const before = await refusals(code);
      await expectOutcome(place, () => post(bundleOf('transaction', lot)), status, code);
      const after = await refusals(code);
      return after.map((count, at) => count - (before[at] as number));
    };
    const bad = { ...auditEvent(), action: 'X' };
    const lot = [auditEvent(), fromOther(), bad, fromOther(), auditEvent(), fromOther()];
    expect(await refuse(lot, 400, 'BAD_INPUT')).to.deep.equal([2, 3, 1, 1]);
    const unfit = [fromOther(), auditEvent(), fromOther({ patients: [' P2'] })];
    expect(await refuse(unfit, 400, 'PATIENT_NOT_NORMAL')).to.deep.equal([1, 1, 1, 1]);
    const many = Array.from({ length: 520 }, (_, at) => (at < 9 ? fromOther() : auditEvent()));
    expect(await refuse(many, 413, 'TOO_LARGE')).to.deep.equal([511, 9, 0, 0]);
  });

  it('come to the base address in a batch or transaction alone', async () => {
    const single = () => post(auditEvent(), {}, '/fhir');
    await expectOutcome(place, single, 400, 'BAD_INPUT');
    const collection = () => post(bundleOf('collection', [auditEvent()]), {}, '/fhir');
    await expectOutcome(place, collection, 400, 'BAD_INPUT');
    const history = () => post({ ...bundleOf('batch', [auditEvent()]), type: 'history' });
    await expectOutcome(place, history, 400, 'BAD_INPUT');
  });

  it('are refused with an OperationOutcome whatever stands against them', async () => {
    const event = auditEvent();
    const ask = (more: object, target = EVENTS) => fhir(place, target, { body: event, ...more });
    const header = (name: string, value: string) => ({ headers: { [name]: value } });
    const cases = [
      [() => ask({ as: 'nobody' }), 401, 'UNAUTHENTICATED'],
      [() => ask({ as: OFFICER }), 403, 'ACCESS_DENIED'],
      [() => ask({}, '/fhir/Patient'), 404, 'NO_ROUTE'],
      [() => ask({}, '/fhir/metadata'), 405, 'METHOD_NOT_ALLOWED'],
      [() => ask(header('Accept', 'application/fhir+xml')), 406, 'NOT_ACCEPTABLE'],
      [() => ask(header('If-None-Exist', 'x=1')), 409, 'REQUEST_CONFLICT'],
      [() => ask(header('Content-Type', 'application/fhir+xml')), 415, 'WRONG_MEDIA_TYPE'],
      [() => ask({}, `${EVENTS}?_format=xml`), 400, 'BAD_INPUT'],
      [() => ask({ body: Buffer.from('{') }), 400, 'BAD_JSON'],
      [() => ask({ body: { resourceType: 'Patient' } }), 400, 'BAD_INPUT'],
      [() => ask({ body: Buffer.alloc(5 << 20, 0x20) }), 413, 'TOO_LARGE'],
    ] as const;
    for (const [calling, status, code] of cases) await expectOutcome(place, calling, status, code);
    const unknown = `${EVENTS}/${'0'.repeat(64)}`;
    const read = () => fhir(place, unknown, { as: ARCHIVIST });
    await expectOutcome(place, read, 404, 'NOT_FOUND');
  });

  it('are taken as FHIR or plain JSON, in UTF-8', async () => {
    const types = [
      'application/fhir+json; charset=utf-8',
      'application/fhir+json; fhirVersion=4.0',
      'application/json;charset=UTF-8',
    ];
    for (const type of types) {
      const { status } = await post(auditEvent(), { 'Content-Type': type });
      expect(status, type).to.equal(201);
    }
    const later = { 'Content-Type': 'application/fhir+json; fhirVersion=5.0' };
    const { status, json } = await post(auditEvent(), later);
    expect([status, JSON.stringify(json)]).to.satisfy(
      ([code, told]: [number, string]) => code === 415 && told.includes('of FHIR 4.0'),
    );
  });

  it('of a patient are read by that patient, and by nobody else without a role', async () => {
    const { headers } = await post(auditEvent({ patients: ['P7'] }));
    const target = String(headers.location);
    const own = await fhir(place, target, { as: patient('P7') });
    expect(own.status).to.equal(200);
    const other = () => fhir(place, target, { as: patient('P8') });
    await expectOutcome(place, other, 404, 'NOT_FOUND');
    await expectOutcome(place, () => fhir(place, target, { as: EMR }), 403, 'ACCESS_DENIED');
  });

  it('are counted by source, and kept aside when they are refused', async () => {
    const { feed } = place.hospital;
    const before = (await feed.status()).waiting.count;
    const bad = { ...auditEvent({ requestId: `aside ${randomUUID()}` }), action: 'X' };
    await post(bad);
    const { waiting, sources } = await feed.status();
    expect(waiting.count).to.equal(before + 1);
    const source = sources.find(({ via, accepted }) => via === 'fhir' && accepted > 0);
    expect(source?.system).to.equal('emr');
    const letters = await feed.letters(0, 1000);
    const letter = await feed.readLetter(letters.at(-1)?.id as number);
    expect(Buffer.from(letter.bytes).toString()).to.equal(JSON.stringify(bad));
    expect(letter.facts.cause.expression).to.equal('AuditEvent.action');
  });

  it('are what the CapabilityStatement says, which anybody may read', async () => {
    const { status, json } = await fhir(place, '/fhir/metadata', { as: 'nobody' });
    expect([status, json['fhirVersion']]).to.deep.equal([200, '4.0.1']);
    const head = await send(place.url, { method: 'HEAD', target: '/fhir/metadata' });
    expect(head.status).to.equal(200);
  });
});
