// The body with which a log asks a witness to cosign (C2SP tlog-witness, add-checkpoint): from
// which size, the consistency proof, the signed checkpoint. It is also how a consistency proof is
// kept in a file.
import { encodeBase64 } from './bytes.js';
import { ChartsealError } from './errors.js';
import { HASH_BYTES, MAX_WITNESS_HASHES } from './limits.js';
import { checkCount, checkHash } from './merkle.js';
import { parseBase64, parseDecimal } from './text-format.js';

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

const OLD = 'old ';

/** Inverse of {@link formatAddCheckpoint}; throws BAD_FORMAT. The checkpoint is not looked into. */
export function parseAddCheckpoint(text: string): AddCheckpoint {
  const split = text.indexOf('\n\n');
  const [first = '', ...hashes] = text
    .slice(0, Math.max(split, 0))
    .split('\n', MAX_WITNESS_HASHES + 2);
  if (split < 0 || !first.startsWith(OLD)) {
    throw new ChartsealError('BAD_FORMAT', 'this is no consistency proof with its checkpoint');
  }
  if (hashes.length > MAX_WITNESS_HASHES) {
    throw new ChartsealError('BAD_FORMAT', `a witness takes at most ${MAX_WITNESS_HASHES} hashes`);
  }
  return {
    oldSize: parseDecimal(first.slice(OLD.length), 'the old size'),
    path: hashes.map((hash) => parseBase64(hash, 'a hash of the path', HASH_BYTES)),
    checkpoint: text.slice(split + 2),
  };
}
