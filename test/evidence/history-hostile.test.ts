import { expect } from 'chai';
import { decodeBase64, encodeBase64, encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes, canonicalJson } from '../../chaincode/core/canonical-json.js';
import { proveSubject } from '../../chaincode/core/map-proof.js';
import { formatTlogProof, parseTlogProof } from '../../chaincode/core/tlog-proof.js';
import type { RecordSubject } from '../../gateway/evidence/history.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { recordEntry } from '../support/evidence-entries.js';
import {
  NEIGHBOUR,
  NOBODY,
  OTHER_RECORD,
  PATIENT,
  RECORD,
  sampleLog,
} from '../support/evidence-sample.js';
import { expectVerdict, judgeHistory, trustOf } from '../support/evidence-verdicts.js';

// With these keys the two patients' labels share four bits, and nobody's path ends empty.
const log = sampleLog({ seed: 18 });
const trust = trustOf(log.trustFile());
const history = log.history({ patient: PATIENT });

function refused(
  given: object,
  failing: readonly string[],
  verdict: 'incomplete' | 'not proven' = 'incomplete',
): void {
  expectVerdict(judgeHistory(given, trust), verdict, failing);
}

describe('evidence/verify-history: names and maps tampered with', () => {
  it('finds a history shown under another name', () => {
    const other = log.history({ patient: NEIGHBOUR });
    refused({ ...history, subject: other.subject }, ['chain']);
    refused({ ...history, subject: { ...history.subject, value: NEIGHBOUR } }, ['subject']);
    refused({ ...history, subject: { ...history.subject, system: 'urn:hospital-b' } }, ['subject']);
    refused({ ...history, subject: { kind: 'log' } }, ['chain']);
    const label = encodeHex(log.patientLabel(PATIENT));
    const asRecord = { ...history, subject: { kind: 'record', id: 'x', label } };
    refused(asRecord, ['chain']);
  });

  it('finds a name that is the same to the eye: every other spelling has no label', () => {
    for (const value of [
      ` ${PATIENT}`,
      `${PATIENT} `,
      'P1\u200b',
      'P1\0',
      '',
      'e\u0301',
      'x'.repeat(257),
    ]) {
      const subject = { ...log.history({ patient: NOBODY }).subject, value };
      refused({ ...log.history({ patient: NOBODY }), subject }, ['subject']);
    }
  });

  it('finds a VRF proof by another key, and one that is not canonical', () => {
    const other = sampleLog({ seed: 8 });
    const { subject } = other.history({ patient: PATIENT });
    refused({ ...history, subject }, ['subject']);
    const { vrfProof } = history.subject as { vrfProof: string };
    for (let at = 0; at < 80; at += 7) {
      const proof = Uint8Array.from(decodeBase64(vrfProof, 'proof'));
      proof[at] = (proof[at] as number) ^ 0x80;
      const forged = { ...history.subject, vrfProof: encodeBase64(proof) };
      refused({ ...history, subject: forged }, ['subject']);
    }
    for (const fill of [0, 1, 255]) {
      const proof = encodeBase64(new Uint8Array(80).fill(fill));
      refused({ ...history, subject: { ...history.subject, vrfProof: proof } }, ['subject']);
    }
  });

  it('finds a map proof of a neighbour, of another size, or cut', () => {
    const { mapProof } = history;
    refused({ ...history, mapProof: log.history({ patient: NEIGHBOUR }).mapProof }, ['map']);
    refused({ ...history, mapProof: log.history({ patient: PATIENT }, 4).mapProof }, ['map']);
    const { siblings } = mapProof;
    const other = [
      { siblings: siblings.slice(1), end: 'subject' },
      { siblings: [...siblings, ...siblings], end: 'subject' },
      { siblings: [...siblings].reverse(), end: 'subject' },
      { siblings: ['00'.repeat(32), ...siblings], end: 'subject' },
      { siblings: Array.from({ length: 129 }, () => '11'.repeat(32)), end: 'subject' },
      { siblings, end: 'empty' },
    ];
    expect(siblings.length).to.be.greaterThan(1);
    for (const one of other) refused({ ...history, mapProof: one }, ['map']);
  });

  it('has no proof of absence for a patient with events', () => {
    const empty = { ...history, leaves: [], entries: [], openings: [] };
    const label = log.patientLabel(PATIENT);
    const { siblings } = history.mapProof;
    const state = { value: '11'.repeat(32) };
    const neighbour = log.history({ patient: NOBODY }).mapProof;
    const own = proveSubject(log.writer.map, label);
    expect(own.end).to.equal('subject');
    const ends: unknown[] = [
      'subject',
      'empty',
      { label: encodeHex(label), ...state },
      { label: encodeHex(log.patientLabel(NEIGHBOUR)), ...state },
      neighbour.end,
    ];
    for (const end of ends) {
      refused({ ...empty, mapProof: { siblings, end } }, ['map']);
      refused({ ...empty, mapProof: { siblings: [], end } }, ['map']);
      refused({ ...empty, mapProof: { siblings: neighbour.siblings, end } }, ['map']);
    }
    const sizeZero = log.history({ patient: PATIENT }, 0);
    expectVerdict(judgeHistory(sizeZero, trust), 'complete');
    refused(
      { ...sizeZero, leaves: history.leaves, entries: history.entries },
      ['map', 'time'],
      'not proven',
    );
  });

  it('has no absence at size 0 for a log that is not empty', () => {
    const empty = log.history({ patient: PATIENT }, 0);
    const at10 = { ...empty, proof: log.note(10), attestation: log.attest(10) };
    refused(at10, ['inclusion', 'attestation'], 'not proven');
    const contradicting = { ...at10, attestation: log.attest(10, { closingLeaf: null }) };
    refused(contradicting, ['inclusion', 'attestation'], 'not proven');
  });

  it('refuses a record’s label that is not proven where it could be', () => {
    const vrf = sampleLog({ seed: 5, recordLabels: 'vrf' });
    const own = trustOf(vrf.trustFile());
    const mine = vrf.history({ record: RECORD });
    const subject = mine.subject as RecordSubject;
    const { vrfProof, ...bare } = subject;
    const other = vrf.history({ record: OTHER_RECORD }).subject as RecordSubject;
    for (const given of [bare, { ...subject, label: other.label }, { ...subject, id: 'x' }]) {
      expectVerdict(judgeHistory({ ...mine, subject: given }, own), 'incomplete', [
        'subject',
        ...(given.id === 'x' ? ['entries'] : []),
      ]);
    }
    const hmac = log.history({ record: RECORD });
    refused({ ...hmac, subject: { ...hmac.subject, vrfProof } }, ['subject']);
  });

  it('finds entries of another record and versions that do not count', () => {
    const other = log.history({ record: OTHER_RECORD });
    const { label } = other.subject as RecordSubject;
    refused({ ...other, subject: { kind: 'record', id: RECORD, label } }, ['entries']);
    const forged = sampleLog({ seed: 5 });
    const entry = recordEntry(
      { origin: forged.origin, at: '2026-11-04T08:00:00.000Z', seed: 'v4' },
      { id: RECORD, version: 4, content: 'x' },
    );
    const subject = forged.recordLabel(RECORD);
    forged.append('2026-11-04T09:00:00.000Z', [{ act: 'amend', subject, entry }]);
    const skipped = judgeHistory(forged.history({ record: RECORD }), trustOf(forged.trustFile()));
    expectVerdict(skipped, 'incomplete', ['entries']);
  });
});

describe('evidence/verify-history: checkpoint tampered with', () => {
  const older = log.history({ patient: PATIENT }, 8);

  it('finds a closing leaf that is not the checkpoint’s', () => {
    const { closingLeaf, proof } = older;
    refused({ ...history, closingLeaf }, ['map', 'inclusion', 'attestation'], 'not proven');
    refused({ ...history, closingLeaf, proof }, ['map', 'attestation'], 'not proven');
    refused({ ...history, closingLeaf: null }, ['checkpoint'], 'not proven');
    const leaf = history.leaves[2] as string;
    refused({ ...history, closingLeaf: leaf }, ['inclusion', 'attestation'], 'not proven');
  });

  it('finds an older closing leaf shown at its true place under a newer checkpoint', () => {
    const parsed = parseTlogProof(history.proof);
    const proof = formatTlogProof({ ...parsed, index: 7, path: log.path(7, 10) });
    const given = { ...older, proof, attestation: history.attestation };
    refused(given, ['inclusion', 'attestation'], 'not proven');
  });

  it('does not take the older history for the newer one', () => {
    const given = { ...older, attestation: history.attestation };
    refused(given, ['attestation'], 'not proven');
    const stretched = { ...older, attestation: log.attest(8, { headSize: 8 }) };
    expect(judgeHistory(stretched, trust).checkpoint?.newest).to.equal(true);
  });

  it('says not checked for other files, newer ones and broken JSON; incomplete for damaged ones', () => {
    const judge = (text: string) => verifyHistory({ history: utf8(text), trust });
    expectVerdict(judge('{}'), 'not checked', ['format']);
    expectVerdict(judge(canonicalJson(log.receipt(0))), 'not checked', ['format']);
    expectVerdict(judge('{"format":"chartseal-history/2"}'), 'not checked');
    expectVerdict(judge(canonicalJson(history).slice(1)), 'not checked', ['format']);
    expectVerdict(judge(`${canonicalJson(history)} `), 'incomplete', ['format']);
    const damaged = [
      { ...history, more: 1 },
      { ...history, subject: { kind: 'planet' } },
      { ...history, subject: { ...history.subject, more: 1 } },
      { ...history, mapProof: { siblings: [], end: 'nowhere' } },
      { ...history, mapProof: { siblings: [], end: { label: '00'.repeat(32) } } },
      { ...history, mapProof: { siblings: ['00'], end: 'empty' } },
      { ...history, entries: undefined },
    ];
    for (const given of damaged) refused(given, ['format']);
    expect(canonicalBytes(history).length).to.be.greaterThan(0);
  });
});
