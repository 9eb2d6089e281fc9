// Histories that are refused for their format or their subject (SPEC 19.1, 19.4), or just are not.
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import {
  NEIGHBOUR,
  OTHER_RECORD,
  PATIENT,
  RECORD,
  sampleLog,
} from '../../test/support/evidence-sample.js';
import {
  folder,
  formatRuling,
  history,
  incomplete,
  log,
  type Ruling,
  stranger,
  text,
  utf8,
} from './rules.js';

const COMPLETE: Ruling = { verdict: 'complete' };
const good = log.history({ patient: PATIENT });
const record = log.history({ record: RECORD });

function formats(): void {
  const json = text(canonicalBytes(good));
  const notOurs = formatRuling('history', 'not checked');
  const texts: Readonly<Record<string, string>> = {
    'empty-file': '',
    'not-json': 'Nobody looked.\n',
    'cut-short': json.slice(0, -9),
    'duplicate-keys': `{"format":"chartseal-history/1",${json.slice(1)}`,
    'lone-surrogate-escaped': json.replace('"value":"P1"', '"value":"P1\\udc00"'),
    'trailing-bytes': `${json}]`,
    'version-0': json.replace('chartseal-history/1', 'chartseal-history/0'),
  };
  for (const [name, content] of Object.entries(texts)) history(name, utf8(content), notOurs);
  const future = { ...good, format: 'chartseal-history/2' };
  history('future-version', future, formatRuling('history', 'not checked', 'not'));
  const damaged = formatRuling('history', 'incomplete');
  history('line-feed-after', utf8(`${json}\n`), damaged);
  const { mapProof, subject } = good;
  const { siblings } = mapProof;
  const changes: Readonly<Record<string, object>> = {
    'unknown-member': { note: '' },
    'entries-missing': { entries: undefined },
    'subject-of-an-unknown-kind': { subject: { kind: 'planet' } },
    'subject-with-an-unknown-member': { subject: { ...subject, more: 1 } },
    'subject-vrf-proof-of-79-bytes': {
      subject: { ...subject, vrfProof: encodeBase64(new Uint8Array(79)) },
    },
    'record-id-with-nul': { subject: { ...record.subject, id: 'a\0b' } },
    'leaf-in-loose-base64': { leaves: good.leaves.map((leaf) => leaf.replace(/=+$/, '')) },
    'sibling-of-31-bytes': { mapProof: { ...mapProof, siblings: ['00'.repeat(31)] } },
    'sibling-in-upper-case': { mapProof: { ...mapProof, siblings: ['AB'.repeat(32)] } },
    'map-proof-end-unknown': { mapProof: { siblings, end: 'nowhere' } },
    'map-proof-end-without-its-value': { mapProof: { siblings, end: { label: '00'.repeat(32) } } },
    'openings-of-nine-members': {
      openings: good.leaves.map(() =>
        Object.fromEntries(
          Array.from({ length: 9 }, (_, at) => [`n${at}`, good.openings?.[0]?.['actor']]),
        ),
      ),
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    history(name, { ...good, ...change }, damaged);
  }
}

function subjects(): void {
  const unnamed = incomplete(['subject'], ['chain', 'map']);
  const named = (changes: object) => ({ ...good, subject: { ...good.subject, ...changes } });
  const values: Readonly<Record<string, string>> = {
    'patient-with-a-space-first': ` ${PATIENT}`,
    'patient-with-a-zero-width-space': `${PATIENT}\u200b`,
    'patient-not-in-form-c': 'e\u0301',
    'patient-empty': '',
    'patient-of-257-bytes': 'x'.repeat(257),
    'patient-of-another-name': NEIGHBOUR,
  };
  for (const [name, value] of Object.entries(values)) history(name, named({ value }), unnamed);
  history('patient-of-another-system', named({ system: 'urn:hospital-b' }), unnamed);
  const other = stranger.history({ patient: PATIENT }).subject;
  history('vrf-proof-of-another-key', { ...good, subject: other }, unnamed);
  const zeros = encodeBase64(new Uint8Array(80));
  history('vrf-proof-of-zeros', named({ vrfProof: zeros }), unnamed);
  const patientsLabel = encodeHex(log.patientLabel(PATIENT));
  const asRecord = { ...good, subject: { kind: 'record', id: 'x', label: patientsLabel } };
  history('patient-shown-as-a-record', asRecord, incomplete(['chain'], ['map']));
  const asLog = { ...good, subject: { kind: 'log' } };
  history('patient-shown-as-the-log', asLog, incomplete(['chain'], ['map']));
}

function recordSubjects(): void {
  const unnamed = incomplete(['subject'], ['chain', 'map']);
  const key = encodeHex(log.recordKey);
  history('record-with-its-key', record, COMPLETE, { recordKey: key });
  history('record-with-a-wrong-key', record, unnamed, { recordKey: '11'.repeat(32) });
  const other = log.history({ record: OTHER_RECORD });
  const renamed = { ...other, subject: { ...other.subject, id: RECORD } };
  const twice = incomplete(['subject', 'entries'], ['chain', 'map']);
  history('record-of-another-label-with-the-key', renamed, twice, { recordKey: key });
  const absent = log.history({ record: 'never archived' });
  history('record-absent-with-the-key', absent, COMPLETE, { recordKey: key });
  const vrf = sampleLog({ seed: 5, recordLabels: 'vrf' });
  const mine = vrf.history({ record: RECORD });
  const proof = mine.subject.kind === 'record' ? mine.subject.vrfProof : undefined;
  const proven = { ...record, subject: { ...record.subject, vrfProof: proof } };
  history('record-with-a-vrf-proof-in-an-hmac-log', proven, unnamed);
  folder.addTrust('vrf', vrf.trustFile());
  const trust = 'vrf';
  const asked = (changes: object) => ({ ...mine, subject: { ...mine.subject, ...changes } });
  history('record-without-its-vrf-proof', asked({ vrfProof: undefined }), unnamed, { trust });
  const { label } = renamed.subject as { label: string };
  history('record-of-another-label-by-vrf', asked({ label }), unnamed, { trust });
}

export function addHistorySubjects(): void {
  formats();
  subjects();
  recordSubjects();
}
