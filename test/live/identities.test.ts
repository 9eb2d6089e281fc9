// Who may do what on a live channel: roles and owners are refused by the contract, identities that
// the channel does not know (any more) by the engine. Whatever is refused writes nothing.
import { expect } from 'chai';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { FabricConnection } from '../../gateway/ledger/fabric/connection.js';
import { FabricLedger } from '../../gateway/ledger/fabric/fabric-ledger.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import type { Ledger } from '../../gateway/ledger/ledger.js';
import {
  type CertificateWithKey,
  createCertificateAuthority,
  issueCertificate,
} from '../../gateway/pki/issue.js';
import { caClient, identityFiles } from '../../network/ca-enrol.js';
import { readIdentity } from '../../network/ca-identity.js';
import { certificateFacts } from '../../network/ca-keys.js';
import { publishRevocations } from '../../network/ca-revocation.js';
import {
  ALL_ORGANISATIONS,
  Fixture,
  type Organisation,
  type TestLog,
} from '../ledger/conformance/channel.js';
import { expectCodeAsync } from '../support/expect-code.js';
import {
  authorityOf,
  enrolExtra,
  issueExtra,
  openAs,
  openLive,
} from '../support/live-identities.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';
import { appendCall, labelOf } from '../support/log-writer.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const DAY_MS = 86_400_000;
const ROLES = ['admin', 'writer', 'reader', 'none'] as const;
type RoleOrNone = (typeof ROLES)[number];

/** Other files of this run register logs of the same names otherwise. */
class IdentityFixture extends Fixture {
  #count = 0;

  override newRequest(overrides = {}) {
    this.#count += 1;
    const origin = `identities-${process.pid}-${Date.now()}-${this.#count}.example/archive`;
    return super.newRequest({ origin, ...overrides });
  }
}

describe('identities on a live channel', function () {
  this.timeout(60_000);
  const fixture = new IdentityFixture();
  const opened: Ledger[] = [];
  const withoutRole = new Map<Organisation, Ledger>();
  let live: LiveNetwork;
  let folder: string;
  let log: TestLog;

  const keep = <L extends Ledger>(ledger: L): L => {
    opened.push(ledger);
    return ledger;
  };
  const openOther = async (name: Organisation, identity: CertificateWithKey) =>
    keep(await openAs(live, name, identity, folder));

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    folder = newTempFolder();
    live = await liveNetwork();
    fixture.channel = {
      open: async (organisation, role) => keep(await openLive(live, organisation, role)),
      close: async () => undefined,
    };
    for (const name of ALL_ORGANISATIONS) {
      withoutRole.set(name, await openOther(name, await enrolExtra(live, name)));
    }
    log = await fixture.newLog('hospital-a');
    await log.append([{ act: 'access', subject: labelOf('patient') }]);
  });
  after(async () => {
    for (const ledger of opened) await ledger.close();
    removeTempFolder(folder);
  });

  const open = async (name: Organisation, role: RoleOrNone): Promise<Ledger> =>
    role === 'none' ? (withoutRole.get(name) as Ledger) : fixture.open(name, role);

  /** Number of logs of all organisations, and the head of ours: what a refusal must leave alone. */
  async function written(): Promise<string> {
    const reader = await fixture.open('auditor', 'reader');
    let count = 0;
    let after: string | undefined;
    do {
      const page = JSON.parse(
        await reader.evaluate('listLogs', canonicalJson({ ...(after ? { after } : {}) })),
      );
      count += page.logs.length;
      after = page.next;
    } while (after !== undefined);
    return `${count} ${await log.head()}`;
  }

  async function refused(act: () => Promise<unknown>, code: ErrorCode): Promise<void> {
    const before = await written();
    await expectCodeAsync(act, code);
    expect(await written()).to.equal(before);
  }

  function nextAppend() {
    const batch = log.writer.batch([{ act: 'access', subject: labelOf('patient') }]);
    return { batch, ...appendCall(log.logId, batch) };
  }

  describe('by role and organisation', () => {
    for (const name of ALL_ORGANISATIONS) {
      for (const role of ROLES) {
        it(`${name}, ${role}: ${role === 'admin' ? 'may' : 'may not'} register logs`, async () => {
          const ledger = await open(name, role);
          const act = () => ledger.submit('registerLog', canonicalJson(fixture.newRequest()));
          if (role !== 'admin') return refused(act, 'ACCESS_DENIED');
          const { registration } = JSON.parse(await act());
          expect(registration.mspId).to.equal(live.organisation(name).mspId);
        });

        const owns = name === 'hospital-a' && role === 'writer';
        it(`${name}, ${role}: ${owns ? 'may' : 'may not'} append to a log of hospital-a`, async () => {
          const ledger = await open(name, role);
          const { batch, json, transient } = nextAppend();
          const act = () => ledger.submit('append', json, transient);
          if (!owns) return refused(act, 'ACCESS_DENIED');
          const { endorsedAt } = JSON.parse(await act());
          const expected = log.writer.commit(batch, Date.parse(endorsedAt));
          expect(JSON.parse(await log.head()).head.size).to.equal(expected.size);
        });

        it(`${name}, ${role}: ${role === 'none' ? 'may not' : 'may'} read`, async () => {
          const ledger = await open(name, role);
          const { logId } = log;
          const reads = [
            ['readLog', { logId }, 'head'],
            ['readCheckpoint', { logId }, 'closingLeaf'],
            ['listLogs', {}, 'logs'],
            ['listCheckpoints', { logId, after: 0 }, 'checkpoints'],
          ] as const;
          for (const [transaction, request, told] of reads) {
            const act = () => ledger.evaluate(transaction, canonicalJson(request));
            if (role === 'none') await expectCodeAsync(act, 'ACCESS_DENIED');
            else expect(JSON.parse(await act())).to.include.keys(told);
          }
        });
      }
    }
  });

  describe('that the channel does not accept', () => {
    /** Reading, registering and appending, each refused. */
    async function refusesAll(ledger: Ledger): Promise<void> {
      const { json, transient } = nextAppend();
      await refused(() => ledger.submit('append', json, transient), 'IDENTITY_REFUSED');
      const request = canonicalJson(fixture.newRequest());
      await refused(() => ledger.submit('registerLog', request), 'IDENTITY_REFUSED');
      const read = () => ledger.evaluate('readLog', canonicalJson({ logId: log.logId }));
      await expectCodeAsync(read, 'IDENTITY_REFUSED');
    }

    it('of an authority that belongs to nobody', async () => {
      const mspId = 'HospitalAMSP';
      const authority = await createCertificateAuthority({ mspId, commonName: 'stranger' });
      const identity = await issueCertificate(authority, {
        commonName: 'writer',
        role: 'writer',
        days: 1,
      });
      await refusesAll(await openOther('hospital-a', identity));
    });

    it('of an authority with the names of the true one', async () => {
      const { certificatePem } = authorityOf(live, live.organisation('hospital-a'));
      const forged = await createCertificateAuthority({
        mspId: 'hospital-a.example',
        commonName: certificateFacts(certificatePem).commonName,
      });
      const identity = await issueCertificate(forged, {
        commonName: 'writer',
        role: 'writer',
        days: 1,
      });
      await refusesAll(await openOther('hospital-a', identity));
    });

    it("of another organisation's authority, under this organisation's name", async () => {
      const identity = await issueExtra(live, 'hospital-b', 'writer', 1);
      await refusesAll(await openOther('hospital-a', identity));
    });

    it('that expired, before anything is sent', async () => {
      const past = Date.now() - 3 * DAY_MS;
      const identity = await issueExtra(live, 'hospital-a', 'writer', 1, past);
      await refused(() => openOther('hospital-a', identity), 'IDENTITY_REFUSED');
    });

    it('that begin tomorrow', async () => {
      const identity = await issueExtra(live, 'hospital-a', 'writer', 9, Date.now() + DAY_MS);
      await refused(() => openOther('hospital-a', identity), 'IDENTITY_REFUSED');
    });

    it('that run out while they are used', async () => {
      const lifeMs = 6_000;
      const days = lifeMs / DAY_MS;
      const begins = Date.now();
      const identity = await issueExtra(live, 'hospital-a', 'writer', days, begins);
      const ledger = await openOther('hospital-a', identity);
      const request = canonicalJson({ logId: log.logId });
      expect(await ledger.evaluate('readLog', request)).to.include(log.logId);
      await new Promise((resolve) => setTimeout(resolve, lifeMs + 1_000));
      await refusesAll(ledger);

      // The channel itself refuses it as well, from a caller whose clock stands still.
      const profile = await readFabricProfile(live.profile('hospital-a'));
      const stopped = () => begins + 1_000;
      const connection = await FabricConnection.open(profile, identity, stopped);
      const unaware = keep(new FabricLedger(connection));
      const { json, transient } = nextAppend();
      await refused(() => unaware.submit('append', json, transient), 'IDENTITY_REFUSED');
    });

    it('that are revoked, once the channel has the list; the others go on', async () => {
      const organisation = live.organisation('hospital-a');
      const identity = await enrolExtra(live, 'hospital-a', 'writer');
      const ledger = await openOther('hospital-a', identity);
      const { batch, json, transient } = nextAppend();
      const answer = JSON.parse(await ledger.submit('append', json, transient));
      log.writer.commit(batch, Date.parse(answer.endorsedAt));

      const client = await caClient(live.state, organisation);
      const admin = await readIdentity(identityFiles(live.state, organisation, 'admin'));
      const { serial, authorityKeyId = '' } = certificateFacts(identity.certificatePem);
      const list = await client.revoke(admin, { serial, authorityKeyId }, 'keycompromise');
      expect(await client.revoke(admin, { serial, authorityKeyId }, 'keycompromise')).to.include(
        'X509 CRL',
      );
      expect(await publishRevocations(live.state, organisation, list)).to.equal(true);
      expect(await publishRevocations(live.state, organisation, list)).to.equal(false);
      await refusesAll(ledger);
      await refusesAll(await openOther('hospital-a', identity));
      await log.append([{ act: 'access', subject: labelOf('patient') }]);
    });
  });
});
