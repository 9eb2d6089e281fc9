import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { ARCHIVIST, call, expectRefused, OFFICER } from '../support/api-call.js';
import { ApiPlace, type Bearer, OWN } from '../support/api-place.js';
import { accessSubmission } from '../support/hospital.js';

const SYSTEM = 'urn:hospital-a';
const EVENTS = 230;
/** Parts of a cursor (RFC 7516 section 7.1). */
const [IV, CIPHERTEXT, TAG] = [2, 3, 4];
const ME = '/v1/patients/me/access-history';

const patient = (value: string): Bearer => ({
  sub: `patient ${value}`,
  roles: ['patient'],
  patient: { system: SYSTEM, value },
});

describe('who opened a file, over HTTP', () => {
  let place: ApiPlace;

  const accept = async (value: string, from: number, count: number) => {
    const { sequencer } = place.hospital;
    for (let at = from; at < from + count; at++) {
      const breakGlass = at % 10 === 3;
      const more = breakGlass ? { breakGlass, justification: `急诊 ${at}` } : {};
      await sequencer.accept(accessSubmission(value, `${value} ${at}`, more));
    }
    await sequencer.waitProven(20_000);
  };
  const trust = () => parseTrustFile(place.hospital.trustFile());
  const resolve = async (as: Bearer, value: string) => {
    const body = { system: SYSTEM, value };
    const { status, json } = await call(place, '/v1/patients/resolve', { as, body });
    expect(status).to.equal(200);
    return String(json['pseudonym']);
  };
  const staffPath = (pseudonym: string, rest: string) =>
    `/v1/patients/${pseudonym}/access-history${rest}`;

  before(async () => {
    place = await ApiPlace.open();
    await accept('CANARY-1', 0, EVENTS);
    await accept('CANARY-2', 0, 3);
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  it('is shown to the patient page by page, the newest first, as one moment', async () => {
    const me = patient('CANARY-1');
    const events: JsonObject[] = [];
    const moments = new Set<string>();
    let target = `${ME}?limit=90`;
    for (;;) {
      const { status, json } = await call(place, target, { as: me });
      expect(status).to.equal(200);
      events.push(...(json['events'] as JsonObject[]));
      moments.add(`${json['asOf']} ${json['count']} ${json['size']}`);
      if (json['next'] === undefined) break;
      target = `${ME}?limit=90&cursor=${encodeURIComponent(String(json['next']))}`;
      await accept('CANARY-1', EVENTS + events.length, 2);
    }
    expect(moments.size).to.equal(1);
    expect([...moments][0]).to.contain(` ${EVENTS} `);
    expect(events.map(({ sequence }) => sequence)).to.deep.equal(
      Array.from({ length: EVENTS }, (_, at) => EVENTS - 1 - at),
    );
    const emergency = events[EVENTS - 1 - 203] as JsonObject;
    const { actor, breakGlass, justification, unit, purpose, occurredAt } = emergency;
    expect({ actor, breakGlass, justification, unit, purpose, occurredAt }).to.deep.equal({
      actor: { id: 'dr-1', name: '张医师' },
      breakGlass: true,
      justification: '急诊 203',
      unit: 'ward 3',
      purpose: 'TREAT',
      occurredAt: '2026-11-01T08:00:00.000Z',
    });
    expect(emergency).to.not.have.any.keys('by', 'salt', 'private');
  });

  it('is handed out whole as a file that anybody can verify, with less shown when asked', async () => {
    const me = patient('CANARY-2');
    const { headers, bytes } = await call(place, `${ME}/file`, { as: me });
    expect(headers['content-disposition']).to.equal('attachment; filename="access-history.json"');
    const full = verifyHistory({ history: bytes, trust: trust() });
    expect([full.verdict, full.events.length, full.subject]).to.deep.include.members([
      'complete',
      3,
    ]);
    const less = await call(place, `${ME}/file?withhold=actor,client`, { as: me });
    const shown = verifyHistory({ history: less.bytes, trust: trust() });
    expect([shown.verdict, shown.events[0]?.withheld]).to.deep.equal(['complete', ['actor']]);
    expect(less.bytes.toString()).to.not.contain('张医师');
    const bad = () => call(place, `${ME}/file?withhold=purpose`, { as: me });
    await expectRefused(place, bad, 400, 'BAD_INPUT');
  });

  it('is proven complete by fingerprints alone when asked for, without what entries say', async () => {
    const me = patient('CANARY-1');
    const { json } = await call(place, `${ME}?limit=500`, { as: me });
    const { bytes } = await call(place, `${ME}/file?entries=withheld`, { as: me });
    const { verdict, notShown, events } = verifyHistory({ history: bytes, trust: trust() });
    expect([verdict, notShown]).to.deep.equal([
      `complete, ${events.length} not shown`,
      events.length,
    ]);
    const listed = (json['events'] as JsonObject[]).map(({ leafHash }) => leafHash);
    expect(events.map(({ leafHash }) => leafHash).reverse()).to.deep.equal(listed);
    expect(bytes.toString()).to.not.match(/dr-1|openings/);
    const whole = await call(place, `${ME}/file?entries=shown`, { as: me });
    expect(verifyHistory({ history: whole.bytes, trust: trust() }).verdict).to.equal('complete');
    const bad = () => call(place, `${ME}/file?entries=some`, { as: me });
    await expectRefused(place, bad, 400, 'BAD_INPUT');
  });

  it('is a proof that nobody did, for a patient of whom nothing was recorded', async () => {
    const me = patient('nobody');
    const { json } = await call(place, ME, { as: me });
    expect([json['events'], json['count'], json['next']]).to.deep.equal([[], 0, undefined]);
    const { bytes } = await call(place, `${ME}/file`, { as: me });
    const { verdict, events } = verifyHistory({ history: bytes, trust: trust() });
    expect([verdict, events.length]).to.deep.equal(['complete', 0]);
  });

  it('shows a patient the own file alone, whatever is sent, and records no look', async () => {
    const other = await resolve(OFFICER, 'CANARY-1');
    const me = patient('CANARY-2');
    const before = place.hospital.sequencer.counts.accepted;
    const { json } = await call(place, ME, {
      as: me,
      headers: { 'Chartseal-Patient': `${SYSTEM}|CANARY-1` },
    });
    expect(json['count']).to.equal(3);
    expect(place.hospital.sequencer.counts.accepted).to.equal(before);
    const query = () => call(place, `${ME}?value=CANARY-1`, { as: me });
    await expectRefused(place, query, 400, 'BAD_INPUT');
    for (const path of ['?purpose=TREAT', '/file?purpose=TREAT']) {
      const staff = () => call(place, staffPath(other, path), { as: me });
      await expectRefused(place, staff, 403, 'ACCESS_DENIED');
    }
    const nameless: Bearer = { sub: 'x', roles: ['patient'] };
    const anonymous = await call(place, ME, { as: nameless });
    expect([401, 403]).to.include(anonymous.status);
    const theirs = await call(place, `${ME}?limit=1`, { as: patient('CANARY-1') });
    const cursor = encodeURIComponent(String(theirs.json['next']));
    const borrowed = () => call(place, `${ME}?cursor=${cursor}`, { as: me });
    await expectRefused(place, borrowed, 404, 'NOT_FOUND');
  });

  it('records the look of staff on the chain of that patient, once for all its pages', async () => {
    for (const rest of ['?purpose=PATRQT&limit=2', '/file?purpose=PATRQT']) {
      const pseudonym = await resolve(OFFICER, 'CANARY-2');
      const before = place.hospital.sequencer.counts.accepted;
      const { status, bytes, json } = await call(place, staffPath(pseudonym, rest), {
        as: OFFICER,
      });
      expect(status).to.equal(200);
      expect(place.hospital.sequencer.counts.accepted).to.equal(before + 1);
      // A number by itself: digests hold any digits.
      expect(bytes.toString()).to.not.match(new RegExp(`(?<![\\w+/=-])${before}(?![\\w+/=-])`));
      await place.hospital.sequencer.waitProven(20_000);
      const { json: page } = await call(place, `${ME}?limit=1`, { as: patient('CANARY-2') });
      const [look] = page['events'] as JsonObject[];
      const { actor, role, organisation, purpose, category, records, action, source } =
        look as JsonObject;
      expect({ actor, role, organisation, purpose, category, records, action }).to.deep.equal({
        actor: { id: `${OWN}:officer-1` },
        role: 'privacy-officer',
        organisation: 'Example Hospital',
        purpose: 'PATRQT',
        category: 'access-history',
        records: [],
        action: 'R',
      });
      expect((source as JsonObject)['system']).to.equal('chartseal-gateway');
      if (json['next'] === undefined) continue;
      const cursor = encodeURIComponent(String(json['next']));
      const next = await call(place, staffPath(pseudonym, `?cursor=${cursor}`), { as: OFFICER });
      expect(next.status).to.equal(200);
      expect(place.hospital.sequencer.counts.accepted).to.equal(before + 1);
    }
  });

  it('takes a cursor from the caller to whom it was given alone, for the same patient', async () => {
    const [one, two] = [await resolve(OFFICER, 'CANARY-1'), await resolve(OFFICER, 'CANARY-2')];
    const first = await call(place, staffPath(one, '?purpose=TREAT&limit=1'), { as: OFFICER });
    const next = String(first.json['next']);
    const parts = next.split('.');
    for (const part of parts) {
      expect(Buffer.from(part, 'base64url').toString('latin1')).to.not.contain('CANARY');
    }
    const altered = (at: number) =>
      parts.map((part, other) => {
        if (other !== at) return part;
        const bytes = Buffer.from(part, 'base64url');
        bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
        return bytes.toString('base64url');
      });
    const tries: [Bearer, string, string][] = [
      [ARCHIVIST, one, next],
      [{ ...OFFICER, sub: 'officer-2' }, one, next],
      [OFFICER, two, next],
      [OFFICER, one, altered(IV).join('.')],
      [OFFICER, one, altered(CIPHERTEXT).join('.')],
      [OFFICER, one, altered(TAG).join('.')],
    ];
    for (const [as, pseudonym, cursor] of tries) {
      const target = staffPath(pseudonym, `?cursor=${encodeURIComponent(cursor)}`);
      await expectRefused(place, () => call(place, target, { as }), 404, 'NOT_FOUND');
    }
  });

  it('asks staff for a purpose, and for a pseudonym that was resolved', async () => {
    const pseudonym = await resolve(ARCHIVIST, 'CANARY-2');
    const purposeless = () => call(place, staffPath(pseudonym, ''), { as: ARCHIVIST });
    await expectRefused(place, purposeless, 409, 'REQUEST_CONFLICT');
    const file = () => call(place, staffPath(pseudonym, '/file'), { as: ARCHIVIST });
    await expectRefused(place, file, 400, 'BAD_INPUT');
    const odd = () => call(place, staffPath(pseudonym, '?purpose=a%20b'), { as: ARCHIVIST });
    await expectRefused(place, odd, 400, 'BAD_INPUT');
    const never = 'ab'.repeat(32);
    const unknown = () => call(place, staffPath(never, '?purpose=TREAT'), { as: ARCHIVIST });
    await expectRefused(place, unknown, 404, 'NOT_FOUND');
  });

  it('gives one pseudonym per identifier in normal form, whether there is such a patient or not', async () => {
    const pseudonym = await resolve(OFFICER, 'CANARY-2');
    expect(pseudonym).to.equal(await resolve(ARCHIVIST, 'CANARY-2'));
    expect(await resolve(OFFICER, 'never was')).to.match(/^[0-9a-f]{64}$/);
    const bad: [JsonObject, 'PATIENT_NOT_NORMAL' | 'BAD_INPUT'][] = [
      [{ system: SYSTEM, value: ' CANARY' }, 'PATIENT_NOT_NORMAL'],
      [{ system: SYSTEM, value: 'CANARY\u200b' }, 'PATIENT_NOT_NORMAL'],
      [{ system: SYSTEM, value: '' }, 'BAD_INPUT'],
      [{ system: SYSTEM }, 'BAD_INPUT'],
      [{ system: SYSTEM, value: 'CANARY', more: 1 }, 'BAD_INPUT'],
    ];
    for (const [body, code] of bad) {
      const asked = () => call(place, '/v1/patients/resolve', { as: OFFICER, body });
      const { bytes } = await expectRefused(place, asked, 400, code);
      expect(bytes.toString()).to.not.contain('CANARY');
    }
  });
});

describe('a look of staff that cannot be recorded', () => {
  it('shows nothing', async () => {
    const place = await ApiPlace.open();
    const { sequencer } = place.hospital;
    await sequencer.accept(accessSubmission('P1', 'r1'));
    await sequencer.waitProven(20_000);
    const body = { system: SYSTEM, value: 'P1' };
    const { json } = await call(place, '/v1/patients/resolve', { as: OFFICER, body });
    await sequencer.close();
    for (const rest of ['', '/file']) {
      const target = `/v1/patients/${json['pseudonym']}/access-history${rest}?purpose=TREAT`;
      const asked = () => call(place, target, { as: OFFICER });
      const { bytes } = await expectRefused(place, asked, 503, 'LOG_STOPPED');
      expect(bytes.toString()).to.not.contain('dr-1');
    }
    const me = await call(place, ME, { as: patient('P1') });
    expect([me.status, me.json['count']]).to.deep.equal([200, 1]);
    await place.close();
  });
});
