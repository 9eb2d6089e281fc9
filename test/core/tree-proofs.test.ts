import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EMPTY_ROOT, verifyConsistency, verifyInclusion } from '../../chaincode/core/merkle.js';
import { consistencyProof, inclusionProof, treeRoot } from '../../chaincode/core/tree-proofs.js';
import { expectCode } from '../support/expect-code.js';
import {
  denseTree,
  referenceLeaf,
  referencePath,
  referenceProof,
  sparseTree,
} from './reference-tree.js';
import { hex, readerOf, sampleLeaves } from './sample-tree.js';

const LARGE_SIZES = [
  2 ** 31 - 1,
  2 ** 31,
  2 ** 31 + 1,
  2 ** 32 + 3,
  2 ** 40 + 12_345,
  2 ** 52 + 1,
  2 ** 53 - 1,
];
const [COMMON = new Uint8Array(), ...OTHERS] = sampleLeaves(120);

/** Indexes worth asking about in a tree of this size: edges, and both sides of 2^31 and 2^32. */
function placesIn(size: number): number[] {
  const wanted = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, 2 ** 32 + 2, size - 2, size - 1];
  return [...new Set(wanted)].filter((index) => index < size);
}

const places = new Set(LARGE_SIZES.flatMap(placesIn));
const large = sparseTree(
  COMMON,
  new Map([...places].map((place, at) => [BigInt(place), OTHERS[at] as Uint8Array])),
);
const leafAt = (index: number): Uint8Array => large.root(BigInt(index), BigInt(index) + 1n);

describe('proofs out of complete subtrees', () => {
  it('give the reference roots of Certificate Transparency', () => {
    const file = join(process.cwd(), 'test/vectors/ct-reference-roots.json');
    const vector: { leaves: string[]; roots: string[] } = JSON.parse(readFileSync(file, 'utf8'));
    const leaves = vector.leaves.map((leaf) => referenceLeaf(Buffer.from(leaf, 'hex')));
    expect(vector.roots).to.have.length(9);
    vector.roots.forEach((root, size) => {
      expect(hex(treeRoot(size, readerOf(denseTree(leaves), size)))).to.equal(root);
    });
  });

  it('have the root of nothing for the empty tree, and read nothing for it', () => {
    const read = readerOf(denseTree([]), 0);
    expect(hex(treeRoot(0, read))).to.equal(hex(EMPTY_ROOT));
  });

  it('show leaves of trees of up to 2^53 - 1 leaves as the definition does', () => {
    for (const size of LARGE_SIZES) {
      const read = readerOf(large, size);
      const root = treeRoot(size, read);
      expect(hex(root)).to.equal(hex(large.root(0n, BigInt(size))));
      for (const index of placesIn(size)) {
        const path = inclusionProof(index, size, read);
        const wanted = referencePath(large, BigInt(index), 0n, BigInt(size));
        expect(path.map(hex)).to.deep.equal(wanted.map(hex));
        verifyInclusion(index, size, leafAt(index), path, root);
        const other = index === 0 ? 1 : index - 1;
        expectCode(() => verifyInclusion(other, size, leafAt(index), path, root), 'BAD_INPUT');
      }
    }
  });

  it('show that trees of up to 2^53 - 1 leaves grew from smaller ones', () => {
    const sizes = [1, 5, ...LARGE_SIZES];
    for (const size2 of sizes) {
      const read = readerOf(large, size2);
      const root2 = large.root(0n, BigInt(size2));
      for (const size1 of sizes.filter((size) => size <= size2)) {
        const root1 = large.root(0n, BigInt(size1));
        const path = consistencyProof(size1, size2, read);
        const wanted = referenceProof(large, BigInt(size1), BigInt(size2));
        expect(path.map(hex)).to.deep.equal(wanted.map(hex));
        verifyConsistency(size1, size2, root1, root2, path);
        if (size1 < size2) {
          const longer = [...path, COMMON];
          expectCode(() => verifyConsistency(size1, size2, root1, root2, longer), 'BAD_INPUT');
        }
      }
    }
  });

  it('read no more nodes than a path and an edge have', () => {
    for (const size of LARGE_SIZES) {
      for (const index of placesIn(size)) {
        let reads = 0;
        const read = readerOf(large, size);
        const path = inclusionProof(index, size, (level, at) => {
          reads += 1;
          return read(level, at);
        });
        expect(path.length).to.be.at.most(53);
        expect(reads).to.be.at.most(2 * 53);
      }
    }
  });

  it('are refused for indexes and sizes that are none', () => {
    const read = readerOf(large, 100);
    for (const size of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expectCode(() => treeRoot(size, read), 'BAD_INPUT');
      expectCode(() => inclusionProof(0, size, read), 'BAD_INPUT');
      expectCode(() => consistencyProof(0, size, read), 'BAD_INPUT');
      expectCode(() => consistencyProof(size, 100, read), 'BAD_INPUT');
    }
    expectCode(() => inclusionProof(100, 100, read), 'BAD_INPUT');
    expectCode(() => inclusionProof(0, 0, read), 'BAD_INPUT');
    expectCode(() => consistencyProof(100, 99, read), 'BAD_INPUT');
  });
});
