// Who may do what: every transaction, by every role of every organisation.
import { expect } from 'chai';
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import type { Ledger } from '../../../gateway/ledger/ledger.js';
import { expectCodeAsync } from '../../support/expect-code.js';
import { appendCall, labelOf } from '../../support/log-writer.js';
import {
  ALL_ORGANISATIONS,
  ALL_ROLES,
  type Fixture,
  type Organisation,
  type Role,
  type TestLog,
} from './channel.js';

type Attempt = (ledger: Ledger, organisation: Organisation, role: Role) => Promise<unknown>;

/** Everybody tries; `allowed` says who must succeed, the others must be denied. */
async function everybody(
  fixture: Fixture,
  attempt: Attempt,
  allowed: (organisation: Organisation, role: Role) => boolean,
): Promise<void> {
  for (const organisation of ALL_ORGANISATIONS) {
    for (const role of ALL_ROLES) {
      const ledger = await fixture.open(organisation, role);
      const act = () => attempt(ledger, organisation, role);
      if (allowed(organisation, role)) await act();
      else await expectCodeAsync(act, 'ACCESS_DENIED');
    }
  }
}

const anybody = () => true;

export function accessCases(fixture: Fixture): void {
  describe('access', () => {
    let log: TestLog;
    before(async () => {
      log = await fixture.newLog('hospital-a');
      await log.append([{ act: 'access', subject: labelOf('patient') }]);
    });

    it('lets administrators of any organisation register logs, and nobody else', async () => {
      await everybody(
        fixture,
        (ledger) => ledger.submit('registerLog', canonicalJson(fixture.newRequest())),
        (_, role) => role === 'admin',
      );
    });

    it('makes the organisation of the administrator the owner', async () => {
      const owners = new Set<string>();
      for (const organisation of ALL_ORGANISATIONS) {
        owners.add((await fixture.newLog(organisation)).registered.registration.mspId);
      }
      expect(owners.size).to.equal(ALL_ORGANISATIONS.length);
    });

    it('lets writers of the owning organisation append, and nobody else', async () => {
      const { writer } = log;
      await everybody(
        fixture,
        async (ledger) => {
          const batch = writer.batch([{ act: 'access', subject: labelOf('patient') }]);
          const before = await log.head();
          try {
            writer.commit(batch, (await log.submit(batch, ledger)).endorsedAt);
          } catch (error) {
            expect(await log.head()).to.equal(before);
            throw error;
          }
        },
        (organisation, role) => organisation === 'hospital-a' && role === 'writer',
      );
    });

    it('denies others even the replay of an append that was made', async () => {
      const batch = log.writer.batch([{ act: 'access', subject: labelOf('patient') }]);
      log.writer.commit(batch, (await log.submit(batch)).endorsedAt);
      const { json, transient } = appendCall(log.logId, batch);
      for (const organisation of ['hospital-b', 'auditor'] as const) {
        const other = await fixture.open(organisation, 'writer');
        await log.refuses(() => other.submit('append', json, transient), 'ACCESS_DENIED');
      }
    });

    it('lets every member read everything', async () => {
      const logId = log.logId;
      const reads = {
        readLog: { logId },
        readCheckpoint: { logId },
        listLogs: {},
        listCheckpoints: { logId, after: 0 },
      };
      for (const [name, request] of Object.entries(reads)) {
        const answers = new Set<string>();
        await everybody(
          fixture,
          async (ledger) => {
            const answer = await ledger.evaluate(name, canonicalJson(request));
            answers.add(answer.replace(/"asOf":"[^"]*"/, ''));
          },
          anybody,
        );
        expect(answers.size, `${name} tells everybody the same`).to.equal(1);
      }
    });
  });
}
