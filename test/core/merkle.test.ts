import { expect } from 'chai';
import fc from 'fast-check';
import {
  EMPTY_ROOT,
  nodeHash,
  rootFromInclusion,
  verifyConsistency,
  verifyInclusion,
} from '../../chaincode/core/merkle.js';
import { consistencyProof, inclusionProof, treeRoot } from '../../chaincode/core/tree-proofs.js';
import { expectCode } from '../support/expect-code.js';
import { mutatedPaths, turnBit } from './mutated-paths.js';
import { denseTree, referencePath, referenceProof } from './reference-tree.js';
import { cachedReaderOf, hex, sampleLeaves } from './sample-tree.js';

const MOST = 130;
const leaves = sampleLeaves(MOST);
const tree = denseTree(leaves);
const read = cachedReaderOf(tree, MOST);
const roots = Array.from({ length: MOST + 1 }, (_, size) => tree.root(0n, BigInt(size)));
const root = (size: number): Uint8Array => roots[size] as Uint8Array;
const leaf = (index: number): Uint8Array => leaves[index] as Uint8Array;

/** All pairs of a smaller and a larger number up to `most`. */
const placesUpTo = (most: number): [number, number][] =>
  Array.from({ length: most }, (_, at) => at + 1).flatMap((larger) =>
    Array.from({ length: larger }, (_, smaller): [number, number] => [smaller, larger]),
  );

const bit = fc.nat({ max: 255 });

/** Two sizes with 0 < size1 < size2. */
const twoSizes = fc
  .uniqueArray(fc.integer({ min: 1, max: MOST }), { minLength: 2, maxLength: 2 })
  .map((sizes) => sizes.sort((a, b) => a - b) as [number, number]);

describe('inclusion in the tree of RFC 9162', () => {
  it('is proven by the path of the definition, for every leaf of every size up to 130', () => {
    for (let size = 1; size <= MOST; size++) {
      for (let index = 0; index < size; index++) {
        const path = referencePath(tree, BigInt(index), 0n, BigInt(size));
        expect(inclusionProof(index, size, read).map(hex)).to.deep.equal(path.map(hex));
        verifyInclusion(index, size, leaf(index), path, root(size));
      }
    }
  });

  it('is refused when the path is spoilt in any place', () => {
    const place = fc.integer({ min: 1, max: MOST }).chain((size) =>
      fc.record({
        size: fc.constant(size),
        index: fc.nat({ max: size - 1 }),
        bit,
      }),
    );
    fc.assert(
      fc.property(place, ({ size, index, bit }) => {
        const path = inclusionProof(index, size, read);
        for (const { path: spoilt } of mutatedPaths(path, bit)) {
          expectCode(
            () => verifyInclusion(index, size, leaf(index), spoilt, root(size)),
            'BAD_INPUT',
          );
        }
        const spoiltLeaf = turnBit(leaf(index), bit);
        const spoiltRoot = turnBit(root(size), bit);
        expectCode(() => verifyInclusion(index, size, spoiltLeaf, path, root(size)), 'BAD_INPUT');
        expectCode(() => verifyInclusion(index, size, leaf(index), path, spoiltRoot), 'BAD_INPUT');
      }),
    );
  });

  it('is refused for every other index', () => {
    for (let size = 2; size <= 33; size++) {
      for (let index = 0; index < size; index++) {
        const path = inclusionProof(index, size, read);
        for (let other = 0; other < size; other++) {
          if (other === index) continue;
          expectCode(
            () => verifyInclusion(other, size, leaf(index), path, root(size)),
            'BAD_INPUT',
          );
        }
      }
    }
  });

  it('is refused for places whose path has another length', () => {
    const pairs = placesUpTo(10);
    for (const [index, size] of pairs) {
      const path = inclusionProof(index, size, read);
      for (const [otherIndex, otherSize] of pairs) {
        if (inclusionProof(otherIndex, otherSize, read).length === path.length) continue;
        expectCode(() => rootFromInclusion(otherIndex, otherSize, leaf(index), path), 'BAD_INPUT');
      }
    }
  });

  it('is refused for an inner node shown as a leaf with the shorter path', () => {
    const inner = nodeHash(leaf(0), leaf(1));
    const path = inclusionProof(0, 8, read).slice(1);
    expectCode(() => verifyInclusion(0, 8, inner, path, root(8)), 'BAD_INPUT');
  });

  it('leaves the size to the checkpoint: one path can fit two sizes', () => {
    const path = inclusionProof(0, 3, read);
    expect(hex(rootFromInclusion(0, 4, leaf(0), path))).to.equal(hex(root(3)));
  });

  it('is refused for indexes and sizes that are none', () => {
    const path = inclusionProof(3, 8, read);
    for (const index of [-1, 8, 9, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expectCode(() => rootFromInclusion(index, 8, leaf(3), path), 'BAD_INPUT');
    }
    for (const size of [-8, 0, 3, 8.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expectCode(() => rootFromInclusion(3, size, leaf(3), path), 'BAD_INPUT');
    }
    expectCode(() => rootFromInclusion(0, 1, leaf(0).subarray(1), []), 'BAD_INPUT');
    expectCode(() => verifyInclusion(0, 1, leaf(0), [], new Uint8Array()), 'BAD_INPUT');
  });
});

describe('consistency of two trees of RFC 9162', () => {
  it('is proven by the proof of the definition, for every two sizes up to 66', () => {
    for (let size2 = 1; size2 <= 66; size2++) {
      for (let size1 = 1; size1 <= size2; size1++) {
        const path = referenceProof(tree, BigInt(size1), BigInt(size2));
        expect(consistencyProof(size1, size2, read).map(hex)).to.deep.equal(path.map(hex));
        verifyConsistency(size1, size2, root(size1), root(size2), path);
      }
    }
  });

  it('is proven by the proof of the definition for sizes taken by chance', () => {
    fc.assert(
      fc.property(twoSizes, ([size1, size2]) => {
        const path = consistencyProof(size1, size2, read);
        const wanted = referenceProof(tree, BigInt(size1), BigInt(size2));
        expect(path.map(hex)).to.deep.equal(wanted.map(hex));
        verifyConsistency(size1, size2, root(size1), root(size2), path);
      }),
    );
  });

  it('is refused when the path or a root is spoilt in any place', () => {
    fc.assert(
      fc.property(twoSizes, bit, ([size1, size2], bit) => {
        const path = consistencyProof(size1, size2, read);
        const [root1, root2] = [root(size1), root(size2)];
        for (const { path: spoilt } of mutatedPaths(path, bit)) {
          expectCode(() => verifyConsistency(size1, size2, root1, root2, spoilt), 'BAD_INPUT');
        }
        const [spoilt1, spoilt2] = [turnBit(root1, bit), turnBit(root2, bit)];
        expectCode(() => verifyConsistency(size1, size2, spoilt1, root2, path), 'BAD_INPUT');
        expectCode(() => verifyConsistency(size1, size2, root1, spoilt2, path), 'BAD_INPUT');
        expectCode(() => verifyConsistency(size1, size2, root2, root1, path), 'BAD_INPUT');
      }),
    );
  });

  it('is refused for sizes whose path has another length', () => {
    const pairs = placesUpTo(10).filter(([size1]) => size1 > 0);
    for (const [size1, size2] of pairs) {
      const path = consistencyProof(size1, size2, read);
      for (const [other1, other2] of pairs) {
        if (consistencyProof(other1, other2, read).length === path.length) continue;
        expectCode(
          () => verifyConsistency(other1, other2, root(size1), root(size2), path),
          'BAD_INPUT',
        );
      }
    }
  });

  it('is refused for a tree whose past was rewritten', () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), ([size1, size2], place) => {
        const changed = leaves.slice(0, size2);
        changed[place % size1] = leaf((place % size1) + 1 === MOST ? 0 : (place % size1) + 1);
        const other = denseTree(changed);
        const path = referenceProof(other, BigInt(size1), BigInt(size2));
        const otherRoot = other.root(0n, BigInt(size2));
        expectCode(
          () => verifyConsistency(size1, size2, root(size1), otherRoot, path),
          'BAD_INPUT',
        );
      }),
    );
  });

  it('holds without a path for equal sizes and from the empty tree, and only without', () => {
    const one = [leaf(0)];
    verifyConsistency(7, 7, root(7), root(7), []);
    verifyConsistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, []);
    verifyConsistency(0, 7, EMPTY_ROOT, root(7), []);
    expect(consistencyProof(7, 7, read)).to.deep.equal([]);
    expect(consistencyProof(0, 7, read)).to.deep.equal([]);
    expectCode(() => verifyConsistency(7, 7, root(7), root(7), one), 'BAD_INPUT');
    expectCode(() => verifyConsistency(0, 7, EMPTY_ROOT, root(7), one), 'BAD_INPUT');
    expectCode(() => verifyConsistency(7, 7, root(7), root(6), []), 'BAD_INPUT');
    expectCode(() => verifyConsistency(0, 7, root(6), root(7), []), 'BAD_INPUT');
    expectCode(() => verifyConsistency(0, 0, root(7), root(7), []), 'BAD_INPUT');
  });

  it('is refused for sizes that are none, shrink, or lack a path', () => {
    const path = consistencyProof(3, 7, read);
    for (const [size1, size2] of [
      [7, 3],
      [-1, 7],
      [3.5, 7],
      [3, 2 ** 53],
      [Number.NaN, 7],
    ]) {
      expectCode(
        () => verifyConsistency(size1 as number, size2 as number, root(3), root(7), path),
        'BAD_INPUT',
      );
    }
    expectCode(() => verifyConsistency(4, 7, root(4), root(7), []), 'BAD_INPUT');
    expectCode(() => verifyConsistency(3, 7, root(3).subarray(1), root(7), path), 'BAD_INPUT');
    expectCode(() => verifyConsistency(3, 7, root(3), root(7).subarray(1), path), 'BAD_INPUT');
  });
});

describe('root of the tree of RFC 9162', () => {
  it('is that of the definition for every size up to 130', () => {
    for (let size = 0; size <= MOST; size++) {
      expect(hex(treeRoot(size, read))).to.equal(hex(root(size)));
    }
  });
});
