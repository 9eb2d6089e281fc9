import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  appendHashes,
  checkFrontier,
  EMPTY_FRONTIER,
  type Frontier,
  frontierRoot,
} from '../../chaincode/core/compact-range.js';
import { expectCode } from '../support/expect-code.js';
import { denseTree, referenceLeaf, sparseTree } from './reference-tree.js';
import { hex, sampleLeaves } from './sample-tree.js';

const MOST = 130;
const leaves = sampleLeaves(MOST);
const tree = denseTree(leaves);
const referenceRoot = (size: number) => hex(tree.root(0n, BigInt(size)));

/** Complete subtrees of the first `size` leaves of a tree, the largest first. */
function partsOf(size: number, root: (low: bigint, high: bigint) => Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let low = 0n;
  for (let width = 2n ** 53n; width > 0n; width /= 2n) {
    if ((BigInt(size) & width) === 0n) continue;
    parts.push(root(low, low + width));
    low += width;
  }
  return parts;
}

describe('frontier of the tree', () => {
  it('gives the reference roots of Certificate Transparency', () => {
    const file = join(process.cwd(), 'test/vectors/ct-reference-roots.json');
    const vector: { leaves: string[]; roots: string[] } = JSON.parse(readFileSync(file, 'utf8'));
    const hashes = vector.leaves.map((leaf) => referenceLeaf(Buffer.from(leaf, 'hex')));
    vector.roots.forEach((root, size) => {
      const frontier = appendHashes(EMPTY_FRONTIER, hashes.slice(0, size));
      expect(hex(frontierRoot(frontier))).to.equal(root);
    });
  });

  it('holds the complete subtrees, the largest first, for every size up to 130', () => {
    let frontier = EMPTY_FRONTIER;
    for (let size = 0; size <= MOST; size++) {
      expect(frontier.size).to.equal(size);
      expect(frontier.hashes.map(hex)).to.deep.equal(partsOf(size, tree.root).map(hex));
      expect(hex(frontierRoot(frontier))).to.equal(referenceRoot(size));
      frontier = appendHashes(frontier, leaves.slice(size, size + 1));
    }
  });

  it('is the same however the leaves are cut into batches', () => {
    const cuts = fc.array(fc.nat({ max: MOST }), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, (places) => {
        const bounds = [0, ...places.sort((a, b) => a - b), MOST];
        let frontier: Frontier = EMPTY_FRONTIER;
        for (let at = 1; at < bounds.length; at++) {
          frontier = appendHashes(frontier, leaves.slice(bounds[at - 1], bounds[at]));
        }
        expect(hex(frontierRoot(frontier))).to.equal(referenceRoot(MOST));
      }),
    );
  });

  it('stays as it was when something is appended to it', () => {
    const before = appendHashes(EMPTY_FRONTIER, leaves.slice(0, 7));
    const hashes = before.hashes.map(hex);
    appendHashes(before, leaves.slice(7));
    expect(before.size).to.equal(7);
    expect(before.hashes.map(hex)).to.deep.equal(hashes);
    expect(EMPTY_FRONTIER).to.deep.equal({ size: 0, hashes: [] });
  });

  it('tells of every subtree that becomes complete, once, and of no other', () => {
    const seen = new Map<string, string>();
    const first = appendHashes(EMPTY_FRONTIER, leaves.slice(0, 5));
    appendHashes(first, leaves.slice(5), (level, index, hash) => {
      expect(seen.has(`${level}/${index}`)).to.equal(false);
      seen.set(`${level}/${index}`, hex(hash));
    });
    const wanted = new Map<string, string>();
    for (let level = 0; 2 ** level <= MOST; level++) {
      const width = 2 ** level;
      for (let index = 0; (index + 1) * width <= MOST; index++) {
        if ((index + 1) * width <= 5) continue;
        const root = tree.root(BigInt(index * width), BigInt((index + 1) * width));
        wanted.set(`${level}/${index}`, hex(root));
      }
    }
    expect([...seen].sort()).to.deep.equal([...wanted].sort());
  });

  it('goes on from sizes beyond 2^31 and 2^32, and up to 2^53 - 1', () => {
    const [common = new Uint8Array()] = leaves;
    for (const size of [2 ** 31 - 3, 2 ** 32 - 5, 2 ** 40 + 12_345, 2 ** 52 - 2, 2 ** 53 - 11]) {
      const added = leaves.slice(1, 11);
      const others = new Map(added.map((leaf, at) => [BigInt(size) + BigInt(at), leaf]));
      const large = sparseTree(common, others);
      const before = checkFrontier(size, partsOf(size, large.root));
      const after = appendHashes(before, added);
      expect(after.size).to.equal(size + 10);
      expect(hex(frontierRoot(after))).to.equal(hex(large.root(0n, BigInt(size + 10))));
      checkFrontier(after.size, after.hashes);
    }
  });

  it('is refused when hashes are short, too few or too many for the size', () => {
    const { hashes } = appendHashes(EMPTY_FRONTIER, leaves.slice(0, 7));
    expect(checkFrontier(7, hashes).hashes).to.equal(hashes);
    for (const size of [0, 3, 8, 15, -7, 7.5, Number.NaN, 2 ** 53]) {
      expectCode(() => checkFrontier(size, hashes), 'BAD_INPUT');
    }
    const short = hashes.map((hash) => hash.subarray(1));
    expectCode(() => checkFrontier(7, short), 'BAD_INPUT');
    expectCode(() => appendHashes(EMPTY_FRONTIER, short), 'BAD_INPUT');
  });

  it('is refused to grow beyond 2^53 - 1 leaves', () => {
    const size = 2 ** 53 - 1;
    const full = checkFrontier(
      size,
      Array.from({ length: 53 }, () => leaves[0] as Uint8Array),
    );
    expect(appendHashes(full, []).size).to.equal(size);
    expectCode(() => appendHashes(full, leaves), 'BAD_INPUT');
  });
});
