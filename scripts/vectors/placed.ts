// Receipts of leaves that are in the tree, although the law of chains lets them stand nowhere or
// not there (SPEC 19.3, entry, rule 7): the tree of a log whose contract would have taken them.

import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { logLabel } from '../../chaincode/core/labels.js';
import { formatClosingLeaf, formatLeaf, type Leaf, leafHash } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { EMPTY_MAP } from '../../chaincode/core/subject-map.js';
import { parseTime } from '../../chaincode/core/time.js';
import { buildReceipt, type Receipt } from '../../gateway/evidence/receipt.js';
import { EvidenceLog } from '../../test/support/evidence-builder.js';
import { accessEntry, type MadeEntry, recordEntry } from '../../test/support/evidence-entries.js';
import { DOCUMENT } from '../../test/support/evidence-sample.js';
import { AT, ENDORSED, fixityMembers } from './made-entries.js';
import { bareReceipt, folder, type Ruling, receipt } from './rules.js';

const trust = 'lawless';
const log = new EvidenceLog({ seed: 13 });
const { origin } = log;
const ZEROS = new Uint8Array(32);
const EARLIER = new Uint8Array(32).fill(6);

/** A receipt of an append of this leaf alone; the map stays empty, for no receipt shows it. */
function place(leaf: Omit<Leaf, 'entry' | 'previous'>, { bytes, openings }: MadeEntry): Receipt {
  const { leaves } = log.writer;
  const before = leaves.at(-1);
  const index = leaves.length;
  const previous = leaf.sequence === 0 ? ZEROS : EARLIER;
  leaves.push(formatLeaf({ ...leaf, previous, entry: sha256(bytes) }));
  const closingLeaf = formatClosingLeaf({
    endorsedAt: parseTime(ENDORSED, 'endorsedAt'),
    appendNumber: index / 2,
    previous: before === undefined ? ZEROS : leafHash(before),
    mapRoot: ZEROS,
  });
  leaves.push(closingLeaf);
  const size = leaves.length;
  log.checkpoints.push({ size, endorsedAt: ENDORSED, map: EMPTY_MAP, closingLeaf });
  return buildReceipt({
    entry: bytes,
    openings,
    leaf: leaves[index] as Uint8Array,
    index,
    path: log.path(index, size),
    checkpoint: log.note(size),
    attestation: log.attest(size),
  });
}

const UNCHANGED: Ruling = { verdict: 'unchanged' };
const unfit: Ruling = { verdict: 'not proven', failed: ['entry'] };
const unfitRecord: Ruling = { ...unfit, not: ['document'] };

export function addPlaced(): void {
  const own = logLabel(origin);
  const other = new Uint8Array(32).fill(7);
  const fixity = { bytes: canonicalBytes(fixityMembers(origin)), openings: {} };
  const access = accessEntry({ origin, at: AT, seed: 'placed' });
  const record = (version: number) =>
    recordEntry({ origin, at: AT, seed: `v${version}` }, { id: 'r', version, content: DOCUMENT });
  const bare = (name: string, file: Receipt, ruling: Ruling) =>
    bareReceipt(`placed-${name}`, file, ruling, { trust });
  const full = (name: string, file: Receipt, ruling: Ruling) =>
    receipt(`placed-${name}`, file, ruling, { trust });
  const at = (act: keyof typeof ACTS, subject: Uint8Array, sequence: number) => ({
    act: ACTS[act],
    subject,
    sequence,
  });
  bare('fixity-under-another-label', place(at('fixity', other, 0), fixity), unfit);
  bare('fixity-under-another-label-later', place(at('fixity', other, 3), fixity), unfit);
  bare('fixity-under-the-log', place(at('fixity', own, 3), fixity), UNCHANGED);
  bare('access-under-the-log', place(at('access', own, 0), access), unfit);
  bare('access-under-the-log-later', place(at('access', own, 3), access), unfit);
  bare('access-first', place(at('access', other, 0), access), UNCHANGED);
  bare('access-later', place(at('access', other, 3), access), UNCHANGED);
  full('archive-under-the-log', place(at('archive', own, 0), record(1)), unfitRecord);
  full('archive-later', place(at('archive', other, 3), record(1)), unfitRecord);
  full('amend-first', place(at('amend', other, 0), record(2)), unfitRecord);
  full('amend-later', place(at('amend', other, 3), record(2)), UNCHANGED);
  folder.addTrust(trust, log.trustFile());
}
