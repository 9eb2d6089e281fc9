// Prints the worked example of chaincode/SPEC.md, section 21: one small log with every value that
// a verifier computes on the way. Fixed keys, salts and times, so it prints the same each time.
// With --write it puts the example into the specification.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { concat, decodeBase64, encodeBase64, encodeHex, utf8 } from '../chaincode/core/bytes.js';
import { canonicalJson } from '../chaincode/core/canonical-json.js';
import { sha256 } from '../chaincode/core/hash.js';
import { patientAlpha, recordAlpha } from '../chaincode/core/labels.js';
import { leafHash } from '../chaincode/core/leaf.js';
import { noteKeyId } from '../chaincode/core/signed-note.js';
import { formatSubjectState, subjectHash, subjectValue } from '../chaincode/core/subject.js';
import { findSubject, mapRoot } from '../chaincode/core/subject-map.js';
import { vrfProve } from '../chaincode/core/vrf.js';
import { isEmbedded } from '../gateway/evidence/attestation.js';
import { formatHistory, type History } from '../gateway/evidence/history.js';
import { formatReceipt } from '../gateway/evidence/receipt.js';
import { formatTrustFile, parseTrustFile } from '../gateway/evidence/trust.js';
import { verifyHistory } from '../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../gateway/evidence/verify-receipt.js';
import { EvidenceLog, SYSTEM } from '../test/support/evidence-builder.js';
import { accessEntry, recordEntry } from '../test/support/evidence-entries.js';

const DOCUMENT = 'Discharge summary of an inpatient\n';
const RECORD = 'ward-3/discharge-summary';
const NAMES = ['the archiving of the record', 'an access to P1', 'an access to P2'];

const log = new EvidenceLog();
const { origin } = log;
const times = { origin, at: '2026-11-01T08:59:59.000Z' };
const record = log.recordLabel(RECORD);
const entries = [
  recordEntry({ ...times, seed: 'r1' }, { id: RECORD, version: 1, content: DOCUMENT }),
  accessEntry({ ...times, seed: 'a0' }),
  accessEntry({ ...times, seed: 'b0' }),
  accessEntry(
    { origin, at: '2026-11-02T08:59:59.000Z', seed: 'a1' },
    { breakGlass: true, justification: '急诊抢救' },
  ),
] as const;
const [archived, first, neighbours, second] = entries;

log.append('2026-11-01T09:00:00.000Z', [
  { act: 'archive', subject: record, entry: archived },
  { act: 'access', subject: log.patientLabel('P1'), entry: first },
  { act: 'access', subject: log.patientLabel('P2'), entry: neighbours },
]);
log.append('2026-11-02T09:00:00.000Z', [
  { act: 'access', subject: log.patientLabel('P1'), entry: second },
]);

const out: string[] = [];

/** A heading, a sentence, and named values one below the other. */
function show(title: string, words: string, values: readonly (readonly [string, string])[]): void {
  out.push(`### ${title}`, '', words, '', '```');
  for (const [name, value] of values) out.push(`${name}`, `    ${value}`);
  out.push('```', '');
}

/** A heading, a sentence, and a text as it is. */
function showText(title: string, words: string, text: string): void {
  out.push(`### ${title}`, '', words, '', '```', text.replace(/\n$/, ''), '```', '');
}

const hexOf = (base64: string) => encodeHex(decodeBase64(base64, 'value'));
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
const leafAt = (index: number) => log.writer.leaves[index] as Uint8Array;

function showKeys(): void {
  const { registration, logId } = log;
  show('21.1 Keys, registration, log id', 'The secrets are here only to compute the rest.', [
    ['note key, Ed25519 secret', '01'.repeat(32)],
    ['note key, public (noteKey)', hexOf(registration.noteKey)],
    ['key id of the note key', encodeHex(noteKeyId(origin, log.key.publicKey))],
    ['VRF secret key', encodeHex(log.vrfKey)],
    ['VRF public key (vrfKey)', hexOf(registration.vrfKey)],
    ['record key', encodeHex(log.recordKey)],
    ['registration, canonical JSON', canonicalJson(registration)],
    ['log id', logId],
  ]);
}

function showLabels(): void {
  const patient = (value: string): [string, string][] => {
    const alpha = patientAlpha(SYSTEM, value);
    const { beta, proof } = vrfProve(log.vrfKey, alpha);
    return [
      [`alpha of patient {"system":"${SYSTEM}","value":"${value}"}`, encodeHex(alpha)],
      ['proof', encodeHex(proof)],
      ['beta', encodeHex(beta)],
      ['label', encodeHex(log.patientLabel(value))],
    ];
  };
  show('21.2 Labels', 'Patients by VRF, the record by HMAC, the log by its origin.', [
    ...patient('P1'),
    ...patient('P2'),
    ...patient('P3'),
    [`HMAC input of record ${RECORD}`, encodeHex(recordAlpha(RECORD))],
    ['label of the record', encodeHex(record)],
    ['label of the log', encodeHex(log.subject({ log: true }).label)],
  ]);
}

function showEntries(): void {
  const [opening] = Object.entries(first.openings);
  if (opening === undefined) throw new Error('the example has no opening');
  const [member, { salt, value }] = opening;
  const preimage = concat(
    Uint8Array.of(5),
    decodeBase64(salt, 'salt'),
    utf8(canonicalJson(value as object)),
  );
  show('21.3 A private member', `The member \`${member}\` of the first access.`, [
    ['salt', hexOf(salt)],
    ['value, canonical JSON', canonicalJson(value as object)],
    ['hashed', encodeHex(preimage)],
    ['commitment', encodeHex(sha256(preimage))],
    ['commitment in base64, as in the entry', encodeBase64(sha256(preimage))],
  ]);
  const named = [...NAMES, 'a second access to P1, an emergency override'];
  show(
    '21.4 Entries',
    'The bytes of each entry are the UTF-8 of the text.',
    entries.flatMap(({ bytes }, at): [string, string][] => [
      [`entry of ${named[at]}`, text(bytes)],
      ['SHA-256', encodeHex(sha256(bytes))],
    ]),
  );
}

function showLeaves(): void {
  const what = [...NAMES, 'closing leaf', 'a second access to P1', 'closing leaf'];
  show('21.5 Leaves and tree', 'Two appends: leaves 0 to 3 and leaves 4 to 5.', [
    ...what.flatMap((name, index): [string, string][] => [
      [`leaf ${index}: ${name}`, encodeHex(leafAt(index))],
      ['leaf hash', encodeHex(leafHash(leafAt(index)))],
    ]),
    ['root of size 0', encodeHex(log.writer.rootAt(0))],
    ['root of size 4', encodeHex(log.writer.rootAt(4))],
    ['root of size 6', encodeHex(log.writer.rootAt(6))],
    ['path of leaf 0 in size 4', log.path(0, 4).map(encodeHex).join(' ')],
    ['path of leaf 5 in size 6', log.path(5, 6).map(encodeHex).join(' ')],
  ]);
}

function showMap(): void {
  const values = (size: number): [string, string][] => {
    const { map } = log.at(size);
    const subjects: [string, Uint8Array][] = [
      ['the record', record],
      ['P1', log.patientLabel('P1')],
      ['P2', log.patientLabel('P2')],
    ];
    const states = subjects.flatMap(([name, label]): [string, string][] => {
      const state = findSubject(map, label);
      if (state === undefined) throw new Error('the example lacks a subject');
      return [
        [`size ${size}, state of ${name}`, encodeHex(formatSubjectState(state))],
        ['value', encodeHex(subjectValue(state))],
        ['subject', encodeHex(subjectHash(label, subjectValue(state)))],
      ];
    });
    return [...states, [`size ${size}, map root`, encodeHex(mapRoot(map))]];
  };
  show('21.6 Subject map', 'After each append.', [...values(4), ...values(6)]);
}

function showCheckpoint(): void {
  showText(
    '21.7 Checkpoint of size 4, as a signed note',
    'Text, empty line, signature.',
    log.note(4),
  );
  const attestation = log.attest(4);
  if (!isEmbedded(attestation)) throw new Error('the example is attested otherwise');
  show('21.8 Attestation of size 4', 'The answer, and the signature over the bytes given.', [
    ['answer, canonical JSON', text(log.answer(4))],
    ['signed', encodeHex(concat(utf8('chartseal/embedded/1\0'), log.answer(4)))],
    ['signature', hexOf(attestation.signature)],
  ]);
}

/** Verdicts as `step: status`, one a line. */
function outcome(result: {
  readonly verdict: string;
  readonly exitCode: number;
  readonly steps: readonly { readonly step: string; readonly status: string }[];
}): string {
  const steps = result.steps.map(({ step, status }) => `${step}: ${status}`);
  return [...steps, `verdict: ${result.verdict} (exit code ${result.exitCode})`].join('\n');
}

function showFiles(): void {
  const trustBytes = formatTrustFile(log.trustFile());
  const trust = parseTrustFile(trustBytes);
  showText('21.9 Trust file', `Fingerprint \`${trust.fingerprint}\`.`, text(trustBytes));
  const receipt = formatReceipt(log.receipt(0, 4));
  showText('21.10 Receipt of leaf 0 at size 4', 'All of the file.', text(receipt));
  const digest = encodeHex(sha256(utf8(DOCUMENT)));
  const size = utf8(DOCUMENT).length;
  const verify = (sha: string) =>
    outcome(verifyReceipt({ receipt, trust, document: { digests: { 'sha-256': sha }, size } }));
  showText(
    '21.11 Verified with its document',
    `The document is the ${size} bytes \`${DOCUMENT.trimEnd()}\` and U+000A.`,
    verify(digest),
  );
  showText(
    '21.12 Verified with another document',
    `Of the same size, with the digest \`${'00'.repeat(32)}\`.`,
    verify('00'.repeat(32)),
  );
  const judge = (history: History) =>
    outcome(verifyHistory({ history: formatHistory(history), trust }));
  const history = log.history({ patient: 'P1' });
  showText('21.13 History of P1 at size 6', 'All of the file.', text(formatHistory(history)));
  showText('21.14 Verified', '`completeUpTo` is 2026-11-02T09:01:00.000Z.', judge(history));
  const { leaves, entries: shown, openings = [] } = history;
  const dropped = {
    ...history,
    leaves: leaves.slice(0, 1),
    entries: shown.slice(0, 1),
    openings: openings.slice(0, 1),
  };
  showText(
    '21.15 The same with the last event dropped',
    'Last items of three lists.',
    judge(dropped),
  );
  const absent = log.history({ patient: 'P3' });
  showText('21.16 History of P3: nobody looked', 'All of the file.', text(formatHistory(absent)));
  showText('21.17 Verified', 'The path ends in another subject.', judge(absent));
}

showKeys();
showLabels();
showEntries();
showLeaves();
showMap();
showCheckpoint();
showFiles();

const example = `${out.join('\n').trimEnd()}\n`;
if (process.argv.includes('--write')) {
  const path = join(process.cwd(), 'chaincode/SPEC.md');
  const [before, rest = ''] = readFileSync(path, 'utf8').split('<!-- example:begin -->\n');
  const [, after = ''] = rest.split('<!-- example:end -->\n');
  const [begin, end] = ['<!-- example:begin -->\n', '<!-- example:end -->\n'];
  writeFileSync(path, `${before}${begin}${example}${end}${after}`);
} else {
  process.stdout.write(example);
}
