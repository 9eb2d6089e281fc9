// Files that the configuration of a gateway names, on a disk that fails between two looks at them.
import { chmodSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { failingDisk } from '../support/disk-faults.js';
import { ask } from '../support/loopback-request.js';
import { expectRefused, runIn } from '../support/refusals.js';
import { ServeProcess } from '../support/serve-process.js';
import { issueTlsCertificate, newTlsAuthority } from '../support/tls-certificates.js';

const LOGIN = {
  issuer: 'https://idp.example',
  audience: 'chartseal',
  organisation: 'A',
  rolesClaims: ['roles'],
  roles: { x: 'archivist' },
  subjectPrefix: 'p',
  login: { clientId: 'c', clientSecretFile: 'secret' },
};

describe('a gateway whose files cannot be looked at', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(async () => {
    place = new Workplace();
    const authority = await newTlsAuthority('servers');
    const names = { commonNames: ['x'], addresses: ['127.0.0.1'] };
    const { certificatePem, keyPem } = await issueTlsCertificate(authority, names);
    writeFileSync(place.path('c.pem'), certificatePem);
    writeFileSync(place.path('k.pem'), keyPem);
    writeFileSync(place.path('secret'), 'canary');
    for (const name of ['k.pem', 'secret']) chmodSync(place.path(name), 0o600);
    const tls = { certificate: 'c.pem', key: 'k.pem' };
    const config = { people: { port: 0, tls }, auth: { issuers: [LOGIN] } };
    writeFileSync(place.path('gateway.json'), JSON.stringify(config));
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
  });
  after(() => place.remove());

  it('answers where the system does not say how many files it may open', async () => {
    const environment = failingDisk({ call: 'readFile', path: '^/proc/self/limits$', code: 'EIO' });
    const gateway = new ServeProcess(['--data', 'd'], { cwd: place.folder, environment });
    try {
      const { status } = await ask((await gateway.listening()).url('people', '/healthz'));
      expect(status).to.equal(200);
    } finally {
      await gateway.kill();
    }
  });

  const rows = [
    ['k.pem', 'people.tls.key'],
    ['secret', 'auth.issuers[0].login.clientSecretFile'],
  ] as const;
  for (const [name, member] of rows) {
    it(`is told which: ${member}`, () => {
      const env = failingDisk({ call: 'stat', path: `/${name}$`, code: 'EIO' });
      const ran = runIn(place, ['serve', '--config', 'gateway.json', '--data', 'd'], { env });
      expectRefused(ran, 'CONFIG_INVALID', 64);
      expect(ran.stderr).to.include(`${member} cannot be read: i/o error`);
    });
  }
});
