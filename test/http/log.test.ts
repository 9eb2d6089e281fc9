import { expect } from 'chai';
import { decodeBase64, decodeHex, encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { EMPTY_ROOT, verifyConsistency } from '../../chaincode/core/merkle.js';
import { parseVerifierKey, verifyNote } from '../../chaincode/core/signed-note.js';
import { ROLES } from '../../gateway/http/caller.js';
import { ApiPlace, OTHER } from '../support/api-place.js';
import { AUDITOR, get, grow, refusalOf } from '../support/log-place.js';
import { send } from '../support/send.js';

describe('the routes of the log', () => {
  let place: ApiPlace;
  before(async () => {
    place = await ApiPlace.open();
    await grow(place, 5);
    await grow(place, 4);
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  const text = async (path: string) => (await get(place, path)).body.toString();

  async function believed(path = 'checkpoint') {
    const { name, publicKey } = parseVerifierKey((await text('vkey')).trimEnd());
    return parseCheckpoint(verifyNote(await text(path), name, publicKey));
  }

  it('give the newest proven checkpoint as a note that the verifier key opens', async () => {
    const answer = await get(place, 'checkpoint');
    expect(answer.status).to.equal(200);
    expect(answer.headers['content-type']).to.equal('text/plain; charset=utf-8');
    expect(answer.headers['cache-control']).to.equal('no-cache');
    const { origin, size, root } = await believed();
    expect(origin).to.equal(place.hospital.context.registration.origin);
    const newest = await place.hospital.log.readCheckpoint();
    expect([size, encodeHex(root)]).to.deep.equal([newest.size, encodeHex(newest.root)]);
  });

  it('say by its ETag that a checkpoint is known, until there is a newer one', async () => {
    const { headers } = await get(place, 'checkpoint');
    const tag = String(headers.etag);
    const known = (value: string) =>
      get(place, 'checkpoint', undefined, { 'If-None-Match': value });
    for (const value of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const { status, body } = await known(value);
      expect([status, body.length]).to.deep.equal([304, 0]);
    }
    expect((await known('"other"')).status).to.equal(200);
    await grow(place, 1);
    const newer = await known(tag);
    expect(newer.status).to.equal(200);
    expect(newer.headers.etag).to.not.equal(tag);
    const head = await send(place.url, { method: 'HEAD', target: '/v1/log/checkpoint' });
    expect([head.status, head.headers.etag]).to.deep.equal([200, newer.headers.etag]);
  });

  it('prove that the log only grew, and give the checkpoint of every attested size', async () => {
    const old = await believed();
    await grow(place, 7);
    const newest = await believed();
    for (const from of [0, 1, 3, old.size, newest.size]) {
      const answer = JSON.parse(await text(`consistency?from=${from}`));
      expect(answer.size2).to.equal(newest.size);
      const path = (answer.path as string[]).map((hash) => decodeBase64(hash, 'hash', 32));
      const root1 = decodeHex(answer.root1, 'root', 32);
      verifyConsistency(from, newest.size, root1, newest.root, path);
      if (from === 0) expect(root1).to.deep.equal(EMPTY_ROOT);
      if (from === old.size) expect(encodeHex(root1)).to.equal(encodeHex(old.root));
    }
    expect((await believed(`checkpoint/${old.size}`)).size).to.equal(old.size);
    const { size2 } = JSON.parse(await text(`consistency?from=1&to=${old.size}`));
    expect(size2).to.equal(old.size);
  });

  it('refuse sizes that are not attested or not there, and queries that say nothing', async () => {
    const { size } = await believed();
    for (const [path, status, code] of [
      [`consistency?from=${size + 1}`, 404, 'NOT_FOUND'],
      ['consistency?from=1&to=2', 404, 'NOT_FOUND'],
      ['checkpoint/2', 404, 'NOT_FOUND'],
      ['checkpoint/x', 400, 'BAD_INPUT'],
      ['checkpoint/-1', 400, 'BAD_INPUT'],
      ['consistency', 400, 'BAD_INPUT'],
      ['consistency?from=01', 400, 'BAD_INPUT'],
      ['consistency?from=1&from=2', 400, 'BAD_INPUT'],
      ['consistency?from=1&other=2', 400, 'BAD_INPUT'],
    ] as const) {
      expect(refusalOf(await get(place, path)), path).to.deep.equal([status, code]);
    }
  });

  it('give leaves one by one and as lines, as the tree has them', async () => {
    const rows: object[] = [];
    for await (const { index, leaf, leafHash } of place.hospital.log.leaves(0)) {
      rows.push({ index, leaf: encodeBase64(leaf), leafHash: encodeHex(leafHash) });
    }
    const lines = async (query: string) => {
      const answer = await get(place, `leaves${query}`, AUDITOR);
      expect(answer.headers['content-type']).to.equal('application/x-ndjson');
      const parts = answer.body.toString().split('\n');
      expect(parts.pop()).to.equal('');
      return parts.map((line) => JSON.parse(line));
    };
    expect(await lines('')).to.deep.equal(rows);
    expect(await lines('?from=3&count=4')).to.deep.equal(rows.slice(3, 7));
    expect(await lines(`?from=${rows.length - 1}&count=9`)).to.deep.equal(rows.slice(-1));
    const one = await get(place, 'leaves/4', AUDITOR);
    expect(JSON.parse(one.body.toString())).to.deep.equal(rows[4]);
    for (const [path, status, code] of [
      [`leaves/${rows.length}`, 404, 'NOT_FOUND'],
      [`leaves?from=${rows.length}`, 404, 'NOT_FOUND'],
      ['leaves?count=0', 400, 'BAD_INPUT'],
      ['leaves/one', 400, 'BAD_INPUT'],
    ] as const) {
      expect(refusalOf(await get(place, path, AUDITOR)), path).to.deep.equal([status, code]);
    }
  });

  it('show leaves to auditors of the consortium and to those who run the archive', async () => {
    for (const path of ['leaves', 'leaves/0', 'tile/entries/000.p/1']) {
      expect(refusalOf(await get(place, path)), path).to.deep.equal([401, 'UNAUTHENTICATED']);
      for (const role of ROLES) {
        const isOwn = ['auditor', 'archivist', 'admin'].includes(role);
        const own = await get(place, path, { sub: 'x', roles: [role] });
        expect(own.status, `${path} ${role}`).to.equal(isOwn ? 200 : 403);
        const bearer = { sub: 'x', roles: [role], organisation: OTHER } as const;
        const other = await get(place, path, bearer);
        expect(other.status, `${path} ${role} of another`).to.equal(role === 'auditor' ? 200 : 403);
      }
    }
  });

  it('give the trust file as the organisation exports it', async () => {
    const { status, headers, body } = await get(place, 'trust');
    expect([status, headers['content-type']]).to.deep.equal([200, 'application/json']);
    expect(body.equals(place.hospital.trustFile())).to.equal(true);
  });
});
