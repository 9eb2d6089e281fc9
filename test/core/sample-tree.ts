// Trees for tests: leaf hashes that all differ, and readers of complete subtrees.
import type { NodeReader } from '../../chaincode/core/tree-proofs.js';
import { type ReferenceTree, referenceLeaf } from './reference-tree.js';

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** `count` leaf hashes, each of its own index in decimal. */
export function sampleLeaves(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => referenceLeaf(Buffer.from(`leaf ${index}`)));
}

/** Reads from a reference tree of `size` leaves; throws when asked for what is not complete. */
export function readerOf(tree: ReferenceTree, size: number): NodeReader {
  return (level, index) => {
    if (!Number.isSafeInteger(index) || index < 0) throw new Error(`index ${index} was read`);
    const width = 2n ** BigInt(level);
    const low = BigInt(index) * width;
    if (low + width > BigInt(size)) throw new Error(`node ${level}/${index} is not complete`);
    return tree.root(low, low + width);
  };
}

/** As {@link readerOf}, remembering what was asked once. */
export function cachedReaderOf(tree: ReferenceTree, size: number): NodeReader {
  const read = readerOf(tree, size);
  const known = new Map<string, Uint8Array>();
  return (level, index) => {
    const key = `${level}/${index}`;
    const found = known.get(key) ?? read(level, index);
    known.set(key, found);
    return found;
  };
}
