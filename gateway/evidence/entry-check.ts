// The step about one entry: it is the one its leaf commits to, it says what the leaf says, and
// what is shown of its private members is what it committed to.
import { encodeHex, equalBytes } from '../../chaincode/core/bytes.js';
import { checkPrivateValue, type Entry, parseEntry } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { logLabel } from '../../chaincode/core/labels.js';
import { type Leaf, parseLeaf } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { checkOpening, type Opening } from '../../chaincode/core/private-members.js';
import { isNewerLeaf } from './newer.js';
import { findMisplaced } from './place-check.js';
import type { Openings } from './receipt.js';
import { attempt, type Finding, failed, findFault, needs, newer, ok } from './steps.js';

export interface EntryClaim {
  /** Bytes of the entry and of its leaf. */
  readonly entry: Uint8Array;
  readonly leaf: Uint8Array;
  readonly openings: Openings;
  /** Origin of the log by its checkpoint; undefined when that could not be read. */
  readonly origin: string | undefined;
}

/** What the file shows of an entry's private members, for people. */
export interface ShownMembers {
  /** Values of the private members that are shown and are what was logged. */
  readonly opened: Readonly<Record<string, JsonValue>>;
  /** Names of the others. */
  readonly withheld: readonly string[];
}

export interface CheckedEntry {
  readonly finding: Finding;
  /** Present only when the leaf commits to it and says the same act. */
  readonly entry?: Entry;
  readonly shown?: ShownMembers;
}

/** A leaf, or the finding that it is newer or malformed. */
export function readLeaf(bytes: Uint8Array): { value: Leaf } | { fault: Finding } {
  if (isNewerLeaf(bytes)) return { fault: newer('The leaf') };
  return attempt('The leaf', parseLeaf, bytes);
}

function checkOpenings(entry: Entry, openings: Openings): void {
  const commitments: Readonly<Record<string, string>> = entry.private ?? {};
  for (const member of Object.keys(openings)) {
    const opening = openings[member] as Opening;
    const commitment = Object.hasOwn(commitments, member) ? commitments[member] : undefined;
    if (commitment === undefined) {
      throw new ChartsealError('BAD_INPUT', 'something is shown that the entry does not hold');
    }
    if (!checkOpening(commitment, opening)) {
      throw new ChartsealError('BAD_INPUT', `what is shown as ${member} is not what was logged`);
    }
    checkPrivateValue(member, opening.value);
  }
}

/** @param openings that were checked */
function shownMembers(entry: Entry, openings: Openings): ShownMembers {
  const opened: Record<string, JsonValue> = {};
  const withheld: string[] = [];
  for (const member of Object.keys(entry.private ?? {})) {
    const opening = Object.hasOwn(openings, member) ? openings[member] : undefined;
    if (opening === undefined) withheld.push(member);
    else opened[member] = opening.value;
  }
  return { opened, withheld };
}

function checkAgainstLeaf(entry: Entry, leaf: Leaf): Finding | undefined {
  if (ACTS[entry.act] === leaf.act) return undefined;
  const code = encodeHex(Uint8Array.of(leaf.act));
  return failed(`The entry says ${entry.act}, its leaf says act ${code}.`);
}

function checkLog(entry: Entry, leaf: Leaf, origin: string | undefined): Finding {
  if (origin === undefined) return needs('checkpoint');
  if (entry.log !== origin) return failed(`The entry is of another log: ${entry.log}.`);
  const misplaced = findMisplaced(leaf, logLabel(origin));
  if (misplaced !== undefined) return misplaced;
  return ok(`The entry (${entry.act}) is the one that its leaf commits to.`);
}

export function checkEntry(claim: EntryClaim): CheckedEntry {
  const leaf = readLeaf(claim.leaf);
  if ('fault' in leaf) return { finding: leaf.fault };
  if (!equalBytes(sha256(claim.entry), leaf.value.entry)) {
    return { finding: failed('The entry is not the one that its leaf commits to.') };
  }
  const read = attempt('The entry', parseEntry, claim.entry);
  if ('fault' in read) return { finding: read.fault };
  const entry = read.value;
  const otherAct = checkAgainstLeaf(entry, leaf.value);
  if (otherAct !== undefined) return { finding: otherAct };
  const unfit = findFault('The entry', checkOpenings, entry, claim.openings);
  const shown = shownMembers(entry, unfit === undefined ? claim.openings : {});
  return { finding: unfit ?? checkLog(entry, leaf.value, claim.origin), entry, shown };
}
