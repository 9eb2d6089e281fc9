import { expect } from 'chai';
import { MAX_LETTER_BYTES } from '../../gateway/services/feed/limits.js';
import type { FeedReport, RefusedPage, RefusedReport } from '../../gateway/services/feed/report.js';
import {
  ARCHIVIST,
  AUDITOR,
  accessBody,
  call,
  callLines,
  EMR,
  expectRefused,
} from '../support/api-call.js';
import { ApiPlace, type Bearer, OWN } from '../support/api-place.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { fhir, outcomeCode } from '../support/fhir-call.js';
import { accessSubmission } from '../support/hospital.js';
import { send } from '../support/send.js';

const EVENTS = '/v1/access-events';
const event = (requestId: string, changes: object = {}) =>
  accessBody(accessSubmission('CANARY-4711', requestId, changes));

describe('the feed of a gateway', () => {
  let place: ApiPlace;
  before(async () => {
    place = await ApiPlace.open({ sources: { 'emr-1': ['emr'] } });
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  const report = async (as: Bearer = ARCHIVIST) => {
    const { status, json } = await call(place, '/v1/feeds', { as });
    expect(status).to.equal(200);
    return json as unknown as FeedReport;
  };
  const keep = (content: string | Uint8Array, system = 'emr') =>
    place.hospital.feed.keepAside({
      source: { via: 'fhir', system, caller: { id: 'emr-1', mspId: OWN } },
      receivedAt: Date.UTC(2026, 10, 1),
      bytes: Buffer.from(content as string),
      mediaType: 'application/fhir+json',
      cause: { code: 'BAD_INPUT', message: 'is missing', expression: 'AuditEvent.agent' },
    });

  it('counts every event before it is answered, by who sent it and what became of it', async () => {
    expect((await report()).sources).to.deep.equal([]);
    await call(place, EVENTS, { as: EMR, body: event('r1') });
    await call(place, EVENTS, { as: EMR, body: event('r1') });
    const conflict = await call(place, EVENTS, { as: EMR, body: event('r1', { action: 'U' }) });
    expect(conflict.json['code']).to.equal('IDEMPOTENCY_CONFLICT');
    await call(place, EVENTS, { as: EMR, body: { CANARY: 1 } });
    const other = event('r2', { source: { system: 'lis', requestId: 'r2' } });
    await call(place, EVENTS, { as: EMR, body: other });
    await callLines(place, EVENTS, EMR, [event('r3'), event('r4')]);
    const lines = { 'Content-Type': 'application/x-ndjson' };
    await send(place.url, {
      method: 'POST',
      target: EVENTS,
      headers: { Authorization: `Bearer ${place.token(EMR)}`, ...lines },
      body: Buffer.from('no CANARY\n'),
    });
    const { sources } = await report(AUDITOR);
    const known = sources.find(({ system }) => system === 'emr');
    expect(known).to.include({ arrived: 5, accepted: 3, duplicates: 1, refused: 1 });
    expect(known).to.include({ via: 'access-events', caller: `${OWN}:emr-1`, organisation: OWN });
    expect(known?.refusedBy).to.deep.equal({ IDEMPOTENCY_CONFLICT: 1 });
    // What was refused before its source was known is its sender's, also the name of another's.
    const unknown = sources.find(({ system }) => system === undefined);
    expect(unknown?.refusedBy).to.deep.equal({ BAD_INPUT: 1, ACCESS_DENIED: 1, BAD_JSON: 1 });
    expect(JSON.stringify(sources)).to.not.include('CANARY').and.not.include('lis');
  });

  it('shows refused events without what they hold, and each with it when it is asked for', async () => {
    const ids = [await keep('{"CANARY":1}'), await keep('{"CANARY":2}'), await keep('no json')];
    const { bytes, json } = await call(place, '/v1/feeds/refused?limit=2', { as: ARCHIVIST });
    const { refused, next } = json as unknown as RefusedPage;
    expect(bytes.toString()).to.not.include('CANARY');
    expect(refused.map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
    expect(refused[0]).to.include({
      code: 'BAD_INPUT',
      expression: 'AuditEvent.agent',
      message: 'is missing',
      receivedAt: '2026-11-01T00:00:00.000Z',
      system: 'emr',
      size: 12,
    });
    expect(next).to.equal(ids[2]);
    const rest = await call(place, `/v1/feeds/refused?from=${next}`, { as: ARCHIVIST });
    expect((rest.json as unknown as RefusedPage).refused).to.have.length(1);
    const one = await call(place, `/v1/feeds/refused/${ids[0]}`, { as: ARCHIVIST });
    const { content } = one.json as unknown as RefusedReport & { content: string };
    expect(Buffer.from(content, 'base64').toString()).to.equal('{"CANARY":1}');
    expect(one.headers['cache-control']).to.equal('no-store');
    expect((await report()).waiting).to.deep.equal({ count: 3, bytes: 31 });
  });

  it('is for nobody else to read, and answers for what is not there', async () => {
    const id = await keep('{"CANARY":3}');
    for (const target of ['/v1/feeds/refused', `/v1/feeds/refused/${id}`]) {
      for (const as of [AUDITOR, EMR]) {
        await expectRefused(place, () => call(place, target, { as }), 403, 'ACCESS_DENIED');
      }
    }
    await expectRefused(place, () => call(place, '/v1/feeds', { as: EMR }), 403, 'ACCESS_DENIED');
    const none = () => call(place, '/v1/feeds/refused/4711', { as: ARCHIVIST });
    await expectRefused(place, none, 404, 'NOT_FOUND');
    const bad = () => call(place, '/v1/feeds/refused/x', { as: ARCHIVIST });
    await expectRefused(place, bad, 400, 'BAD_INPUT');
  });

  it('says what refused an event that there is no room to keep', async () => {
    const bytes = Buffer.alloc(MAX_LETTER_BYTES);
    const fill = async (system: string, size: number) => {
      for (let at = 0; ; at++) {
        bytes.writeUInt32BE(at);
        await keep(bytes.subarray(0, size), system);
      }
    };
    // No source may take all of it.
    for (const system of ['emr', 'lis', 'pacs']) {
      for (let size = MAX_LETTER_BYTES; size >= 8; size /= 16) {
        await expectCodeAsync(() => fill(system, size), 'FEED_FULL');
      }
    }
    const { status, json } = await fhir(place, '/fhir/AuditEvent', {
      body: { resourceType: 'AuditEvent', CANARY: 1 },
    });
    expect([status, outcomeCode(json)]).to.deep.equal([507, 'FEED_FULL']);
    expect(JSON.stringify(json)).to.include('refused with BAD_INPUT').and.not.include('CANARY');
  });
});
