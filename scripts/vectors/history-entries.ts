// Histories whose entries are judged against each other, their lists and their places in the
// chain: step entries of SPEC 19.4.
import { decodeBase64, encodeBase64 } from '../../chaincode/core/bytes.js';
import { signNote } from '../../chaincode/core/signed-note.js';
import { parseTlogProof } from '../../chaincode/core/tlog-proof.js';
import type { History } from '../../gateway/evidence/history.js';
import { withhold } from '../../gateway/evidence/withhold.js';
import { EvidenceLog } from '../../test/support/evidence-builder.js';
import { accessEntry, recordEntry } from '../../test/support/evidence-entries.js';
import { PATIENT, RECORD } from '../../test/support/evidence-sample.js';
import { AT, changed, ENDORSED } from './made-entries.js';
import { folder, history, incomplete, log, type Ruling, withProof } from './rules.js';

const trust = 'entries';
const made = new EvidenceLog({ seed: 14 });
const { origin } = made;
const COMPLETE: Ruling = { verdict: 'complete' };
const unfit = incomplete(['entries']);

/** Entries of one patient that are newer (2), malformed (0) or as they should be (1). */
function accesses(value: string, versions: readonly number[]): History {
  const subject = made.patientLabel(value);
  for (const v of versions) {
    const seed = `${value} ${v}`;
    const entry = changed(accessEntry({ origin, at: AT, seed }), { v });
    made.append(ENDORSED, [{ act: 'access', subject, entry }]);
  }
  return withhold(made.history({ patient: value }), { members: ['actor'] });
}

function sums(): void {
  const newer = { verdict: 'not checked', not: ['entries'] };
  history('entry-newer-then-malformed', accesses('P1', [2, 0]), unfit, { trust });
  history('entry-malformed-then-newer', accesses('P2', [0, 2]), unfit, { trust });
  history('entry-newer-among-others', accesses('P3', [1, 2, 1]), newer, { trust });
  history('entry-malformed-among-others', accesses('P4', [1, 0, 1]), unfit, { trust });
}

/** The history under a checkpoint with one line too many, signed as it is. */
function underUnread(given: History, by: EvidenceLog): History {
  const { checkpoint } = parseTlogProof(given.proof);
  const content = `${checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1)}more\n`;
  const { publicKey, sign } = by.key;
  return withProof(given, { checkpoint: signNote(content, by.origin, publicKey, sign) });
}

const others = ['subject', 'chain', 'map', 'inclusion', 'attestation', 'policy', 'time'];

/** Record with an archive and an amend of version 7. */
function jumped(id: string): History {
  const subject = made.recordLabel(id);
  for (const version of [1, 7]) {
    const seed = `${id} ${version}`;
    const entry = recordEntry({ origin, at: AT, seed }, { id, version, content: 'x' });
    made.append(ENDORSED, [{ act: version === 1 ? 'archive' : 'amend', subject, entry }]);
  }
  return made.history({ record: id });
}

function unreadCheckpoints(): void {
  const record = log.history({ record: RECORD });
  const undecided = { verdict: 'not proven', failed: ['checkpoint'], not: ['entries', ...others] };
  const wrong = { verdict: 'not proven', failed: ['checkpoint', 'entries'], not: others };
  const renamed = { ...record, subject: { ...record.subject, id: 'another' } } as History;
  history('record-under-an-unread-checkpoint', underUnread(record, log), undecided);
  history('record-of-another-id-under-an-unread-checkpoint', underUnread(renamed, log), wrong);
  const late = underUnread(jumped('unread'), made);
  history('record-of-another-version-under-an-unread-checkpoint', late, wrong, { trust });
}

function lists(): void {
  const good = log.history({ patient: PATIENT });
  const { openings = [] } = good;
  const withOpenings = (list: readonly unknown[]) => ({ ...good, openings: list });
  history('openings-without-the-last', withOpenings(openings.slice(0, -1)), unfit);
  history('openings-with-one-null-more', withOpenings([...openings, null]), unfit);
  history('openings-with-one-object-more', withOpenings([...openings, {}]), unfit);
  history('openings-of-no-items', withOpenings([]), unfit);
  const { openings: _, ...without } = good;
  history('openings-left-out', without, COMPLETE);
  const { entries } = good;
  history('entries-without-the-last', { ...without, entries: entries.slice(0, -1) }, unfit);
  history('entries-with-one-null-more', { ...without, entries: [...entries, null] }, unfit);
  const more = [...entries, entries[0] ?? null];
  history('entries-with-one-entry-more', { ...without, entries: more }, unfit);
}

function versions(): void {
  const whole = jumped('jumped');
  const hidden = withhold(whole, { sequences: [0] });
  const first = decodeBase64(hidden.leaves[0] ?? '', 'leaf');
  const begun = (leaf: Uint8Array) => ({
    ...hidden,
    leaves: hidden.leaves.with(0, encodeBase64(leaf)),
  });
  const broken = incomplete(['chain'], ['map']);
  const asked = { trust };
  history('version-7-after-an-archive', whole, unfit, asked);
  history('version-7-after-an-archive-that-is-not-shown', hidden, unfit, asked);
  history('version-7-after-a-malformed-leaf', begun(first.subarray(0, 105)), broken, asked);
  history('version-7-after-a-leaf-of-version-0', begun(first.with(0, 0)), broken, asked);
  history('version-7-after-a-leaf-of-version-2', begun(first.with(0, 2)), broken, asked);
  history('version-7-after-an-act-not-listed', begun(first.with(1, 0x30)), broken, asked);
}

export function addHistoryEntries(): void {
  sums();
  unreadCheckpoints();
  lists();
  versions();
  folder.addTrust(trust, made.trustFile());
}
