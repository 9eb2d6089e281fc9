// Receipts of entries at the bounds of SPEC sections 2, 4 and 5, each just within one and just
// beyond it, of fixity entries that are none, and of documents with further digests.
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import type { ActName } from '../../chaincode/core/lifecycle.js';
import { EvidenceLog } from '../../test/support/evidence-builder.js';
import { accessEntry, type MadeEntry, recordEntry } from '../../test/support/evidence-entries.js';
import { DOCUMENT } from '../../test/support/evidence-sample.js';
import { documentOf } from '../../test/support/evidence-verdicts.js';
import { AT, changed, committed, ENDORSED, fixityMembers } from './made-entries.js';
import { bareReceipt, deepened, folder, type Ruling, receipt, text, utf8 } from './rules.js';

const trust = 'bounds';
const log = new EvidenceLog({ seed: 12 });
const { origin } = log;

const UNCHANGED: Ruling = { verdict: 'unchanged' };
const unfit: Ruling = { verdict: 'not proven', failed: ['entry'] };
const unread: Ruling = { verdict: 'not proven', failed: ['entry'], not: ['time'] };

function append(act: ActName, subject: Uint8Array, entry: MadeEntry) {
  return log.receipt(log.append(ENDORSED, [{ act, subject, entry }]));
}

function access(name: string, entry: MadeEntry, ruling: Ruling): void {
  bareReceipt(name, append('access', log.patientLabel('P1'), entry), ruling, { trust });
}

const good = accessEntry({ origin, at: AT, seed: 'good' });

/** The access with so many bytes in all; `records` takes up what is missing. */
function sized(bytes: number): MadeEntry {
  const ids = (last: number) =>
    ['a', 'b', 'c'].map((one) => one.repeat(4096)).concat('d'.repeat(last));
  const missing = bytes - changed(good, { records: ids(1) }).bytes.length;
  return changed(good, { records: ids(1 + missing) });
}

function bounds(): void {
  access('entry-of-16384-bytes', sized(16_384), UNCHANGED);
  access('entry-of-one-byte-more', sized(16_385), unread);
  const ids = (count: number) => Array.from({ length: count }, (_, at) => `r${at}`);
  access('entry-of-100-records', changed(good, { records: ids(100) }), UNCHANGED);
  access('entry-of-101-records', changed(good, { records: ids(101) }), unread);
  // The entry is an object around the lists.
  const more = changed(good, { v: 2, more: [] });
  const later = (depth: number) => ({ ...more, bytes: deepened(more.bytes, depth - 1) });
  access('entry-of-version-2-nested-32-deep', later(32), {
    verdict: 'not checked',
    not: ['entry', 'time'],
  });
  access('entry-of-version-2-nested-33-deep', later(33), unread);
  const noActor = { client: JSON.parse(text(good.bytes)).private.actor };
  access(
    'entry-access-without-an-actor',
    { ...changed(good, { private: noActor }), openings: {} },
    unread,
  );
  const { private: _, ...open } = JSON.parse(text(good.bytes));
  access('entry-access-without-private', { bytes: canonicalBytes(open), openings: {} }, unread);
}

function values(): void {
  const actor = { id: 'dr-1' };
  const why = (justification: string) => committed(good, { actor, justification });
  access('opening-justification-of-2000-bytes', why('x'.repeat(2000)), UNCHANGED);
  access('opening-justification-of-2001-bytes', why('x'.repeat(2001)), unfit);
  access('opening-justification-of-667-characters', why('急'.repeat(667)), unfit);
  const behalf = (onBehalfOf: JsonValue) => committed(good, { actor: { ...actor, onBehalfOf } });
  access('opening-on-behalf-of', behalf({ id: 'dr-2', name: 'A' }), UNCHANGED);
  access('opening-on-behalf-of-with-more', behalf({ id: 'dr-2', role: 'chief' }), unfit);
  access('opening-on-behalf-of-without-an-id', behalf({ name: 'A' }), unfit);
}

const made = (id: string) =>
  recordEntry({ origin, at: AT, seed: id }, { id, version: 1, content: DOCUMENT });

function records(): void {
  const unfitRecord = { ...unfit, not: ['document'] };
  const archive = (id: string, entry: MadeEntry) => append('archive', log.recordLabel(id), entry);
  const named = (name: string) => archive(name, committed(made('name'), { name }));
  receipt('opening-name-of-one-byte', named('x'), UNCHANGED, { trust });
  receipt('opening-name-of-no-bytes', named(''), unfitRecord, { trust });
  receipt('opening-name-of-4097-bytes', named('x'.repeat(4097)), unfitRecord, { trust });
  const { record } = JSON.parse(text(made('nul').bytes));
  const nul = changed(made('nul'), { record: { ...record, id: 'a\0b' } });
  const unreadRecord = { ...unread, not: ['document', 'time'] };
  receipt('entry-record-id-with-nul', archive('nul', nul), unreadRecord, { trust });
  const { digests, size } = documentOf(DOCUMENT);
  const all = { ...digests, 'sha3-256': '33'.repeat(32), sm3: '44'.repeat(32) };
  const entry = changed(made('digests'), { record: { ...record, id: 'digests', digests: all } });
  const further = archive('digests', entry);
  const given = (changes: object) => ({
    trust,
    document: { digests: { ...all, ...changes }, size },
  });
  const altered = { verdict: 'altered', failed: ['document'] };
  const other = '55'.repeat(32);
  receipt('document-of-three-digests', further, UNCHANGED, given({}));
  receipt('document-of-another-sha3-256', further, altered, given({ 'sha3-256': other }));
  receipt('document-of-another-sm3', further, altered, given({ sm3: other }));
  receipt('document-of-another-sha-256-only', further, altered, given({ 'sha-256': other }));
  const fewer = { trust, document: { digests, size } };
  receipt('document-of-fewer-digests-than-the-entry', further, UNCHANGED, fewer);
}

function fixities(): void {
  const { label } = log.subject({ log: true });
  const members = fixityMembers(origin);
  const fixity = (name: string, content: Uint8Array, ruling: Ruling): void => {
    const file = append('fixity', label, { bytes: content, openings: {} });
    bareReceipt(`fixity-${name}`, file, ruling, { trust });
  };
  const put = (changes: object) => canonicalBytes({ ...members, ...changes });
  const counted = (changes: object) => put({ counts: { ...members.counts, ...changes } });
  const great = text(put({})).replace('"unchanged":4', '"unchanged":9007199254740992');
  fixity('tool-of-128-bytes', put({ tool: 'x'.repeat(128) }), UNCHANGED);
  fixity('tool-of-129-bytes', put({ tool: 'x'.repeat(129) }), unread);
  fixity('tool-empty', put({ tool: '' }), unread);
  fixity('report-not-hex', put({ report: 'zz'.repeat(32) }), unread);
  fixity('report-in-upper-case', put({ report: 'AB'.repeat(32) }), unread);
  fixity('report-of-31-bytes', put({ report: '22'.repeat(31) }), unread);
  fixity('coverage-unknown', put({ scope: { ...members.scope, coverage: 'most' } }), unread);
  fixity('scope-without-size', put({ scope: { coverage: 'all', records: 8 } }), unread);
  fixity('private-empty', put({ private: {} }), unread);
  fixity('count-negative', counted({ missing: -1 }), unread);
  fixity('count-2-to-53-less-1', counted({ unchanged: Number.MAX_SAFE_INTEGER }), UNCHANGED);
  fixity('count-2-to-53', utf8(great), unread);
  fixity('count-left-out', counted({ altered: undefined }), unread);
  fixity('count-unknown', counted({ lost: 0 }), unread);
  fixity('without-its-end', put({ endedAt: undefined }), unread);
  const run = append('fixity', label, { bytes: put({}), openings: {} });
  const not = { verdict: 'not checked', not: ['document'] };
  receipt('document-given-for-a-fixity-run', run, not, { trust });
}

export function addEntryRules(): void {
  bounds();
  values();
  records();
  fixities();
  folder.addTrust(trust, log.trustFile());
}
