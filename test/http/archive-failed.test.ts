import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { FhirIssue } from '../../gateway/fhir/fhir-issue.js';
import { causeOf } from '../../gateway/services/feed/audit-import.js';
import type { FailedPage, FailedReport } from '../../gateway/services/feed/failed-report.js';
import {
  ARCHIVIST,
  AUDITOR,
  call,
  callLines,
  codeOf,
  EMR,
  expectRefused,
  LIS,
} from '../support/api-call.js';
import { ApiPlace, type Bearer, OWN } from '../support/api-place.js';

const ADMIN: Bearer = { sub: 'admin-1', roles: ['admin'] };
const RECORDS = '/v1/records';
const FAILED = '/v1/archive/failed';

const recordBody = (id: string, digit: string, changes: JsonObject = {}): JsonObject => ({
  record: {
    id,
    digests: { 'sha-256': digit.repeat(64) },
    size: 1,
    mediaType: 'text/plain',
    category: 'inpatient',
    source: { system: 'emr' },
    ...changes,
  },
  patient: { system: 'urn:hospital-a', value: 'CANARY-4711' },
});

describe('what was sent and is not in the log', () => {
  let place: ApiPlace;

  beforeEach(async () => {
    place = await ApiPlace.open({ sources: { 'emr-1': ['emr'], 'lis-1': ['lis', 'emr'] } });
  });
  afterEach(async () => {
    expect(place.failures.splice(0)).to.deep.equal([]);
    await place.close();
  });

  const send = (as: Bearer, body: JsonObject) => call(place, RECORDS, { as, body });
  const list = async (query = '', as: Bearer = ARCHIVIST) => {
    const { status, json, bytes } = await call(place, `${FAILED}${query}`, { as });
    expect(status, bytes.toString()).to.equal(200);
    expect(bytes.toString()).to.not.include('CANARY');
    return json as unknown as FailedPage;
  };
  const one = async (): Promise<FailedReport> => {
    const { failed } = await list();
    expect(failed).to.have.length(1);
    return failed[0] as FailedReport;
  };
  const retry = (id: number, as: Bearer = ARCHIVIST) =>
    call(place, `${FAILED}/${id}/retry`, { as, method: 'POST' });
  const counts = async () => (await call(place, '/v1/archive', { as: ADMIN })).json['failed'];
  const folder = () => place.hospital.layout.feed;

  it('is nothing at first, and makes no folder when it is asked for', async () => {
    expect(await list()).to.deep.equal({ failed: [] });
    expect(await counts()).to.deep.equal({ events: 0, records: 0, files: 0 });
    await expectRefused(place, () => retry(1), 404, 'NOT_FOUND');
    await send(EMR, recordBody('fine', 'a'));
    expect(existsSync(folder())).to.equal(false);
  });

  it('shows a refused record without what it holds, until the same is anchored', async () => {
    const ahead = recordBody('病案/1', 'b', { version: 2 });
    const refusal = () => send(EMR, ahead);
    const told = await expectRefused(place, refusal, 409, 'VERSION_CONFLICT');
    await expectRefused(place, refusal, 409, 'VERSION_CONFLICT');
    const failed = await one();
    expect(failed).to.include({
      kind: 'record',
      record: '病案/1',
      source: 'emr',
      tries: 0,
      code: 'VERSION_CONFLICT',
      message: told.json['detail'],
      hint: told.json['hint'],
    });
    expect(failed.lastTriedAt).to.equal(undefined);
    expect(await counts()).to.deep.equal({ events: 0, records: 1, files: 0 });
    await send(LIS, recordBody('病案/1', 'a'));
    expect((await list()).failed).to.have.length(1);
    expect((await send(LIS, ahead)).status).to.equal(202);
    expect(await list()).to.deep.equal({ failed: [] });
  });

  it('tries a record again as it was sent, by whom it was sent', async () => {
    await expectRefused(
      place,
      () => send(EMR, recordBody('r', 'b', { version: 2 })),
      409,
      'VERSION_CONFLICT',
    );
    const { id } = await one();
    const before = place.hospital.sequencer.counts.accepted;
    const again = await retry(id);
    expect([again.status, again.json['state'], again.json['code']]).to.deep.equal([
      200,
      'refused',
      'VERSION_CONFLICT',
    ]);
    expect(place.hospital.sequencer.counts.accepted).to.equal(before);
    const failed = await one();
    expect(failed).to.include({ id, tries: 1 });
    expect(failed.lastTriedAt).to.be.a('string');
    await send(LIS, recordBody('r', 'a'));
    const done = await retry(id, ADMIN);
    expect([done.status, done.json]).to.deep.equal([200, { state: 'accepted' }]);
    expect(await list()).to.deep.equal({ failed: [] });
    await expectRefused(place, () => retry(id), 404, 'NOT_FOUND');
    const { json } = await call(place, '/v1/records/r', { as: ARCHIVIST });
    expect(json['version']).to.equal(2);
    const own = await call(place, '/v1/records/r', { as: EMR });
    expect(own.json['version']).to.equal(2);
  });

  it('is tried once when two try it at the same time', async () => {
    await send(EMR, recordBody('r', 'b', { version: 2 }));
    await send(LIS, recordBody('r', 'a'));
    const { id } = await one();
    const before = place.hospital.sequencer.counts.accepted;
    const both = await Promise.all([retry(id), retry(id)]);
    expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 404]);
    expect(place.hospital.sequencer.counts.accepted).to.equal(before + 1);
  });

  it('shows records of lines and documents too, and what nobody can try again but the sender', async () => {
    const lines = await callLines(place, `${RECORDS}/batch`, EMR, [
      recordBody('line', 'a', { version: 3 }),
      recordBody('bad line', 'b', { size: -1 }),
      'no json',
      { CANARY: 1 },
      recordBody('good line', 'c'),
    ]);
    expect(lines.slice(0, 4).map(codeOf)).to.deep.equal([
      'VERSION_CONFLICT',
      'BAD_INPUT',
      'BAD_JSON',
      'BAD_INPUT',
    ]);
    const mismatch = () =>
      call(place, `${RECORDS}?id=document&category=x`, {
        as: EMR,
        body: Buffer.from('one'),
        headers: { 'Content-Digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` },
      });
    await expectRefused(place, mismatch, 400, 'DIGEST_MISMATCH');
    const { failed } = await list();
    expect(failed.map(({ record, code }) => [record, code])).to.have.deep.members([
      ['line', 'VERSION_CONFLICT'],
      ['bad line', 'BAD_INPUT'],
      ['document', 'DIGEST_MISMATCH'],
    ]);
    const { id } = failed[2] as FailedReport;
    for (const _time of [1, 2]) {
      const { json } = await retry(id);
      expect([json['state'], json['code']]).to.deep.equal(['refused', 'DIGEST_MISMATCH']);
    }
    const whole = await call(place, `${RECORDS}?id=document&category=x`, {
      as: EMR,
      body: Buffer.from('one'),
    });
    expect(whole.status).to.equal(202);
    const left = (await list()).failed.map(({ record }) => record);
    expect(left).to.have.members(['line', 'bad line']);
  });

  it('has nothing of what only time mends, nor of what a caller must not send', async () => {
    await expectRefused(
      place,
      () => send(EMR, recordBody('x', 'a', { source: { system: 'lis' } })),
      403,
      'ACCESS_DENIED',
    );
    // Bad besides: a later try must not get it in for somebody else's source.
    await expectRefused(
      place,
      () => send(EMR, recordBody('x', 'a', { size: -1, source: { system: 'lis' } })),
      400,
      'BAD_INPUT',
    );
    await expectRefused(place, () => send(AUDITOR, recordBody('x', 'a')), 403, 'ACCESS_DENIED');
    expect(await list()).to.deep.equal({ failed: [] });
  });

  it('gives events and records together, page by page, each only to those who may see it', async () => {
    const ids: number[] = [];
    for (const at of [1, 2]) {
      ids.push(
        await place.hospital.feed.keepAside({
          source: { via: 'fhir', system: 'emr', caller: { id: 'emr-1', mspId: OWN } },
          receivedAt: Date.UTC(2026, 10, 1),
          bytes: Buffer.from(`{"CANARY":${at}}`),
          mediaType: 'application/fhir+json',
          cause: { code: 'BAD_INPUT', message: 'is missing', expression: 'AuditEvent.agent' },
        }),
      );
      await send(EMR, recordBody(`r${at}`, 'a', { version: 9 }));
    }
    const first = await list('?limit=3', ADMIN);
    expect(first.failed.map(({ kind }) => kind)).to.deep.equal(['event', 'record', 'event']);
    expect(first.failed[0]).to.deep.include({
      id: ids[0],
      source: 'emr',
      message: 'AuditEvent.agent: is missing',
      receivedAt: '2026-11-01T00:00:00.000Z',
    });
    const rest = await list(`?limit=3&cursor=${first.next}`);
    expect(rest.failed.map(({ record }) => record)).to.deep.equal(['r2']);
    expect(rest.next).to.equal(undefined);
    expect(await counts()).to.deep.equal({ events: 2, records: 2, files: 0 });
    const refused = await retry(ids[0] as number);
    expect([refused.json['state'], refused.json['code']]).to.deep.equal(['refused', 'BAD_INPUT']);
    expect((await list()).failed[0]).to.include({ id: ids[0], tries: 1 });
    for (const as of [AUDITOR, EMR]) {
      await expectRefused(place, () => call(place, FAILED, { as }), 403, 'ACCESS_DENIED');
      await expectRefused(place, () => retry(ids[0] as number, as), 403, 'ACCESS_DENIED');
    }
    await expectRefused(place, () => retry(4711), 404, 'NOT_FOUND');
    const bad = () => call(place, `${FAILED}/x/retry`, { as: ARCHIVIST, method: 'POST' });
    await expectRefused(place, bad, 400, 'BAD_INPUT');
  });

  it('names the element of a refused event once', async () => {
    const error = new FhirIssue('BAD_INPUT', 'required', 'AuditEvent.agent', 'is missing');
    await place.hospital.feed.keepAside({
      source: { via: 'fhir', system: 'emr', caller: { id: 'emr-1', mspId: OWN } },
      receivedAt: Date.UTC(2026, 10, 1),
      bytes: Buffer.from('{}'),
      mediaType: 'application/fhir+json',
      cause: causeOf(error),
    });
    expect((await one()).message).to.equal('AuditEvent.agent: is missing');
  });

  it('is told and read again however long the names are that a sender gives', async () => {
    // Where nobody says for which systems a caller speaks.
    await place.close();
    place = await ApiPlace.open();
    for (const system of ['s'.repeat(257), '系'.repeat(100_000)]) {
      const body = recordBody(`by ${system.length}`, 'a', { source: { system } });
      await expectRefused(place, () => send(EMR, body), 400, 'BAD_INPUT');
    }
    const { failed } = await list();
    expect(failed.map(({ record, source }) => [record, source])).to.deep.equal([
      ['by 257', undefined],
      ['by 100000', undefined],
    ]);
    expect(await counts()).to.deep.equal({ events: 0, records: 2, files: 0 });
  });

  it('never keeps a sender from its own answer, nor anything from being anchored', async () => {
    // No folder, and none can be made.
    writeFileSync(folder(), 'a file');
    const conflict = () => send(EMR, recordBody('r', 'a', { version: 9 }));
    await expectRefused(place, conflict, 409, 'VERSION_CONFLICT');
    expect((await send(EMR, recordBody('r', 'a'))).status).to.equal(202);
    expect(place.hospital.feed.unanchored.notKept).to.equal(1);
    for (const target of [FAILED, '/v1/archive']) {
      const asked = () => call(place, target, { as: ARCHIVIST });
      await expectRefused(place, asked, 503, 'FEED_FAILED');
    }
    await expectRefused(place, () => retry(1), 503, 'FEED_FAILED');
    expect(readFileSync(folder(), 'utf8')).to.equal('a file');
  });
});
