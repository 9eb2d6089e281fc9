// Histories that one rule each of SPEC 19.2 and 19.4 refuses, or just does not.
import { decodeBase64, encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { formatLeaf, type Leaf, leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import { ACTS } from '../../chaincode/core/lifecycle.js';
import type { History } from '../../gateway/evidence/history.js';
import { NEIGHBOUR, NOBODY, PATIENT, RECORD } from '../../test/support/evidence-sample.js';
import { history, incomplete, log, noteOf, type Ruling, stranger, withProof } from './rules.js';

const COMPLETE: Ruling = { verdict: 'complete' };
const good = log.history({ patient: PATIENT });
const neighbour = log.history({ patient: NEIGHBOUR });
const record = log.history({ record: RECORD });
const notProven = (failed: readonly string[], not: readonly string[] = []): Ruling => {
  return { verdict: 'not proven', failed, not };
};

const leafOf = (given: History, at: number) =>
  parseLeaf(decodeBase64(given.leaves[at] ?? '', 'leaf'));
const unshown = (given: History) => {
  const { openings: _, ...rest } = given;
  return { ...rest, entries: given.leaves.map(() => null) };
};

function chains(): void {
  const broken = incomplete(['chain'], ['map']);
  const hidden = unshown(good);
  const put = (at: number, leaf: string) => ({ ...hidden, leaves: hidden.leaves.with(at, leaf) });
  const changed = (at: number, changes: Partial<Leaf>) =>
    put(at, encodeBase64(formatLeaf({ ...leafOf(good, at), ...changes })));
  const last = decodeBase64(good.leaves[2] ?? '', 'leaf');
  history('leaf-of-another-subject', put(1, neighbour.leaves[0] ?? ''), broken);
  history('leaf-of-another-subject-last', put(2, record.leaves[1] ?? ''), broken);
  history('leaf-of-105-bytes', put(2, encodeBase64(last.subarray(0, 105))), broken);
  history('leaf-is-the-closing-leaf', put(2, good.closingLeaf ?? ''), broken);
  history('leaf-with-another-previous', changed(2, { previous: leafOf(good, 1).previous }), broken);
  history('leaf-with-another-sequence', changed(2, { sequence: 3 }), broken);
  history('leaf-with-a-refused-act', changed(2, { act: ACTS.amend }), broken);
  const later = { verdict: 'not checked', not: ['chain', 'map'] };
  history('leaf-of-version-2', put(2, encodeBase64(last.with(0, 2))), later);
  history('leaf-with-an-act-not-listed', changed(2, { act: 0x30 }), later);
  history('leaf-with-a-reserved-act', changed(2, { act: ACTS['hold-by'] }), later);
  const mapOnly = incomplete(['map']);
  history('leaf-with-another-entry', changed(2, { entry: leafOf(good, 0).entry }), mapOnly);
  history('leaf-with-another-act', changed(2, { act: ACTS.inquiry }), mapOnly);
  const held = { act: ACTS.hold, subject: leafOf(record, 0).subject, sequence: 2 };
  const previous = leafHash(decodeBase64(record.leaves[1] ?? '', 'leaf'));
  const added = formatLeaf({ ...held, previous, entry: leafOf(record, 1).entry });
  const longer = {
    ...record,
    leaves: [...record.leaves, encodeBase64(added)],
    entries: [...record.entries, null],
    openings: [...(record.openings ?? []), null],
  };
  history('leaf-added-that-holds-the-record', longer, mapOnly);
}

function entries(): void {
  const swapped = [good.entries[1] ?? null, good.entries[0] ?? null, good.entries[2] ?? null];
  const unfit = incomplete(['entries']);
  const { openings = [] } = good;
  const opened = (at: number, opening: unknown) => ({
    ...good,
    openings: openings.map((one, place) => (place === at ? opening : one)),
  });
  history('entries-swapped', { ...good, entries: swapped }, unfit);
  history('entries-too-few', { ...good, entries: good.entries.slice(1) }, unfit);
  history('entries-too-many', { ...good, entries: [...good.entries, null] }, unfit);
  history('openings-too-few', { ...good, openings: openings.slice(1) }, unfit);
  const hidden = { ...good, entries: good.entries.with(0, null) };
  history('openings-of-an-entry-that-is-not-shown', hidden, unfit);
  const none = { ...hidden, openings: openings.with(0, {}) };
  history('openings-empty-of-an-entry-that-is-not-shown', none, unfit);
  history('opening-of-another-entry', opened(0, openings[2]), unfit);
  history('openings-empty', opened(0, {}), COMPLETE);
  history('openings-none', opened(0, null), COMPLETE);
  history('entries-none', unshown(good), { verdict: 'complete, 3 not shown' });
}

function maps(): void {
  const unfit = incomplete(['map']);
  const { mapProof } = good;
  const { siblings } = mapProof;
  const proof = (changes: object) => ({ ...good, mapProof: { ...mapProof, ...changes } });
  history('map-proof-without-a-sibling', proof({ siblings: siblings.slice(1) }), unfit);
  history(
    'map-proof-with-129-siblings',
    proof({ siblings: Array(129).fill('11'.repeat(32)) }),
    unfit,
  );
  const under = [`${'00'.repeat(32)}`, ...siblings];
  history('map-proof-with-zeros-first', proof({ siblings: under }), unfit);
  history('map-proof-ends-empty', proof({ end: 'empty' }), unfit);
  history(
    'map-proof-of-an-older-size',
    { ...good, mapProof: log.history({ patient: PATIENT }, 4).mapProof },
    unfit,
  );
  const empty = { ...good, leaves: [], entries: [], openings: [] };
  const absent = (end: unknown, list: readonly string[] = siblings) => ({
    ...empty,
    mapProof: { siblings: list, end },
  });
  const label = encodeHex(log.patientLabel(PATIENT));
  const nobody = log.history({ patient: NOBODY }).mapProof;
  history('absence-forged-by-an-empty-end', absent('empty'), unfit);
  history('absence-forged-by-the-empty-map', absent('empty', []), unfit);
  history('absence-forged-by-the-own-label', absent({ label, value: '11'.repeat(32) }), unfit);
  history('absence-forged-by-membership', absent('subject'), unfit);
  history('absence-forged-by-nobodys-proof', absent(nobody.end, nobody.siblings), unfit);
}

function places(): void {
  const older = log.history({ patient: PATIENT }, 8);
  const elsewhere = withProof(good, { index: 7, path: log.path(7, 10) });
  const { closingLeaf, attestation } = older;
  history(
    'closing-leaf-not-last',
    { ...elsewhere, closingLeaf },
    notProven(['map', 'inclusion', 'attestation'], ['policy', 'time']),
  );
  const notLast = notProven(['inclusion']);
  history('closing-leaf-at-another-index', withProof(good, { index: 7 }), notLast);
  history(
    'closing-leaf-with-a-short-path',
    withProof(good, { path: log.path(9, 10).slice(1) }),
    notLast,
  );
  const leafless = { ...good, closingLeaf: null };
  history(
    'closing-leaf-null',
    leafless,
    notProven(
      ['checkpoint'],
      ['subject', 'chain', 'entries', 'map', 'inclusion', 'attestation', 'policy', 'time'],
    ),
  );
  const asLeaf = { ...good, closingLeaf: good.leaves[2] ?? '' };
  const noLeaf = notProven(['inclusion', 'attestation'], ['map', 'policy', 'time']);
  history('closing-leaf-is-a-leaf', asLeaf, noLeaf);
  const closing = encodeBase64(decodeBase64(good.closingLeaf ?? '', 'leaf').with(0, 2));
  history('closing-leaf-of-version-2', { ...good, closingLeaf: closing }, noLeaf);
  const empty = log.history({ patient: PATIENT }, 0);
  const grown = { ...empty, proof: log.note(10), attestation: log.attest(10) };
  history(
    'closing-leaf-null-above-size-0',
    grown,
    notProven(['inclusion', 'attestation'], ['map', 'policy', 'time']),
  );
  const mixed = { ...older, attestation: good.attestation };
  const unattested = notProven(['attestation'], ['policy', 'time']);
  history('attestation-of-a-newer-checkpoint', mixed, unattested);
  history('attestation-of-an-older-checkpoint', { ...good, attestation }, unattested);
  const broken = withProof(good, { checkpoint: noteOf(10, (own) => `${own}more\n`) });
  history(
    'checkpoint-with-an-extension-line',
    broken,
    notProven(
      ['checkpoint'],
      ['subject', 'chain', 'entries', 'map', 'inclusion', 'attestation', 'policy', 'time'],
    ),
  );
  const wrong = notProven(['checkpoint'], ['attestation', 'policy', 'time']);
  history(
    'checkpoint-of-a-wrong-key',
    withProof(good, { checkpoint: noteOf(10, undefined, stranger) }),
    wrong,
  );
  history(
    'no-log-in-the-trust-file',
    good,
    notProven(['checkpoint'], ['subject', 'chain', 'map', 'attestation', 'policy', 'time']),
    { trust: 'no-log' },
  );
  history('another-channels-trust-file', good, unattested, { trust: 'another-channel' });
  history('policy-requires-another', good, notProven(['policy']), { trust: 'another-required' });
}

function times(): void {
  const newest = '2026-11-03T09:01:00.000Z';
  const late = notProven(['time']);
  history('as-of-just-so', good, COMPLETE, { asOf: newest });
  history('as-of-later', good, late, { asOf: '2026-11-03T09:01:00.001Z' });
  const older = log.history({ patient: PATIENT }, 4);
  history('as-of-before-the-log-grew', older, COMPLETE, { asOf: '2026-11-01T08:59:59.999Z' });
  history('as-of-when-the-log-grew', older, late, { asOf: '2026-11-01T09:00:00.000Z' });
  history('as-of-after-the-log-grew', older, late, { asOf: newest });
}

export function addHistoryRules(): void {
  chains();
  entries();
  maps();
  places();
  times();
}
