// chartseal identity show, renew and revoke, as an administrator of a hospital types them.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { openFabricLedger } from '../../gateway/ledger/fabric/fabric-ledger.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { identityFiles } from '../../network/ca-enrol.js';
import { type IdentityFiles, writeIdentity } from '../../network/ca-identity.js';
import { certificateFacts, isKeyOf } from '../../network/ca-keys.js';
import { tlsRootFile } from '../../network/paths.js';
import { Workplace } from '../support/cli.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { enrolExtra, identityFilesOf, issueExtra } from '../support/live-identities.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';

const DAY_MS = 86_400_000;

describe('identities as commands', function () {
  this.timeout(60_000);
  let live: LiveNetwork;
  let place: Workplace;
  let profile: string;
  let admin: IdentityFiles;
  let writer: IdentityFiles;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
    place = new Workplace();
    const organisation = live.organisation('hospital-b');
    // A writer of its own: others of this run go on with theirs.
    admin = identityFiles(live.state, organisation, 'admin');
    writer = identityFilesOf(place.folder, await enrolExtra(live, 'hospital-b', 'writer'));
    const shared = JSON.parse(readFileSync(live.profile('hospital-b'), 'utf8'));
    const tlsRoots = tlsRootFile(live.state, organisation);
    profile = place.path('profile.json');
    const own = {
      ...shared,
      peers: [{ ...shared.peers[0], tlsRoots }],
      identities: { admin, writer },
      ca: { ...shared.ca, tlsRoots },
    };
    writeFileSync(profile, JSON.stringify(own));
  });
  after(() => place.remove());

  const certificate = () => readFileSync(writer.certificate, 'utf8');
  const command = (name: string, ...args: string[]) =>
    place.run(['identity', name, '--profile', profile, ...args]);
  const rows = (name: string, ...args: string[]) =>
    place.json(['identity', name, '--profile', profile, ...args]);

  async function callable(): Promise<string> {
    const ledger = await openFabricLedger(await readFabricProfile(profile), 'writer');
    try {
      return await ledger.evaluate('listLogs', canonicalJson({}));
    } finally {
      await ledger.close();
    }
  }

  /** Files readable for their owner alone, which belong together and which the channel accepts. */
  async function expectWhole(): Promise<void> {
    for (const path of [writer.certificate, writer.key]) {
      expect(statSync(path).mode & 0o777, path).to.equal(0o600);
    }
    expect(isKeyOf(readFileSync(writer.key, 'utf8'), certificate())).to.equal(true);
    expect(await callable()).to.include('logs');
  }

  it('are shown with the time at which they end', () => {
    const shown = rows('show');
    expect(shown.status).to.equal(0);
    expect(shown.rows.map(({ role }) => role)).to.deep.equal(['admin', 'writer']);
    const { notAfterAt } = certificateFacts(certificate());
    expect(Date.parse(String(shown.rows[1]?.['notAfter']))).to.equal(notAfterAt);
    expect(command('show', '--role', 'writer').stdout).to.match(
      /^writer {2}extra-.* 36[45] days\n$/,
    );
    expect(command('show', '--role', 'reader').status).to.equal(1);
    expect(command('show', '--role', 'owner').status).to.equal(64);
  });

  it('are kept as long as they have time left, and the next renewal is told', () => {
    const before = certificate();
    const kept = command('renew');
    expect(kept.status).to.equal(0);
    expect(kept.stdout).to.match(/admin {2}kept, .*\nwriter {2}kept, in date until /);
    expect(kept.stderr).to.match(/next renewal from \d{4}-\d\d-\d\d on/);
    expect(certificate()).to.equal(before);
  });

  it('are renewed with a new key when they soon end, both files or neither', async () => {
    const before = certificateFacts(certificate());
    const key = readFileSync(writer.key, 'utf8');
    const renewed = rows('renew', '--role', 'writer', '--within', '366');
    expect(renewed).to.deep.include({ status: 0 });
    expect(renewed.rows[0]).to.include({ role: 'writer', did: 'renewed' });
    const now = certificateFacts(certificate());
    expect(now.commonName).to.equal(before.commonName);
    expect(now.serial).to.not.equal(before.serial);
    expect(readFileSync(writer.key, 'utf8')).to.not.equal(key);
    await expectWhole();
  });

  it('are enrolled anew by the administrator when they have expired', async () => {
    // By the authority's own key, since it gives a year to everybody.
    const days = 1_000 / DAY_MS;
    const ended = await issueExtra(live, 'hospital-b', 'writer', days, Date.now());
    const { commonName } = certificateFacts(ended.certificatePem);
    await writeIdentity(writer, ended);
    await new Promise((done) => setTimeout(done, 2_000));
    const shown = rows('show', '--role', 'writer');
    expect(shown.status).to.equal(1);
    expect(shown.rows[0]).to.include({ isInDate: false });
    await expectCodeAsync(callable, 'IDENTITY_REFUSED');
    const renewed = rows('renew', '--role', 'writer');
    expect(renewed.rows[0]).to.include({ did: 'enrolled anew' });
    expect(certificateFacts(certificate()).commonName).to.equal(commonName);
    await expectWhole();
  });

  it('are renewed though another one of the profile cannot be, which is told', async () => {
    const folder = place.path('expired-admin');
    mkdirSync(folder);
    const expired = await issueExtra(live, 'hospital-b', 'admin', 1_000 / DAY_MS, Date.now());
    const text = JSON.parse(readFileSync(profile, 'utf8'));
    const identities = { admin: identityFilesOf(folder, expired), writer };
    const path = place.path('expired-admin.json');
    writeFileSync(path, JSON.stringify({ ...text, identities }));
    await new Promise((done) => setTimeout(done, 2_000));
    const before = certificate();
    const ran = place.run(['identity', 'renew', '--profile', path, '--within', '366']);
    expect(ran.stdout).to.match(/^writer {2}renewed, in date until /);
    expect(ran.stderr).to.match(/^admin {2}not renewed: CA_REFUSED .*\nerror: CA_REFUSED/);
    expect(ran.status).to.equal(1);
    expect(certificate()).to.not.equal(before);
    await expectWhole();
  });

  it('are not renewed where the authority does not answer, and stay as they are', async () => {
    const before = certificate();
    const other = place.path('unreachable.json');
    const text = readFileSync(profile, 'utf8').replace(
      /https:\/\/localhost:\d+/,
      'https://localhost:1',
    );
    writeFileSync(other, text);
    const args = ['identity', 'renew', '--profile', other, '--within', '400', '--role', 'writer'];
    const { status, rows: told } = place.json(args);
    expect(status).to.equal(2);
    expect(told[0]).to.have.nested.property('error.code', 'CA_UNAVAILABLE');
    expect(certificate()).to.equal(before);
    const none = JSON.parse(text);
    delete none.ca;
    writeFileSync(other, JSON.stringify(none));
    expect(place.run(args).stderr).to.include('BAD_INPUT');
  });

  it('are refused by the channel once they are revoked there, until they are enrolled anew', async () => {
    const stolen = place.path('stolen.pem');
    writeFileSync(stolen, certificate());
    const list = place.path('revoked.pem');
    const noted = command('revoke', '--role', 'writer', '--list', list);
    expect(noted.status, noted.stderr).to.equal(0);
    expect(noted.stderr).to.include('Peers accept it until the channel has the list');
    expect(readFileSync(list, 'utf8')).to.match(/^-----BEGIN X509 CRL-----/);
    expect(await callable()).to.include('logs');
    const state = resolve(live.state.folder);
    const told = rows(
      'revoke',
      '--certificate',
      stolen,
      '--state',
      state,
      '--reason',
      'superseded',
    );
    expect(told.status).to.equal(0);
    expect(told.rows[0]).to.include({ isInChannel: true });
    await expectCodeAsync(callable, 'IDENTITY_REFUSED');
    expect(rows('renew', '--role', 'writer', '--within', '400').rows[0]).to.include({
      did: 'enrolled anew',
    });
    await expectWhole();
  });

  it('are revoked one at a time, and only by name', () => {
    expect(command('revoke').status).to.equal(64);
    expect(command('revoke', '--role', 'writer', '--certificate', 'x').status).to.equal(64);
    expect(command('revoke', '--role', 'writer', '--reason', 'boredom').status).to.equal(64);
    expect(command('revoke', '--certificate', place.path('none.pem')).status).to.equal(2);
    writeFileSync(place.path('cut.pem'), certificate().slice(0, 200));
    expect(command('revoke', '--certificate', place.path('cut.pem')).stderr).to.include(
      'error: BAD_FORMAT',
    );
  });
});
