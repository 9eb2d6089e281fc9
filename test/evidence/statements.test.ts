import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import type { FixityEntry } from '../../chaincode/core/entry.js';
import { logIdOf } from '../../chaincode/core/registration.js';
import { receiptStatements } from '../../gateway/evidence/statements.js';
import { INDEX, NOBODY, PATIENT, RECORD, sampleLog } from '../support/evidence-sample.js';
import { judgeHistory, judgeReceipt, trustOf } from '../support/evidence-verdicts.js';

const PLACE_IN_CHAIN =
  'That the entry stands in the chain of its record, patient or log, and nowhere else, ' +
  'is proven by the history, not by a receipt.';
const GROWN =
  'The log had grown since: what was appended after 2026-11-01T09:00:00.000Z is not in this history.';
const NO_NORMAL_FORM =
  "The log's registration gives no normal form for identifiers of this system: " +
  'another spelling has a chain of its own.';

describe('evidence/statements', () => {
  const log = sampleLog();
  const trust = trustOf(log.trustFile());

  it('leave the place in the chain to the history, with every receipt', () => {
    for (const index of [INDEX.archive, INDEX.access1]) {
      expect(judgeReceipt(log.receipt(index), trust).statements).to.include(PLACE_IN_CHAIN);
    }
    const { statements } = judgeHistory(log.history({ patient: PATIENT }), trust);
    expect(statements).to.not.include(PLACE_IN_CHAIN);
  });

  it('speak of later versions with a record only', () => {
    const judge = (index: number) => judgeReceipt(log.receipt(index), trust);
    const { entry, statements } = judge(INDEX.archive);
    expect(statements.join()).to.include('Whether a later version exists');
    expect(judge(INDEX.access1).statements.join()).to.not.include('later version');
    if (entry === undefined) throw new Error('the receipt shows no entry');
    const { v, log: origin, salt, at, by } = entry;
    const none = { altered: 0, missing: 0, notChecked: 0, unchanged: 0, unreadable: 0 };
    const fixity: FixityEntry = {
      ...{ v, log: origin, salt, at, by, act: 'fixity', startedAt: at, endedAt: at },
      scope: { coverage: 'all', records: 0, size: 4 },
      counts: none,
      tool: 'chartseal/1',
    };
    expect(receiptStatements(fixity, trust).join()).to.not.include('later version');
  });

  it('say what a history leaves out that the log had grown beyond', () => {
    const old = judgeHistory(log.history({ patient: PATIENT }, 4), trust);
    expect(old.statements).to.include(GROWN);
    const newest = judgeHistory(log.history({ patient: PATIENT }), trust);
    expect(newest.statements.join()).to.not.include('had grown');
  });

  it('name the other logs of the owner, and the log that this one continues', () => {
    const predecessor = '33'.repeat(32);
    const registration = { ...log.registration, predecessor };
    const logId = encodeHex(logIdOf(registration));
    const next = trustOf(log.trustFile({ logs: [{ origin: log.origin, logId, registration }] }));
    const others = ['11'.repeat(32), '22'.repeat(32)];
    const attestation = log.attest(10, { logId, ownerLogs: [...others, logId] });
    const { statements } = judgeHistory({ ...log.history({ log: true }), attestation }, next);
    expect(statements).to.include(
      `The owner of this log has other logs, of which this history says nothing: ${others.join(', ')}.`,
    );
    expect(statements).to.include(
      `This log continues another log, of which this history says nothing: ${predecessor}.`,
    );
    const alone = judgeHistory(log.history({ log: true }), trust).statements.join();
    expect(alone).to.not.include('says nothing');
  });

  it('warn of other spellings where the registration gives no normal form', () => {
    const judge = (system: string) =>
      judgeHistory(log.history({ patient: NOBODY, system }), trust).statements;
    expect(judge('urn:unlisted')).to.include(NO_NORMAL_FORM);
    const patientSystems = [{ system: 'urn:listed', form: 'text' as const }];
    const strict = sampleLog({ seed: 4, patientSystems });
    const listed = strict.history({ patient: NOBODY, system: 'urn:listed' });
    const { statements } = judgeHistory(listed, trustOf(strict.trustFile()));
    expect(statements).to.not.include(NO_NORMAL_FORM);
    const record = judgeHistory(log.history({ record: RECORD }), trust).statements;
    expect(record).to.not.include(NO_NORMAL_FORM);
  });
});
