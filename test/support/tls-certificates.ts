// Certificates for TLS on loopback: of servers, of clients by common name or host name, and the
// list of those that an authority has revoked.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type CertificateWithKey, createCertificateAuthority } from '../../gateway/pki/issue.js';

const KEYS = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
const HOUR_MS = 3_600_000;

export const newTlsAuthority = (commonName: string): Promise<CertificateWithKey> =>
  createCertificateAuthority({ mspId: 'TestMSP', commonName });

const derOf = (pem: string) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');

const signingKey = (pem: string) =>
  webcrypto.subtle.importKey('pkcs8', derOf(pem), KEYS, false, ['sign']);

export interface LeafOptions {
  readonly commonNames: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  /** In ms since 1970; an hour before and after now when left out. */
  readonly notBeforeAt?: number;
  readonly notAfterAt?: number;
  /** Of a client and a server when it is left out. */
  readonly purposes?: readonly ('client' | 'server')[];
}

const PURPOSES = {
  client: x509.ExtendedKeyUsage.clientAuth,
  server: x509.ExtendedKeyUsage.serverAuth,
} as const;

/** A certificate signed by the authority. */
export async function issueTlsCertificate(
  authority: CertificateWithKey,
  options: LeafOptions,
): Promise<CertificateWithKey> {
  const { commonNames, dnsNames = [], addresses = [], notBeforeAt, notAfterAt } = options;
  const { purposes = ['client', 'server'] } = options;
  const keys = await webcrypto.subtle.generateKey(KEYS, true, ['sign', 'verify']);
  const names = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `41${randomBytes(12).toString('hex')}`,
    subject: commonNames.map((name) => ({ CN: [name] })),
    issuer: new x509.X509Certificate(authority.certificatePem).subjectName,
    notBefore: new Date(notBeforeAt ?? Date.now() - HOUR_MS),
    notAfter: new Date(notAfterAt ?? Date.now() + HOUR_MS),
    publicKey: keys.publicKey,
    signingKey: await signingKey(authority.keyPem),
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(purposes.map((one) => PURPOSES[one])),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const lines = key.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificatePem: `${certificate.toString('pem').trim()}\n`,
    keyPem: ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n'),
  };
}

/** PEM of the list that names these certificates of the authority. */
export async function revocationList(
  authority: CertificateWithKey,
  revoked: readonly CertificateWithKey[],
): Promise<string> {
  const list = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(authority.certificatePem).subject,
    thisUpdate: new Date(Date.now() - HOUR_MS),
    nextUpdate: new Date(Date.now() + HOUR_MS),
    entries: revoked.map(({ certificatePem }) => ({
      serialNumber: new x509.X509Certificate(certificatePem).serialNumber,
      revocationDate: new Date(Date.now() - HOUR_MS),
    })),
    signingKey: await signingKey(authority.keyPem),
    signingAlgorithm: SIGNATURE,
  });
  // OpenSSL knows it by the label of RFC 7468 section 6 alone.
  return `${list.toString('pem').replaceAll(' CRL-', ' X509 CRL-').trim()}\n`;
}
