import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { concat, encodeHex, uint64 } from '../../chaincode/core/bytes.js';
import { appendHashes, EMPTY_FRONTIER, frontierRoot } from '../../chaincode/core/compact-range.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { rootFromInclusion } from '../../chaincode/core/merkle.js';
import { inclusionProof, treeRoot } from '../../chaincode/core/tree-proofs.js';
import { Database } from '../../gateway/store/database.js';
import { tileKey } from '../../gateway/store/keys.js';
import { putTiles, tileNodeReader } from '../../gateway/store/tiles.js';
import { expectCode } from '../support/expect-code.js';

const hashOf = (index: number) => sha256(uint64(index));

describe('tiles of the tree', () => {
  let folder: string;
  let db: Database;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chartseal-tiles-'));
    db = await Database.open(join(folder, 'db'), { create: true });
  });
  afterEach(async () => {
    await db.close();
    await rm(folder, { recursive: true });
  });

  async function grow(from: number, to: number): Promise<void> {
    const batch = db.batch();
    const hashes = Array.from({ length: to - from }, (_, at) => hashOf(from + at));
    putTiles(db, batch, from, concat(...hashes));
    await batch.write();
  }

  function rootOf(size: number): Uint8Array {
    const hashes = Array.from({ length: size }, (_, index) => hashOf(index));
    return frontierRoot(appendHashes(EMPTY_FRONTIER, hashes));
  }

  it('give the root of every size up to theirs, however the tree grew', async () => {
    const sizes = [0, 1, 2, 3, 255, 256, 257, 600, 1024, 65_535, 65_536, 65_537, 66_000];
    for (let at = 1; at < sizes.length; at++) {
      await grow(sizes[at - 1] as number, sizes[at] as number);
      const size = sizes[at] as number;
      expect(encodeHex(treeRoot(size, tileNodeReader(db)))).to.equal(encodeHex(rootOf(size)));
    }
    for (const size of [1, 255, 256, 300, 65_536]) {
      expect(encodeHex(treeRoot(size, tileNodeReader(db)))).to.equal(encodeHex(rootOf(size)));
    }
  });

  it('give inclusion proofs at sizes below the newest', async () => {
    await grow(0, 700);
    await grow(700, 1300);
    const reader = tileNodeReader(db);
    for (const [index, size] of [
      [0, 1],
      [0, 1300],
      [299, 300],
      [512, 700],
      [1299, 1300],
      [3, 257],
    ] as const) {
      const path = inclusionProof(index, size, reader);
      const root = rootFromInclusion(index, size, hashOf(index), path);
      expect(encodeHex(root)).to.equal(encodeHex(rootOf(size)));
    }
  });

  it('refuse to give a hash that is beyond their end', async () => {
    await grow(0, 300);
    expectCode(() => treeRoot(301, tileNodeReader(db)), 'STORE_CORRUPT');
    expectCode(() => treeRoot(1024, tileNodeReader(db)), 'STORE_CORRUPT');
  });

  it('refuse to grow from a size that is not theirs', async () => {
    await grow(0, 300);
    const batch = db.batch();
    expectCode(() => putTiles(db, batch, 299, hashOf(299)), 'STORE_CORRUPT');
    await batch.discard();
    expect(db.find(tileKey(0, 1))?.length).to.equal(44 * 32);
  });
});
