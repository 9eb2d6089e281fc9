// The log's tree once more, slowly and straight from the recursive definitions of RFC 9162
// section 2.1, with BigInt sizes and node:crypto: the measure for the product's own code.
import { createHash } from 'node:crypto';

const hash = (...parts: readonly Uint8Array[]): Uint8Array => {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return new Uint8Array(sum.digest());
};

/** Leaf hash of some bytes: SHA-256(0x00 ‖ data). */
export const referenceLeaf = (data: Uint8Array): Uint8Array => hash(Uint8Array.of(0), data);

/** SHA-256(0x01 ‖ left ‖ right). */
export const referenceNode = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  hash(Uint8Array.of(1), left, right);
const node = referenceNode;

/** The hash that stands for leaf `index`, and the root of any range of leaves. */
export interface ReferenceTree {
  /** MTH(D[low:high]). */
  root(low: bigint, high: bigint): Uint8Array;
}

const split = (count: bigint): bigint => {
  let k = 1n;
  while (k * 2n < count) k *= 2n;
  return k;
};

/** A tree over leaf hashes that are all there. */
export function denseTree(leafHashes: readonly Uint8Array[]): ReferenceTree {
  const root = (low: bigint, high: bigint): Uint8Array => {
    if (high === low) return hash();
    if (high - low === 1n) return leafHashes[Number(low)] as Uint8Array;
    const k = split(high - low);
    return node(root(low, low + k), root(low + k, high));
  };
  return { root };
}

/** A tree as large as you like whose leaves are all `common` but for a few. */
export function sparseTree(
  common: Uint8Array,
  others: ReadonlyMap<bigint, Uint8Array>,
): ReferenceTree {
  const complete = new Map<bigint, Uint8Array>([[1n, common]]);
  const commonRoot = (width: bigint): Uint8Array => {
    const known = complete.get(width);
    if (known !== undefined) return known;
    const half = commonRoot(width / 2n);
    const made = node(half, half);
    complete.set(width, made);
    return made;
  };
  const root = (low: bigint, high: bigint): Uint8Array => {
    if (high === low) return hash();
    if (high - low === 1n) return others.get(low) ?? common;
    const k = split(high - low);
    const plain = ![...others.keys()].some((index) => index >= low && index < high);
    if (plain && k * 2n === high - low) return commonRoot(k * 2n);
    return node(root(low, low + k), root(low + k, high));
  };
  return { root };
}

/** PATH(m, D[low:high]) of section 2.1.3.1; `m` counts from `low`. */
export function referencePath(
  tree: ReferenceTree,
  m: bigint,
  low: bigint,
  high: bigint,
): Uint8Array[] {
  if (high - low === 1n) return [];
  const k = split(high - low);
  return m < k
    ? [...referencePath(tree, m, low, low + k), tree.root(low + k, high)]
    : [...referencePath(tree, m - k, low + k, high), tree.root(low, low + k)];
}

/** SUBPROOF(m, D[low:high], b) of section 2.1.4.1; `m` counts from `low`. */
function subproof(
  tree: ReferenceTree,
  m: bigint,
  low: bigint,
  high: bigint,
  known: boolean,
): Uint8Array[] {
  if (m === high - low) return known ? [] : [tree.root(low, high)];
  const k = split(high - low);
  return m <= k
    ? [...subproof(tree, m, low, low + k, known), tree.root(low + k, high)]
    : [...subproof(tree, m - k, low + k, high, false), tree.root(low, low + k)];
}

/** PROOF(m, D[0:n]) of section 2.1.4.1, for 0 < m <= n. */
export function referenceProof(tree: ReferenceTree, m: bigint, n: bigint): Uint8Array[] {
  return subproof(tree, m, 0n, n, true);
}
