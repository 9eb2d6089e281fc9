import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import type { Overview } from '../../gateway/services/archive/overview.js';
import { ARCHIVIST, AUDITOR, call, EMR, expectRefused, OFFICER } from '../support/api-call.js';
import { ApiPlace, type Bearer } from '../support/api-place.js';
import { accessSubmission } from '../support/hospital.js';

const PATIENT: Bearer = {
  sub: 'patient-1',
  roles: ['patient'],
  patient: { system: 'urn:test', value: 'P-1' },
};
const DIGEST = 'c'.repeat(64);
const HOUR = 3_600_000;

const body = (id: string, digit: string, changes: JsonObject = {}): JsonObject => ({
  record: {
    id,
    digests: { 'sha-256': digit.repeat(64) },
    size: 7,
    mediaType: 'text/plain',
    category: 'inpatient',
    name: `the letter ${id}`,
    ...changes,
  },
});

const fixity = (coverage: 'all' | 'part', records: number, day: string) => ({
  fixity: {
    scope: { coverage, records, size: 9 },
    counts: { altered: 0, missing: 1, notChecked: 2, unchanged: records - 3, unreadable: 0 },
    startedAt: `${day}T01:00:00.000Z`,
    endedAt: `${day}T02:00:00.000Z`,
    tool: 'test',
  },
});

describe("the archivist's view over HTTP", () => {
  let place: ApiPlace;

  beforeEach(async () => {
    place = await ApiPlace.open();
  });
  afterEach(async () => {
    expect(place.failures.splice(0)).to.deep.equal([]);
    await place.close();
  });

  const overview = async (as: Bearer = ARCHIVIST) => {
    const { status, json, bytes } = await call(place, '/v1/archive', { as });
    expect(status, bytes.toString()).to.equal(200);
    return json as unknown as Overview & Readonly<Record<string, unknown>>;
  };
  /** Each look counts a piece of what is there. */
  const counted = async (as: Bearer) => {
    for (;;) {
      const found = await overview(as);
      if (found.countedTo === found.entries.accepted) return found;
    }
  };
  const anchor = async (id: string, digit: string, changes: JsonObject = {}) => {
    const { status } = await call(place, '/v1/records', {
      as: EMR,
      body: body(id, digit, changes),
    });
    expect(status).to.equal(202);
  };
  const find = async (query: string, as: Bearer = ARCHIVIST) => {
    const { status, json, bytes } = await call(place, `/v1/archive/records?${query}`, { as });
    expect(status, bytes.toString()).to.equal(200);
    return json as unknown as { records: JsonObject[]; next?: string };
  };

  it('says of an archive in which nothing is that nothing is in it', async () => {
    const { asOf, ...rest } = await overview();
    expect(Date.parse(asOf)).to.be.closeTo(Date.now(), 60_000);
    expect(rest).to.deep.equal({
      entries: { accepted: 0, committed: 0, proven: 0 },
      records: { records: 0, versions: 0 },
      accessEvents: 0,
      countedTo: 0,
      waiting: { count: 0 },
      writeSide: { ok: true },
      failed: { events: 0, records: 0, files: 0 },
      window: { days: [], buckets: [], withoutCreatedAt: 0 },
      fixity: { runs: [], coveredRecords: 0 },
      inquiries: { open: 0, overdue: 0 },
    });
  });

  it('counts what is in it, how long it was unprotected, and how it was verified anew', async () => {
    const { sequencer } = place.hospital;
    await anchor('a', 'a', { createdAt: new Date(Date.now() - 2 * HOUR).toISOString() });
    await anchor('a', 'b');
    await sequencer.accept(accessSubmission('P1', 'r1'));
    await sequencer.accept(fixity('all', 20, '2026-11-01'));
    await sequencer.accept(fixity('part', 5, '2026-11-02'));
    await sequencer.waitProven(20_000);
    for (const as of [ARCHIVIST, AUDITOR, OFFICER]) {
      const found = await counted(as);
      expect(found.entries).to.deep.equal({ accepted: 5, committed: 5, proven: 5 });
      expect(found.records).to.deep.equal({ records: 1, versions: 2 });
      expect([found.accessEvents, found.countedTo]).to.deep.equal([1, 5]);
      const { days, withoutCreatedAt } = found.window;
      expect([days.length, withoutCreatedAt]).to.deep.equal([1, 1]);
      expect(days[0]).to.include({ versions: 2, unprotectedOver1h: 1 });
      const { runs, coveredRecords, lastAllAt } = found.fixity;
      expect(runs.map(({ coverage, endedAt }) => [coverage, endedAt])).to.deep.equal([
        ['part', '2026-11-02T02:00:00.000Z'],
        ['all', '2026-11-01T02:00:00.000Z'],
      ]);
      expect([coveredRecords, lastAllAt]).to.deep.equal([18, '2026-11-01T02:00:00.000Z']);
    }
  });

  it('finds records by identifier, digest and date, each with its state', async () => {
    await anchor('2026/病案 1', 'a');
    await anchor('2026/病案 1', 'b');
    await anchor('2026/病案 2', 'c');
    await place.hospital.sequencer.waitProven(20_000);
    const byId = await find(`id=${encodeURIComponent('2026/病案')}&limit=1`, AUDITOR);
    expect(byId.records).to.have.length(1);
    expect(byId.records[0]).to.deep.include({
      id: '2026/病案 1',
      version: 2,
      versions: 2,
      state: 'proven',
      digests: { 'sha-256': 'b'.repeat(64) },
      category: 'inpatient',
      size: 7,
      name: 'the letter 2026/病案 1',
      condition: { held: false, sealed: false, lent: false, destroyed: false },
    });
    const query = `id=${encodeURIComponent('2026/病案')}&cursor=${encodeURIComponent(byId.next ?? '')}`;
    const rest = await find(query);
    expect(rest.records.map(({ id }) => id)).to.deep.equal(['2026/病案 2']);
    expect(rest.next).to.equal(undefined);
    const byDigest = await find(`digest=${DIGEST}`);
    expect(byDigest.records.map(({ id }) => id)).to.deep.equal(['2026/病案 2']);
    const today = new Date().toISOString().slice(0, 10);
    const yesterday = new Date(Date.now() - 24 * HOUR).toISOString().slice(0, 10);
    const byDate = await find(`from=${yesterday}&to=${today}&limit=2`);
    expect(byDate.records.map(({ id, version }) => [id, version])).to.deep.equal([
      ['2026/病案 2', 1],
      ['2026/病案 1', 2],
    ]);
    const older = await find(`from=${yesterday}&to=${today}&cursor=${byDate.next}`);
    expect(older.records.map(({ version }) => version)).to.deep.equal([1]);
    const at = String(byDate.records[1]?.['at']);
    expect((await find(`from=${at}`)).records).to.have.length(2);
    expect((await find(`to=${at}`)).records).to.have.length(1);
    expect((await find('to=2026-11-01')).records).to.deep.equal([]);
    expect((await find('id=never')).records).to.deep.equal([]);
  });

  it('refuses a search by nothing, by two things, by no day, and cursors of others', async () => {
    await anchor('a', 'a');
    const asked =
      (query: string, as: Bearer = ARCHIVIST) =>
      () =>
        call(place, `/v1/archive/records?${query}`, { as });
    for (const query of ['', 'limit=5', `id=a&digest=${DIGEST}`, 'id=a&from=2026-11-01']) {
      await expectRefused(place, asked(query), 409, 'REQUEST_CONFLICT');
    }
    for (const query of [
      'from=2026-02-30',
      'from=2026-11-01T25:00:00.000Z',
      'to=yesterday',
      'digest=abc',
      'id=',
      'id=a&limit=501',
      'name=a',
    ]) {
      await expectRefused(place, asked(query), 400, 'BAD_INPUT');
    }
    for (const query of [
      'id=a&cursor=b',
      `digest=${DIGEST}&cursor=x`,
      'from=2026-11-01&cursor=9999999999999999',
    ]) {
      await expectRefused(place, asked(query), 404, 'NOT_FOUND');
    }
    for (const as of [EMR, OFFICER, PATIENT]) {
      await expectRefused(place, asked('id=a', as), 403, 'ACCESS_DENIED');
    }
    for (const as of [EMR, PATIENT]) {
      const look = () => call(place, '/v1/archive', { as });
      await expectRefused(place, look, 403, 'ACCESS_DENIED');
    }
  });
});
