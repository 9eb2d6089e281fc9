import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { readGatewayConfig } from '../../gateway/operation/config.js';
import { makeFifo, newTempFolder, removeTempFolder } from '../support/temp-folder.js';

describe('the configuration of logins', () => {
  let folder: string;
  before(() => {
    folder = newTempFolder();
  });
  after(() => removeTempFolder(folder));

  const issuer = (login: object) => ({
    issuer: 'https://id.hospital.example',
    audience: 'chartseal',
    organisation: 'HospitalMSP',
    rolesClaims: ['roles'],
    roles: { archive: 'archivist' },
    login,
  });
  const read = (config: object) => {
    const file = join(folder, 'gateway.json');
    writeFileSync(file, JSON.stringify(config));
    return readGatewayConfig({ file });
  };
  const faults = async (config: object): Promise<string[]> => {
    const error = await read(config).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof ChartsealError)) throw error ?? new Error('it was taken');
    expect(error.code).to.equal('CONFIG_INVALID');
    return error.message.split('\n');
  };
  const withLogin = (login: object, people = {}) => ({
    people,
    auth: { issuers: [issuer(login)] },
  });

  it('is read with the secret beside the file, and sessions have bounds', async () => {
    writeFileSync(join(folder, 'secret'), 'x', { mode: 0o600 });
    const config = await read(withLogin({ clientId: 'chartseal', clientSecretFile: 'secret' }));
    const { login } = config.auth.issuers[0] ?? {};
    expect(login).to.deep.equal({
      clientId: 'chartseal',
      clientSecretFile: join(folder, 'secret'),
    });
    expect(config.limits).to.deep.include({ sessionIdleMinutes: 30, sessionMinutes: 480 });
    expect(config.web).to.deep.equal({ display: 'name' });
  });

  it('is refused with a secret that others may read, or that is not there', async () => {
    writeFileSync(join(folder, 'open'), 'x');
    chmodSync(join(folder, 'open'), 0o644);
    const member = 'auth.issuers[0].login.clientSecretFile';
    expect(await faults(withLogin({ clientId: 'x', clientSecretFile: 'open' }))).to.deep.equal([
      `${member} may be read by other users of this machine: chmod 600`,
    ]);
    const [missing = ''] = await faults(withLogin({ clientId: 'x', clientSecretFile: 'none' }));
    expect(missing).to.match(/^auth\.issuers\[0\]\.login\.clientSecretFile cannot be read: /);
  });

  it('is refused with what is no file, which nobody waits for, or has no end', async () => {
    makeFifo(join(folder, 'fifo'));
    for (const odd of ['fifo', '/dev/zero', '.']) {
      const config = withLogin({ clientId: 'x', clientSecretFile: odd });
      Object.assign(config.auth.issuers[0] as object, { authority: odd });
      const found = await faults(config);
      expect(found).to.have.length(2);
      for (const fault of found) {
        expect(fault).to.match(
          /\.(clientSecretFile|authority) cannot be read: it is not a regular file/,
        );
      }
    }
  });

  it('is refused off loopback without the address to come back to', async () => {
    const lines = await faults(withLogin({ clientId: 'x' }, { host: '192.0.2.1' }));
    expect(lines).to.include(
      'people.url must be given with auth.issuers[0].login: the provider sends people back there',
    );
  });

  it('takes as public address an origin alone, encrypted off loopback', async () => {
    for (const url of ['https://hospital.example', 'https://hospital.example:8443/']) {
      expect((await read({ people: { url } })).people.url).to.equal(url);
    }
    for (const url of ['http://hospital.example', 'https://a@hospital.example', 'x']) {
      expect((await faults({ people: { url } })).join()).to.match(/^people\.url must /);
    }
    for (const url of ['https://hospital.example/chartseal', 'https://hospital.example/?x=1']) {
      expect(await faults({ people: { url } })).to.deep.equal([
        'people.url must have no path and no query',
      ]);
    }
  });
});
