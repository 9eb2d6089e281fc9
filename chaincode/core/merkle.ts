// The log's tree from a verifier's side: roots from audit paths, consistency of two sizes
// (RFC 9162 section 2.1). Sizes go to 2^53 - 1, so nothing here may use bit operators, which
// cut to 32 bits: halves are floors of divisions, which are exact for safe integers.
import { EMPTY_BYTES, equalBytes } from './bytes.js';
import { ChartsealError } from './errors.js';
import { pairHash, pathHash, sha256, TAG_TREE_NODE } from './hash.js';
import { HASH_BYTES } from './limits.js';

/** Root of the tree without leaves: SHA-256 of nothing (RFC 9162 section 2.1.1). */
export const EMPTY_ROOT: Uint8Array = sha256(EMPTY_BYTES);

/** SHA-256(0x01 ‖ left ‖ right) for two hashes of 32 bytes, which the caller has checked. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return pairHash(TAG_TREE_NODE, left, right);
}

export function isOdd(value: number): boolean {
  return value % 2 === 1;
}

export function half(value: number): number {
  return Math.floor(value / 2);
}

function fail(message: string): never {
  throw new ChartsealError('BAD_INPUT', message);
}

/** Throws BAD_INPUT unless `value` is an integer from 0 to 2^53 - 1. */
export function checkCount(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 0) fail(`${what} is not an integer of at least 0`);
}

/** Throws BAD_INPUT unless there is a leaf with this index in a tree of this size. */
export function checkIndex(index: number, size: number): void {
  checkCount(index, 'index');
  checkCount(size, 'size');
  if (index >= size) fail(`a tree of ${size} leaves has no leaf ${index}`);
}

/** Throws BAD_INPUT unless both are sizes and the first is not above the second. */
export function checkSizes(size1: number, size2: number): void {
  checkCount(size1, 'first size');
  checkCount(size2, 'second size');
  if (size1 > size2) fail(`size ${size1} does not come before size ${size2}`);
}

/** Throws BAD_INPUT unless this is a hash of 32 bytes. */
export function checkHash(hash: Uint8Array, what: string): void {
  if (hash.length !== HASH_BYTES) fail(`${what} is not ${HASH_BYTES} bytes`);
}

function checkPath(path: readonly Uint8Array[]): void {
  for (const hash of path) checkHash(hash, 'a hash of the path');
}

/** Climbs from (first, last) of one level to the next level at which the path has a sibling. */
function climb(node: number, last: number): [node: number, last: number] {
  let [at, end] = [node, last];
  while (!isOdd(at) && at !== 0) [at, end] = [half(at), half(end)];
  return [half(at), half(end)];
}

/**
 * Root that an audit path leads to (RFC 9162 section 2.1.3.2).
 * @param index of the leaf, below `size`
 * @param path sibling hashes from the leaf's own to the root's child
 * Throws BAD_INPUT, also for a path that is not of exactly the length of this place. A path
 * does not bind `size`: that is the signed checkpoint's task.
 */
export function rootFromInclusion(
  index: number,
  size: number,
  leafHash: Uint8Array,
  path: readonly Uint8Array[],
): Uint8Array {
  checkIndex(index, size);
  checkHash(leafHash, 'leaf hash');
  checkPath(path);
  const isLeft: boolean[] = [];
  let node = index;
  let last = size - 1;
  while (isLeft.length < path.length) {
    if (last === 0) fail('the inclusion path is too long');
    const left = isOdd(node) || node === last;
    isLeft.push(left);
    // A node at the end has no sibling on some levels.
    while (left && !isOdd(node) && node !== 0) {
      node = half(node);
      last = half(last);
    }
    node = half(node);
    last = half(last);
  }
  if (last !== 0) fail('the inclusion path is too short');
  return pathHash(TAG_TREE_NODE, leafHash, path, isLeft);
}

/** Throws BAD_INPUT unless the path leads from this leaf to `root` (RFC 9162 2.1.3.2). */
export function verifyInclusion(
  index: number,
  size: number,
  leafHash: Uint8Array,
  path: readonly Uint8Array[],
  root: Uint8Array,
): void {
  checkHash(root, 'root');
  if (!equalBytes(rootFromInclusion(index, size, leafHash, path), root)) {
    fail('the inclusion path does not lead to the root');
  }
}

function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest > 1 && !isOdd(rest)) rest = half(rest);
  return rest === 1;
}

/** Both roots that the path of RFC 9162 section 2.1.4.2 leads to, for 0 < size1 < size2. */
function rootsFromConsistency(
  size1: number,
  size2: number,
  root1: Uint8Array,
  path: readonly Uint8Array[],
): [Uint8Array, Uint8Array] {
  // A first tree that is one complete subtree is not sent: the verifier has its root.
  const [start, ...rest] = isPowerOfTwo(size1) ? [root1, ...path] : path;
  if (start === undefined) fail('the consistency path is too short');
  let [node, last] = [size1 - 1, size2 - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [first, second] = [start, start];
  for (const sibling of rest) {
    if (last === 0) fail('the consistency path is too long');
    if (isOdd(node) || node === last) {
      first = nodeHash(sibling, first);
      second = nodeHash(sibling, second);
      [node, last] = climb(node, last);
    } else {
      second = nodeHash(second, sibling);
      [node, last] = [half(node), half(last)];
    }
  }
  if (last !== 0) fail('the consistency path is too short');
  return [first, second];
}

/**
 * Throws BAD_INPUT unless the tree of size2 begins with the tree of size1 (RFC 9162 section
 * 2.1.4.2). For equal sizes the path is empty and the roots are equal; every tree begins with
 * the empty one, whose root must be {@link EMPTY_ROOT} and whose path is empty.
 */
export function verifyConsistency(
  size1: number,
  size2: number,
  root1: Uint8Array,
  root2: Uint8Array,
  path: readonly Uint8Array[],
): void {
  checkSizes(size1, size2);
  checkHash(root1, 'first root');
  checkHash(root2, 'second root');
  checkPath(path);
  if (size1 === 0 && !equalBytes(root1, EMPTY_ROOT)) fail('this is not the empty root');
  if (size1 === 0 || size1 === size2) {
    if (path.length > 0) fail('the consistency path is too long');
    if (size1 === size2 && !equalBytes(root1, root2)) fail('two roots of one size differ');
    return;
  }
  const [first, second] = rootsFromConsistency(size1, size2, root1, path);
  if (!equalBytes(first, root1)) fail('the consistency path does not lead to the first root');
  if (!equalBytes(second, root2)) fail('the consistency path does not lead to the second root');
}
