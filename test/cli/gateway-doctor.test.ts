import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Gateway } from '../../gateway/operation/gateway.js';
import { type Ran, Workplace } from '../support/cli.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { RunningCommand } from '../support/running-command.js';
import { issueTlsCertificate, newTlsAuthority } from '../support/tls-certificates.js';

const rowsOf = ({ stdout }: Ran) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('chartseal doctor of a gateway elsewhere', function () {
  this.timeout(60_000);
  const place = new Workplace();
  let gateways: GatewayPlace;
  let gateway: Gateway;

  before(async () => {
    gateways = await GatewayPlace.create();
    const authority = await newTlsAuthority('ours');
    const other = await newTlsAuthority('theirs');
    const server = { commonNames: ['gateway'], addresses: ['127.0.0.1'] };
    const keep = (
      name: string,
      { certificatePem, keyPem }: { certificatePem: string; keyPem: string },
    ) => {
      writeFileSync(place.path(`${name}.pem`), certificatePem);
      writeFileSync(place.path(`${name}.key`), keyPem, { mode: 0o600 });
    };
    keep('authority', authority);
    keep('other-authority', other);
    keep('server', await issueTlsCertificate(authority, server));
    for (const name of ['admin', 'archivist', 'nobody']) {
      keep(name, await issueTlsCertificate(authority, { commonNames: [name] }));
    }
    keep('foreign', await issueTlsCertificate(other, { commonNames: ['admin'] }));
    const system = (id: string, role: string) => ({
      id,
      organisation: 'HospitalMSP',
      roles: [role],
      certificate: { commonName: id },
    });
    const config = {
      systems: {
        port: 0,
        tls: {
          certificate: 'server.pem',
          key: 'server.key',
          clientAuthorities: 'authority.pem',
        },
      },
      auth: { systems: [system('admin', 'admin'), system('archivist', 'archivist')] },
    };
    writeFileSync(place.path('config.json'), JSON.stringify(config));
    gateway = await gateways.open({}, { file: place.path('config.json') });
  });
  after(async () => {
    await gateways.remove();
    place.remove();
  });

  function doctor(name?: string, authority = 'authority.pem'): Promise<Ran> {
    const { url = '' } = gateway.listening.find(({ kind }) => kind === 'systems') ?? {};
    const files =
      name === undefined ? [] : ['--certificate', `${name}.pem`, '--key', `${name}.key`];
    const args = ['doctor', '--url', url, ...files, '--authority', authority, '--json'];
    return new RunningCommand(place, args).ended();
  }

  it('finds what the one beside it finds, with a certificate of an admin', async () => {
    const far = await doctor('admin');
    expect(far.status, far.stdout).to.equal(0);
    const near = await new RunningCommand(place, [
      'doctor',
      '--data',
      gateways.data,
      '--json',
    ]).ended();
    const checks = (ran: Ran) => rowsOf(ran).map(({ check }) => check);
    expect(checks(far)).to.include.members(['store', 'ledger', 'sequencer']);
    expect(checks(near)).to.deep.equal(checks(far));
  });

  it('ends with the refusal of the gateway, or with its own', async () => {
    for (const [name, authority, status, code] of [
      ['archivist', 'authority.pem', 1, 'ACCESS_DENIED'],
      ['nobody', 'authority.pem', 2, 'UNAUTHENTICATED'],
      ['foreign', 'authority.pem', 2, 'GATEWAY_UNREACHABLE'],
      ['admin', 'other-authority.pem', 2, 'GATEWAY_UNREACHABLE'],
    ] as const) {
      const ran = await doctor(name, authority);
      const found = [ran.status, rowsOf(ran).at(-1).error.code];
      expect(found, `${name} ${ran.stderr}`).to.deep.equal([status, code]);
    }
  });

  it('tells which certificate is wrong, that of the gateway or its own', async () => {
    const message = (ran: Ran) => rowsOf(ran).at(-1).error.message;
    const distrusted = message(await doctor('admin', 'other-authority.pem'));
    expect(distrusted).to.match(/certificate of the gateway is not believed.*--authority/);
    expect(message(await doctor())).to.match(
      /no client without a certificate.*--certificate and --key/,
    );
  });

  it('takes credentials for --url alone', () => {
    const { status } = place.run(['doctor', '--data', 'd', '--token-file', 'server.pem']);
    expect(status).to.equal(64);
    expect(place.run(['doctor', '--url', 'http://gateway.example']).status).to.equal(64);
  });
});
