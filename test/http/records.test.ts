import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { expect } from 'chai';
import { ERROR_CODES, type ErrorCode } from '../../chaincode/core/errors.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { ARCHIVIST, call, callLines, codeOf, EMR, expectRefused } from '../support/api-call.js';
import { ApiPlace, OWN } from '../support/api-place.js';

const PATH = '/v1/records';
const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

function record(id: string, content: string, changes: object = {}): JsonObject {
  return {
    record: {
      id,
      digests: { 'sha-256': sha256(content) },
      size: Buffer.byteLength(content),
      mediaType: 'text/plain',
      category: 'inpatient',
      ...changes,
    },
  } as JsonObject;
}

const query = (id: string, more = '') =>
  `${PATH}?id=${encodeURIComponent(id)}&category=inpatient${more}`;

describe('anchoring over HTTP', () => {
  let place: ApiPlace;
  before(async () => {
    place = await ApiPlace.open({ sources: { 'emr-1': ['emr'] } });
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  const newest = async (id: string) =>
    (await call(place, `${PATH}/${encodeURIComponent(id)}`, { as: ARCHIVIST })).json;
  const upload = (id: string, content: string, headers: Record<string, string> = {}, more = '') =>
    call(place, query(id, more), { as: EMR, body: Buffer.from(content), headers });

  it('archives a new record, amends it with a new digest, and writes nothing for the newest', async () => {
    const id = '病案/2026/出院小结.pdf';
    const first = await call(place, PATH, { as: EMR, body: record(id, 'one', { name: '小结' }) });
    expect([first.status, first.json['version'], first.json['duplicate']]).to.deep.equal([
      202,
      1,
      false,
    ]);
    expect(first.headers.location).to.equal(`/v1/receipts/${first.json['leafHash']}`);
    const again = await call(place, PATH, { as: EMR, body: record(id, 'one') });
    expect([again.status, again.json['duplicate']]).to.deep.equal([200, true]);
    expect(again.json['leafHash']).to.equal(first.json['leafHash']);
    const second = await call(place, PATH, { as: EMR, body: record(id, 'two') });
    expect([second.status, second.json['version']]).to.deep.equal([202, 2]);
    const found = await newest(id);
    expect([found['id'], found['version'], found['versions']]).to.deep.equal([id, 2, 2]);
  });

  it('gives each of many at once its own version of one record', async () => {
    const contents = Array.from({ length: 30 }, (_, at) => `content ${at}`);
    const answers = await Promise.all(
      contents.map((one) => call(place, PATH, { as: EMR, body: record('many', one) })),
    );
    expect(answers.every(({ status }) => status === 202)).to.equal(true);
    const versions = answers.map(({ json }) => Number(json['version'])).sort((a, b) => a - b);
    expect(versions).to.deep.equal(contents.map((_, at) => at + 1));
  });

  it('refuses a version that is not the next', async () => {
    const body = record('versions', 'one', { version: 2 });
    await expectRefused(place, () => call(place, PATH, { as: EMR, body }), 409, 'VERSION_CONFLICT');
    const good = record('versions', 'one', { version: 1 });
    expect((await call(place, PATH, { as: EMR, body: good })).status).to.equal(202);
  });

  it('refuses a request that changed nothing when it comes again with its version, after a newer one', async () => {
    const sent = (content: string, version: number, requestId: string) =>
      record('late', content, { version, source: { system: 'emr', requestId } });
    const post = (body: JsonObject) => call(place, PATH, { as: EMR, body });
    expect((await post(sent('one', 1, 'late-1'))).status).to.equal(202);
    const unchanged = sent('one', 1, 'late-2');
    expect((await post(unchanged)).status).to.equal(200);
    expect((await post(sent('two', 2, 'late-3'))).status).to.equal(202);
    await expectRefused(place, () => post(unchanged), 409, 'VERSION_CONFLICT');
    expect((await newest('late'))['version']).to.equal(2);
  });

  it('knows a request again by its key, though another version came since', async () => {
    const headers = { 'Idempotency-Key': 'upload-1' };
    const first = await upload('keyed', 'one', headers, '&source=emr');
    await upload('keyed', 'two');
    const again = await upload('keyed', 'one', headers, '&source=emr');
    expect([again.status, again.json['version']]).to.deep.equal([200, 1]);
    expect(again.json['leafHash']).to.equal(first.json['leafHash']);
    const other = () => upload('keyed', 'three', headers, '&source=emr');
    await expectRefused(place, other, 409, 'IDEMPOTENCY_CONFLICT');
    const unnamed = () => upload('keyed', 'four', headers);
    await expectRefused(place, unnamed, 409, 'REQUEST_CONFLICT');
  });

  it('digests a document that is sent, and keeps none of its bytes', async () => {
    const content = 'CANARY of a document '.repeat(100_000);
    const patient = `${encodeURIComponent('urn:医院')}|${encodeURIComponent('患者 7')}`;
    const { status, json } = await upload(
      'sent',
      content,
      { 'Chartseal-Patient': patient },
      '&mediaType=text/plain&name=Letter&retention=P30Y&createdAt=2026-11-01T08:00:00.000Z',
    );
    expect(status).to.equal(202);
    expect(json['digest']).to.equal(sha256(content));
    expect(json['size']).to.equal(content.length);
    const found = await newest('sent');
    const { name, mediaType, retention, createdAt, digests } = found;
    expect({ name, mediaType, retention, createdAt, digests }).to.deep.equal({
      name: 'Letter',
      mediaType: 'text/plain',
      retention: 'P30Y',
      createdAt: '2026-11-01T08:00:00.000Z',
      digests: { 'sha-256': sha256(content) },
    });
    const { store } = place.hospital;
    for (let ordinal = 0; ordinal < place.hospital.sequencer.counts.accepted; ordinal++) {
      const { entry, openings } = store.readEntry(ordinal);
      expect(Buffer.concat([entry, openings]).toString()).to.not.contain('CANARY');
    }
  });

  it('compares the digest that a header states, before anything is anchored', async () => {
    const stated = (content: string) =>
      `sha-256=:${Buffer.from(sha256(content), 'hex').toString('base64')}:`;
    for (const name of ['Content-Digest', 'Repr-Digest']) {
      const wrong = () => upload(`stated ${name}`, 'one', { [name]: stated('two') });
      await expectRefused(place, wrong, 400, 'DIGEST_MISMATCH');
      for (const bad of ['sha-256=one', 'sha-512=:AAAA:', 'sha-256=:AAAA:', `${stated('one')},x`]) {
        const malformed = () => upload(`stated ${name}`, 'one', { [name]: bad });
        await expectRefused(place, malformed, 400, 'BAD_INPUT');
      }
      const both = `sha-512=:${Buffer.alloc(64).toString('base64')}:, ${stated('one')}`;
      expect((await upload(`stated ${name}`, 'one', { [name]: both })).status).to.equal(202);
    }
  });

  it('anchors nothing of a document that is empty or cut off', async () => {
    await expectRefused(place, () => upload('empty', ''), 400, 'BAD_INPUT');
    const { port } = new URL(place.url);
    const cut = (framing: string, body: string) =>
      new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => {
          const head = [
            `POST ${query('cut')} HTTP/1.1`,
            'Host: gateway',
            `Authorization: Bearer ${place.token(EMR)}`,
            'Content-Type: application/octet-stream',
            framing,
          ];
          socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
        socket.resume();
      });
    const before = place.hospital.sequencer.counts.accepted;
    await cut('Content-Length: 1000', 'half a document');
    await cut('Transfer-Encoding: chunked', '10\r\nhalf a document!\r\n');
    await expectRefused(
      place,
      () => call(place, `${PATH}/cut`, { as: ARCHIVIST }),
      404,
      'NOT_FOUND',
    );
    expect(place.hospital.sequencer.counts.accepted).to.equal(before);
  });

  it('refuses what a document must have beside it, before its bytes are read', async () => {
    const body = Buffer.from('document');
    const cases: [string, Record<string, string>, ErrorCode][] = [
      [`${PATH}?category=inpatient`, {}, 'REQUEST_CONFLICT'],
      [`${PATH}?id=a`, {}, 'REQUEST_CONFLICT'],
      [query('a', '&id=b'), {}, 'BAD_INPUT'],
      [query('a', '&patient=CANARY'), {}, 'BAD_INPUT'],
      [query('a', '&version=0'), {}, 'BAD_INPUT'],
      [query('a', '&createdAt=yesterday'), {}, 'BAD_INPUT'],
      [query('a\0b'), {}, 'BAD_INPUT'],
      [query('a'), { 'Chartseal-Patient': 'CANARY' }, 'BAD_INPUT'],
      [query('a'), { 'Chartseal-Patient': 'urn|CANARY%F' }, 'BAD_INPUT'],
      [query('a'), { 'Chartseal-Patient': 'urn|CANARY%E2%80%8B' }, 'PATIENT_NOT_NORMAL'],
    ];
    for (const [target, headers, code] of cases) {
      const refused = await expectRefused(
        place,
        () => call(place, target, { as: EMR, body, headers }),
        ERROR_CODES[code].status,
        code,
      );
      expect(refused.bytes.toString()).to.not.contain('CANARY');
    }
  });

  it('refuses JSON that is no record, and says nothing of it back', async () => {
    const good = record('CANARY', 'one')['record'] as JsonObject;
    const bodies: JsonObject[] = [
      {},
      { record: { ...good, digests: {} } },
      { record: { ...good, digests: { 'sha-256': sha256('one').toUpperCase() } } },
      { record: { ...good, digests: { 'sha-256': sha256('one'), md5: 'CANARY' } } },
      { record: { ...good, size: -1 } },
      { record: { ...good, size: 1.5 } },
      { record: { ...good, id: '' } },
      { record: { ...good, version: '1' } },
      { record: { ...good, createdAt: '2026-02-30T00:00:00.000Z' } },
      { record: good, patient: { system: 'urn:x' } },
      { record: good, more: 'CANARY' },
    ];
    for (const body of bodies) {
      const headers = { 'Content-Type': 'application/json' };
      const bytes = Buffer.from(JSON.stringify(body));
      const before = place.hospital.sequencer.counts.accepted;
      const {
        status,
        json,
        bytes: said,
      } = await call(place, PATH, { as: EMR, body: bytes, headers });
      expect(status, JSON.stringify(body)).to.equal(400);
      expect(['BAD_INPUT', 'BAD_JSON']).to.include(json['code']);
      expect(said.toString()).to.not.contain('CANARY');
      expect(place.hospital.sequencer.counts.accepted).to.equal(before);
    }
    const mixed = () => call(place, query('a'), { as: EMR, body: record('a', 'one') });
    await expectRefused(place, mixed, 409, 'REQUEST_CONFLICT');
  });

  it('refuses a source for which a system does not speak, in whatever form it comes', async () => {
    const body = record('foreign', 'one', { source: { system: 'lis' } });
    await expectRefused(place, () => call(place, PATH, { as: EMR, body }), 403, 'ACCESS_DENIED');
    const sent = () => upload('foreign', 'one', {}, '&source=lis');
    await expectRefused(place, sent, 403, 'ACCESS_DENIED');
    const [line] = await callLines(place, `${PATH}/batch`, EMR, [body]);
    expect(codeOf(line)).to.equal('ACCESS_DENIED');
  });

  it('answers a batch line by line, versions of one record in their order', async () => {
    const lines = [
      record('batch', 'one'),
      record('batch', 'two'),
      record('batch', 'two'),
      { record: {} },
      record('batch', 'three', { version: 7 }),
      record('batch', 'three'),
    ];
    const results = await callLines(place, `${PATH}/batch`, ARCHIVIST, lines);
    expect(
      results.slice(0, -1).map((one) => codeOf(one) ?? [one['version'], one['duplicate']]),
    ).to.deep.equal([
      [1, false],
      [2, false],
      [2, true],
      'BAD_INPUT',
      'VERSION_CONFLICT',
      [3, false],
    ]);
    expect(results.at(-1)).to.deep.equal({ summary: { added: 3, duplicates: 1, failed: 2 } });
  });

  it('keeps the caller as the one who submitted', async () => {
    const { json } = await call(place, PATH, { as: ARCHIVIST, body: record('by whom', 'one') });
    const hash = Buffer.from(String(json['leafHash']), 'hex');
    const { entry } = place.hospital.store.readEntry(place.hospital.receipts.findLeafHash(hash));
    const { by } = JSON.parse(Buffer.from(entry).toString());
    expect(by).to.deep.equal({ id: `${OWN}:archivist-1`, mspId: OWN });
  });
});
