// Receipts of a log that is too long to be made here: 64 real leaves at the beginning of a tree of
// 10^8, whose other parts are hashes that stand for them. All of it verifies.
import { encodeBase64, encodeHex, utf8, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { formatCheckpoint } from '../../chaincode/core/checkpoint.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { formatClosingLeaf, formatLeaf, leafHash } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import { nodeHash, rootFromInclusion } from '../../chaincode/core/merkle.js';
import { signNote } from '../../chaincode/core/signed-note.js';
import { signEmbedded } from '../../gateway/evidence/attestation.js';
import { buildReceipt, formatReceipt } from '../../gateway/evidence/receipt.js';
import { formatTrustFile } from '../../gateway/evidence/trust.js';
import { CHANNEL, EvidenceLog } from '../../test/support/evidence-builder.js';
import { accessEntry, type MadeEntry, recordEntry } from '../../test/support/evidence-entries.js';

export const TREE_SIZE = 100_000_000;
/** Real leaves, a power of two. */
const LEAVES = 64;
/** Hashes on the path of a leaf at the beginning of the tree. */
const PATH_HASHES = 27;
const AT = '2026-11-01T08:59:58.000Z';
const ENDORSED_AT = '2026-11-01T09:00:00.000Z';

export const DOCUMENT = 'Discharge summary of an inpatient\n';

export interface LargeTree {
  /** Files as they are given out. */
  readonly receipts: readonly Uint8Array[];
  readonly trust: Uint8Array;
}

const standIn = (name: string) => sha256(utf8(`stand-in for ${name}`));

function entryAt(index: number, origin: string): MadeEntry {
  const options = { origin, at: AT, seed: `${index}` };
  return index % 2 === 0
    ? recordEntry(options, { id: `ward-3/summary-${index}`, version: 1, content: DOCUMENT })
    : accessEntry(options);
}

/** Hashes of all levels, leaves first. */
function levelsOver(leaves: readonly Uint8Array[]): Uint8Array[][] {
  const levels = [[...leaves]];
  for (let below = levels[0] ?? []; below.length > 1; ) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < below.length; at += 2) {
      above.push(nodeHash(below[at] as Uint8Array, below[at + 1] as Uint8Array));
    }
    levels.push(above);
    below = above;
  }
  return levels;
}

/** @param checkpoint seed of one checkpoint; another seed gives another root */
export function largeTree(checkpoint: number): LargeTree {
  const log = new EvidenceLog();
  const { origin, key } = log;
  const entries = Array.from({ length: LEAVES }, (_, index) => entryAt(index, origin));
  const leaves = entries.map((entry, index) =>
    formatLeaf({
      act: index % 2 === 0 ? ACTS.archive : ACTS.access,
      subject: standIn(`subject ${index}`),
      sequence: 0,
      previous: ZERO_HASH,
      entry: sha256(entry.bytes),
    }),
  );
  const levels = levelsOver(leaves.map(leafHash)).slice(0, -1);
  const upper = Array.from({ length: PATH_HASHES - levels.length }, (_, level) =>
    standIn(`checkpoint ${checkpoint}, level ${level}`),
  );
  const pathOf = (index: number) => [
    ...levels.map((level, height) => level[(index >> height) ^ 1] as Uint8Array),
    ...upper,
  ];
  const root = rootFromInclusion(0, TREE_SIZE, leafHash(leaves[0] as Uint8Array), pathOf(0));
  const text = formatCheckpoint({ origin, size: TREE_SIZE, root });
  const note = signNote(text, origin, key.publicKey, key.sign);
  const attestation = signEmbedded(answerFor(log, root), key.sign);
  const receipts = entries.map((entry, index) =>
    formatReceipt(
      buildReceipt({
        entry: entry.bytes,
        openings: entry.openings,
        leaf: leaves[index] as Uint8Array,
        index,
        path: pathOf(index),
        checkpoint: note,
        attestation,
      }),
    ),
  );
  return { receipts, trust: formatTrustFile(log.trustFile()) };
}

function answerFor({ logId, origin }: EvidenceLog, root: Uint8Array): Uint8Array {
  const closingLeaf = formatClosingLeaf({
    endorsedAt: Date.parse(ENDORSED_AT),
    appendNumber: 25_000,
    previous: standIn('closing leaf'),
    mapRoot: standIn('map'),
  });
  return canonicalBytes({
    kind: 'chartseal-checkpoint/1',
    channel: CHANNEL,
    logId,
    origin,
    size: TREE_SIZE,
    root: encodeHex(root),
    closingLeaf: encodeBase64(closingLeaf),
    endorsedAt: ENDORSED_AT,
    headSize: TREE_SIZE,
    asOf: '2026-11-01T09:01:00.000Z',
    ownerLogs: [logId],
  });
}
