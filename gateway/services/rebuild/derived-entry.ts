// What follows from a stored entry alone: checks that its parts belong together and to this log.
import { encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { type Entry, parseEntry } from '../../../chaincode/core/entry.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { type Leaf, parseLeaf } from '../../../chaincode/core/leaf.js';
import { ACTS } from '../../../chaincode/core/lifecycle.js';
import { checkOpening, type Opening } from '../../../chaincode/core/private-members.js';
import type { StoredEntry } from '../../store/rows.js';
import type { Labels } from '../log-context.js';
import { parseOpenings } from '../receipts.js';
import type { EntryBody } from '../sequencer/build-entry.js';
import {
  bodyOfEntry,
  type IdempotencyDigests,
  idempotencyDigests,
} from '../sequencer/idempotency.js';

export interface DerivedEntry {
  readonly leaf: Leaf;
  /** Of the leaf's subject. */
  readonly labelHex: string;
  readonly entry: Entry;
  readonly body: EntryBody;
  readonly digests: IdempotencyDigests;
}

function unfit(what: string): never {
  throw new ChartsealError('STORE_CORRUPT', what);
}

/** Exactly the members that the entry commits to: who looked at a record is known by them alone. */
function checkOpenings(entry: Entry, openings: Readonly<Record<string, Opening>>): void {
  const commitments: Readonly<Record<string, string>> = entry.private ?? {};
  for (const member of Object.keys(commitments)) {
    if (!Object.hasOwn(openings, member)) unfit('an opening that its entry needs is missing');
  }
  for (const [member, opening] of Object.entries(openings)) {
    const commitment = Object.hasOwn(commitments, member) ? commitments[member] : undefined;
    if (commitment === undefined || !checkOpening(commitment, opening)) {
      unfit('an opening is not what its entry committed to');
    }
  }
}

function checkLabel(entry: Entry, { subject }: Leaf, labels: Labels): void {
  if (entry.act !== 'fixity' && !('record' in entry)) return;
  const label = entry.act === 'fixity' ? labels.log : labels.record(entry.record.id);
  if (!equalBytes(label, subject)) unfit('an entry stands under the label of another subject');
}

/**
 * Throws STORE_CORRUPT, and what a malformed leaf or entry is refused with.
 * @param labels of the log; undefined where its keys are not at hand, then labels are believed
 */
export function deriveEntry(
  stored: StoredEntry,
  origin: string,
  labels: Labels | undefined,
): DerivedEntry {
  const leaf = parseLeaf(stored.leaf);
  if (!equalBytes(leaf.entry, sha256(stored.entry))) unfit('an entry does not fit its leaf');
  const entry = parseEntry(stored.entry);
  if (ACTS[entry.act] !== leaf.act) unfit('an entry has another act than its leaf');
  if (entry.log !== origin) unfit('an entry is of another log');
  const openings = parseOpenings(stored.openings) ?? {};
  checkOpenings(entry, openings);
  if (labels !== undefined) checkLabel(entry, leaf, labels);
  const body = bodyOfEntry(entry, openings);
  const labelHex = encodeHex(leaf.subject);
  return { leaf, labelHex, entry, body, digests: idempotencyDigests(labelHex, body) };
}
