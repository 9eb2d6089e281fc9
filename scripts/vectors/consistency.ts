// Vectors of consistency between two sizes of the tree, from RFC 9162 section 2.1.4.
import {
  denseTree,
  type ReferenceTree,
  referenceNode,
  referenceProof,
} from '../../test/core/reference-tree.js';
import { type Family, hex, sha256Of, turned, type VectorCase } from './family.js';
import { LARGE, largeTree, smallLeaves, smallTree } from './inclusion.js';

interface ConsistencyCase extends VectorCase {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly path: readonly string[];
}

type Proof = Omit<ConsistencyCase, 'name' | 'expect'>;

const rootOf = (tree: ReferenceTree, size: number) => hex(tree.root(0n, BigInt(size)));

function proofOf(tree: ReferenceTree, size1: number, size2: number): Proof {
  const path = size1 === 0 ? [] : referenceProof(tree, BigInt(size1), BigInt(size2));
  const [root1, root2] = [rootOf(tree, size1), rootOf(tree, size2)];
  return { size1, size2, root1, root2, path: path.map(hex) };
}

const MIDDLING = [1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129];

function validCases(): ConsistencyCase[] {
  const pairs = new Map<string, readonly [ReferenceTree, number, number]>();
  const put = (tree: ReferenceTree, size1: number, size2: number) =>
    pairs.set(`${size1}-${size2}`, [tree, size1, size2]);
  for (let size2 = 0; size2 <= 9; size2++) {
    for (let size1 = 0; size1 <= size2; size1++) put(smallTree, size1, size2);
  }
  for (const size1 of MIDDLING) {
    for (const size2 of MIDDLING) if (size1 < size2) put(smallTree, size1, size2);
  }
  for (const [at, size2] of LARGE.entries()) {
    put(largeTree, 0, size2);
    put(largeTree, 2 ** 31, size2);
    put(largeTree, size2, size2);
    const size1 = LARGE[at - 1];
    if (size1 !== undefined) put(largeTree, size1, size2);
    if (size2 > 2 ** 32) put(largeTree, 2 ** 32, size2);
    put(largeTree, size2 - 1, size2);
  }
  pairs.delete(`${2 ** 31}-${2 ** 31 - 1}`);
  return [...pairs].map(([name, [tree, size1, size2]]) => ({
    name: `consistency/${name}`,
    ...proofOf(tree, size1, size2),
    expect: 'ok',
  }));
}

/** A tree that is the small one but for leaf 2. */
const forked = denseTree(smallLeaves.with(2, smallLeaves[99] as Uint8Array));

function hostileCases(): ConsistencyCase[] {
  const good = proofOf(smallTree, 6, 11);
  const [first = '', second = '', ...rest] = good.path;
  const bytes = (text: string) => Buffer.from(text, 'hex');
  const other = hex(sha256Of('other'));
  const above = (root: string) => hex(referenceNode(bytes(other), bytes(root)));
  const from0 = proofOf(smallTree, 0, 11);
  const same = proofOf(smallTree, 11, 11);
  const power = proofOf(smallTree, 8, 11);
  const great = proofOf(largeTree, 2 ** 32 + 1, 2 ** 53 - 1);
  const faults: Record<string, Partial<Proof>> = {
    'size1-above-size2': { size1: 11, size2: 6, root1: good.root2, root2: good.root1 },
    'size1-above-size2-without-a-path': { ...same, size1: 12 },
    'size1-negative': { size1: -1 },
    'size1-above-size2-with-equal-roots': { ...proofOf(smallTree, 1, 1), size1: 2 },
    'size2-2-to-53': proofOf(largeTree, 2, 2 ** 53),
    'size1-0-with-a-path': { ...from0, path: [other] },
    'size1-0-with-the-root-as-path': { ...from0, path: [from0.root2] },
    'size1-0-with-another-root1': { ...from0, root1: other },
    'size1-0-with-zeros-for-root1': { ...from0, root1: '00'.repeat(32) },
    'both-0-with-other-roots': { ...proofOf(smallTree, 0, 0), root1: other, root2: other },
    'both-0-with-another-root2': { ...proofOf(smallTree, 0, 0), root2: other },
    'equal-sizes-with-a-path': { ...same, path: [other] },
    'equal-sizes-with-other-roots': { ...same, root2: other },
    'power-of-two-with-its-root-sent': { ...power, path: [power.root1, ...power.path] },
    'power-of-two-without-a-path': { ...power, path: [] },
    'path-empty': { path: [] },
    'path-too-short': { path: good.path.slice(0, -1) },
    'path-without-its-first': { path: good.path.slice(1) },
    'path-too-long': { path: [...good.path, other] },
    'path-too-long-with-its-roots': {
      path: [...good.path, other],
      root1: above(good.root1),
      root2: above(good.root2),
    },
    'path-with-one-more-first': { path: [other, ...good.path] },
    'path-hash-twice': { path: [first, first, second, ...rest] },
    'path-swapped': { path: [second, first, ...rest] },
    'path-reversed': { path: [...good.path].reverse() },
    'path-bit-turned': { path: [hex(turned(bytes(first), 3)), second, ...rest] },
    'path-hash-of-31-bytes': { path: [first.slice(2), second, ...rest] },
    'path-hash-of-33-bytes': { path: [`${first}00`, second, ...rest] },
    'root1-bit-turned': { root1: hex(turned(bytes(good.root1), 17)) },
    'root2-bit-turned': { root2: hex(turned(bytes(good.root2), 17)) },
    'root1-of-31-bytes': { root1: good.root1.slice(2) },
    'root2-of-31-bytes': { root2: good.root2.slice(2) },
    'roots-swapped': { root1: good.root2, root2: good.root1 },
    'size1-of-another-proof': { size1: 5 },
    'size2-of-another-proof': { size2: 17 },
    'an-old-leaf-changed': { root2: rootOf(forked, 11) },
    'an-old-leaf-changed-with-its-own-path': { ...proofOf(forked, 6, 11), root1: good.root1 },
    'size1-cut-to-32-bits': { ...great, size1: 1 },
    'size2-cut-to-32-bits': { ...great, size2: 2 ** 32 - 1 },
  };
  return Object.entries(faults).map(([fault, changes]) => ({
    name: `consistency/${fault}`,
    ...good,
    ...changes,
    expect: { code: 'BAD_INPUT' },
  }));
}

export function consistencyFamily(): Family<ConsistencyCase> {
  return {
    family: 'consistency',
    about: 'That a tree begins with a smaller one (RFC 9162 section 2.1.4)',
    cases: [...validCases(), ...hostileCases()],
  };
}
