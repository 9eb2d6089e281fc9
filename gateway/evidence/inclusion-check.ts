// The step about a leaf's place in the tree, and the taking apart of the proof that it rests on.
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { Checkpoint } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { verifyInclusion } from '../../chaincode/core/merkle.js';
import { parseTlogProof, type TlogProof } from '../../chaincode/core/tlog-proof.js';
import { type Finding, findFault, ok } from './steps.js';

/** Throws BAD_FORMAT; extra data, which nothing authenticates, has no place in our files. */
export function readProof(text: string): TlogProof {
  const proof = parseTlogProof(text);
  if (proof.extra !== undefined) {
    throw new ChartsealError('BAD_FORMAT', 'the proof has extra data');
  }
  return proof;
}

function checkLast(isLast: boolean, closing: boolean): void {
  if (closing && !isLast) {
    throw new ChartsealError('BAD_INPUT', 'the closing leaf is not the last one of the tree');
  }
  if (!closing && isLast) {
    throw new ChartsealError('BAD_INPUT', 'the last leaf of the tree is its closing leaf');
  }
}

/** @param closing whether the leaf is to be the checkpoint's closing leaf, else any before it */
export function checkInclusion(
  hash: Uint8Array,
  { index, path }: TlogProof,
  checkpoint: Checkpoint,
  closing: boolean,
): Finding {
  const { size, root } = checkpoint;
  const fault =
    findFault('The proof of inclusion', checkLast, index === size - 1, closing) ??
    findFault('The proof of inclusion', verifyInclusion, index, size, hash, path, root);
  if (fault !== undefined) return fault;
  const what = closing ? 'The closing leaf' : 'The leaf';
  return ok(`${what} is number ${index} of ${size} in the tree with root ${encodeHex(root)}.`);
}
