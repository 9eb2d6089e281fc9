// Receipts of leaves that are in the tree although no honest writer would have put them there, and
// histories of records in every state: logs made for this alone.
import { encodeBase64 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import type { ActName } from '../../chaincode/core/lifecycle.js';
import { withhold } from '../../gateway/evidence/withhold.js';
import { EvidenceLog } from '../../test/support/evidence-builder.js';
import { accessEntry, type MadeEntry, recordEntry } from '../../test/support/evidence-entries.js';
import { DOCUMENT } from '../../test/support/evidence-sample.js';
import { AT, changed, committed, ENDORSED, fixityMembers } from './made-entries.js';
import { bareReceipt, folder, history, type Ruling, receipt, text, utf8 } from './rules.js';

const trust = 'forged';

const forged = new EvidenceLog({ seed: 11 });
const { origin } = forged;

function append(act: ActName, subject: Uint8Array, entry: MadeEntry) {
  return forged.receipt(forged.append(ENDORSED, [{ act, subject, entry }]));
}

const accessAt = (at: string, seed: string, log = origin) => accessEntry({ origin: log, at, seed });

const members = fixityMembers(origin);

const UNCHANGED: Ruling = { verdict: 'unchanged' };
const unfit: Ruling = { verdict: 'not proven', failed: ['entry'] };
const unread: Ruling = { verdict: 'not proven', failed: ['entry'], not: ['time'] };
const unreadRecord: Ruling = { ...unread, not: ['document', 'time'] };
const newer: Ruling = { verdict: 'not checked', not: ['entry', 'time'] };

function accesses(): void {
  const patient = forged.patientLabel('P1');
  const access = (name: string, entry: MadeEntry, ruling: Ruling): void => {
    bareReceipt(name, append('access', patient, entry), ruling, { trust });
  };
  const good = accessAt(AT, 'good');
  const json = text(good.bytes);
  const raw = (content: string): MadeEntry => ({ bytes: utf8(content), openings: {} });
  access('entry-of-another-log', accessAt(AT, 'b', 'hospital-b.example/archive'), unfit);
  access('entry-not-json', raw('an access'), unread);
  access('entry-not-canonical', raw(` ${json}`), unread);
  access('entry-with-duplicate-keys', raw(`{"act":"access",${json.slice(1)}`), unread);
  access('entry-with-an-unknown-member', changed(good, { note: 1 }), unread);
  access('entry-with-an-unknown-action', changed(good, { action: 'X' }), unread);
  access('entry-at-in-1582', changed(good, { at: '1582-10-10T00:00:00.000Z' }), unread);
  access('entry-of-16385-bytes', changed(good, { unit: 'x'.repeat(16_385) }), unread);
  access('entry-of-version-0', changed(good, { v: 0 }), unread);
  access('entry-of-version-2', changed(good, { v: 2, more: 1 }), newer);
  access('entry-of-an-act-without-a-shape', changed(good, { act: 'planet' }), newer);
  access('entry-too-late', accessAt('2026-11-04T09:05:00.001Z', 'late'), {
    verdict: 'not proven',
    failed: ['time'],
  });
  access('entry-late-just-so', accessAt('2026-11-04T09:05:00.000Z', 'just so'), UNCHANGED);
  access('opening-of-a-value-without-shape', committed(good, { actor: { id: '' } }), unfit);
}

function records(): void {
  const entry = accessAt(AT, 'swapped');
  const mismatch = append('archive', forged.recordLabel('swapped'), entry);
  receipt('act-mismatch', mismatch, unreadRecord, { trust });
  const version = changed(
    recordEntry({ origin, at: AT, seed: 'v2' }, { id: 'v2', version: 1, content: DOCUMENT }),
    { act: 'amend' },
  );
  const amended = append('archive', forged.recordLabel('v2'), version);
  receipt('act-amend-of-version-1', amended, unreadRecord, { trust });
}

/** The log's own chain. */
function logItself(): void {
  const { label } = forged.subject({ log: true });
  const fixity = (changes: object): MadeEntry => ({
    bytes: canonicalBytes({ ...members, ...changes }),
    openings: {},
  });
  const first = append('fixity', label, fixity({}));
  bareReceipt('fixity', first, UNCHANGED, { trust });
  history(
    'log-with-one-fixity-run',
    forged.history({ log: true }),
    { verdict: 'complete' },
    { trust },
  );
  append(
    'fixity',
    label,
    fixity({ report: undefined, scope: { coverage: 'part', records: 8, size: 9 } }),
  );
  const two = forged.history({ log: true });
  history('log-with-two-fixity-runs', two, { verdict: 'complete' }, { trust });
  const [leaves, entries] = [two.leaves.slice(0, 1), two.entries.slice(0, 1)];
  const cut = { ...two, leaves, entries, openings: two.openings?.slice(0, 1) };
  history(
    'log-without-its-last-fixity-run',
    cut,
    { verdict: 'incomplete', failed: ['map'] },
    { trust },
  );
  const counts = { ...members.counts, unchanged: -1 };
  const bad = append('fixity', label, fixity({ counts }));
  bareReceipt('fixity-with-a-negative-count', bad, unread, { trust });
  const doubted = { ...members, private: { name: encodeBase64(new Uint8Array(32)) } };
  const withPrivate = append('fixity', label, fixity(doubted));
  bareReceipt('fixity-with-private-members', withPrivate, unread, { trust });
}

/** Acts after the archiving of a record; their entries have no shape in this version. */
const STATES: Readonly<Record<string, readonly ActName[]>> = {
  held: ['hold'],
  'held-and-released': ['hold', 'unhold'],
  sealed: ['seal'],
  lent: ['lend'],
  'lent-and-returned': ['lend', 'return'],
  'held-sealed-and-lent': ['hold', 'seal', 'lend'],
  transmitted: ['transmit'],
  destroyed: ['destroy'],
  'destroyed-and-erased': ['destroy', 'erase'],
};

function states(): void {
  for (const [state, acts] of Object.entries(STATES)) {
    const id = `record ${state}`;
    const subject = forged.recordLabel(id);
    const seed = `${state} r1`;
    append(
      'archive',
      subject,
      recordEntry({ origin, at: AT, seed }, { id, version: 1, content: 'x' }),
    );
    for (const act of acts) {
      const { v, log, salt, at, by } = members;
      const bytes = canonicalBytes({ v, log, salt, at, by, act, record: { id, version: 1 } });
      append(act, subject, { bytes, openings: {} });
    }
    const whole = forged.history({ record: id });
    const hidden = withhold(whole, { sequences: acts.map((_, at) => at + 1) });
    const verdict = `complete, ${acts.length} not shown`;
    history(`record-${state}`, hidden, { verdict }, { trust });
    history(
      `record-${state}-entries-shown`,
      whole,
      { verdict: 'not checked', not: ['entries'] },
      { trust },
    );
    const { leaves, entries, openings = [] } = hidden;
    const [last, rest] = [leaves.length - 1, { ...hidden }];
    const cut = {
      ...rest,
      leaves: leaves.slice(0, last),
      entries: entries.slice(0, last),
      openings: openings.slice(0, last),
    };
    history(
      `record-${state}-last-act-hidden`,
      cut,
      { verdict: 'incomplete', failed: ['map'] },
      { trust },
    );
  }
}

/** Records whose versions do not count from 1: what came before is not in this log. */
function uncounted(): void {
  const histories: readonly (readonly [ActName, string])[] = [
    ['receive', 'received'],
    ['transform', 'transformed'],
  ];
  for (const [act, state] of histories) {
    const id = `record ${state}`;
    const subject = forged.recordLabel(id);
    const made = (version: number) =>
      recordEntry({ origin, at: AT, seed: `${id} ${version}` }, { id, version, content: 'x' });
    if (act === 'transform') append('archive', subject, made(1));
    const { v, log, salt, at, by } = members;
    append(act, subject, { bytes: canonicalBytes({ v, log, salt, at, by, act }), openings: {} });
    append('amend', subject, made(7));
    const hidden = withhold(forged.history({ record: id }), {
      sequences: [act === 'transform' ? 1 : 0],
    });
    const ruling = { verdict: 'complete, 1 not shown' };
    history(`record-${state}-then-amended-as-version-7`, hidden, ruling, { trust });
  }
}

export function addForged(): void {
  accesses();
  records();
  logItself();
  states();
  uncounted();
  folder.addTrust(trust, forged.trustFile());
}
