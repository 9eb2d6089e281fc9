// The step about a chain: the leaves given are one subject's, in order and without a gap, and
// the acts in them lead by the law of chains to one state.
import { encodeHex, equalBytes, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { type Leaf, leafHash } from '../../chaincode/core/leaf.js';
import {
  flagNames,
  KIND_LOG,
  KIND_PATIENT,
  KIND_RECORD,
  kindName,
} from '../../chaincode/core/lifecycle.js';
import { applyLeaf, type SubjectState } from '../../chaincode/core/subject.js';
import { readLeaf } from './entry-check.js';
import type { HistorySubject } from './history.js';
import { isNewerAct } from './newer.js';
import { attempt, type Finding, failed, newer, ok } from './steps.js';

const KINDS = { patient: KIND_PATIENT, record: KIND_RECORD, log: KIND_LOG } as const;

export interface CheckedChain {
  readonly finding: Finding;
  /** State after the last leaf when the finding is OK; undefined when there are no leaves. */
  readonly state?: SubjectState;
}

interface ReadLeaf {
  /** Undefined for a leaf of a later version. */
  readonly leaf: Leaf | undefined;
  readonly hash: Uint8Array;
}

/** Why this leaf is not the one at its place, if so. */
function misplacement(
  leaf: Leaf,
  sequence: number,
  previous: Uint8Array,
  label: Uint8Array,
): string | undefined {
  if (!equalBytes(leaf.subject, label)) return 'is of another subject';
  if (leaf.sequence !== sequence) return `says that it is number ${leaf.sequence}`;
  if (!equalBytes(leaf.previous, previous)) return 'does not follow the leaf before it';
  return undefined;
}

/** Reads leaves and their links; a leaf of a later version only counts as a link. */
function readChain(
  leaves: readonly Uint8Array[],
  label: Uint8Array,
): { chain: ReadLeaf[] } | { fault: Finding } {
  const chain: ReadLeaf[] = [];
  let previous: Uint8Array = ZERO_HASH;
  for (const [sequence, bytes] of leaves.entries()) {
    const read = readLeaf(bytes);
    if ('fault' in read && read.fault.status === 'FAILED') {
      return { fault: { ...read.fault, sentence: `Leaf ${sequence}: ${read.fault.sentence}` } };
    }
    const leaf = 'value' in read ? read.value : undefined;
    const wrong = leaf && misplacement(leaf, sequence, previous, label);
    if (wrong !== undefined) {
      return {
        fault: failed(`The leaf at place ${sequence} of the chain ${wrong}.`, 'CHAIN_BROKEN'),
      };
    }
    const hash = leafHash(bytes);
    chain.push({ leaf, hash });
    previous = hash;
  }
  return { chain };
}

function replay(chain: readonly ReadLeaf[], logLabel: Uint8Array): CheckedChain {
  let state: SubjectState | undefined;
  for (const [sequence, { leaf, hash }] of chain.entries()) {
    if (leaf === undefined) return { finding: newer(`The leaf at place ${sequence} of the chain`) };
    if (isNewerAct(leaf.act)) {
      const code = encodeHex(Uint8Array.of(leaf.act));
      return { finding: newer(`Act ${code}, at place ${sequence} of the chain,`) };
    }
    const before = state;
    const step = attempt(`At place ${sequence} of the chain`, () =>
      applyLeaf(before, leaf, hash, logLabel),
    );
    if ('fault' in step) return { finding: step.fault };
    state = step.value;
  }
  if (state === undefined) return { finding: ok('The file shows no event of this subject.') };
  return { finding: ok(describe(state)), state };
}

function describe({ kind, flags, count }: SubjectState): string {
  const events = count === 1 ? '1 event' : `${count} events`;
  const marks = flags === 0 ? '' : `, ${flagNames(flags).join(', ')}`;
  return `The chain of this ${kindName(kind)} is whole: ${events} in order${marks}.`;
}

/** @param label of the subject; `logLabel` is that of the log itself */
export function checkChain(
  leaves: readonly Uint8Array[],
  kind: HistorySubject['kind'],
  label: Uint8Array,
  logLabel: Uint8Array,
): CheckedChain {
  const read = readChain(leaves, label);
  if ('fault' in read) return { finding: read.fault };
  const replayed = replay(read.chain, logLabel);
  const { state } = replayed;
  if (state !== undefined && state.kind !== KINDS[kind]) {
    return { finding: failed(`This is the chain of a ${kindName(state.kind)}, not of a ${kind}.`) };
  }
  return replayed;
}
