import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { SystemConfig } from '../../gateway/http/auth/auth-config.js';
import { Authenticator } from '../../gateway/http/auth/authenticator.js';
import {
  callerOfCertificate,
  verifiedCertificate,
} from '../../gateway/http/auth/certificate-match.js';
import type { CertificateWithKey } from '../../gateway/pki/issue.js';
import { expectCode } from '../support/expect-code.js';
import { KeyServer } from '../support/key-server.js';
import { ask } from '../support/loopback-request.js';
import {
  issueTlsCertificate,
  newTlsAuthority,
  revocationList,
} from '../support/tls-certificates.js';
import { signToken } from '../support/tokens.js';

const OWN = 'HospitalMSP';
const DAY_MS = 86_400_000;

const system = (id: string, certificate: SystemConfig['certificate']): SystemConfig => ({
  id,
  organisation: OWN,
  roles: ['source-system'],
  sources: [`${id}-1`],
  certificate,
});

describe('a client certificate', () => {
  let authority: CertificateWithKey;
  let foreign: CertificateWithKey;
  let pacs: CertificateWithKey;
  let lab: CertificateWithKey;
  let revoked: CertificateWithKey;
  let stranger: CertificateWithKey;
  let server: Server;
  let serverKeys: CertificateWithKey;
  let authenticator: Authenticator;
  const tokenKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let keys: KeyServer;

  const known = ({ certificatePem }: CertificateWithKey) => new X509Certificate(certificatePem);
  const callerOf = (of: CertificateWithKey, systems: SystemConfig[], now = Date.now()) =>
    callerOfCertificate(known(of), systems, OWN, now);

  before(async () => {
    authority = await newTlsAuthority('ca.hospital.test');
    foreign = await newTlsAuthority('ca.hospital.test');
    pacs = await issueTlsCertificate(authority, { commonNames: ['pacs'] });
    lab = await issueTlsCertificate(authority, {
      commonNames: ['machine 7'],
      dnsNames: ['lab.hospital.test', '*.wards.hospital.test'],
    });
    revoked = await issueTlsCertificate(authority, { commonNames: ['pacs'] });
    stranger = await issueTlsCertificate(foreign, { commonNames: ['pacs'] });
    serverKeys = await issueTlsCertificate(authority, {
      commonNames: ['gateway'],
      addresses: ['127.0.0.1'],
    });
    keys = await KeyServer.start();
    keys.answers['/keys'] = { keys: [tokenKeys.publicKey.export({ format: 'jwk' })] };
    const issuer = {
      issuer: keys.address,
      audience: 'chartseal',
      organisation: OWN,
      jwksUri: `${keys.address}/keys`,
      rolesClaims: ['scope'],
      roles: { submit: 'source-system' as const, look: 'auditor' as const },
      system: { claim: 'client_id' },
    };
    const config = {
      ownOrganisation: OWN,
      issuers: [issuer],
      systems: [
        system('pacs', { commonName: 'pacs' }),
        system('lab', { dnsName: 'LAB.hospital.test' }),
      ],
    };
    authenticator = Authenticator.create(config);
    server = await listen();
  });
  after(async () => {
    await keys?.stop();
    if (server !== undefined) await close(server);
  });

  const tokenOf = (sub: string, claims: Record<string, unknown>) => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const payload = { iss: keys.address, aud: 'chartseal', sub, exp, scope: 'look', ...claims };
    return signToken({ alg: 'ES256' }, payload, tokenKeys.privateKey);
  };

  async function listen(): Promise<Server> {
    const made = createServer(
      {
        cert: serverKeys.certificatePem,
        key: serverKeys.keyPem,
        ca: authority.certificatePem,
        crl: await revocationList(authority, [revoked]),
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
      },
      (request, response) => {
        const certificate = verifiedCertificate(request.socket as TLSSocket);
        const { authorization } = request.headers;
        authenticator.authenticate({ authorization, certificate, listener: 'systems' }).then(
          (caller) => response.end(JSON.stringify(caller)),
          (error: unknown) => {
            response.statusCode = error instanceof ChartsealError ? 401 : 500;
            response.end(`${error instanceof ChartsealError ? error.code : ''} ${error}`);
          },
        );
      },
    );
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    return made;
  }

  async function close(made: Server): Promise<void> {
    const closed = new Promise((resolve) => made.close(resolve));
    made.closeAllConnections();
    await closed;
  }

  function send(client: CertificateWithKey | undefined, token?: string) {
    const { port } = server.address() as AddressInfo;
    return ask(new URL(`https://127.0.0.1:${port}/`), {
      ca: authority.certificatePem,
      ...(client === undefined ? {} : { cert: client.certificatePem, key: client.keyPem }),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
  }

  it('says over TLS which system calls, with its roles and sources', async () => {
    const { status, text } = await send(pacs);
    expect(status).to.equal(200);
    expect(JSON.parse(text)).to.deep.equal({
      kind: 'system',
      id: 'pacs',
      organisation: OWN,
      isOwn: true,
      roles: ['source-system'],
      sources: ['pacs-1'],
    });
    expect(JSON.parse((await send(lab)).text).id).to.equal('lab');
  });

  it('of a foreign authority, revoked, out of date, of a server alone, or missing, is refused at the handshake', async () => {
    const commonNames = ['pacs'];
    const past = { notBeforeAt: Date.now() - 2 * DAY_MS, notAfterAt: Date.now() - DAY_MS };
    const future = { notBeforeAt: Date.now() + DAY_MS, notAfterAt: Date.now() + 2 * DAY_MS };
    const unfit = [
      await issueTlsCertificate(authority, { commonNames, ...past }),
      await issueTlsCertificate(authority, { commonNames, ...future }),
      await issueTlsCertificate(authority, { commonNames, purposes: ['server'] }),
    ];
    expect((await send(pacs)).status).to.equal(200);
    for (const client of [stranger, revoked, ...unfit, undefined]) {
      const outcome = await send(client).then(
        ({ status }) => `answered ${status}`,
        ({ code }: { code?: string }) => code,
      );
      // TLS 1.3 tells the client after its own side is done, as an alert or by closing.
      expect(outcome).to.match(/^(ERR_SSL_|ECONNRESET|EPIPE)/);
    }
  });

  it('that TLS did not verify is none', () => {
    const socket = { authorized: false, getPeerX509Certificate: () => known(stranger) };
    expect(verifiedCertificate(socket as unknown as TLSSocket)).to.equal(undefined);
  });

  it('beside a token of the same system says who calls, and what it may do', async () => {
    const { status, text } = await send(pacs, tokenOf('pacs', { client_id: 'pacs' }));
    expect(status).to.equal(200);
    expect(JSON.parse(text).roles).to.deep.equal(['source-system']);
  });

  it('beside a token of another system, of a person, or a bad one, is refused', async () => {
    const tokens = {
      'are of two systems': tokenOf('lab', { client_id: 'lab' }),
      'for systems': tokenOf('anna', { client_id: 'portal' }),
      'the name of a system': tokenOf('pacs', { client_id: 'portal' }),
      'has expired': tokenOf('pacs', { client_id: 'pacs', exp: 1 }),
    };
    for (const [why, token] of Object.entries(tokens)) {
      const { status, text } = await send(pacs, token);
      expect(status).to.equal(401);
      expect(text).to.include('UNAUTHENTICATED').and.include(why);
    }
  });

  it('makes a token good that is bound to it, and to no other', async () => {
    const bound = (to: CertificateWithKey) => {
      const thumbprint = createHash('sha256').update(known(to).raw).digest('base64url');
      return tokenOf('pacs', { client_id: 'pacs', cnf: { 'x5t#S256': thumbprint } });
    };
    expect((await send(pacs, bound(pacs))).status).to.equal(200);
    const { status, text } = await send(pacs, bound(lab));
    expect(status).to.equal(401);
    expect(text).to.include('was not shown');
  });

  it('is compared exactly, by fingerprint, common name or host name', () => {
    const sha256 = createHash('sha256').update(known(pacs).raw).digest('hex');
    expect(callerOf(pacs, [system('a', { sha256 })]).id).to.equal('a');
    const colons = sha256.toUpperCase().replace(/..(?=.)/g, '$&:');
    expect(callerOf(pacs, [system('a', { sha256: colons })]).id).to.equal('a');
    const near: SystemConfig['certificate'][] = [
      { sha256: sha256.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) },
      { commonName: 'PACS' },
      { commonName: 'pac' },
      { commonName: 'pacs ' },
      { dnsName: 'pacs' },
      { dnsName: 'hospital.test' },
      { dnsName: 'x.wards.hospital.test' },
    ];
    for (const match of near) {
      expectCode(() => callerOf(pacs, [system('a', match)]), 'UNAUTHENTICATED');
      expectCode(() => callerOf(lab, [system('a', match)]), 'UNAUTHENTICATED');
    }
  });

  it('of two systems, or with two common names, is of none', async () => {
    const sha256 = known(pacs).fingerprint256;
    const both = [system('a', { sha256 }), system('b', { commonName: 'pacs' })];
    expectCode(() => callerOf(pacs, both), 'UNAUTHENTICATED');
    const twice = await issueTlsCertificate(authority, { commonNames: ['pacs', 'lab'] });
    const forged = await issueTlsCertificate(authority, { commonNames: ['x\nCN=pacs'] });
    for (const certificate of [twice, forged]) {
      for (const commonName of ['pacs', 'lab']) {
        expectCode(() => callerOf(certificate, [system('a', { commonName })]), 'UNAUTHENTICATED');
      }
    }
  });

  it('that runs out while its connection lives is refused', () => {
    const systems = [system('pacs', { commonName: 'pacs' })];
    expect(callerOf(pacs, systems).id).to.equal('pacs');
    expectCode(() => callerOf(pacs, systems, Date.now() + DAY_MS), 'UNAUTHENTICATED');
    expectCode(() => callerOf(pacs, systems, Date.now() - DAY_MS), 'UNAUTHENTICATED');
  });

  it('of another organisation carries the role auditor at most', () => {
    const other: SystemConfig = {
      ...system('pacs', { commonName: 'pacs' }),
      organisation: 'AuditorMSP',
      roles: ['auditor', 'admin', 'source-system'],
    };
    const { roles, isOwn } = callerOf(pacs, [other]);
    expect(roles).to.deep.equal(['auditor']);
    expect(isOwn).to.equal(false);
  });
});
