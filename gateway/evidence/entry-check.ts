// The step about one entry: it is the one its leaf commits to, it says what the leaf says, and
// what is shown of its private members is what it committed to.
import { encodeHex, equalBytes } from '../../chaincode/core/bytes.js';
import { checkPrivateValue, type Entry, parseEntry } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { type Leaf, parseLeaf } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { checkOpening } from '../../chaincode/core/private-members.js';
import { isNewerLeaf } from './newer.js';
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

export interface CheckedEntry {
  readonly finding: Finding;
  /** Present only when the leaf commits to it and says the same act. */
  readonly entry?: Entry;
}

/** A leaf, or the finding that it is newer or malformed. */
export function readLeaf(bytes: Uint8Array): { value: Leaf } | { fault: Finding } {
  if (isNewerLeaf(bytes)) return { fault: newer('The leaf') };
  return attempt('The leaf', () => parseLeaf(bytes));
}

/** Private members that the entry commits to. */
export function commitmentsOf(entry: Entry): Readonly<Record<string, string>> {
  return entry.private ?? {};
}

function checkOpenings(entry: Entry, openings: Openings): void {
  const commitments = commitmentsOf(entry);
  for (const [member, opening] of Object.entries(openings)) {
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

function checkAgainstLeaf(entry: Entry, leaf: Leaf): Finding | undefined {
  if (ACTS[entry.act] === leaf.act) return undefined;
  const code = encodeHex(Uint8Array.of(leaf.act));
  return failed(`The entry says ${entry.act}, its leaf says act ${code}.`);
}

export function checkEntry(claim: EntryClaim): CheckedEntry {
  const leaf = readLeaf(claim.leaf);
  if ('fault' in leaf) return { finding: leaf.fault };
  if (!equalBytes(sha256(claim.entry), leaf.value.entry)) {
    return { finding: failed('The entry is not the one that its leaf commits to.') };
  }
  const read = attempt('The entry', () => parseEntry(claim.entry));
  if ('fault' in read) return { finding: read.fault };
  const entry = read.value;
  const otherAct = checkAgainstLeaf(entry, leaf.value);
  if (otherAct !== undefined) return { finding: otherAct };
  const opened = findFault('The entry', () => checkOpenings(entry, claim.openings));
  if (opened !== undefined) return { finding: opened, entry };
  if (claim.origin === undefined) return { finding: needs('checkpoint'), entry };
  if (entry.log !== claim.origin) {
    return { finding: failed(`The entry is of another log: ${entry.log}.`), entry };
  }
  return { finding: ok(`The entry (${entry.act}) is the one that its leaf commits to.`), entry };
}

export interface ShownMembers {
  /** Values of the private members that are shown. */
  readonly opened: Readonly<Record<string, JsonValue>>;
  /** Names of those that are not. */
  readonly withheld: readonly string[];
}

/** What the file shows of an entry's private members, for people. */
export function shownMembers(entry: Entry, openings: Openings): ShownMembers {
  const members = Object.keys(commitmentsOf(entry)).sort();
  const shown = members.filter((member) => Object.hasOwn(openings, member));
  return {
    opened: Object.fromEntries(shown.map((member) => [member, openings[member]?.value ?? null])),
    withheld: members.filter((member) => !shown.includes(member)),
  };
}
