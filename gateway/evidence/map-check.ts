// The steps that tie a chain to a checkpoint: the closing leaf is the checkpoint's, and the
// subject map whose root it carries has the chain exactly as shown.
import { equalBytes, ZERO_HASH } from '../../chaincode/core/bytes.js';
import type { Checkpoint } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type ClosingLeaf, leafHash, parseClosingLeaf } from '../../chaincode/core/leaf.js';
import { rootFromMapProof } from '../../chaincode/core/map-proof.js';
import type { SubjectState } from '../../chaincode/core/subject.js';
import type { TlogProof } from '../../chaincode/core/tlog-proof.js';
import { type MapProofJson, parseMapProof } from './history.js';
import { checkInclusion } from './inclusion-check.js';
import { isNewerLeaf } from './newer.js';
import { attempt, type Finding, failed, findFault, isOk, newer, ok } from './steps.js';

export interface CheckedClosing {
  readonly finding: Finding;
  /** Root of the subject map by the closing leaf; absent when that could not be read. */
  readonly mapRoot?: Uint8Array;
}

function readClosingLeaf(bytes: Uint8Array): { value: ClosingLeaf } | { fault: Finding } {
  if (isNewerLeaf(bytes)) return { fault: newer('The closing leaf') };
  return attempt('The closing leaf', parseClosingLeaf, bytes);
}

/** @param proof undefined when the file has no closing leaf */
export function checkClosingLeaf(
  bytes: Uint8Array | undefined,
  proof: TlogProof | undefined,
  checkpoint: Checkpoint,
): CheckedClosing {
  if (bytes === undefined || proof === undefined) {
    return checkpoint.size === 0
      ? {
          finding: ok('The log is empty: a checkpoint of size 0 has no closing leaf.'),
          mapRoot: ZERO_HASH,
        }
      : { finding: failed('The file shows no closing leaf, but the log is not empty.') };
  }
  const read = readClosingLeaf(bytes);
  if ('fault' in read && read.fault.status === 'FAILED') return { finding: read.fault };
  const inclusion = checkInclusion(leafHash(bytes), proof, checkpoint, true);
  if (!isOk(inclusion) || 'value' in read) {
    return 'value' in read
      ? { finding: inclusion, mapRoot: read.value.mapRoot }
      : { finding: inclusion };
  }
  return { finding: read.fault };
}

/** @param state after the chain, undefined for a subject without leaves */
export function checkMap(
  label: Uint8Array,
  state: SubjectState | undefined,
  proof: MapProofJson,
  mapRoot: Uint8Array,
): Finding {
  const fault = findFault('The map', () => {
    const root = rootFromMapProof(label, state, parseMapProof(proof));
    if (equalBytes(root, mapRoot)) return;
    throw new ChartsealError('BAD_INPUT', 'it does not have this chain with this end');
  });
  if (fault !== undefined) return fault;
  return ok(
    state === undefined
      ? 'The map has no chain under this label: the log holds nothing about this subject.'
      : 'The map has this chain with this very end: nothing is left out or added.',
  );
}
