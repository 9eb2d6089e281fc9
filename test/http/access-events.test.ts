import { expect } from 'chai';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import {
  ARCHIVIST,
  accessBody,
  call,
  callLines,
  codeOf,
  EMR,
  expectRefused,
} from '../support/api-call.js';
import { ApiPlace, OWN } from '../support/api-place.js';
import { accessSubmission } from '../support/hospital.js';

const PATH = '/v1/access-events';
const event = (requestId: string, changes: object = {}) =>
  accessBody(accessSubmission('CANARY-4711', requestId, changes));

describe('one access event', () => {
  let place: ApiPlace;
  before(async () => {
    place = await ApiPlace.open({ sources: { 'emr-1': ['emr'], 'archivist-1': ['emr', 'lis'] } });
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  const entryOf = (leafHash: unknown) => {
    const ordinal = place.hospital.receipts.findLeafHash(Buffer.from(String(leafHash), 'hex'));
    return JSON.parse(Buffer.from(place.hospital.store.readEntry(ordinal).entry).toString());
  };

  it('is durable when it is answered, under the name of its sender', async () => {
    const { status, headers, json } = await call(place, PATH, { as: EMR, body: event('r1') });
    expect(status).to.equal(202);
    const { leafHash, state, duplicate, receipt } = json;
    expect([duplicate, receipt]).to.deep.equal([false, `/v1/receipts/${leafHash}`]);
    expect(['accepted', 'committed', 'proven']).to.include(state);
    expect(headers.location).to.equal(receipt);
    expect(entryOf(leafHash).by).to.deep.equal({ id: `${OWN}:emr-1`, mspId: OWN });
  });

  it('that comes again is told by its first leaf hash; other content is refused', async () => {
    const first = await call(place, PATH, { as: EMR, body: event('r2') });
    const again = await call(place, PATH, { as: ARCHIVIST, body: event('r2') });
    expect(again.json['duplicate']).to.equal(true);
    expect(again.json['leafHash']).to.equal(first.json['leafHash']);
    const other = () => call(place, PATH, { as: EMR, body: event('r2', { action: 'U' }) });
    await expectRefused(place, other, 409, 'IDEMPOTENCY_CONFLICT');
  });

  it('takes its request id from Idempotency-Key, with or without quotes', async () => {
    const body = event('none', { source: { system: 'emr' } });
    const send = (key: string) =>
      call(place, PATH, { as: EMR, body, headers: { 'Idempotency-Key': key } });
    const first = await send('key-1');
    const again = await send('"key-1"');
    expect([first.json['duplicate'], again.json['duplicate']]).to.deep.equal([false, true]);
    expect(entryOf(first.json['leafHash']).source.requestId).to.equal('key-1');
    const both = event('r3');
    const differs = () =>
      call(place, PATH, { as: EMR, body: both, headers: { 'Idempotency-Key': 'r4' } });
    await expectRefused(place, differs, 409, 'REQUEST_CONFLICT');
    await expectRefused(place, () => send('a"b'), 400, 'BAD_INPUT');
  });

  it('comes back as a receipt that verifies when its sender prefers to wait', async () => {
    const headers = { Prefer: 'respond-async, wait=20' };
    const {
      status,
      headers: got,
      bytes,
    } = await call(place, PATH, {
      as: EMR,
      body: event('r5'),
      headers,
    });
    expect([status, got['preference-applied']]).to.deep.equal([201, 'wait=20']);
    const trust = parseTrustFile(place.hospital.trustFile());
    const { verdict, leafHash } = verifyReceipt({ receipt: bytes, trust });
    expect(verdict).to.equal('unchanged');
    expect(got.location).to.equal(`/v1/receipts/${leafHash}`);
    const again = await call(place, PATH, { as: EMR, body: event('r5'), headers });
    expect(again.status).to.equal(201);
  });

  it('is refused from a system that does not speak for its source', async () => {
    const body = event('r6', { source: { system: 'lis', requestId: 'r6' } });
    const asOther = () => call(place, PATH, { as: EMR, body });
    const told = await expectRefused(place, asOther, 403, 'ACCESS_DENIED');
    expect(told.json['detail']).to.include(
      'sources of the caller, in the configuration or the token',
    );
    const [result] = await callLines(place, PATH, EMR, [body]);
    expect(codeOf(result)).to.equal('ACCESS_DENIED');
    const archivist = await call(place, PATH, { as: ARCHIVIST, body });
    expect(archivist.status).to.equal(202);
  });

  const good = event('bad');
  const text = JSON.stringify(good);
  const faults: Record<string, [string | object, string]> = {
    'is no JSON': ['{"patient":', 'BAD_JSON'],
    'is empty': ['', 'BAD_JSON'],
    'has a duplicate key': [text.replace('"action"', '"action":"R","action"'), 'BAD_JSON'],
    'has a lone surrogate': [text.replace('physician', '\\ud800'), 'BAD_JSON'],
    'is not UTF-8': [`${text.slice(0, -1)},"x":"\u00ff"}`, 'BAD_JSON'],
    'is too deep': [`${'['.repeat(40)}${']'.repeat(40)}`, 'BAD_JSON'],
    'is a list': [[good], 'BAD_INPUT'],
    'has a member too many': [{ ...good, extra: 'CANARY-4711' }, 'BAD_INPUT'],
    'names as its source what the gateway itself records': [
      event('bad', { source: { system: 'chartseal-gateway', requestId: 'bad' } }),
      'BAD_INPUT',
    ],
    'has a member too few': [{ ...good, purpose: undefined }, 'BAD_INPUT'],
    'has a member of another type': [{ ...good, breakGlass: 'true' }, 'BAD_INPUT'],
    'has an action that there is not': [{ ...good, action: 'CANARY-4711' }, 'BAD_INPUT'],
    'has a time without milliseconds': [
      { ...good, occurredAt: '2026-11-01T08:00:00Z' },
      'BAD_INPUT',
    ],
    'has a record id with NUL': [{ ...good, records: ['a\0b'] }, 'BAD_INPUT'],
    'names a patient in no normal form': [
      { ...good, patient: { system: 'urn:x', value: ' CANARY-4711' } },
      'PATIENT_NOT_NORMAL',
    ],
    'is larger than an entry may be': [
      { ...good, records: Array.from({ length: 100 }, (_, at) => `${at}${'x'.repeat(400)}`) },
      'TOO_LARGE',
    ],
  };
  for (const [what, [body, code]] of Object.entries(faults)) {
    it(`that ${what} is refused, and nothing of it is said back`, async () => {
      const raw = typeof body === 'string' ? body : JSON.stringify(body);
      const bytes = Buffer.from(raw, what === 'is not UTF-8' ? 'latin1' : 'utf8');
      const headers = { 'Content-Type': 'application/json' };
      const refused = await expectRefused(
        place,
        () => call(place, PATH, { as: EMR, body: bytes, headers }),
        code === 'TOO_LARGE' ? 413 : 400,
        code as 'BAD_INPUT',
      );
      expect(refused.bytes.toString()).to.not.contain('CANARY');
    });
  }
});
