import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { ARCHIVIST, AUDITOR, call, EMR, expectRefused, LIS } from '../support/api-call.js';
import { ApiPlace, type Bearer } from '../support/api-place.js';

const ID = 'archive/2026/a b?.pdf';
const target = (id: string, rest = '') => `/v1/records/${encodeURIComponent(id)}${rest}`;
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

describe('reading records and receipts over HTTP', () => {
  let place: ApiPlace;
  const leafHashes: string[] = [];

  const anchor = async (as: Bearer, id: string, content: string) => {
    const path = `/v1/records?id=${encodeURIComponent(id)}&category=inpatient&name=Letter`;
    const { status, json } = await call(place, path, { as, body: Buffer.from(content) });
    expect(status).to.equal(202);
    return String(json['leafHash']);
  };
  const trust = () => parseTrustFile(place.hospital.trustFile());

  before(async () => {
    place = await ApiPlace.open();
    for (let at = 1; at <= 5; at++) leafHashes.push(await anchor(EMR, ID, `version ${at}`));
    leafHashes.push(await anchor(LIS, ID, 'version 6'));
    await place.hospital.sequencer.waitProven(20_000);
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  it('gives the newest version with where to find more, and the links lead there', async () => {
    const { status, json } = await call(place, target(ID), { as: AUDITOR });
    expect(status).to.equal(200);
    const { id, version, versions, state, leafHash, name, links } = json;
    expect({ id, version, versions, state, leafHash, name }).to.deep.equal({
      id: ID,
      version: 6,
      versions: 6,
      state: 'proven',
      leafHash: leafHashes[5],
      name: 'Letter',
    });
    for (const link of Object.values(links as JsonObject)) {
      expect((await call(place, String(link), { as: AUDITOR })).status, String(link)).to.equal(200);
    }
  });

  it('gives versions page by page, the newest first', async () => {
    const seen: unknown[] = [];
    let rest = '/versions?limit=4';
    for (;;) {
      const { json } = await call(place, target(ID, rest), { as: ARCHIVIST });
      seen.push(...(json['versions'] as JsonObject[]).map(({ version }) => version));
      if (json['next'] === undefined) break;
      rest = `/versions?limit=4&cursor=${json['next']}`;
    }
    expect(seen).to.deep.equal([6, 5, 4, 3, 2, 1]);
    const many = () => call(place, target(ID, '/versions?limit=501'), { as: ARCHIVIST });
    await expectRefused(place, many, 400, 'BAD_INPUT');
  });

  it('gives the receipt of each version, which verifies with its document alone', async () => {
    for (const [at, leafHash] of leafHashes.entries()) {
      const content = `version ${at + 1}`;
      const { bytes } = await call(place, target(ID, `/receipt?version=${at + 1}`), {
        as: ARCHIVIST,
      });
      const verdict = (other: string) =>
        verifyReceipt({
          receipt: bytes,
          trust: trust(),
          document: { digests: { 'sha-256': sha256(other) } },
        }).verdict;
      expect([verdict(content), verdict('other')]).to.deep.equal(['unchanged', 'altered']);
      const same = await call(place, `/v1/receipts/${leafHash}`, { as: ARCHIVIST });
      expect(same.bytes.equals(bytes)).to.equal(true);
    }
  });

  it('gives the history of a record, proven complete, with less shown when asked', async () => {
    const all = await call(place, target(ID, '/history'), { as: AUDITOR });
    expect(all.headers['content-disposition']).to.equal(
      'attachment; filename="record-history.json"',
    );
    const { recordKey } = place.hospital.context.secrets;
    const full = verifyHistory({ history: all.bytes, trust: trust(), recordKey });
    expect([full.verdict, full.record?.latestVersion]).to.deep.equal(['complete', 6]);
    expect(full.events[0]?.opened).to.deep.equal({ name: 'Letter' });
    const less = await call(place, target(ID, '/history?withhold=name'), { as: AUDITOR });
    const shown = verifyHistory({ history: less.bytes, trust: trust(), recordKey });
    expect([shown.verdict, shown.events[0]?.withheld]).to.deep.equal(['complete', ['name']]);
    const bad = () => call(place, target(ID, '/history?withhold=digest'), { as: AUDITOR });
    await expectRefused(place, bad, 400, 'BAD_INPUT');
    const nobody = await call(place, target('never was', '/history'), { as: AUDITOR });
    const absence = verifyHistory({ history: nobody.bytes, trust: trust(), recordKey });
    expect([absence.verdict, absence.events.length]).to.deep.equal(['complete', 0]);
  });

  it('shows a system what it submitted itself; the rest is as if it were not there', async () => {
    const own = await call(place, target(ID), { as: EMR });
    expect(own.json['version']).to.equal(5);
    const versions = await call(place, target(ID, '/versions'), { as: LIS });
    expect((versions.json['versions'] as unknown[]).length).to.equal(1);
    const other: Bearer = { sub: 'other', roles: ['source-system'] };
    const absent = await call(place, target('never was'), { as: other });
    for (const [as, path] of [
      [other, target(ID)],
      [other, target(ID, '/versions')],
      [LIS, target(ID, '/receipt?version=1')],
      [EMR, target(ID, '/history')],
      [other, target('never was', '/history')],
    ] as const) {
      const refused = await expectRefused(place, () => call(place, path, { as }), 404, 'NOT_FOUND');
      expect(refused.json['detail']).to.equal(absent.json['detail']);
    }
    const hash = leafHashes[5];
    const never = 'ab'.repeat(32);
    for (const kind of ['entries', 'receipts']) {
      const foreign = () => call(place, `/v1/${kind}/${hash}`, { as: EMR });
      const refused = await expectRefused(place, foreign, 404, 'NOT_FOUND');
      const unknown = await call(place, `/v1/${kind}/${never}`, { as: EMR });
      expect(unknown.json['detail']).to.equal(refused.json['detail']);
      expect((await call(place, `/v1/${kind}/${hash}`, { as: LIS })).status).to.equal(200);
    }
  });

  it('says how far an entry has come, and where it stands when it is proven', async () => {
    const { json } = await call(place, `/v1/entries/${leafHashes[0]}`, { as: AUDITOR });
    expect(json).to.deep.equal({ leafHash: leafHashes[0], state: 'proven', index: 0 });
    const short = () => call(place, '/v1/entries/abc', { as: AUDITOR });
    await expectRefused(place, short, 400, 'BAD_INPUT');
  });
});

describe('an entry that is not proven', () => {
  it('has a state and no receipt, whether its caller waits or not', async () => {
    const place = await ApiPlace.open();
    const { sequencer } = place.hospital;
    await sequencer.waitProven(20_000);
    const path = '/v1/records?id=a&category=inpatient';
    const accepting = call(place, path, { as: EMR, body: Buffer.from('one') });
    while (sequencer.counts.accepted === 0) await new Promise(setImmediate);
    await sequencer.close();
    const { leafHash } = (await accepting).json;
    const { json } = await call(place, `/v1/entries/${leafHash}`, { as: ARCHIVIST });
    if (json['state'] !== 'proven') {
      const receipt = () => call(place, `/v1/receipts/${leafHash}`, { as: ARCHIVIST });
      await expectRefused(place, receipt, 409, 'NOT_PROVEN_YET');
      const headers = { Prefer: 'wait=1' };
      const waiting = () => call(place, `/v1/receipts/${leafHash}`, { as: ARCHIVIST, headers });
      await expectRefused(place, waiting, 409, 'NOT_PROVEN_YET');
    }
    await place.close();
  });
});
