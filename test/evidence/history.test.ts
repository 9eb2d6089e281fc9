import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { parseTime } from '../../chaincode/core/time.js';
import { VerifierCache } from '../../gateway/evidence/checkpoint-check.js';
import { formatHistory, parseHistory } from '../../gateway/evidence/history.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { withhold } from '../../gateway/evidence/withhold.js';
import { accessEntry, documentDigest } from '../support/evidence-entries.js';
import {
  AMENDED,
  NEIGHBOUR,
  NOBODY,
  OTHER_RECORD,
  PATIENT,
  RECORD,
  SIZES,
  sampleLog,
} from '../support/evidence-sample.js';
import { expectVerdict, judgeHistory, stepsWith, trustOf } from '../support/evidence-verdicts.js';

const THIS_LABEL =
  "of this label; that it is the record's only chain can be checked with the record key";

describe('evidence/verify-history: a patient', () => {
  const log = sampleLog();
  const trust = trustOf(log.trustFile());
  const history = log.history({ patient: PATIENT });

  it('says complete for every patient and every checkpoint', () => {
    for (const size of SIZES) {
      for (const patient of [PATIENT, NEIGHBOUR, NOBODY]) {
        expectVerdict(judgeHistory(log.history({ patient }, size), trust), 'complete');
      }
    }
    expect(judgeHistory(history, trust).steps.map(({ step }) => step)).to.deep.equal([
      'format',
      'subject',
      'chain',
      'entries',
      'map',
      'inclusion',
      'checkpoint',
      'attestation',
      'policy',
      'time',
    ]);
  });

  it('lists the events in order, with what is shown of them', () => {
    const { events, notShown, completeUpTo, summary, label } = judgeHistory(history, trust);
    expect(events.map(({ sequence, act }) => [sequence, act])).to.deep.equal([
      [0, 'access'],
      [1, 'access'],
      [2, 'access'],
    ]);
    expect(events[1]?.entry).to.deep.include({ breakGlass: true, purpose: 'BTG' });
    expect(events[1]?.opened).to.have.property('justification', '急诊抢救');
    expect(notShown).to.equal(0);
    expect(completeUpTo).to.equal('2026-11-03T09:01:00.000Z');
    expect(summary).to.equal('complete up to 2026-11-03T09:01:00.000Z');
    expect(label).to.equal(encodeHex(log.patientLabel(PATIENT)));
  });

  it('proves that nobody looked, in a log with others and in an empty one', () => {
    for (const size of SIZES) {
      const absent = judgeHistory(log.history({ patient: NOBODY }, size), trust);
      expectVerdict(absent, 'complete');
      expect(absent.events).to.deep.equal([]);
    }
    // With these keys the path ends beside others, not in another subject.
    const other = sampleLog({ seed: 18 });
    const { mapProof: beside } = other.history({ patient: NOBODY });
    expect([beside.siblings.length, beside.end]).to.deep.equal([3, 'empty']);
    const absent = judgeHistory(other.history({ patient: NOBODY }), trustOf(other.trustFile()));
    expectVerdict(absent, 'complete');
    const { closingLeaf, mapProof } = log.history({ patient: NOBODY }, 0);
    expect(closingLeaf).to.equal(null);
    expect(mapProof).to.deep.equal({ siblings: [], end: 'empty' });
  });

  it('says up to when an older history is complete, and not a moment more', () => {
    const old = log.history({ patient: PATIENT }, 4);
    const outcome = judgeHistory(old, trust);
    expectVerdict(outcome, 'complete');
    expect(outcome.checkpoint?.newest).to.equal(false);
    expect(outcome.completeUpTo).to.equal('2026-11-01T09:00:00.000Z');
    const until = (text: string) => ({ asOf: parseTime(text, 'as-of') });
    expectVerdict(judgeHistory(old, trust, until('2026-11-01T08:59:59.999Z')), 'complete');
    // The next append may have the very same time.
    for (const time of ['2026-11-01T09:00:00.000Z', '2026-11-01T09:00:00.001Z']) {
      expectVerdict(judgeHistory(old, trust, until(time)), 'not proven', ['time']);
    }
    expectVerdict(judgeHistory(history, trust, until('2026-11-03T09:01:00.000Z')), 'complete');
    const tooLate = until('2026-11-03T09:01:00.001Z');
    expectVerdict(judgeHistory(history, trust, tooLate), 'not proven', ['time']);
  });

  it('says how many entries are not shown, and is complete all the same', () => {
    for (const sequences of [[0], [1], [2], [0, 2], [0, 1, 2]]) {
      const outcome = judgeHistory(withhold(history, { sequences }), trust);
      expectVerdict(outcome, `complete, ${sequences.length} not shown`);
      expect(outcome.notShown).to.equal(sequences.length);
      expect(outcome.summary).to.match(/^complete up to .*Z, \d not shown$/);
    }
  });

  it('is complete with the actor withheld', () => {
    const outcome = judgeHistory(withhold(history, { members: ['actor'] }), trust);
    expectVerdict(outcome, 'complete');
    expect(outcome.events.map(({ withheld }) => withheld)).to.deep.equal([
      ['actor'],
      ['actor'],
      ['actor'],
    ]);
    expect(outcome.events[1]?.opened).to.deep.equal({ justification: '急诊抢救' });
    const nothing = withhold(history, { members: ['actor', 'justification'] });
    expect(nothing).to.not.have.property('openings');
    expectVerdict(judgeHistory(nothing, trust), 'complete');
  });

  it('follows the normal form that the log registers', () => {
    const patientSystems = [{ system: 'urn:hospital-a', form: 'digits' as const, length: 2 }];
    const strict = new Map([
      ['12', 'complete'],
      ['P1', 'incomplete'],
      ['123', 'incomplete'],
    ]);
    const other = sampleLog({ seed: 4, patientSystems });
    const others = trustOf(other.trustFile());
    for (const [patient, verdict] of strict) {
      const outcome = judgeHistory(other.history({ patient }, 0), others);
      expectVerdict(outcome, verdict, verdict === 'complete' ? [] : ['subject']);
    }
  });

  it('names the other logs of the owner', () => {
    const otherLog = '22'.repeat(32);
    const attestation = log.attest(10, { ownerLogs: [log.logId, otherLog] });
    const outcome = judgeHistory({ ...history, attestation }, trust);
    expectVerdict(outcome, 'complete');
    expect(outcome.checkpoint?.otherLogs).to.deep.equal([{ logId: otherLog, origin: undefined }]);
  });

  it('reads what it writes, and its outcome is plain JSON', () => {
    const bytes = formatHistory(history);
    expect(parseHistory(bytes)).to.deep.equal(history);
    const cache = new VerifierCache();
    const plain = verifyHistory({ history: bytes, trust });
    for (let turn = 0; turn < 2; turn++) {
      expect(verifyHistory({ history: bytes, trust, cache })).to.deep.equal(plain);
    }
    expect(() => canonicalBytes(plain)).to.not.throw();
  });
});

describe('evidence/verify-history: a record', () => {
  const log = sampleLog();
  const trust = trustOf(log.trustFile());

  it('answers for versions and state, of this label', () => {
    const outcome = judgeHistory(log.history({ record: RECORD }), trust);
    expectVerdict(outcome, 'complete');
    expect(outcome.record).to.deep.equal({
      latestVersion: 2,
      digests: { 'sha-256': documentDigest(AMENDED) },
      flags: [],
    });
    expect(outcome.summary).to.satisfy((text: string) => text.endsWith(THIS_LABEL));
    expect(outcome.statements.join()).to.include(THIS_LABEL);
    const old = judgeHistory(log.history({ record: RECORD }, 4), trust);
    expect(old.record?.latestVersion).to.equal(1);
  });

  it('with the record key, answers for the record itself', () => {
    const judge = (id: string, recordKey: Uint8Array, size = log.size) =>
      verifyHistory({
        history: formatHistory(log.history({ record: id }, size)),
        trust,
        recordKey,
      });
    const outcome = judge(RECORD, log.recordKey);
    expectVerdict(outcome, 'complete');
    expect(outcome.summary).to.not.include('label');
    expectVerdict(judge('never archived', log.recordKey), 'complete');
    expectVerdict(judge('never archived', log.recordKey, 0), 'complete');
    expectVerdict(judge(RECORD, new Uint8Array(32)), 'incomplete', ['subject']);
    const wrong = {
      ...log.history({ record: RECORD }),
      subject: { kind: 'record', id: OTHER_RECORD },
    };
    const { label } = log.history({ record: RECORD }).subject as { label: string };
    const renamed = { ...wrong, subject: { ...wrong.subject, label } };
    const other = verifyHistory({
      history: canonicalBytes(renamed),
      trust,
      recordKey: log.recordKey,
    });
    expectVerdict(other, 'incomplete', ['subject', 'entries']);
  });

  it('does not take a label on trust when nothing shown ties the record to it', () => {
    const absent = judgeHistory(log.history({ record: 'never archived' }), trust);
    expectVerdict(absent, 'not checked');
    expect(stepsWith(absent, 'NOT CHECKED')).to.deep.equal(['subject']);
    const hidden = withhold(log.history({ record: RECORD }), { sequences: [0, 1] });
    expectVerdict(judgeHistory(hidden, trust), 'not checked');
    const partly = withhold(log.history({ record: RECORD }), { sequences: [1] });
    const outcome = judgeHistory(partly, trust);
    expectVerdict(outcome, 'complete, 1 not shown');
    expect(outcome.record).to.deep.equal({ latestVersion: 2, digests: null, flags: [] });
  });

  it('proves labels by VRF where the log is registered so, absence too', () => {
    const vrf = sampleLog({ seed: 5, recordLabels: 'vrf' });
    const own = trustOf(vrf.trustFile());
    const outcome = judgeHistory(vrf.history({ record: RECORD }), own);
    expectVerdict(outcome, 'complete');
    expect(outcome.summary).to.not.include('label');
    expectVerdict(judgeHistory(vrf.history({ record: 'never archived' }), own), 'complete');
    const all = withhold(vrf.history({ record: RECORD }), { sequences: [0, 1] });
    expectVerdict(judgeHistory(all, own), 'complete, 2 not shown');
  });

  it('tells that a record is held and sealed, although this version shows no such entry', () => {
    const held = sampleLog({ seed: 6 });
    const entry = accessEntry({ origin: held.origin, at: '2026-11-04T08:00:00.000Z', seed: 'x' });
    const subject = held.recordLabel(RECORD);
    held.append('2026-11-04T09:00:00.000Z', [
      { act: 'hold', subject, entry },
      { act: 'seal', subject, entry },
    ]);
    const history = withhold(held.history({ record: RECORD }), { sequences: [2, 3] });
    const outcome = judgeHistory(history, trustOf(held.trustFile()));
    expectVerdict(outcome, 'complete, 2 not shown');
    expect(outcome.record?.flags).to.deep.equal(['held', 'sealed']);
    expect(outcome.statements).to.include('A hold placed by the hospital itself is its own word.');
  });
});

describe('evidence/verify-history: the log itself', () => {
  it('is a subject with a label that everybody can compute', () => {
    const log = sampleLog();
    const outcome = judgeHistory(log.history({ log: true }), trustOf(log.trustFile()));
    expectVerdict(outcome, 'complete');
    expect(outcome.events).to.deep.equal([]);
  });
});
