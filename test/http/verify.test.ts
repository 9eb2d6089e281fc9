import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { formatHistory } from '../../gateway/evidence/history.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { ARCHIVIST, AUDITOR, call, EMR, expectRefused, LIS } from '../support/api-call.js';
import { ApiPlace, type Bearer, OTHER } from '../support/api-place.js';
import { accessSubmission } from '../support/hospital.js';

const PATH = '/v1/verify';
const DOCUMENT = 'discharge summary';
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');
const PATIENT: Bearer = {
  sub: 'patient',
  roles: ['patient'],
  patient: { system: 'urn:hospital-a', value: 'P1' },
};

describe('verification over HTTP', () => {
  let place: ApiPlace;
  let receipt: JsonObject;
  let leafHash: string;

  before(async () => {
    place = await ApiPlace.open();
    const headers = { Prefer: 'wait=20' };
    const target = '/v1/records?id=letter&category=inpatient';
    const body = Buffer.from(DOCUMENT);
    const anchored = await call(place, target, { as: EMR, body, headers });
    expect(anchored.status).to.equal(201);
    receipt = anchored.json;
    leafHash = String(anchored.headers.location).slice(-64);
    await place.hospital.sequencer.accept(accessSubmission('P1', 'r1'));
    await place.hospital.sequencer.waitProven(20_000);
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  const trust = () => parseTrustFile(place.hospital.trustFile());
  const bytesOf = (value: object) => Buffer.from(JSON.stringify(value));
  const plain = (value: object) => JSON.parse(JSON.stringify(value));
  const ask = (as: Bearer, body: JsonObject) => call(place, PATH, { as, body });

  it('says of a receipt what the verifier says, word by word', async () => {
    for (const content of [DOCUMENT, 'altered']) {
      const digests = { 'sha-256': sha256(content) };
      const { status, json } = await ask(PATIENT, { receipt, digests });
      expect(status).to.equal(200);
      const expected = verifyReceipt({
        receipt: bytesOf(receipt),
        trust: trust(),
        document: { digests },
      });
      expect(json).to.deep.equal(plain(expected));
      expect(json['verdict']).to.equal(content === DOCUMENT ? 'unchanged' : 'altered');
    }
    const alone = await ask(PATIENT, { receipt });
    expect(alone.json['verdict']).to.equal('not checked');
  });

  it('says of a history whether it is complete, up to the time asked for', async () => {
    const { histories } = place.hospital;
    const query = { patient: { system: 'urn:hospital-a', value: 'P1' } };
    const bytes = formatHistory(await histories.make(query));
    const history = JSON.parse(Buffer.from(bytes).toString()) as JsonObject;
    const { json } = await ask(AUDITOR, { history });
    expect(json).to.deep.equal(plain(verifyHistory({ history: bytes, trust: trust() })));
    expect(json['verdict']).to.equal('complete');
    const later = await ask(AUDITOR, { history, asOf: '2999-01-01T00:00:00.000Z' });
    expect(later.json['verdict']).to.equal('not proven');
    const cut = { ...history, leaves: [], entries: [] };
    const less = await ask(AUDITOR, { history: cut });
    expect(less.json['verdict']).to.equal('incomplete');
  });

  it('gives a verdict on what is no evidence at all, and no fault of its own', async () => {
    for (const one of [
      {},
      [],
      'text',
      7,
      null,
      { format: 'chartseal-receipt/2' },
      { a: { b: [] } },
    ]) {
      for (const kind of ['receipt', 'history']) {
        const { status, json } = await ask(AUDITOR, { [kind]: one as JsonObject });
        expect(status, JSON.stringify(one)).to.equal(200);
        expect(json['verdict']).to.equal('not checked');
      }
    }
  });

  it('compares a document with the receipt of its record, for those who may read that', async () => {
    const foreign: Bearer = { sub: 'guest', roles: ['auditor'], organisation: OTHER };
    for (const name of ['record=letter', 'record=letter&version=1', `leafHash=${leafHash}`]) {
      const target = `${PATH}?${name}`;
      for (const as of [EMR, ARCHIVIST, AUDITOR]) {
        const good = await call(place, target, { as, body: Buffer.from(DOCUMENT) });
        expect([good.status, good.json['verdict']]).to.deep.equal([200, 'unchanged']);
      }
      const bad = await call(place, target, { as: EMR, body: Buffer.from('altered') });
      expect(bad.json['verdict']).to.equal('altered');
      for (const as of [LIS, PATIENT, foreign]) {
        const asked = () => call(place, target, { as, body: Buffer.from(DOCUMENT) });
        const refused = await expectRefused(place, asked, 404, 'NOT_FOUND');
        const never = target.replace('letter', 'never-was').replace(leafHash, 'ab'.repeat(32));
        const absent = await call(place, never, { as, body: Buffer.from(DOCUMENT) });
        expect(absent.json['detail']).to.equal(refused.json['detail']);
      }
    }
  });

  it('refuses what contradicts itself, and what says nothing', async () => {
    const history = { format: 'chartseal-history/1' };
    const digests = { 'sha-256': sha256('x') };
    const bodies: JsonObject[] = [
      {},
      { receipt, history },
      { history, digests },
      { receipt, size: 1 },
      { receipt, asOf: '2026-11-01T08:00:00.000Z' },
    ];
    for (const body of bodies) {
      const { status, json } = await ask(AUDITOR, body);
      expect([400, 409], JSON.stringify(body)).to.include(status);
      expect(['BAD_INPUT', 'REQUEST_CONFLICT']).to.include(json['code']);
    }
    const document = { as: AUDITOR, body: Buffer.from(DOCUMENT) };
    for (const query of ['', `?record=letter&leafHash=${leafHash}`, `?version=1`]) {
      const asked = () => call(place, `${PATH}${query}`, document);
      await expectRefused(place, asked, 409, 'REQUEST_CONFLICT');
    }
    const mixed = () => call(place, `${PATH}?record=letter`, { as: AUDITOR, body: { receipt } });
    await expectRefused(place, mixed, 409, 'REQUEST_CONFLICT');
    const empty = () =>
      call(place, `${PATH}?record=letter`, { as: AUDITOR, body: Buffer.alloc(0) });
    await expectRefused(place, empty, 400, 'BAD_INPUT');
  });
});
