// The log's tree from the prover's side: roots and proofs of any size out of the hashes of
// complete subtrees, read as they are needed (RFC 9162 sections 2.1.3.1 and 2.1.4.1).
import { checkCount, checkIndex, checkSizes, EMPTY_ROOT, nodeHash } from './merkle.js';

/**
 * Hash of the complete subtree over leaves index * 2^level up to (index + 1) * 2^level, which
 * lies within the tree asked about. Level 0 holds the leaf hashes.
 */
export type NodeReader = (level: number, index: number) => Uint8Array;

/** The largest power of two below `count`, for count > 1, and its exponent. */
function leftPart(count: number): { width: number; level: number } {
  let [width, level] = [1, 0];
  while (width * 2 < count) [width, level] = [width * 2, level + 1];
  return { width, level };
}

/** Root over leaves from `low` to below `high`; `low` is a multiple of the left part's width. */
function rangeRoot(low: number, high: number, read: NodeReader): Uint8Array {
  if (high - low === 1) return read(0, low);
  const { width, level } = leftPart(high - low);
  if (high - low === width * 2) return read(level + 1, low / (width * 2));
  return nodeHash(read(level, low / width), rangeRoot(low + width, high, read));
}

/** Root of the first `size` leaves; reads at most 53 nodes. */
export function treeRoot(size: number, read: NodeReader): Uint8Array {
  checkCount(size, 'size');
  return size === 0 ? EMPTY_ROOT : rangeRoot(0, size, read);
}

/** Audit path of a leaf, its own sibling first. Throws BAD_INPUT unless index < size. */
export function inclusionProof(index: number, size: number, read: NodeReader): Uint8Array[] {
  checkIndex(index, size);
  const path: Uint8Array[] = [];
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = low + leftPart(high - low).width;
    if (index < middle) {
      path.push(rangeRoot(middle, high, read));
      high = middle;
    } else {
      path.push(rangeRoot(low, middle, read));
      low = middle;
    }
  }
  return path.reverse();
}

/**
 * Proof that the tree of size2 begins with that of size1; empty for size1 = 0 or equal sizes.
 * Throws BAD_INPUT unless size1 <= size2.
 */
export function consistencyProof(size1: number, size2: number, read: NodeReader): Uint8Array[] {
  checkSizes(size1, size2);
  if (size1 === 0) return [];
  const path: Uint8Array[] = [];
  let [low, high] = [0, size2];
  while (high !== size1) {
    const middle = low + leftPart(high - low).width;
    if (size1 <= middle) {
      path.push(rangeRoot(middle, high, read));
      high = middle;
    } else {
      path.push(rangeRoot(low, middle, read));
      low = middle;
    }
  }
  // From low = 0 the rest is the first tree itself, whose root the verifier has.
  if (low !== 0) path.push(rangeRoot(low, high, read));
  return path.reverse();
}
