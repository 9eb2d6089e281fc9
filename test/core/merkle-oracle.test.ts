// merkletreejs, which is not ours, made to hash as RFC 9162 does: leaves hashed by us, nodes
// joined with 0x01 in front, and no other option.
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { MerkleTree } from 'merkletreejs';
import { appendHashes, EMPTY_FRONTIER, frontierRoot } from '../../chaincode/core/compact-range.js';
import { inclusionProof, treeRoot } from '../../chaincode/core/tree-proofs.js';
import { denseTree } from './reference-tree.js';
import { cachedReaderOf, hex, sampleLeaves } from './sample-tree.js';

const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

/** The oracle's tree; it knows neither the empty tree nor consistency proofs. */
const oracle = (leaves: readonly Uint8Array[]) =>
  new MerkleTree(
    leaves.map((leaf) => Buffer.from(leaf)),
    sha256,
    { concatenator: (pair) => Buffer.concat([Buffer.of(1), ...pair]) },
  );

describe('a tree of merkletreejs', () => {
  const leaves = sampleLeaves(1_000);
  const read = cachedReaderOf(denseTree(leaves), leaves.length);

  it('has our roots and our audit paths for every size from 1 to 130', () => {
    for (let size = 1; size <= 130; size++) {
      const theirs = oracle(leaves.slice(0, size));
      expect(hex(treeRoot(size, read))).to.equal(hex(theirs.getRoot()));
      for (let index = 0; index < size; index++) {
        const path = theirs.getProof(leaves[index] as Buffer, index).map(({ data }) => hex(data));
        expect(inclusionProof(index, size, read).map(hex)).to.deep.equal(path);
      }
    }
  });

  it('has the root of our frontier at 1,000 leaves', () => {
    const ours = frontierRoot(appendHashes(EMPTY_FRONTIER, leaves));
    expect(hex(ours)).to.equal(hex(oracle(leaves).getRoot()));
  });
});
