import { once } from 'node:events';
import { request } from 'node:http';
import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { formatHistory } from '../../gateway/evidence/history.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { AUDITOR, call, expectRefused } from '../support/api-call.js';
import { ApiPlace } from '../support/api-place.js';
import { accessSubmission } from '../support/hospital.js';

const PATH = '/v1/verify';
const EVENTS = 300;
/** Times that the same events are listed, to make a body of many megabytes. */
const AGAIN = 60;

describe('verification of large evidence over HTTP', () => {
  let place: ApiPlace;
  let history: JsonObject;
  let bytes: Uint8Array;

  before(async () => {
    place = await ApiPlace.open();
    const { sequencer, histories } = place.hospital;
    const events = Array.from({ length: EVENTS }, (_, at) => accessSubmission('P1', `r${at}`));
    await Promise.all(events.map((event) => sequencer.accept(event)));
    await sequencer.waitProven(20_000);
    const query = { patient: { system: 'urn:hospital-a', value: 'P1' } };
    bytes = formatHistory(await histories.make(query));
    history = JSON.parse(Buffer.from(bytes).toString()) as JsonObject;
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  const longer = (): JsonObject => {
    const again = (name: string) => {
      const list = history[name] as readonly string[];
      return Array.from({ length: AGAIN }, () => list).flat();
    };
    return { ...history, leaves: again('leaves'), entries: again('entries') };
  };

  it('comes to the same verdict, whole or shortened', async () => {
    const trust = parseTrustFile(place.hospital.trustFile());
    const { status, json } = await call(place, PATH, { as: AUDITOR, body: { history } });
    expect(status).to.equal(200);
    const expected = JSON.parse(JSON.stringify(verifyHistory({ history: bytes, trust })));
    expect(json).to.deep.equal(expected);
    expect(json['verdict']).to.equal('complete');
    const entries = (history['entries'] as readonly string[]).slice(1);
    const shortened = { history: { ...history, entries } };
    const less = await call(place, PATH, { as: AUDITOR, body: shortened });
    expect(less.json['verdict']).to.not.equal('complete');
  });

  it('refuses a large body as it refuses a small one', async () => {
    const body = { history, size: 1 };
    const asked = () => call(place, PATH, { as: AUDITOR, body });
    await expectRefused(place, asked, 400, 'BAD_INPUT');
    const cut = Buffer.from(JSON.stringify({ history })).subarray(0, -1);
    const headers = { 'Content-Type': 'application/json' };
    const broken = () => call(place, PATH, { as: AUDITOR, body: cut, headers });
    await expectRefused(place, broken, 400, 'BAD_JSON');
  });

  it('answers others while it works', async () => {
    const began = performance.now();
    let isPending = true;
    const large = call(place, PATH, { as: AUDITOR, body: { history: longer() } }).finally(() => {
      isPending = false;
    });
    let longest = 0;
    for (let at = performance.now(); isPending; ) {
      expect((await call(place, '/healthz')).status).to.equal(200);
      longest = Math.max(longest, performance.now() - at);
      at = performance.now();
    }
    expect((await large).json['verdict']).to.not.equal('complete');
    expect(longest / (performance.now() - began)).to.be.below(0.5);
  });

  it('ends its work when the caller is gone', async () => {
    const target = new URL(PATH, place.url);
    const body = JSON.stringify({ history: longer() });
    const headers = {
      Authorization: `Bearer ${place.token(AUDITOR)}`,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    };
    const asking = request(target, { method: 'POST', headers });
    const lost = once(asking, 'error');
    asking.end(body);
    await once(asking, 'finish');
    asking.destroy(new Error('gone'));
    await lost;
    const { json } = await call(place, PATH, { as: AUDITOR, body: { history } });
    expect(json['verdict']).to.equal('complete');
  });
});
