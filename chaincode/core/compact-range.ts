// The right edge of the log's tree: all that is needed to append to it and to know its root.
import { ChartsealError } from './errors.js';
import { MAX_INTEGER } from './limits.js';
import { checkCount, checkHash, EMPTY_ROOT, half, isOdd, nodeHash } from './merkle.js';

/** Roots of the complete subtrees that `size` leaves fall into, the largest first. */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] };

/** Told of every subtree that becomes complete; level 0 are the leaves themselves. */
export type NodeVisitor = (level: number, index: number, hash: Uint8Array) => void;

/**
 * The frontier after these leaf hashes; the one given stays as it was. Costs about one hash a
 * leaf. Throws BAD_INPUT for a hash that is not 32 bytes and above 2^53 - 1 leaves.
 */
export function appendHashes(
  frontier: Frontier,
  leafHashes: Iterable<Uint8Array>,
  visit?: NodeVisitor,
): Frontier {
  const hashes = [...frontier.hashes];
  let size = frontier.size;
  for (const leafHash of leafHashes) {
    checkHash(leafHash, 'leaf hash');
    if (size === MAX_INTEGER) throw new ChartsealError('BAD_INPUT', 'the tree is full');
    let [hash, level, index] = [leafHash, 0, size];
    visit?.(level, index, hash);
    // Each one at the end of the old size is a complete subtree that waits for its sibling.
    while (isOdd(index)) {
      hash = nodeHash(hashes.pop() as Uint8Array, hash);
      level += 1;
      index = half(index);
      visit?.(level, index, hash);
    }
    hashes.push(hash);
    size += 1;
  }
  return { size, hashes };
}

/** Root of the tree that has this right edge. */
export function frontierRoot({ hashes }: Frontier): Uint8Array {
  if (hashes.length === 0) return EMPTY_ROOT;
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

function countOnes(value: number): number {
  let ones = 0;
  for (let rest = value; rest > 0; rest = half(rest)) ones += rest % 2;
  return ones;
}

/** The frontier of these parts; throws BAD_INPUT when the hashes are not as many as size asks. */
export function checkFrontier(size: number, hashes: readonly Uint8Array[]): Frontier {
  checkCount(size, 'size');
  const wanted = countOnes(size);
  if (hashes.length !== wanted) {
    throw new ChartsealError('BAD_INPUT', `a frontier of size ${size} has ${wanted} hashes`);
  }
  for (const hash of hashes) checkHash(hash, 'a hash of the frontier');
  return { size, hashes };
}
