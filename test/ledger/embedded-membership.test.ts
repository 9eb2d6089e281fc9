// Whom the embedded ledger takes for whom: certificates, dates, roles.
import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { expect } from 'chai';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { parseCertificate } from '../../gateway/evidence/certificates.js';
import { Membership } from '../../gateway/ledger/embedded/membership.js';
import { ATTRIBUTES_OID } from '../../gateway/pki/attributes.js';
import {
  type CertificateWithKey,
  createCertificateAuthority,
  issueCertificate,
} from '../../gateway/pki/issue.js';
import { newRegistration } from '../support/embedded-engine.js';
import { newTestNetwork, ORGANISATIONS, testCertificate } from '../support/embedded-network.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';

const DAY = 86_400_000;
const MSP = 'HospitalMSP';

/** A certificate of this authority with any extensions. */
async function certificateWith(
  authority: CertificateWithKey,
  extensions: x509.Extension[],
): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const der = createPrivateKey(authority.keyPem).export({ type: 'pkcs8', format: 'der' });
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=somebody',
    issuer: new x509.X509Certificate(authority.certificatePem).subjectName,
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions,
  });
  return certificate.toString('pem');
}

const attributes = (json: string) =>
  new x509.Extension(ATTRIBUTES_OID, false, new TextEncoder().encode(json));

describe('members of the embedded ledger', () => {
  let authority: CertificateWithKey;
  let membership: Membership;
  before(async () => {
    authority = await createCertificateAuthority({ mspId: MSP, commonName: 'ca.example' });
    membership = new Membership([{ mspId: MSP, roots: [authority.certificatePem] }]);
  });

  const issue = async (options: object = {}) =>
    (
      await issueCertificate(authority, {
        commonName: 'writer@example',
        role: 'writer',
        days: 10,
        ...options,
      })
    ).certificatePem;

  const refused = (pem: string, at = Date.now(), mspId = MSP) =>
    expectCode(() => membership.identify(mspId, pem, at), 'IDENTITY_REFUSED');

  it('are known by MSP id and role', async () => {
    const identity = membership.identify(MSP, await issue(), Date.now());
    expect(identity.getMSPID()).to.equal(MSP);
    expect(identity.getAttributeValue('chartseal.role')).to.equal('writer');
    expect(identity.getAttributeValue('other')).to.equal(null);
    expectCode(() => identity.getID(), 'NOT_SUPPORTED');
  });

  it('have certificates as OpenSSL and Fabric expect them', async () => {
    const certificate = new X509Certificate(await issue());
    const root = new X509Certificate(authority.certificatePem);
    expect(root.ca && root.verify(root.publicKey) && certificate.checkIssued(root)).to.equal(true);
    expect(certificate.ca).to.equal(false);
    expect(certificate.subject.split('\n')).to.include.members(['OU=client', 'CN=writer@example']);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).to.equal('prime256v1');
  });

  it('are refused outside the dates of their certificate, also when they were known', async () => {
    const start = Date.now();
    const pem = await issue({ days: 2, notBeforeAt: start });
    membership.identify(MSP, pem, start + DAY);
    refused(pem, start - 2000);
    refused(pem, start + 3 * DAY);
    const old = await issue({ days: 1, notBeforeAt: start - 5 * DAY });
    refused(old);
  });

  it('are known whatever the dates of their authority, which the channel names', async () => {
    const short = await createCertificateAuthority({ mspId: MSP, commonName: 'ca', days: 1 });
    const own = new Membership([{ mspId: MSP, roots: [short.certificatePem] }]);
    const options = { commonName: 'late', role: 'writer', days: 30 };
    const pem = (await issueCertificate(short, options)).certificatePem;
    own.identify(MSP, pem, Date.now() + 20 * DAY);
    expectCode(() => own.identify(MSP, pem, Date.now() + 40 * DAY), 'IDENTITY_REFUSED');
  });

  it('have certificates without an end where none is given', async () => {
    const pem = await issue({ days: undefined });
    expect(new X509Certificate(pem).validTo).to.equal('Dec 31 23:59:59 9999 GMT');
    expect(new X509Certificate(authority.certificatePem).validTo).to.contain(' 9999 ');
    const { notAfter } = parseCertificate(new X509Certificate(pem).raw);
    expect(notAfter).to.equal(Date.UTC(9999, 11, 31, 23, 59, 59));
    membership.identify(MSP, pem, Date.UTC(2126, 0, 1));
  });

  it('are refused under the MSP id of another organisation', async () => {
    const other = await createCertificateAuthority({ mspId: 'OtherMSP', commonName: 'ca.example' });
    const both = new Membership([
      { mspId: MSP, roots: [authority.certificatePem] },
      { mspId: 'OtherMSP', roots: [other.certificatePem] },
    ]);
    const pem = await issue();
    expectCode(() => both.identify('OtherMSP', pem, Date.now()), 'IDENTITY_REFUSED');
    expectCode(() => both.identify('NobodyMSP', pem, Date.now()), 'IDENTITY_REFUSED');
    // An authority of the same name with another key.
    const twin = await createCertificateAuthority({ mspId: MSP, commonName: 'ca.example' });
    const forged = { commonName: 'writer@example', role: 'writer', days: 1 };
    refused((await issueCertificate(twin, forged)).certificatePem);
  });

  it('are refused with the certificate of an authority, or with none', async () => {
    refused(authority.certificatePem);
    const pem = await issue();
    for (const text of [
      '',
      'x',
      `${pem}${pem}`,
      ` ${pem}`,
      pem.replace(/[A-Za-z]{20}/, ''),
      `${pem}x`,
    ]) {
      refused(text);
    }
  });

  it('are refused with attributes that cannot be read', async () => {
    const role = '{"attrs":{"chartseal.role":"writer"}}';
    for (const json of [
      '',
      'x',
      '{}',
      '{"attrs":{"chartseal.role":1}}',
      `${role} x`,
      `${role.slice(0, -1)},"a":1}`,
    ]) {
      refused(await certificateWith(authority, [attributes(json)]));
    }
    const twice = [attributes(role), attributes('{"attrs":{"chartseal.role":"admin"}}')];
    refused(await certificateWith(authority, twice));
    const pem = await certificateWith(authority, [attributes(role)]);
    const identity = membership.identify(MSP, pem, Date.now());
    expect(identity.getAttributeValue('chartseal.role')).to.equal('writer');
  });

  it('have authorities that can be told apart', () => {
    const roots = [authority.certificatePem];
    const msps = (second: string) => [
      { mspId: MSP, roots },
      { mspId: second, roots },
    ];
    expectCode(() => new Membership(msps('OtherMSP')), 'BAD_INPUT');
    expectCode(() => new Membership(msps(MSP)), 'BAD_INPUT');
  });

  it('must be authorities to be roots', async () => {
    const pem = await issue();
    expectCode(() => new Membership([{ mspId: MSP, roots: [pem] }]), 'IDENTITY_REFUSED');
  });

  it('without a role, or with one that is not known, may do nothing', async () => {
    const { network, close } = await newTestNetwork();
    const mspId = ORGANISATIONS['hospital-a'];
    for (const role of [undefined, 'owner' as 'admin']) {
      const ledger = await network.connect({
        mspId,
        certificatePem: await testCertificate('hospital-a', role),
      });
      for (const name of ['readLog', 'listLogs', 'readCheckpoint', 'listCheckpoints']) {
        await expectCodeAsync(() => ledger.evaluate(name, '{}'), 'ACCESS_DENIED');
      }
      const json = newRegistration('nobody.example');
      await expectCodeAsync(() => ledger.submit('registerLog', json), 'ACCESS_DENIED');
      await expectCodeAsync(() => ledger.submit('append', '{}'), 'ACCESS_DENIED');
    }
    await close();
  });

  it('are refused when they connect, and cannot attest without a key', async () => {
    const { network, close } = await newTestNetwork();
    const stranger = { mspId: ORGANISATIONS.auditor, certificatePem: await issue() };
    await expectCodeAsync(() => network.connect(stranger), 'IDENTITY_REFUSED');
    const certificatePem = await testCertificate('auditor', 'reader');
    const ledger = await network.connect({ mspId: ORGANISATIONS.auditor, certificatePem });
    const json = canonicalJson({ logId: '00'.repeat(32) });
    await expectCodeAsync(() => ledger.attest(json, []), 'NOT_SUPPORTED');
    await close();
    await expectCodeAsync(() => ledger.evaluate('listLogs', '{}'), 'LEDGER_UNAVAILABLE');
  });
});
