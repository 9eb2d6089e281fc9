// What stands beside a verdict, and when it does not (SPEC 19.6). The texts are written down here
// from the specification.
import { encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import type { ActName } from '../../chaincode/core/lifecycle.js';
import { logIdOf } from '../../chaincode/core/registration.js';
import type { History } from '../../gateway/evidence/history.js';
import { withhold } from '../../gateway/evidence/withhold.js';
import { EvidenceLog } from '../../test/support/evidence-builder.js';
import { type MadeEntry, recordEntry } from '../../test/support/evidence-entries.js';
import { INDEX, NOBODY, PATIENT, RECORD, sampleLog } from '../../test/support/evidence-sample.js';
import { AT, ENDORSED, fixityMembers } from './made-entries.js';
import {
  bareReceipt,
  folder,
  formatRuling,
  history,
  log,
  noteOf,
  type Ruling,
  receipt,
  withProof,
} from './rules.js';

const TIMES = "Times inside entries are the hospital's word.";
const RECEIPT = [
  'A receipt proves that its entry is unchanged since it was endorsed. It does not prove that what the entry says is true.',
  TIMES,
  'That the entry stands in the chain of its record, patient or log, and nowhere else, is proven by the history, not by a receipt.',
];
const LATER_VERSION =
  "Whether a later version exists, and whether the record is on hold, sealed or destroyed, is answered by the record's history.";
const HISTORY = [
  'A history is complete for this identifier, as the log has it, as of its checkpoint. It does not prove that entries are true, that an access which nobody recorded did not happen, or that bytes were not deleted.',
  TIMES,
  '"Newest" means newest at asOf, as the attesting organisations had it.',
];
const THIS_LABEL =
  "Complete of this label; that it is the record's only chain can be checked with the record key.";
const HELD = 'A hold placed by the hospital itself is its own word.';
const NO_NORMAL_FORM =
  "The log's registration gives no normal form for identifiers of this system: another spelling has a chain of its own.";
export const HONEST_ORDERING = 'forks are excluded only if the ordering service is honest';
const EMBEDDED = ['single operator, not independently witnessed', HONEST_ORDERING];
/** As cases were made, until it was said more exactly. */
export const OLD_KEYS_BEFORE =
  'Whoever holds old keys of as many organisations as must attest could back-date an answer; a checkpoint or a revocation in the trust file answers that.';
export const OLD_KEYS =
  'Whoever holds old keys of as many organisations as must attest could make such an answer today and date it back; what answers that is a revocation in the trust file, or a checkpoint pinned there that this one was compared with.';
/** Under orderings `raft` and `bft`. */
const ENDORSED_BY = [
  "An endorsement says what an organisation's peer answered, not which code it ran: each organisation builds the contract from source.",
  OLD_KEYS_BEFORE,
];
const grownSince = (time: string) =>
  `The log had grown since: what was appended after ${time} is not in this history.`;
const otherLogs = (ids: string) =>
  `The owner of this log has other logs, of which this history says nothing: ${ids}.`;
const continues = (id: string) =>
  `This log continues another log, of which this history says nothing: ${id}.`;

const UNCHANGED: Ruling = { verdict: 'unchanged' };
const COMPLETE: Ruling = { verdict: 'complete' };
const UNATTESTED: Ruling = {
  verdict: 'not proven',
  failed: ['attestation'],
  not: ['policy', 'time'],
};

type Asked = Parameters<typeof receipt>[3];

function ofReceipt(
  name: string,
  file: object | Uint8Array,
  ruling: Ruling,
  more: readonly string[],
  { bare = false, end = EMBEDDED, ...asked }: Asked & { bare?: boolean; end?: string[] } = {},
): void {
  const add = bare ? bareReceipt : receipt;
  const statements = [...RECEIPT, ...more, ...end];
  add(`statements-${name}`, file, { ...ruling, statements }, asked);
}

function ofHistory(
  name: string,
  file: object | Uint8Array,
  ruling: Ruling,
  more: readonly string[],
  { end = EMBEDDED, ...asked }: Asked & { end?: string[] } = {},
): void {
  const statements = [...HISTORY, ...more, ...end];
  history(`statements-${name}`, file, { ...ruling, statements }, asked);
}

const made = new EvidenceLog({ seed: 15 });
const trust = 'statements';

function append(act: ActName, subject: Uint8Array, content: MadeEntry | object): number {
  const entry = 'bytes' in content ? content : { bytes: canonicalBytes(content), openings: {} };
  return made.append(ENDORSED, [{ act, subject, entry }]);
}

function receipts(): void {
  const archive = log.receipt(INDEX.archive, 4);
  const amend = log.receipt(INDEX.amend, 8);
  const refused = (failed: string[], not: string[]): Ruling => {
    return { verdict: 'not proven', failed, not };
  };
  ofReceipt('archive', archive, UNCHANGED, [LATER_VERSION]);
  const altered = { verdict: 'altered', failed: ['document'] };
  ofReceipt('amend', amend, altered, [LATER_VERSION]);
  ofReceipt('access', log.receipt(INDEX.access1, 8), UNCHANGED, [], { bare: true });
  const { label } = made.subject({ log: true });
  const run = made.receipt(append('fixity', label, fixityMembers(made.origin)));
  ofReceipt('fixity', run, UNCHANGED, [], { bare: true, trust });
  const unread = refused(['entry'], ['document', 'time']);
  ofReceipt('entry-not-read', { ...archive, entry: amend.entry }, unread, []);
  const stray = { ...archive, openings: { planet: archive.openings?.['name'] } };
  ofReceipt('entry-read-but-failed', stray, refused(['entry'], ['document']), [LATER_VERSION]);
  const broken = withProof(archive, { checkpoint: noteOf(4, (own) => `${own}more\n`) });
  const others = ['document', 'entry', 'inclusion', 'attestation', 'policy', 'time'];
  ofReceipt('checkpoint-not-read', broken, refused(['checkpoint'], others), [LATER_VERSION]);
  const not = formatRuling('receipt', 'not checked');
  ofReceipt('not-ours', {}, not, []);
  const options = { trust: 'raft', end: [] };
  ofReceipt('under-raft', archive, UNATTESTED, [LATER_VERSION], options);
}

function patients(): void {
  const patient = log.history({ patient: PATIENT });
  const older = log.history({ patient: PATIENT }, 4);
  const grown = grownSince('2026-11-01T09:00:00.000Z');
  ofHistory('patient', patient, COMPLETE, [NO_NORMAL_FORM]);
  ofHistory('patient-absent', log.history({ patient: NOBODY }), COMPLETE, [NO_NORMAL_FORM]);
  ofHistory('patient-of-a-grown-log', older, COMPLETE, [grown, NO_NORMAL_FORM]);
  const elsewhere = { trust: 'another-channel' };
  ofHistory('grown-log-not-attested', older, UNATTESTED, [NO_NORMAL_FORM], elsewhere);
  ofHistory('under-raft', older, UNATTESTED, [NO_NORMAL_FORM], { trust: 'raft', end: [] });
  const unknown = {
    verdict: 'not proven',
    failed: ['checkpoint'],
    not: ['subject', 'chain', 'map', 'attestation', 'policy', 'time'],
  };
  ofHistory('no-log-in-the-trust-file', patient, unknown, [], { trust: 'no-log' });
  ofHistory('not-ours', {}, formatRuling('history', 'not checked'), []);
  const strict = sampleLog({
    seed: 16,
    patientSystems: [{ system: 'urn:listed', form: 'upper' }],
  });
  folder.addTrust('listed', strict.trustFile());
  const listed = strict.history({ patient: NOBODY, system: 'urn:listed' });
  ofHistory('patient-of-a-listed-system', listed, COMPLETE, [], { trust: 'listed' });
  const unlisted = strict.history({ patient: PATIENT });
  ofHistory('patient-of-an-unlisted-system', unlisted, COMPLETE, [NO_NORMAL_FORM], {
    trust: 'listed',
  });
}

function records(): void {
  const record = log.history({ record: RECORD });
  const recordKey = encodeHex(log.recordKey);
  ofHistory('record', record, COMPLETE, [THIS_LABEL]);
  ofHistory('record-with-its-key', record, COMPLETE, [], { recordKey });
  const unnamed: Ruling = { verdict: 'incomplete', failed: ['subject'], not: ['chain', 'map'] };
  ofHistory('record-with-a-wrong-key', record, unnamed, [], { recordKey: '11'.repeat(32) });
  const vrf = sampleLog({ seed: 5, recordLabels: 'vrf' });
  const mine = vrf.history({ record: RECORD });
  ofHistory('record-by-vrf', mine, COMPLETE, [], { trust: 'vrf' });
  const vrfProof = mine.subject.kind === 'record' ? mine.subject.vrfProof : undefined;
  const proven = { ...record, subject: { ...record.subject, vrfProof } };
  ofHistory('record-with-a-vrf-proof-in-an-hmac-log', proven, unnamed, []);
  const absent = log.history({ record: 'never archived' });
  const undecided = { verdict: 'not checked', not: ['subject'] };
  ofHistory('record-absent-without-the-key', absent, undecided, [THIS_LABEL]);
  ofHistory('log', log.history({ log: true }), COMPLETE, []);
}

/** The history with its last leaf left out. */
function cut(given: History): History {
  const { leaves, entries, openings = [] } = given;
  return {
    ...given,
    leaves: leaves.slice(0, -1),
    entries: entries.slice(0, -1),
    openings: openings.slice(0, -1),
  };
}

function held(): void {
  const { origin } = made;
  const subject = made.recordLabel(RECORD);
  const options = { origin, at: AT, seed: 'held' };
  append('archive', subject, recordEntry(options, { id: RECORD, version: 1, content: 'x' }));
  const { v, log: own, salt, at, by } = fixityMembers(origin);
  append('hold', subject, { v, log: own, salt, at, by, act: 'hold' });
  const size = made.size;
  const whole = made.history({ record: RECORD });
  const hidden = withhold(whole, { sequences: [1] });
  const oneHidden = { verdict: 'complete, 1 not shown' };
  const asked = { trust };
  const list = [THIS_LABEL, HELD];
  ofHistory('record-held', hidden, oneHidden, list, asked);
  ofHistory('record-whose-hold-is-left-out', cut(hidden), unmapped, [THIS_LABEL], asked);
  const leaves = hidden.leaves.with(1, hidden.leaves[0] ?? '');
  const broken = { verdict: 'incomplete', failed: ['chain'], not: ['map'] };
  ofHistory('record-held-in-a-broken-chain', { ...hidden, leaves }, broken, [THIS_LABEL], asked);
  append('unhold', subject, { v, log: own, salt, at, by, act: 'unhold' });
  const released = withhold(made.history({ record: RECORD }), { sequences: [1, 2] });
  const twoHidden = { verdict: 'complete, 2 not shown' };
  ofHistory('record-released', released, twoHidden, [THIS_LABEL], asked);
  ofHistory('record-whose-release-is-left-out', cut(released), unmapped, list, asked);
  successors(hidden, size, list);
}

const unmapped: Ruling = { verdict: 'incomplete', failed: ['map'] };

/** The same log, registered as one of several of its owner that continues another one. */
function successors(held: History, size: number, list: readonly string[]): void {
  const predecessor = '33'.repeat(32);
  const registration = { ...made.registration, predecessor };
  const logId = encodeHex(logIdOf(registration));
  const logs = [{ origin: made.origin, logId, registration }];
  folder.addTrust('successor', made.trustFile({ logs }));
  const [first, last] = ['ff'.repeat(32), '11'.repeat(32)];
  const ownerLogs = [first, logId, last];
  const asked = { trust: 'successor' };
  const grown = grownSince(ENDORSED);
  const of = [otherLogs(`${first}, ${last}`), continues(predecessor)];
  const attested = { ...held, attestation: made.attest(size, { logId, ownerLogs }) };
  const oneHidden = { verdict: 'complete, 1 not shown' };
  ofHistory('all-of-a-record', attested, oneHidden, [grown, ...list, ...of], asked);
  const unattested = [...list, continues(predecessor)];
  ofHistory('other-logs-not-attested', held, UNATTESTED, unattested, asked);
  const attestation = made.attest(made.size, { logId, ownerLogs });
  const nobody = { ...made.history({ patient: NOBODY }), attestation };
  ofHistory('all-of-a-patient', nobody, COMPLETE, [...of, NO_NORMAL_FORM], asked);
  const alone = made.attest(made.size, { logId, ownerLogs: [logId] });
  const itself = { ...made.history({ log: true }), attestation: alone };
  ofHistory('log-that-continues-another', itself, COMPLETE, [continues(predecessor)], asked);
}

/** Of the cases under a channel, since its attestations are known. */
export const UNDER_RAFT = {
  receipt: [...RECEIPT, LATER_VERSION, ...ENDORSED_BY],
  history: [...HISTORY, NO_NORMAL_FORM, ...ENDORSED_BY],
};

export function addStatements(): void {
  receipts();
  patients();
  records();
  held();
  folder.addTrust(trust, made.trustFile());
}
