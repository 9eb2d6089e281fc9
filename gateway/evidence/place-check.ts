// Whether a leaf's act can stand at its place at all: what the law of chains says of a single leaf,
// seen without the rest of its chain.
import { equalBytes } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Leaf } from '../../chaincode/core/leaf.js';
import {
  applyAct,
  KIND_LOG,
  KIND_PATIENT,
  KIND_RECORD,
  KNOWN_FLAGS,
  type SubjectCondition,
} from '../../chaincode/core/lifecycle.js';
import { attempt, type Finding, findFault } from './steps.js';

const KINDS = [KIND_PATIENT, KIND_RECORD, KIND_LOG] as const;

/** Every condition that a subject can be in once it is there. */
const CONDITIONS = KINDS.flatMap((kind) =>
  Array.from({ length: KNOWN_FLAGS + 1 }, (_, flags): SubjectCondition => ({ kind, flags })),
);

function isAllowed(before: SubjectCondition, act: number, isLogLabel: boolean): boolean {
  return !('fault' in attempt('The act', applyAct, before, act, isLogLabel));
}

/** Answers by act and kind of label: trying all conditions costs more than all the rest. */
const followers = new Map<string, boolean>();

/** Whether the act can stand anywhere but at the beginning of a chain. */
function canFollow(act: number, isLogLabel: boolean): boolean {
  const key = `${act}/${isLogLabel}`;
  const known = followers.get(key);
  if (known !== undefined) return known;
  const answer = CONDITIONS.some((before) => isAllowed(before, act, isLogLabel));
  followers.set(key, answer);
  return answer;
}

function checkPlace({ subject, sequence, act }: Leaf, log: Uint8Array): void {
  const isLogLabel = equalBytes(subject, log);
  if (sequence === 0) applyAct(undefined, act, isLogLabel);
  else if (!canFollow(act, isLogLabel)) {
    throw new ChartsealError('ACT_REFUSED', `act ${act} cannot follow another under this label`);
  }
}

/** Finding when no chain of this log can have such a leaf at its place. */
export function findMisplaced(leaf: Leaf, log: Uint8Array): Finding | undefined {
  return findFault(`At sequence ${leaf.sequence}`, checkPlace, leaf, log);
}
