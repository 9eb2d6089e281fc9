// test/vectors/receipts/v1-pins: checkpoints that agree with a pinned one by a consistency proof,
// and every way in which they do not (SPEC 12.2 and rules 3 and 4 of step checkpoint). What must
// come of a case is written here by hand; proofs are those of the slow reference.
import { encodeBase64 } from '../../chaincode/core/bytes.js';
import { formatCheckpoint } from '../../chaincode/core/checkpoint.js';
import { signNote } from '../../chaincode/core/signed-note.js';
import type { PinnedCheckpoint } from '../../gateway/evidence/trust.js';
import { denseTree, referenceLeaf, referenceProof } from '../../test/core/reference-tree.js';
import { INDEX, NOBODY, PATIENT, sampleLog } from '../../test/support/evidence-sample.js';
import { EvidenceFolder } from './evidence-folder.js';
import { hex, sha256Of, turned } from './family.js';
import { document, type Ruling, rowOf } from './rules.js';

const log = sampleLog();
const UNCHANGED: Ruling = { verdict: 'unchanged' };
const COMPLETE: Ruling = { verdict: 'complete' };
const LATER = ['attestation', 'policy', 'time'];
const REFUSED: Ruling = { verdict: 'not proven', failed: ['checkpoint'], not: LATER };
const UNDECIDED: Ruling = { verdict: 'not checked', not: ['checkpoint', ...LATER] };

const tree = denseTree(log.writer.leaves.map(referenceLeaf));
const rootAt = (size: number) => tree.root(0n, BigInt(size));

interface Proof {
  readonly from: number;
  readonly path: readonly Uint8Array[];
  readonly note: string;
}

function proofOf(from: number, to: number): Proof {
  const path = from === 0 ? [] : referenceProof(tree, BigInt(from), BigInt(to));
  return { from, path, note: log.note(to) };
}

const textOf = ({ from, path, note }: Proof) =>
  `${[`old ${from}`, ...path.map(encodeBase64)].join('\n')}\n\n${note}`;

/** Of another root or origin; by a key of nobody's. */
function foreignNote(size: number, root: Uint8Array, origin = log.origin): string {
  const { key } = sampleLog({ seed: 9, origin });
  return signNote(formatCheckpoint({ origin, size, root }), origin, key.publicKey, key.sign);
}

const folder = new EvidenceFolder('receipts/v1-pins');

/** Adds trust files with these pins. */
function addTrusts(): void {
  const pin = (size: number, root = rootAt(size), origin = log.origin): PinnedCheckpoint => ({
    origin,
    size,
    root: hex(root),
  });
  const fork = sha256Of('fork');
  const trusts: Readonly<Record<string, readonly PinnedCheckpoint[]>> = {
    'pinned-0': [pin(0)],
    'pinned-4': [pin(4)],
    'pinned-8': [pin(8)],
    'pinned-10': [pin(10)],
    // No checkpoint of this size was ever made.
    'pinned-7': [pin(7)],
    'pinned-4-and-10': [pin(4), pin(10)],
    'pinned-4-and-7': [pin(4), pin(7)],
    'forked-10': [pin(10, fork)],
    'forked-4': [pin(4, fork)],
    'pinned-4-and-forked-10': [pin(4), pin(10, fork)],
    'pinned-10-of-another-log': [pin(10, rootAt(10), 'hospital-b.example/archive')],
  };
  folder.addTrust('sample', log.trustFile());
  for (const [name, pinnedCheckpoints] of Object.entries(trusts)) {
    folder.addTrust(name, log.trustFile({ pinnedCheckpoints }));
  }
}

function addProofs(): void {
  const good = proofOf(8, 10);
  const [first = new Uint8Array(32), ...rest] = good.path;
  const proofs: Readonly<Record<string, Proof>> = {
    'from-0-to-8': proofOf(0, 8),
    'from-4-to-8': proofOf(4, 8),
    'from-4-to-10': proofOf(4, 10),
    'from-7-to-8': proofOf(7, 8),
    'from-8-to-10': good,
    'from-8-to-10-of-which-a-bit-is-turned': { ...good, path: [turned(first), ...rest] },
    'from-8-to-10-without-its-last-hash': { ...good, path: good.path.slice(0, -1) },
    'from-8-to-10-with-one-hash-more': { ...good, path: [...good.path, sha256Of('more')] },
    'from-8-to-10-of-another-root': { ...good, note: foreignNote(10, sha256Of('fork')) },
    'from-8-to-10-signed-by-nobody': { ...good, note: foreignNote(10, rootAt(10)) },
    'from-8-to-10-of-another-log': {
      ...good,
      note: foreignNote(10, rootAt(10), 'hospital-b.example/archive'),
    },
  };
  for (const [name, proof] of Object.entries(proofs)) folder.addConsistency(name, textOf(proof));
}

interface Asked {
  readonly trust?: string;
  readonly asOf?: string;
  readonly consistency?: readonly string[];
  readonly pinned?: true;
}

/** The receipt of size 8 in all cases: what differs is what is asked about it. */
function receipt(name: string, ruling: Ruling, asked: Asked): void {
  folder.addFile('receipt', name, log.receipt(INDEX.archive, 8));
  folder.cases.push(rowOf('receipt', name, ruling, { document, ...asked }));
}

function history(
  name: string,
  size: number,
  ruling: Ruling,
  asked: Asked,
  patient = PATIENT,
): void {
  folder.addFile('history', name, log.history({ patient }, size));
  folder.cases.push(rowOf('history', name, ruling, asked));
}

function addReceipts(): void {
  const pinned = true;
  const over = (name: string) => ({ trust: 'pinned-10', consistency: [name], pinned }) as const;
  receipt('nothing-pinned', UNCHANGED, {});
  receipt('nothing-pinned-though-asked-for', UNDECIDED, { pinned });
  receipt('nothing-pinned-with-a-proof', UNDECIDED, { consistency: ['from-8-to-10'], pinned });
  receipt('of-the-pinned-size', UNCHANGED, { trust: 'pinned-8', pinned });
  receipt('before-the-pin', UNCHANGED, over('from-8-to-10'));
  receipt('after-the-pin', UNCHANGED, {
    trust: 'pinned-4',
    consistency: ['from-4-to-8'],
    pinned,
  });
  receipt('after-a-pin-of-size-0', UNCHANGED, {
    trust: 'pinned-0',
    consistency: ['from-0-to-8'],
    pinned,
  });
  receipt('after-a-pin-that-no-checkpoint-has', UNCHANGED, {
    trust: 'pinned-7',
    consistency: ['from-7-to-8'],
    pinned,
  });
  receipt('between-two-pins', UNCHANGED, {
    trust: 'pinned-4-and-10',
    consistency: ['from-4-to-8', 'from-8-to-10'],
    pinned,
  });
  receipt('one-of-two-pins', UNCHANGED, {
    trust: 'pinned-4-and-10',
    consistency: ['from-8-to-10'],
    pinned,
  });
  receipt('proof-signed-by-nobody', UNCHANGED, over('from-8-to-10-signed-by-nobody'));
  receipt('without-a-proof', UNCHANGED, { trust: 'pinned-10' });
  receipt('without-a-proof-though-asked-for', UNDECIDED, { trust: 'pinned-10', pinned });
  receipt('proof-of-other-sizes', UNDECIDED, over('from-4-to-10'));
  receipt('proof-of-other-sizes-not-asked-for', UNCHANGED, {
    trust: 'pinned-10',
    consistency: ['from-4-to-10'],
  });
  receipt('proof-of-another-log', UNDECIDED, over('from-8-to-10-of-another-log'));
  receipt('pin-of-another-log', UNDECIDED, {
    ...over('from-8-to-10'),
    trust: 'pinned-10-of-another-log',
  });
  for (const fault of [
    'of-which-a-bit-is-turned',
    'without-its-last-hash',
    'with-one-hash-more',
    'of-another-root',
  ]) {
    receipt(`proof-${fault}`, REFUSED, over(`from-8-to-10-${fault}`));
  }
  receipt('proof-that-does-not-hold-beside-one-that-does', REFUSED, {
    trust: 'pinned-10',
    consistency: ['from-8-to-10', 'from-8-to-10-of-which-a-bit-is-turned'],
  });
  receipt('forked-after-it', REFUSED, {
    trust: 'forked-10',
    consistency: ['from-8-to-10'],
  });
  receipt('forked-before-it', REFUSED, { trust: 'forked-4', consistency: ['from-4-to-8'] });
  receipt('forked-where-nothing-leads', UNCHANGED, { trust: 'forked-10' });
  receipt('forked-after-it-and-pinned-before', REFUSED, {
    trust: 'pinned-4-and-forked-10',
    consistency: ['from-4-to-8', 'from-8-to-10'],
    pinned,
  });
}

/** Every file of the folder by its path below test/vectors. */
export function pinsV1(): Map<string, Uint8Array> {
  addTrusts();
  addProofs();
  addReceipts();
  const pinned = true;
  history('before-the-pin', 8, COMPLETE, {
    trust: 'pinned-10',
    consistency: ['from-8-to-10'],
    pinned,
  });
  history('forked-after-it', 8, REFUSED, { trust: 'forked-10', consistency: ['from-8-to-10'] });
  history('without-a-proof-though-asked-for', 8, UNDECIDED, { trust: 'pinned-10', pinned });
  // No pin holds until when the log was empty, or that it had nothing newer.
  const undated: Ruling = { verdict: 'not checked', not: ['time'] };
  history('of-nobody-at-size-0', 0, undated, { trust: 'pinned-0', pinned }, NOBODY);
  history('of-nobody-at-size-0-not-asked-for', 0, COMPLETE, { trust: 'pinned-0' }, NOBODY);
  history(
    'of-nobody-at-size-0-before-the-pin',
    0,
    undated,
    {
      trust: 'pinned-8',
      consistency: ['from-0-to-8'],
      pinned,
    },
    NOBODY,
  );
  // With the larger one nothing was compared: it may be of another log than what goes on from 4.
  receipt('between-two-pins-and-compared-with-the-smaller', UNDECIDED, {
    trust: 'pinned-4-and-10',
    consistency: ['from-4-to-8'],
    pinned,
  });
  receipt('between-two-pins-and-nothing-asked-for', UNCHANGED, {
    trust: 'pinned-4-and-10',
    consistency: ['from-4-to-8'],
  });
  receipt('after-two-pins', UNCHANGED, {
    trust: 'pinned-4-and-7',
    consistency: ['from-7-to-8'],
    pinned,
  });
  receipt('after-two-pins-and-compared-with-the-smaller', UNDECIDED, {
    trust: 'pinned-4-and-7',
    consistency: ['from-4-to-8'],
    pinned,
  });
  const own = { trust: 'pinned-10' } as const;
  const endorsed = '2026-11-03T09:00:00.000Z';
  const before = '2026-11-03T08:59:59.999Z';
  const late: Ruling = { verdict: 'not proven', failed: ['time'] };
  history('as-of-what-keys-say', 10, COMPLETE, { ...own, asOf: '2026-11-03T09:01:00.000Z' });
  history('as-of-what-keys-say-though-pinned', 10, late, { ...own, asOf: endorsed, pinned });
  history('as-of-what-the-pin-holds', 10, COMPLETE, { ...own, asOf: before, pinned });
  return folder.finish('within');
}
