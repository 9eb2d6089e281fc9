// Certificates for people and programs: a small authority for one organisation, as a hospital
// needs it for the embedded ledger and as Fabric accepts it. Keys are P-256.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { ATTRIBUTES_OID } from './attributes.js';

/** A certificate and the private key that belongs to it, PEM (PKCS #8). */
export interface CertificateWithKey {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface AuthorityOptions {
  /** Stands as organisation in the certificate. */
  readonly mspId: string;
  readonly commonName: string;
  readonly days?: number;
}

export interface IssueOptions {
  readonly commonName: string;
  /** Value of the attribute `chartseal.role`; without it the certificate carries none. */
  readonly role?: string;
  readonly days: number;
  /** Start of validity in ms since 1970; now when left out. */
  readonly notBeforeAt?: number;
}

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Certificates of one run may be used by a machine whose clock is a little behind. */
const BACKDATE_MS = 5 * 60_000;

/** 16 random bytes, positive and without leading zeros (RFC 5280 section 4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x3f) | 0x40;
  return encodeHex(bytes);
}

function validity(days: number, notBeforeAt = Date.now() - BACKDATE_MS) {
  return { notBefore: new Date(notBeforeAt), notAfter: new Date(notBeforeAt + days * DAY_MS) };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
}

function toPem(der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}

async function withKey(
  certificate: x509.X509Certificate,
  key: webcrypto.CryptoKey,
): Promise<CertificateWithKey> {
  return {
    certificatePem: `${certificate.toString('pem').trim()}\n`,
    keyPem: toPem(await webcrypto.subtle.exportKey('pkcs8', key)),
  };
}

/** A new authority with a certificate signed by itself. */
export async function createCertificateAuthority(
  options: AuthorityOptions,
): Promise<CertificateWithKey> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ O: [options.mspId] }, { CN: [options.commonName] }],
    ...validity(options.days ?? AUTHORITY_DAYS),
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return withKey(certificate, keys.privateKey);
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, KEY_ALGORITHM, false, ['sign']);
}

/** A certificate of the authority for a client with a role, and its new key. */
export async function issueCertificate(
  authority: CertificateWithKey,
  options: IssueOptions,
): Promise<CertificateWithKey> {
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
  ];
  if (options.role !== undefined) {
    const attributes = canonicalBytes({ attrs: { 'chartseal.role': options.role } });
    extensions.push(new x509.Extension(ATTRIBUTES_OID, false, Buffer.from(attributes)));
  }
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    // Fabric tells clients, peers and administrators apart by this unit.
    subject: [{ OU: ['client'] }, { CN: [options.commonName] }],
    issuer: issuer.subjectName,
    ...validity(options.days, options.notBeforeAt),
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.keyPem),
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions,
  });
  return withKey(certificate, keys.privateKey);
}
