// What verify is given about pinned checkpoints: consistency proofs, read before anything is
// verified, and told of when they led nowhere.
import { decodeUtf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { CheckpointFacts } from '../../gateway/evidence/checkpoint-facts.js';
import {
  type ConsistencyProof,
  MAX_CONSISTENCY_BYTES,
  parseConsistencyProof,
} from '../../gateway/evidence/consistency-proof.js';
import type { PinQuestion } from '../../gateway/evidence/pin-check.js';
import type { PinnedCheckpoint, Trust } from '../../gateway/evidence/trust.js';
import { readSmallFile } from '../../gateway/services/small-file.js';
import type { CommandContext } from '../context.js';
import { clean } from '../render.js';

export interface PinOptions {
  /** Files with consistency proofs. */
  readonly consistency?: readonly string[];
  /** Whether every checkpoint must agree with a pinned one. */
  readonly pinned?: boolean;
}

/** Faults of a proof that cannot be read stop everything, and say which file it is. */
function readProof(path: string): ConsistencyProof {
  try {
    const bytes = readSmallFile(path, { maxBytes: MAX_CONSISTENCY_BYTES });
    return parseConsistencyProof(decodeUtf8(bytes, 'it'));
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    const text = `consistency proof ${path}: ${error.message}`;
    throw new ChartsealError(error.code, text, { cause: error });
  }
}

export class GivenPins {
  readonly question: PinQuestion;
  readonly #paths: readonly string[];
  readonly #pins: readonly PinnedCheckpoint[];
  readonly #used = new Set<ConsistencyProof>();

  /** Throws FILE_MISSING, FILE_UNREADABLE, TOO_LARGE, BAD_FORMAT, BAD_JSON. */
  constructor({ consistency = [], pinned = false }: PinOptions, { file }: Trust) {
    this.#paths = consistency;
    this.#pins = file.pinnedCheckpoints ?? [];
    this.question = { consistency: consistency.map(readProof), mustBePinned: pinned };
  }

  /** Notes which proofs are between a checkpoint that was verified and a pin, also by failing. */
  note(checkpoint: CheckpointFacts | undefined): void {
    const { origin, size } = checkpoint ?? {};
    for (const proof of this.question.consistency) {
      const { oldSize, newer } = proof;
      if (newer.origin !== origin || (oldSize !== size && newer.size !== size)) continue;
      const other = oldSize === size ? newer.size : oldSize;
      const isPin = (pin: PinnedCheckpoint) => pin.origin === origin && pin.size === other;
      if (other !== size && this.#pins.some(isPin)) this.#used.add(proof);
    }
  }

  /** Tells of proofs that were needed by nothing: somebody thinks that they prove something. */
  tell(context: CommandContext): void {
    for (const [at, proof] of this.question.consistency.entries()) {
      if (this.#used.has(proof)) continue;
      const { oldSize, newer } = proof;
      const text = `not used: ${this.#paths[at]} (${newer.origin}, from size ${oldSize} to ${newer.size}) is between no checkpoint here and a pinned one`;
      context.tell(clean(text));
    }
  }
}
