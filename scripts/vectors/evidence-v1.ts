// The receipts and histories of test/vectors/receipts/v1 with the verdicts that every later
// release must give. Nothing here changes any more: new cases go into folders of their own.
import { decodeBase64, encodeBase64 } from '../../chaincode/core/bytes.js';
import { formatLeaf, leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import { signNote } from '../../chaincode/core/signed-note.js';
import { formatTlogProof, parseTlogProof } from '../../chaincode/core/tlog-proof.js';
import type { History } from '../../gateway/evidence/history.js';
import { formatTrustFile, parseTrustFile, type TrustFile } from '../../gateway/evidence/trust.js';
import { withhold } from '../../gateway/evidence/withhold.js';
import type { EvidenceLog } from '../../test/support/evidence-builder.js';
import { type EvidenceCase, judgeCase } from '../../test/support/evidence-cases.js';
import { recordEntry } from '../../test/support/evidence-entries.js';
import {
  AMENDED,
  DOCUMENT,
  INDEX,
  NEIGHBOUR,
  NOBODY,
  OTHER_RECORD,
  PATIENT,
  RECORD,
  sampleLog,
} from '../../test/support/evidence-sample.js';
import { documentOf } from '../../test/support/evidence-verdicts.js';
import { EvidenceFolder } from './evidence-folder.js';

const folder = new EvidenceFolder('receipts/v1');
const log = sampleLog();
const skipped = sampleLog({ seed: 7 });
const vrfLog = sampleLog({ seed: 5, recordLabels: 'vrf' });

const ORGANISATION = { roots: [], intermediates: [], revoked: [] };
/** What each trust file of the sample log has otherwise. */
const TRUSTS: Readonly<Record<string, Partial<TrustFile>>> = {
  raft: { ordering: 'raft' },
  'two-of-two': {
    organisations: ['HospitalBMSP', log.registration.mspId].map((mspId) => ({
      mspId,
      ...ORGANISATION,
    })),
    policy: { k: 2, required: [], tolerated: 0 },
  },
};

/** The file with what the verifier gave it when the folder was made. */
function add(
  kind: 'receipt' | 'history',
  name: string,
  file: object,
  options: Pick<EvidenceCase, 'document' | 'asOf'> & { from?: EvidenceLog; trust?: string } = {},
): void {
  const { from = log, trust = from === vrfLog ? 'vrf' : 'sample', ...rest } = options;
  const bytes = folder.addFile(kind, name, file);
  const parsed = parseTrustFile(formatTrustFile(from.trustFile(TRUSTS[trust] ?? {})));
  const asked = { kind, name, trust, ...rest };
  const { verdict, exitCode, steps } = judgeCase(asked, bytes, parsed);
  const statuses = Object.fromEntries(steps.map(({ step, status }) => [step, status]));
  folder.cases.push({ ...asked, verdict, exitCode, steps: statuses });
}

/** The history with its lists put together anew from these places. */
function picked(history: History, places: readonly number[]): History {
  const { leaves, entries, openings = [] } = history;
  return {
    ...history,
    leaves: places.map((place) => leaves[place] as string),
    entries: places.map((place) => entries[place] ?? null),
    openings: places.map((place) => openings[place] ?? null),
  };
}

function addReceipts(): void {
  const archive = log.receipt(INDEX.archive, 4);
  const document = documentOf(DOCUMENT);
  add('receipt', 'archive', archive, { document });
  add('receipt', 'archive-later', log.receipt(INDEX.archive, 10), { document });
  add('receipt', 'archive-altered', archive, { document: documentOf(`${DOCUMENT}x`) });
  add('receipt', 'archive-alone', archive);
  add('receipt', 'amend', log.receipt(INDEX.amend), { document: documentOf(AMENDED) });
  add('receipt', 'access', log.receipt(INDEX.access1));
  const { openings: _, ...closed } = log.receipt(INDEX.access1);
  add('receipt', 'access-withheld', closed);
  add(
    'receipt',
    'other-entry',
    { ...archive, entry: log.receipt(INDEX.amend).entry },
    { document },
  );
  add('receipt', 'other-leaf', { ...archive, leaf: log.receipt(INDEX.amend).leaf }, { document });
  add('receipt', 'other-attestation', { ...archive, attestation: log.attest(8) }, { document });
  add('receipt', 'downgraded', archive, { document, trust: 'raft' });
  add('receipt', 'newer-format', { format: 'chartseal-receipt/2' });
  add('receipt', 'damaged', { ...archive, more: 1 }, { document });
}

function addHistories(): void {
  const history = log.history({ patient: PATIENT });
  add('history', 'patient', history, { asOf: '2026-11-03T09:01:00.000Z' });
  add('history', 'patient-older', log.history({ patient: PATIENT }, 4));
  add('history', 'patient-too-old', log.history({ patient: PATIENT }, 4), {
    asOf: '2026-11-02T00:00:00.000Z',
  });
  add('history', 'nobody', log.history({ patient: NOBODY }));
  add('history', 'nobody-empty-log', log.history({ patient: NOBODY }, 0));
  add('history', 'record', log.history({ record: RECORD }));
  add('history', 'record-unnamed', log.history({ record: 'never archived' }));
  add('history', 'record-vrf', vrfLog.history({ record: RECORD }), { from: vrfLog });
  add('history', 'record-vrf-absent', vrfLog.history({ record: 'x' }), { from: vrfLog });
  add('history', 'log', log.history({ log: true }));
  add('history', 'entry-withheld', withhold(history, { sequences: [1] }));
  add('history', 'actor-withheld', withhold(history, { members: ['actor'] }));
  add('history', 'first-dropped', picked(history, [1, 2]));
  add('history', 'middle-dropped', picked(history, [0, 2]));
  add('history', 'last-dropped', picked(history, [0, 1]));
  add('history', 'doubled', picked(history, [0, 1, 1, 2]));
  add('history', 'reordered', picked(history, [0, 2, 1]));
  const other = log.history({ patient: NEIGHBOUR });
  add('history', 'another-name', { ...history, subject: other.subject });
  add('history', 'neighbours-map-proof', { ...history, mapProof: other.mapProof });
  add('history', 'hidden', { ...log.history({ patient: NOBODY }), subject: history.subject });
}

/** Receipts that one rule each refuses. */
function addRefusedReceipts(): void {
  const archive = log.receipt(INDEX.archive, 4);
  const document = documentOf(DOCUMENT);
  const { checkpoint, ...proof } = parseTlogProof(archive.proof);
  const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
  const stranger = sampleLog({ seed: 9 }).key;
  const forged = signNote(text, log.origin, stranger.publicKey, stranger.sign);
  const unsigned = formatTlogProof({ ...proof, checkpoint: forged });
  add('receipt', 'checkpoint-of-another-key', { ...archive, proof: unsigned }, { document });
  add('receipt', 'policy-not-met', archive, { document, trust: 'two-of-two' });
  const early = log.attest(4, { asOf: '2026-11-01T08:59:59.999Z' });
  add('receipt', 'answer-before-checkpoint', { ...archive, attestation: early }, { document });
  const access = log.receipt(INDEX.access1);
  const actor = { ...access.openings?.['actor'], value: { id: 'dr-2' } };
  add('receipt', 'other-opening', { ...access, openings: { actor } });
  const leaf = parseLeaf(decodeBase64(archive.leaf, 'leaf'));
  const second = formatLeaf({ ...leaf, sequence: 1, previous: leafHash(formatLeaf(leaf)) });
  add('receipt', 'archive-not-first', { ...archive, leaf: encodeBase64(second) }, { document });
  add('receipt', 'not-ours', {});
}

/** Histories that one rule each refuses. */
function addRefusedHistories(): void {
  const history = log.history({ patient: PATIENT });
  const older = log.history({ patient: PATIENT }, 4);
  add('history', 'patient-older-just-so', older, { asOf: '2026-11-01T09:00:00.000Z' });
  const subject = { ...history.subject, value: NEIGHBOUR };
  add('history', 'vrf-proof-of-another', { ...history, subject });
  add('history', 'closing-leaf-of-another', { ...history, closingLeaf: older.closingLeaf });
  const other = log.history({ record: OTHER_RECORD });
  const renamed = { ...other, subject: { ...other.subject, id: RECORD } };
  add('history', 'another-record', renamed);
  const entry = recordEntry(
    { origin: skipped.origin, at: '2026-11-04T08:00:00.000Z', seed: 'v4' },
    { id: RECORD, version: 4, content: 'x' },
  );
  const amended = skipped.recordLabel(RECORD);
  skipped.append('2026-11-04T09:00:00.000Z', [{ act: 'amend', subject: amended, entry }]);
  add('history', 'version-skipped', skipped.history({ record: RECORD }), {
    from: skipped,
    trust: 'skipped',
  });
  add('history', 'not-ours', log.receipt(INDEX.archive));
}

/** Every file of the folder by its path below test/vectors. */
export function evidenceV1(): Map<string, Uint8Array> {
  folder.addTrust('sample', log.trustFile());
  for (const [name, changes] of Object.entries(TRUSTS)) {
    folder.addTrust(name, log.trustFile(changes));
  }
  folder.addTrust('skipped', skipped.trustFile());
  folder.addTrust('vrf', vrfLog.trustFile());
  addReceipts();
  addHistories();
  addRefusedReceipts();
  addRefusedHistories();
  return folder.finish('apart');
}
