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
import type { HistoryVerification } from '../../gateway/evidence/verify-history.js';
import type { ReceiptVerification } from '../../gateway/evidence/verify-receipt.js';
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

/** Of proofs that are missing. */
const MAX_TOLD = 5;

type Judged = Pick<ReceiptVerification | HistoryVerification, 'checkpoint' | 'steps'>;

export class GivenPins {
  readonly question: PinQuestion;
  readonly #paths: readonly string[];
  readonly #pins: readonly PinnedCheckpoint[];
  readonly #used = new Set<ConsistencyProof>();
  /** What would give the proofs that were missing. */
  readonly #missing = new Set<string>();

  /** Throws FILE_MISSING, FILE_UNREADABLE, TOO_LARGE, BAD_FORMAT, BAD_JSON. */
  constructor({ consistency = [], pinned = false }: PinOptions, { file }: Trust) {
    this.#paths = consistency;
    this.#pins = file.pinnedCheckpoints ?? [];
    this.question = { consistency: consistency.map(readProof), mustBePinned: pinned };
  }

  /** Notes which proofs are between a checkpoint and a pin, also by failing; and those missing. */
  note({ checkpoint, steps }: Judged): void {
    const { origin, size } = checkpoint ?? {};
    const isUndecided = steps.some(
      ({ step, status }) => step === 'checkpoint' && status === 'NOT CHECKED',
    );
    if (checkpoint !== undefined && isUndecided) this.#miss(checkpoint);
    for (const proof of this.question.consistency) {
      const { oldSize, newer } = proof;
      if (newer.origin !== origin || (oldSize !== size && newer.size !== size)) continue;
      const other = oldSize === size ? newer.size : oldSize;
      const isPin = (pin: PinnedCheckpoint) => pin.origin === origin && pin.size === other;
      if (other !== size && this.#pins.some(isPin)) this.#used.add(proof);
    }
  }

  #miss({ origin, size }: CheckpointFacts): void {
    const sizes = this.#pins.flatMap((pin) => (pin.origin === origin ? [pin.size] : []));
    const above = sizes.filter((pin) => pin > size);
    const pin = above.length > 0 ? Math.min(...above) : Math.max(...sizes);
    const [older, newer] = [Math.min(size, pin), Math.max(size, pin)];
    if (sizes.length > 0) {
      this.#missing.add(`chartseal log consistency ${older} --size ${newer}`);
    }
  }

  /**
   * Tells what gives the proofs that are missing; and of proofs that were needed by nothing:
   * somebody thinks that they prove something.
   */
  tell(context: CommandContext): void {
    for (const command of [...this.#missing].slice(0, MAX_TOLD)) {
      context.tell(`hint: the log gives the proof that is missing: ${command}`);
    }
    const more = this.#missing.size - MAX_TOLD;
    if (more > 0) context.tell(`hint: ${more} more proofs are missing`);
    for (const [at, proof] of this.question.consistency.entries()) {
      if (this.#used.has(proof)) continue;
      const { oldSize, newer } = proof;
      const text = `not used: ${this.#paths[at]} (${newer.origin}, from size ${oldSize} to ${newer.size}) is between no checkpoint here and a pinned one`;
      context.tell(clean(text));
    }
  }
}
