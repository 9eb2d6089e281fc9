import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { leafHash } from '../../chaincode/core/leaf.js';
import { tileKey } from '../../gateway/store/keys.js';
import { tileRoot } from '../../gateway/store/tiles.js';
import { ApiPlace } from '../support/api-place.js';
import { AUDITOR, get, grow, refusalOf } from '../support/log-place.js';

const WIDTH = 256;
const IMMUTABLE = 'max-age=31536000, immutable';

describe('the tiles of the log', () => {
  let place: ApiPlace;
  let leaves: Uint8Array[];
  before(async () => {
    place = await ApiPlace.open();
    await grow(place, 300);
    await grow(place, 300);
    leaves = [];
    for await (const { leaf } of place.hospital.log.leaves(0)) leaves.push(leaf);
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  const hashesOf = (from: number, count: number) =>
    Buffer.concat(leaves.slice(from, from + count).map(leafHash));
  const entriesOf = (from: number, count: number) =>
    Buffer.concat(
      leaves.slice(from, from + count).flatMap((leaf) => [Buffer.of(0, leaf.length), leaf]),
    );
  const last = () => leaves.length % WIDTH;

  it('hold the hashes of the leaves, full and as far as they are proven', async () => {
    const full = await get(place, 'tile/0/001');
    expect(full.status).to.equal(200);
    expect(full.headers['content-type']).to.equal('application/octet-stream');
    expect(full.headers['cache-control']).to.equal(`public, ${IMMUTABLE}`);
    expect(full.body.equals(hashesOf(WIDTH, WIDTH))).to.equal(true);
    for (const width of [1, 2, last() - 1, last()]) {
      const { status, body } = await get(place, `tile/0/002.p/${width}`);
      expect([status, body.equals(hashesOf(2 * WIDTH, width))]).to.deep.equal([200, true]);
    }
    const early = await get(place, 'tile/0/000.p/7');
    expect(early.body.equals(hashesOf(0, 7))).to.equal(true);
  });

  it('hold the roots of full tiles one level up', async () => {
    const { body } = await get(place, 'tile/1/000.p/2');
    const roots = [0, 1].map((tile) => tileRoot(hashesOf(tile * WIDTH, WIDTH)));
    expect(body.equals(Buffer.concat(roots))).to.equal(true);
  });

  it('hold the leaves, each after its length', async () => {
    const full = await get(place, 'tile/entries/000', AUDITOR);
    expect(full.headers['cache-control']).to.equal(`private, ${IMMUTABLE}`);
    expect(full.body.equals(entriesOf(0, WIDTH))).to.equal(true);
    const part = await get(place, `tile/entries/002.p/${last()}`, AUDITOR);
    expect(part.body.equals(entriesOf(2 * WIDTH, last()))).to.equal(true);
  });

  it('end where the proof ends', async () => {
    for (const path of [
      'tile/0/002',
      `tile/0/002.p/${last() + 1}`,
      'tile/0/003.p/1',
      'tile/1/000',
      'tile/1/000.p/3',
      'tile/2/000.p/1',
      'tile/63/000.p/1',
      'tile/0/x001/000',
      'tile/0/x009/x007/x199/x254/x740/991',
      'tile/entries/002',
      `tile/entries/002.p/${last() + 1}`,
      'tile/entries/x001/000',
      `tile/0/${'%E7%9B%B8'.repeat(200)}`,
    ]) {
      expect(refusalOf(await get(place, path, AUDITOR)), path).to.deep.equal([404, 'NOT_FOUND']);
    }
  });

  it('have one spelling', async () => {
    const numbers = [
      ...['0', '00', '0000', '000/', '/000', 'x000/000', 'x000', '000.p', '000.p/', '000.p/0'],
      ...['000.p/01', '000.p/256', '000.p/+1', '000.p/1/', '000.P/1', '000.p/1.p/1', '000.p/1e0'],
      ...['-00', '+00', '0x0', '%30%30%30', '000%2Ep/1', '000.p%2F1', '000%2fp/1', 'X001/000'],
      ...['000%00', ' 000', '000%20', '000;a', '%2e%2e/000', '..%2f000', '000.p/%31', '٠٠٠'],
    ].map(encodeURI);
    const paths = numbers.flatMap((number) => [
      `tile/0/${number.replaceAll('%25', '%')}`,
      `tile/entries/${number.replaceAll('%25', '%')}`,
    ]);
    const levels = ['00', '64', '-1', '+0', '0x0', '%30', 'a', '1e0', '99999999999999999999'];
    paths.push(...levels.map((level) => `tile/${level}/000`), 'tile/%65ntries/000', 'tile/0');
    for (const path of paths) {
      const answer = await get(place, path, AUDITOR);
      expect(answer.status, path).to.equal(404);
      expect(refusalOf(answer)[1], path).to.be.oneOf(['NOT_FOUND', 'NO_ROUTE']);
    }
  });

  it('do not leave when they are not those of the tree', async () => {
    const { db } = place.hospital.store;
    const damage = async (key: string, path: string) => {
      const good = db.find(key) ?? expect.fail('no such tile');
      const bad = Uint8Array.from(good);
      bad[40] = (bad[40] as number) ^ 1;
      await db.batch().put(key, bad).write();
      // What was checked before is remembered: a reader that has not seen it comes to look.
      const fresh = await get(place, path, AUDITOR);
      await db.batch().put(key, good).write();
      expect(refusalOf(fresh), encodeHex(good.slice(0, 4))).to.deep.equal([500, 'STORE_CORRUPT']);
    };
    await grow(place, 300);
    leaves = [];
    for await (const { leaf } of place.hospital.log.leaves(0)) leaves.push(leaf);
    await damage(tileKey(0, 3), 'tile/0/003.p/1');
    expect((await get(place, 'tile/0/003.p/1')).status).to.equal(200);
    await damage(tileKey(0, 2), 'tile/0/002');
    await damage(tileKey(0, 0), 'tile/entries/000');
  });
});
