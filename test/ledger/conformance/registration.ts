// registerLog: what a log is born as, and what is refused.
import { expect } from 'chai';
import { encodeBase64, encodeHex } from '../../../chaincode/core/bytes.js';
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import type { ErrorCode } from '../../../chaincode/core/errors.js';
import { EMPTY_ROOT } from '../../../chaincode/core/merkle.js';
import type { RegistrationRequest } from '../../../chaincode/core/registration.js';
import { logIdOf } from '../../../chaincode/core/registration.js';
import type { Ledger } from '../../../gateway/ledger/ledger.js';
import { listLogs, registerLog } from '../../../gateway/ledger/log-ledger.js';
import { newEd25519Key } from '../../support/ed25519-key.js';
import { expectCodeAsync } from '../../support/expect-code.js';
import type { Fixture } from './channel.js';

/** The point of order 2: a valid encoding that RFC 9381 section 5.4.5 refuses. */
const SMALL_ORDER = Buffer.from(`ec${'ff'.repeat(30)}7f`, 'hex');
/** y = 2, for which there is no x on the curve. */
const NOT_ON_CURVE = Buffer.concat([Buffer.of(2), Buffer.alloc(31)]);

async function countLogs(ledger: Ledger, mspId: string): Promise<number> {
  let count = 0;
  for (let after: string | undefined; ; ) {
    const page = await listLogs(ledger, after === undefined ? { mspId } : { mspId, after });
    count += page.logs.length;
    after = page.next;
    if (after === undefined) return count;
  }
}

export function registrationCases(fixture: Fixture): void {
  describe('registerLog', () => {
    let admin: Ledger;
    before(async () => {
      admin = await fixture.open('hospital-a', 'admin');
    });

    async function refuses(overrides: object, code: ErrorCode): Promise<void> {
      const { mspId } = (await fixture.newLog()).registered.registration;
      const before = await countLogs(admin, mspId);
      const request = { ...fixture.newRequest(), ...overrides };
      await expectCodeAsync(() => admin.submit('registerLog', canonicalJson(request)), code);
      expect(await countLogs(admin, mspId)).to.equal(before);
    }

    it('answers with the registration and the log id that it hashes to', async () => {
      const request = fixture.newRequest();
      const { logId, registeredAt, registration } = await registerLog(admin, request);
      const { mspId, txId, ...rest } = registration;
      expect(rest).to.deep.equal(request);
      expect(mspId).to.not.equal('');
      expect(txId).to.match(/^[0-9a-f]{64}$/);
      expect(encodeHex(logIdOf(registration))).to.equal(logId);
      expect(registeredAt).to.be.within(Date.now() - 300_000, Date.now() + 300_000);
    });

    it('gives the log an empty head and the checkpoint of size 0', async () => {
      const { log, logId, registered } = await fixture.newLog();
      const answer = await log.readLog();
      expect(answer.logId).to.equal(logId);
      expect(answer.registration).to.deep.equal(registered.registration);
      expect(answer.head.size).to.equal(0);
      expect(answer.head.appends).to.equal(0);
      expect(answer.head.frontier).to.deep.equal([]);
      expect(encodeHex(answer.head.root)).to.equal(encodeHex(EMPTY_ROOT));
      expect(encodeHex(answer.head.mapRoot)).to.equal('00'.repeat(32));
      expect(answer.head.closingLeaf).to.equal(undefined);
      expect(answer.head.endorsedAt).to.equal(registered.registeredAt);
      const checkpoint = await log.readCheckpoint(0);
      expect(encodeHex(checkpoint.root)).to.equal(encodeHex(EMPTY_ROOT));
      expect(checkpoint.closingLeaf).to.equal(null);
      expect(checkpoint.endorsedAt).to.equal(registered.registeredAt);
    });

    it('refuses an origin that is taken, also by another organisation', async () => {
      const { origin } = (await fixture.newLog()).registered.registration;
      await refuses({ origin }, 'LOG_EXISTS');
      const other = await fixture.open('hospital-b', 'admin');
      const request = fixture.newRequest({ origin });
      await expectCodeAsync(() => registerLog(other, request), 'LOG_EXISTS');
    });

    it('refuses a key that any log uses, in either place', async () => {
      const { noteKey, vrfKey } = (await fixture.newLog('auditor')).registered.registration;
      await refuses({ noteKey }, 'LOG_EXISTS');
      await refuses({ vrfKey }, 'LOG_EXISTS');
      await refuses({ noteKey: vrfKey }, 'LOG_EXISTS');
      await refuses({ vrfKey: noteKey }, 'LOG_EXISTS');
      const key = encodeBase64(newEd25519Key().publicKey);
      await refuses({ noteKey: key, vrfKey: key }, 'BAD_KEY');
    });

    it('refuses keys that are no points of full order', async () => {
      for (const key of [SMALL_ORDER, NOT_ON_CURVE, Buffer.alloc(32, 0xff)]) {
        await refuses({ vrfKey: encodeBase64(key) }, 'BAD_KEY');
        await refuses({ noteKey: encodeBase64(key) }, 'BAD_KEY');
      }
      await refuses({ vrfKey: encodeBase64(Buffer.alloc(31)) }, 'BAD_INPUT');
    });

    it('refuses members that are missing, unknown or out of form', async () => {
      await refuses({ extra: 1 }, 'BAD_INPUT');
      await refuses({ mspId: 'OtherMSP' }, 'BAD_INPUT');
      await refuses({ txId: 'x' }, 'BAD_INPUT');
      await refuses({ origin: 'Upper.example' }, 'BAD_INPUT');
      await refuses({ origin: `${'a'.repeat(250)}.example` }, 'BAD_INPUT');
      await refuses({ recordLabels: 'other' }, 'BAD_INPUT');
      await refuses({ recordKeyDigest: 'AB'.repeat(32) }, 'BAD_INPUT');
      await refuses({ description: undefined }, 'BAD_INPUT');
      const system = { system: 'urn:x', form: 'text' };
      await refuses({ patientSystems: [system, system] }, 'BAD_INPUT');
    });

    it("takes a predecessor, but not another organisation's", async () => {
      const own = (await fixture.newLog('hospital-a')).logId;
      const other = (await fixture.newLog('hospital-b')).logId;
      await refuses({ predecessor: other }, 'ACCESS_DENIED');
      const request = fixture.newRequest({ predecessor: own });
      expect((await registerLog(admin, request)).registration.predecessor).to.equal(own);
    });

    it('gives an origin that two want at once to one of them', async () => {
      const other = await fixture.open('hospital-b', 'admin');
      const { origin } = fixture.newRequest();
      const attempts = [admin, other, admin].map((ledger) =>
        registerLog(ledger, fixture.newRequest({ origin })),
      );
      const results = await Promise.allSettled(attempts);
      const winners = results.filter(({ status }) => status === 'fulfilled');
      expect(winners.length).to.equal(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason.code).to.equal('LOG_EXISTS');
      }
    });

    it('registers all logs that an organisation asks for at once', async () => {
      const requests: RegistrationRequest[] = [];
      for (let count = 0; count < 4; count++) requests.push(fixture.newRequest());
      const made = await Promise.all(requests.map((request) => registerLog(admin, request)));
      const { log } = await fixture.newLog('hospital-a');
      const { ownerLogs } = await log.readCheckpoint(0);
      expect(ownerLogs).to.include.members(made.map(({ logId }) => logId));
      expect([...ownerLogs].sort()).to.deep.equal(ownerLogs);
    });
  });
}
