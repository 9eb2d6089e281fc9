// That a log of one size begins with that log of a smaller one, as it is kept in a file: the text
// that witnesses take, or the same as JSON (SPEC 12.2).
import { parseAddCheckpoint } from '../../chaincode/core/add-checkpoint.js';
import { decodeBase64 } from '../../chaincode/core/bytes.js';
import { type Checkpoint, parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseJson } from '../../chaincode/core/json.js';
import { HASH_BYTES, MAX_NOTE_BYTES, MAX_PROOF_HASHES } from '../../chaincode/core/limits.js';
import { blob, checkShape, hex, integer, list, object, text } from '../../chaincode/core/shape.js';
import { parseNote } from '../../chaincode/core/signed-note.js';

/** Nothing of it is believed yet. */
export interface ConsistencyProof {
  readonly oldSize: number;
  /** RFC 9162 section 2.1.4. */
  readonly path: readonly Uint8Array[];
  readonly newer: Checkpoint;
}

/** A proof as JSON, with both roots. */
export const CONSISTENCY_SHAPE = object({
  size1: integer(),
  root1: hex(HASH_BYTES),
  size2: integer(),
  root2: hex(HASH_BYTES),
  path: list(blob(HASH_BYTES), { max: MAX_PROOF_HASHES }),
  checkpoint: text({ min: 1, max: MAX_NOTE_BYTES }),
});

/** Largest file: the checkpoint, escaped in JSON, and what stands before it. */
export const MAX_CONSISTENCY_BYTES = 2 * MAX_NOTE_BYTES;

interface ProofJson {
  readonly size1: number;
  readonly path: readonly string[];
  readonly checkpoint: string;
}

const checkpointOf = (note: string) => parseCheckpoint(parseNote(note).text);

/**
 * Either form. Throws BAD_FORMAT, and BAD_JSON for what begins as JSON. Roots and sizes of JSON are
 * not compared with its checkpoint: whoever uses the proof has them from elsewhere.
 */
export function parseConsistencyProof(proof: string): ConsistencyProof {
  if (!proof.startsWith('{')) {
    const { oldSize, path, checkpoint } = parseAddCheckpoint(proof);
    return { oldSize, path, newer: checkpointOf(checkpoint) };
  }
  const value = parseJson(proof, 'the consistency proof');
  try {
    checkShape(CONSISTENCY_SHAPE, value, 'the consistency proof');
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    throw new ChartsealError('BAD_FORMAT', cause.message, { cause });
  }
  const { size1, path, checkpoint } = value as unknown as ProofJson;
  const hashes = path.map((hash) => decodeBase64(hash, 'a hash of the path', HASH_BYTES));
  return { oldSize: size1, path: hashes, newer: checkpointOf(checkpoint) };
}
