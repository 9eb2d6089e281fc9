// State of one subject as the map holds it, and the step that one leaf makes.
import { equalBytes, readUint64, writeUint64 } from './bytes.js';
import { ChartsealError } from './errors.js';
import {
  type HashText,
  labelledHashText,
  pairHash,
  sha256,
  TAG_MAP_SUBJECT,
  TAG_MAP_VALUE,
} from './hash.js';
import type { Leaf } from './leaf.js';
import {
  applyAct,
  KIND_LOG,
  KIND_PATIENT,
  KIND_RECORD,
  type Kind,
  KNOWN_FLAGS,
} from './lifecycle.js';
import { HASH_BYTES } from './limits.js';

/** kind 1 ‖ flags 2 ‖ count 8 ‖ head 32. */
export const SUBJECT_STATE_BYTES = 43;

export interface SubjectState {
  readonly kind: Kind;
  readonly flags: number;
  /** Leaves in the chain; at least 1. */
  readonly count: number;
  /** Leaf hash of the newest leaf. */
  readonly head: Uint8Array;
}

export function formatSubjectState(state: SubjectState): Uint8Array {
  const out = new Uint8Array(SUBJECT_STATE_BYTES);
  writeSubjectState(out, 0, state);
  return out;
}

/** Writes the 43 bytes at this place. */
export function writeSubjectState(out: Uint8Array, at: number, state: SubjectState): void {
  out[at] = state.kind;
  out[at + 1] = state.flags >> 8;
  out[at + 2] = state.flags;
  writeUint64(out, at + 3, state.count);
  out.set(state.head, at + 11);
}

/** Reads 43 bytes; throws BAD_INPUT for a kind or flag that is not known. */
export function parseSubjectState(bytes: Uint8Array): SubjectState {
  const kind = bytes[0];
  const flags = ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
  const known = kind === KIND_PATIENT || kind === KIND_RECORD || kind === KIND_LOG;
  if (bytes.length !== SUBJECT_STATE_BYTES || !known || (flags & ~KNOWN_FLAGS) !== 0) {
    throw new ChartsealError('BAD_INPUT', 'a subject state of this kind is not known');
  }
  const count = readUint64(bytes, 3, 'count');
  if (count === 0) throw new ChartsealError('BAD_INPUT', 'a subject has at least one leaf');
  return { kind, flags, count, head: bytes.subarray(11) };
}

const valueInput = new Uint8Array(1 + SUBJECT_STATE_BYTES);

function valueBytes(state: SubjectState): Uint8Array {
  valueInput[0] = TAG_MAP_VALUE;
  writeSubjectState(valueInput, 1, state);
  return valueInput;
}

/** SHA-256(0x04 ‖ kind ‖ flags ‖ count ‖ head). */
export function subjectValue(state: SubjectState): Uint8Array {
  return sha256(valueBytes(state));
}

/** SHA-256(0x02 ‖ label ‖ value): the hash of a subtree that holds just this subject. */
export function subjectHash(label: Uint8Array, value: Uint8Array): Uint8Array {
  return pairHash(TAG_MAP_SUBJECT, label, value);
}

/** {@link subjectHash} of a subject with this state. */
export function stateHash(label: Uint8Array, state: SubjectState): HashText {
  return labelledHashText(TAG_MAP_SUBJECT, label, valueBytes(state));
}

/** {@link subjectHash} of label ‖ state, as they lie at this place. */
export function packedSubjectHash(bytes: Uint8Array, at: number): HashText {
  valueInput[0] = TAG_MAP_VALUE;
  const state = at + HASH_BYTES;
  for (let index = 0; index < SUBJECT_STATE_BYTES; index++) {
    valueInput[1 + index] = bytes[state + index] as number;
  }
  return labelledHashText(TAG_MAP_SUBJECT, bytes.subarray(at, state), valueInput);
}

/**
 * State after one more leaf: chain position first, then the act.
 * @param before undefined when the subject is not in the map
 * @param hash leaf hash of `leaf`
 * @param logLabel label of the log itself
 * Throws CHAIN_BROKEN or ACT_REFUSED.
 */
export function applyLeaf(
  before: SubjectState | undefined,
  leaf: Leaf,
  hash: Uint8Array,
  logLabel: Uint8Array,
): SubjectState {
  const count = before?.count ?? 0;
  if (leaf.sequence !== count) {
    throw new ChartsealError('CHAIN_BROKEN', `sequence is ${leaf.sequence}, the next is ${count}`);
  }
  if (before !== undefined && !equalBytes(leaf.previous, before.head)) {
    throw new ChartsealError(
      'CHAIN_BROKEN',
      `previous at sequence ${count} is not the chain's head`,
    );
  }
  const { kind, flags } = applyAct(before, leaf.act, equalBytes(leaf.subject, logLabel));
  return { kind, flags, count: count + 1, head: hash };
}
