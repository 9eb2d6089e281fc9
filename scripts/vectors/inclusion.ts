// Vectors of inclusion in the tree (SPEC section 11), from the recursive definitions of RFC 9162.
import {
  denseTree,
  type ReferenceTree,
  referenceLeaf,
  referenceNode,
  referencePath,
  sparseTree,
} from '../../test/core/reference-tree.js';
import { type Family, hex, sha256Of, turned, type VectorCase } from './family.js';

interface InclusionCase extends VectorCase {
  readonly index: number;
  readonly size: number;
  readonly leafHash: string;
  readonly path: readonly string[];
  readonly root: string;
}

type Proof = Omit<InclusionCase, 'name' | 'expect'>;

const MOST = 130;
export const smallLeaves = Array.from({ length: MOST }, (_, index) =>
  referenceLeaf(Buffer.from(`leaf ${index}`)),
);
export const smallTree = denseTree(smallLeaves);

/** Sizes of trees in which every leaf but a few is the same. */
export const LARGE = [
  2 ** 31 - 1,
  2 ** 31 + 1,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 40 + 12_345,
  2 ** 52 + 1,
  2 ** 53 - 1,
] as const;

const COMMON = referenceLeaf(Buffer.from('common leaf'));
const SPECIAL = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52, ...LARGE.map((size) => size - 1)];
const special = new Map(
  SPECIAL.map((index) => [BigInt(index), referenceLeaf(Buffer.from(`leaf ${index}`))] as const),
);
export const largeTree = sparseTree(COMMON, special);

const rootOf = (tree: ReferenceTree, size: number) => hex(tree.root(0n, BigInt(size)));

function proofOf(tree: ReferenceTree, index: number, size: number): Proof {
  const path = referencePath(tree, BigInt(index), 0n, BigInt(size));
  const leafHash = hex(tree.root(BigInt(index), BigInt(index) + 1n));
  return { index, size, leafHash, path: path.map(hex), root: rootOf(tree, size) };
}

const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129];

function validCases(): InclusionCase[] {
  const valid = (tree: ReferenceTree, index: number, size: number): InclusionCase => ({
    name: `inclusion/size-${size}-index-${index}`,
    ...proofOf(tree, index, size),
    expect: 'ok',
  });
  const small = SIZES.flatMap((size) => {
    const some = [0, 1, size / 2 - 1, size / 2, size - 2, size - 1].map(Math.floor);
    const indexes = size <= 9 ? Array.from({ length: size }, (_, index) => index) : some;
    return [...new Set(indexes)].map((index) => valid(smallTree, index, size));
  });
  const large = LARGE.flatMap((size) =>
    [...new Set([0, 2 ** 31, 2 ** 32, 2 ** 52, size - 2, size - 1])]
      .filter((index) => index < size)
      .map((index) => valid(largeTree, index, size)),
  );
  // The size is the checkpoint's to bind: it only shapes the path.
  const unbound = { ...proofOf(smallTree, 0, 5), size: 6 };
  return [...small, ...large, { name: 'inclusion/size-not-bound', ...unbound, expect: 'ok' }];
}

/** Sizes, with a root, that no checkpoint may state. */
const misstated = (leafHash: string): Record<string, Partial<Proof>> => ({
  'leaf-for-root-of-size-0': { index: 0, size: 0, path: [], root: leafHash },
  'size-2-to-53': proofOf(largeTree, 1, 2 ** 53),
});

function hostileCases(): InclusionCase[] {
  const good = proofOf(smallTree, 4, 11);
  const [first = '', second = '', ...rest] = good.path;
  const bytes = (text: string) => Buffer.from(text, 'hex');
  const other = hex(sha256Of('other'));
  const spoilt: Record<string, Partial<Proof>> = {
    'tree-of-size-0': { index: 0, size: 0, path: [], root: rootOf(smallTree, 0) },
    'index-is-size': { index: 11 },
    'index-above-size': { index: 12 },
    'index-negative': { index: -1 },
    'index-negative-in-a-tree-of-one': { ...proofOf(smallTree, 0, 1), index: -1 },
    'index-of-the-neighbour': { index: 5 },
    'index-of-a-cousin': { index: 6 },
    'index-of-the-last-leaf': { index: 10 },
    'size-of-another-path-length': { size: 17 },
    'size-of-a-smaller-tree': { size: 7 },
    'path-empty': { path: [] },
    'path-too-short': { path: good.path.slice(0, -1) },
    'path-too-short-for-its-root': {
      path: good.path.slice(0, 1),
      root: hex(smallTree.root(4n, 6n)),
    },
    'path-without-its-first': { path: good.path.slice(1) },
    'path-too-long': { path: [...good.path, other] },
    'path-too-long-with-its-root': {
      path: [...good.path, other],
      root: hex(referenceNode(bytes(other), bytes(good.root))),
    },
    'path-with-one-more-first': { path: [other, ...good.path] },
    'path-with-the-root-last': { path: [...good.path, good.root] },
    'path-hash-twice': { path: [first, first, second, ...rest] },
    'path-swapped': { path: [second, first, ...rest] },
    'path-reversed': { path: [...good.path].reverse() },
    'path-hash-of-zeros': { path: ['00'.repeat(32), second, ...rest] },
    'path-bit-turned': { path: [hex(turned(bytes(first), 9)), second, ...rest] },
    'leaf-bit-turned': { leafHash: hex(turned(bytes(good.leafHash), 255)) },
    'leaf-of-another-place': { leafHash: hex(smallLeaves[3] as Uint8Array) },
    'leaf-without-its-prefix': { leafHash: hex(sha256Of('leaf 4')) },
    'node-for-a-leaf': { leafHash: hex(smallTree.root(4n, 6n)), path: good.path.slice(1) },
    'root-bit-turned': { root: hex(turned(bytes(good.root), 128)) },
    'root-of-another-size': { root: rootOf(smallTree, 12) },
  };
  const cut: Record<string, Partial<Proof>> = {
    'path-hash-of-31-bytes': { path: [first.slice(2), second, ...rest] },
    'path-hash-of-33-bytes': { path: [`${first}00`, second, ...rest] },
    'path-hash-of-no-bytes': { path: ['', second, ...rest] },
    'leaf-hash-of-31-bytes': { leafHash: good.leafHash.slice(2) },
    'leaf-hash-of-33-bytes': { leafHash: `${good.leafHash}00` },
    'root-of-31-bytes': { root: good.root.slice(2) },
  };
  const great = proofOf(largeTree, 2 ** 32, 2 ** 53 - 1);
  const wide: Record<string, Proof> = {
    'index-cut-to-32-bits': { ...great, index: 0 },
    'size-cut-to-53-bits-by-32': { ...great, size: 2 ** 32 - 1 },
    'index-one-more-above-32-bits': { ...great, index: 2 ** 32 + 1 },
  };
  const step = { code: 'BAD_INPUT', step: 'inclusion' };
  const named = (faults: Record<string, Partial<Proof>>, expect: VectorCase['expect']) =>
    Object.entries(faults).map(([fault, changes]) => {
      return { name: `inclusion/${fault}`, ...good, ...changes, expect };
    });
  // What is not 32 bytes long does not come as far as step inclusion, nor what no checkpoint says.
  return [
    ...named(spoilt, step),
    ...named(misstated(good.leafHash), { code: 'BAD_FORMAT', step: 'checkpoint' }),
    ...named(cut, { code: 'BAD_INPUT' }),
    ...named(wide, step),
  ];
}

export function inclusionFamily(): Family<InclusionCase> {
  const sizes = [0, ...SIZES];
  return {
    family: 'inclusion',
    about: 'Audit paths of RFC 9162 section 2.1.3 (SPEC section 11)',
    shared: {
      roots: [
        ...sizes.map((size) => ({ tree: 'small', size, root: rootOf(smallTree, size) })),
        ...LARGE.map((size) => ({ tree: 'large', size, root: rootOf(largeTree, size) })),
      ],
    },
    cases: [...validCases(), ...hostileCases()],
  };
}
