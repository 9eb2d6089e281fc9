// The body with which a log asks a witness to cosign (C2SP tlog-witness, add-checkpoint): from
// which size, the consistency proof, the signed checkpoint.
import { encodeBase64 } from './bytes.js';
import { ChartsealError } from './errors.js';
import { checkCount, checkHash } from './merkle.js';

/** Hashes that a witness takes. */
const MAX_WITNESS_HASHES = 63;

export interface AddCheckpoint {
  /** Size of the checkpoint that the witness has. */
  readonly oldSize: number;
  /** Consistency proof from there, in the order of RFC 6962 section 2.1.2. */
  readonly path: readonly Uint8Array[];
  /** The new checkpoint: a signed note, verbatim. */
  readonly checkpoint: string;
}

/** `old N`, a hash a line, an empty line, the checkpoint. Throws BAD_INPUT. */
export function formatAddCheckpoint({ oldSize, path, checkpoint }: AddCheckpoint): string {
  checkCount(oldSize, 'old size');
  if (path.length > MAX_WITNESS_HASHES) {
    throw new ChartsealError('BAD_INPUT', `a witness takes at most ${MAX_WITNESS_HASHES} hashes`);
  }
  for (const hash of path) checkHash(hash, 'a hash of the path');
  return `${[`old ${oldSize}`, ...path.map(encodeBase64)].join('\n')}\n\n${checkpoint}`;
}
