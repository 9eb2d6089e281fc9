import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type ConfigSources, readGatewayConfig } from '../../gateway/operation/config.js';
import {
  issueTlsCertificate,
  newTlsAuthority,
  revocationList,
} from '../support/tls-certificates.js';

const HOUR_MS = 3_600_000;

describe('the configuration of the gateway', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chartseal-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const at = (name: string) => join(folder, name);
  function write(name: string, content: string, mode = 0o600): string {
    writeFileSync(at(name), content);
    chmodSync(at(name), mode);
    return at(name);
  }
  const read = (config: unknown, sources: ConfigSources = {}) =>
    readGatewayConfig({ file: write('gateway.json', JSON.stringify(config)), ...sources });

  /** Every line of the refusal. */
  async function faultsOf(act: () => Promise<unknown>): Promise<readonly string[]> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      expect(error.code).to.equal('CONFIG_INVALID');
      return error.message.split('\n');
    }
    return [];
  }

  it('needs nothing: then it is for this machine alone, and frozen', async () => {
    const config = await readGatewayConfig({});
    expect(config.people).to.deep.equal({ host: '127.0.0.1', port: 8480 });
    expect(config.data).to.equal('chartseal-data');
    expect(config.systems).to.equal(undefined);
    expect(config.auth).to.deep.equal({ issuers: [], systems: [] });
    expect(config.demo).to.equal(false);
    expect(Object.isFrozen(config) && Object.isFrozen(config.limits)).to.equal(true);
  });

  it('is taken from the file, the environment, the command line, each over the one before', async () => {
    const environment = { CHARTSEAL_DATA: '/env', CHARTSEAL_PEOPLE_PORT: '9001' };
    const file = { data: 'there', people: { port: 9000 }, log: { level: 'warn' } };
    expect((await read(file)).data).to.equal(at('there'));
    const config = await read(file, { environment });
    expect(config).to.deep.include({ data: '/env', log: { level: 'warn' } });
    expect(config.people.port).to.equal(9001);
    expect((await read(file, { environment, data: 'mine' })).data).to.equal('mine');
  });

  it('tells every fault of its members at once, each on a line with the member and what it takes', async () => {
    const environment = {
      CHARTSEAL_PEOPLE_PORT: 'eighty',
      CHARTSEAL_PEOPEL_HOST: 'not looked at, not ours',
      CHARTSEAL_LIMIT_CONECTIONS: '5',
      CHARTSEAL_ORGANISATION: '',
    };
    const config = {
      dta: 'x',
      people: { host: 'a b', tls: { certificate: 1 } },
      auth: { issuers: [{ issuer: 'https://id.example', roles: { nurse: 'doctor' } }] },
      limits: { outboxEntries: 0, extra: 1 },
      log: { level: 'loud' },
      demo: 'yes',
    };
    const faults = await faultsOf(() => read(config, { environment }));
    expect([...faults].sort()).to.deep.equal([
      'CHARTSEAL_LIMIT_CONECTIONS is not known here',
      'CHARTSEAL_ORGANISATION must not be empty',
      'CHARTSEAL_PEOPLE_PORT must be a whole number from 0 to 65535',
      'auth.issuers[0].audience must be given',
      'auth.issuers[0].organisation must be given',
      'auth.issuers[0].roles.nurse must be one of archivist, source-system, auditor, patient, privacy-officer, admin',
      'auth.issuers[0].rolesClaims must be given',
      'demo must be true or false',
      'dta is not known here',
      'limits.extra is not known here',
      'limits.outboxEntries must be a whole number from 1 to 10000000',
      'log.level must be one of debug, info, warn, error, silent',
      'people.host must be a host name or an address',
      'people.tls.certificate must be a text',
      'people.tls.key must be given',
    ]);
  });

  it('never echoes a value: a secret may stand in the wrong place', async () => {
    const secret = 'hunter2-hunter2';
    const config = { people: { port: secret, tls: secret }, log: { level: secret }, demo: secret };
    const environment = { CHARTSEAL_DEMO: secret, CHARTSEAL_PEOPLE_KEY: secret };
    const faults = await faultsOf(() => read(config, { environment }));
    expect(faults).to.have.length.above(2);
    expect(faults.join('\n')).to.not.include(secret);
  });

  it('tells what is no JSON by line and column, as people look for it', async () => {
    const refused = async (text: string) =>
      (await faultsOf(() => readGatewayConfig({ file: write('bad.json', text) }))).join('\n');
    expect(await refused('{\n  "data": "x",\n  "demo": maybe\n}')).to.match(
      /, at line 3, column 11$/,
    );
    expect(await refused('{\r\n  "data": "x",\r\n}')).to.match(
      /: no member name, at line 3, column 1$/,
    );
    expect(await refused('{\n// which folder\n"data": "x"}')).to.match(
      /: JSON has no comments, at line 2, column 1$/,
    );
    expect(await refused('\ufeff{"data": "x"}')).to.match(/byte order mark: save it as UTF-8/);
  });

  it('is one JSON object without duplicate keys, in a file that can be read', async () => {
    const refused = async (text: string) =>
      (await faultsOf(() => readGatewayConfig({ file: write('bad.json', text) }))).join('\n');
    expect(await refused('{"demo":true,"demo":false}')).to.match(
      /^the file of --config: .*twice|duplicate/,
    );
    expect(await refused('[]')).to.equal('the file of --config: must be one JSON object');
    expect(await refused('{')).to.match(/^the file of --config: /);
    const [missing] = await faultsOf(() => readGatewayConfig({ file: at('none.json') }));
    expect(missing).to.match(/^the file of --config: cannot read the file: no such file/);
  });

  it('names what is wrong with each file of TLS, all at once', async () => {
    const authority = await newTlsAuthority('ca');
    const commonNames = ['gateway'];
    const old = await issueTlsCertificate(authority, {
      commonNames,
      notBeforeAt: Date.now() - 2 * HOUR_MS,
      notAfterAt: Date.now() - HOUR_MS,
    });
    const other = await issueTlsCertificate(authority, { commonNames });
    const stranger = await newTlsAuthority('another');
    const config = {
      people: {
        tls: {
          certificate: write('old.pem', old.certificatePem),
          key: write('open.pem', old.keyPem, 0o644),
        },
      },
      systems: {
        port: 8481,
        tls: {
          certificate: write('other.pem', other.certificatePem),
          key: write('old-key.pem', old.keyPem),
          clientAuthorities: write('clients.pem', authority.certificatePem),
          revocationList: write('list.pem', await revocationList(stranger, [])),
        },
      },
    };
    const faults = await faultsOf(() => read(config));
    expect(faults[0]).to.match(/^people\.tls\.key may be read by other users of this machine/);
    expect(faults[1]).to.match(/^people\.tls\.certificate ended at /);
    expect(faults.slice(2)).to.deep.equal([
      'systems.tls.revocationList has no list of one of the client authorities: its clients would be refused',
      'systems.tls.key is not the key of the certificate',
    ]);
    config.systems.tls.revocationList = write('garbage.pem', 'no list');
    config.systems.tls.clientAuthorities = at('gone.pem');
    config.systems.tls.key = write('no-key.pem', 'no key');
    const more = await faultsOf(() => read(config));
    expect(more.slice(2)).to.deep.equal([
      'systems.tls.clientAuthorities cannot be read: no such file or directory',
      'systems.tls.revocationList holds no revocation list',
      'systems.tls.key holds no private key that can be read',
    ]);
  });

  it('takes files that are whole, and gives their paths from the folder of the configuration', async () => {
    const authority = await newTlsAuthority('ca');
    const { certificatePem, keyPem } = await issueTlsCertificate(authority, { commonNames: ['g'] });
    write('c.pem', certificatePem);
    write('k.pem', keyPem);
    write('ca.pem', authority.certificatePem);
    write('crl.pem', await revocationList(authority, []));
    const tls = { certificate: 'c.pem', key: 'k.pem' };
    const config = await read({
      people: { tls },
      systems: {
        port: 8481,
        tls: { ...tls, clientAuthorities: 'ca.pem', revocationList: 'crl.pem' },
      },
    });
    expect(config.systems?.tls.revocationList).to.equal(at('crl.pem'));
    expect(config.people.tls?.key).to.equal(at('k.pem'));
  });

  it('refuses plain HTTP and the demo where others could reach them', async () => {
    const plain = await faultsOf(() => read({ people: { host: '192.0.2.1' } }));
    expect(plain.join()).to.match(/^people\.tls must be given where people\.host is not loopback/);
    const demo = await faultsOf(() => read({ people: { host: '192.0.2.1' }, demo: true }));
    expect(demo).to.include('people.host must be loopback with demo');
  });

  it('refuses systems that are known twice, and ones that could never show a certificate', async () => {
    const system = {
      id: 'emr',
      organisation: 'A',
      roles: ['source-system'],
      certificate: { commonName: 'emr' },
    };
    const faults = await faultsOf(() => read({ auth: { systems: [system, system] } }));
    expect(faults).to.deep.equal([
      'auth.systems[1].id stands before',
      'auth.systems[1].certificate stands before',
      'auth.systems needs systems.tls.clientAuthorities: nobody could show a certificate',
    ]);
  });
});
