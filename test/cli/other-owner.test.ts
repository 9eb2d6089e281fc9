// Root in the folder of a service: what it wrote there, that service could not use any more.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { createCertificateAuthority, issueCertificate } from '../../gateway/pki/issue.js';
import { Workplace } from '../support/cli.js';
import { Served } from '../support/served.js';

const OWNER = '65534';
const PASSPHRASE = ['--passphrase-file', 'passphrase'];

describe('root in a data folder of another user', function () {
  this.timeout(120_000);
  const isRoot = process.geteuid?.() === 0;
  let place: Workplace;

  before(() => {
    if (!isRoot) return;
    place = new Workplace();
    mkdirSync(place.path('a'));
    writeFileSync(place.path('a', '0.txt'), 'document');
    writeFileSync(place.path('passphrase'), 'correct horse battery staple', { mode: 0o600 });
    done(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    done(['ingest', 'a', '--data', 'd']);
    done(['keys', 'backup', 'backup', '--data', 'd', ...PASSPHRASE]);
    done(['export', 'exported', '--data', 'd']);
    done(['keys', 'restore', 'backup', '--data', 'restored', ...PASSPHRASE]);
  });
  after(() => place?.remove());

  function done(args: readonly string[]): void {
    const { status, stderr } = place.run(args);
    expect(status, `${args.join(' ')}: ${stderr}`).to.equal(0);
  }

  const chown = (...names: string[]) =>
    execFileSync('chown', ['-R', `${OWNER}:${OWNER}`, ...names.map((name) => place.path(name))]);
  const look = (...names: string[]) =>
    execFileSync('ls', ['-lnAR', ...names.map((name) => place.path(name))]).toString();

  it('is refused whatever would write there, and told how to do it instead', () => {
    if (!isRoot) return;
    mkdirSync(place.path('empty'));
    const folders = ['d', 'restored', 'empty'];
    chown(...folders);
    const before = look(...folders);
    for (const args of [
      ['ingest', 'a', '--data', 'd'],
      ['history', '--log', '--data', 'd'],
      ['receipt', '#0', '--data', 'd'],
      ['trust', 'export', '--data', 'd'],
      ['log', 'checkpoint', '--data', 'd'],
      ['feed', 'status', '--data', 'd'],
      ['audit', '--data', 'd'],
      ['rebuild', '--data', 'd'],
      ['export', 'again', '--data', 'd'],
      ['serve', '--data', 'd'],
      ['keys', 'backup', 'saved', '--data', 'd', ...PASSPHRASE],
      ['keys', 'renew', '--data', 'd'],
      ['import', 'exported', '--data', 'restored'],
      ['init', '--data', 'empty', '--origin', 'b.example/x', '--org', 'B'],
      ['keys', 'restore', 'backup', '--data', 'empty', ...PASSPHRASE],
    ]) {
      const { status, stderr } = place.run(args);
      expect(status, args.join(' ')).to.equal(2);
      expect(stderr, args.join(' ')).to.match(/error: OTHER_OWNER .* belongs to user 65534/);
      expect(stderr).to.include('sudo -u');
    }
    expect(look(...folders)).to.equal(before);
  });

  it("is refused to renew an identity whose key would be root's, and to bring up a network", async () => {
    if (!isRoot) return;
    const authority = await createCertificateAuthority({ mspId: 'A', commonName: 'ca' });
    const identity = await issueCertificate(authority, { commonName: 'writer', days: 9 });
    mkdirSync(place.path('channel'));
    const files = { certificate: 'channel/certificate.pem', key: 'channel/key.pem' };
    writeFileSync(place.path(files.certificate), identity.certificatePem, { mode: 0o600 });
    writeFileSync(place.path(files.key), identity.keyPem, { mode: 0o600 });
    writeFileSync(place.path('channel/roots.pem'), authority.certificatePem);
    const tlsRoots = 'channel/roots.pem';
    const profile = {
      ...{ format: 'chartseal-fabric/1', channel: 'c', chaincode: 'c', mspId: 'A' },
      ...{ peers: [{ endpoint: 'localhost:1', tlsRoots }], identities: { writer: files } },
      ...{ endorsing: ['A'], endorsements: 1, ordering: 'raft' },
      attesting: { organisations: ['A'], k: 1, required: [], tolerated: 0 },
      ca: { url: 'https://localhost:1', name: 'ca', tlsRoots },
    };
    writeFileSync(place.path('profile.json'), JSON.stringify(profile));
    mkdirSync(place.path('network'));
    chown('channel', 'network');
    const before = look('channel', 'network');
    for (const args of [
      ['identity', 'renew', '--profile', 'profile.json'],
      ['network', 'up', '--state', 'network', '--programs', 'a'],
      ['network', 'upgrade', '--state', 'network'],
    ]) {
      const { status, stderr } = place.run(args);
      expect(stderr, args.join(' ')).to.match(/error: OTHER_OWNER .* belongs to user 65534/);
      expect(status, args.join(' ')).to.equal(2);
    }
    expect(look('channel', 'network')).to.equal(before);
  });

  it('works through the gateway that has the folder, as everybody else', async () => {
    if (!isRoot) return;
    execFileSync('chown', ['-R', '0:0', place.path('d')]);
    const gateway = await Served.start(place);
    try {
      chown('d');
      writeFileSync(place.path('a', '1.txt'), 'another');
      done(['ingest', 'a', '--data', 'd']);
      done(['audit', '--data', 'd']);
    } finally {
      await gateway.kill();
    }
  });
});
