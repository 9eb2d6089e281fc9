// Checkpoints that the trust file pins, and consistency proofs that lead from another one to them
// (SPEC 12.2, 16, 19.2). That a pinned log begins with something rests on SHA-256 alone, and holds
// when keys no longer do; what goes on from it does not.
import { decodeHex, equalBytes } from '../../chaincode/core/bytes.js';
import type { Checkpoint } from '../../chaincode/core/checkpoint.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { verifyConsistency } from '../../chaincode/core/merkle.js';
import type { ConsistencyProof } from './consistency-proof.js';
import { type Finding, failed, findFault, notChecked } from './steps.js';
import type { Trust } from './trust.js';

/** What the caller of a verifier asks about pins. */
export interface PinQuestion {
  /** Of any logs and sizes: those that lead to a pin are used. */
  readonly consistency: readonly ConsistencyProof[];
  /** Whether a checkpoint must agree with a pin at or above it, or with the largest. */
  readonly mustBePinned: boolean;
}

export const NO_QUESTION: PinQuestion = { consistency: [], mustBePinned: false };

/** Sizes of the pins that a checkpoint agrees with, and what people are told. */
export interface ComparedPins {
  /** Undefined where the trust file pins nothing of this log. */
  readonly sizes: readonly number[] | undefined;
  readonly sentence: string;
}

/** Whether the proof leads from the smaller of two sizes of this log to the larger. */
function leadsBetween({ oldSize, newer }: ConsistencyProof, a: Checkpoint, b: Checkpoint): boolean {
  const [smaller, larger] = a.size < b.size ? [a, b] : [b, a];
  return newer.origin === a.origin && oldSize === smaller.size && newer.size === larger.size;
}

/** Why a proof between two checkpoints does not hold; undefined when it does. */
function findProofFault(
  { path, newer }: ConsistencyProof,
  a: Checkpoint,
  b: Checkpoint,
): Finding | undefined {
  const [smaller, larger] = a.size < b.size ? [a, b] : [b, a];
  if (!equalBytes(newer.root, larger.root)) {
    return failed(
      `The consistency proof has another root of size ${larger.size}: the log was forked, or the proof is of another.`,
    );
  }
  return findFault(
    `The consistency proof of sizes ${smaller.size} and ${larger.size}`,
    verifyConsistency,
    smaller.size,
    larger.size,
    smaller.root,
    larger.root,
    path,
  );
}

const agreement = (checkpoint: Checkpoint, pin: Checkpoint): string => {
  if (pin.size === checkpoint.size) return ' It is the one that the trust file pins.';
  return pin.size > checkpoint.size
    ? ` The pinned log of size ${pin.size} begins with it.`
    : ` It goes on from the pinned log of size ${pin.size}: what was added since rests on keys.`;
};

/**
 * Size from which on pins are decisive. Whoever has old keys can make a log go on from a pin as
 * they like: what such a log holds is told from the true one by the pins above it alone.
 */
function decisiveSize({ size }: Checkpoint, pins: readonly Checkpoint[]): number {
  const largest = pins.reduce((most, pin) => Math.max(most, pin.size), 0);
  return Math.min(size, largest);
}

function unpinned(checkpoint: Checkpoint, pins: readonly Checkpoint[]): Finding {
  const least = decisiveSize(checkpoint, pins);
  const sizes = pins.flatMap(({ size }) => (size < least ? [] : [size])).join(', ');
  return notChecked(
    pins.length === 0
      ? `The trust file pins no checkpoint of the log ${checkpoint.origin}.`
      : `No consistency proof leads from size ${checkpoint.size} to a pinned one (${sizes}).`,
  );
}

/** Whether something leads from a checkpoint to a pin; the finding where it leads elsewhere. */
function agrees(
  checkpoint: Checkpoint,
  pin: Checkpoint,
  consistency: readonly ConsistencyProof[],
): Finding | boolean {
  if (pin.size === checkpoint.size) {
    if (equalBytes(pin.root, checkpoint.root)) return true;
    return failed('The trust file pins another root for this size: the log was forked.');
  }
  const proofs = consistency.filter((proof) => leadsBetween(proof, checkpoint, pin));
  for (const proof of proofs) {
    const fault = findProofFault(proof, checkpoint, pin);
    if (fault !== undefined) return fault;
  }
  return proofs.length > 0;
}

function pinsOf(origin: string, trust: Trust): Checkpoint[] {
  const pins = trust.file.pinnedCheckpoints ?? [];
  return pins
    .filter((pin) => pin.origin === origin)
    .map(({ size, root }) => ({ origin, size, root: decodeHex(root, 'root', HASH_BYTES) }));
}

/** Compares a checkpoint with every pin of its log to which something leads. */
export function comparePins(
  checkpoint: Checkpoint,
  trust: Trust,
  { consistency, mustBePinned }: PinQuestion,
): ComparedPins | { readonly fault: Finding } {
  const pins = pinsOf(checkpoint.origin, trust);
  const compared: Checkpoint[] = [];
  for (const pin of pins) {
    const found = agrees(checkpoint, pin, consistency);
    if (typeof found === 'object') return { fault: found };
    if (found) compared.push(pin);
  }
  const least = decisiveSize(checkpoint, pins);
  const isPinned = compared.some(({ size }) => size >= least);
  if (mustBePinned && !isPinned) return { fault: unpinned(checkpoint, pins) };
  if (pins.length === 0) return { sizes: undefined, sentence: '' };
  const alone = ' It was compared with no pinned checkpoint.';
  const sentence = compared.map((pin) => agreement(checkpoint, pin)).join('') || alone;
  return { sizes: compared.map(({ size }) => size), sentence };
}
