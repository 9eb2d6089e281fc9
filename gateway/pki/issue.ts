// Certificates for people and programs: a small authority for one organisation, as a hospital
// needs it for the embedded ledger and as Fabric accepts it. Keys are P-256.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { ROLE_ATTRIBUTE } from '../../chaincode/core/identity-roles.js';
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
  /** Without end when it is left out. */
  readonly days?: number;
}

export interface IssueOptions {
  readonly commonName: string;
  /** Value of {@link ROLE_ATTRIBUTE}; without it the certificate carries none. */
  readonly role?: string;
  /** Without end when it is left out. */
  readonly days?: number;
  /** Start of validity in ms since 1970; now when left out. */
  readonly notBeforeAt?: number;
}

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
/** No well-defined end (RFC 5280 section 4.1.2.5): a log is kept for longer than anybody plans. */
const NO_END = new Date('9999-12-31T23:59:59Z');
/** Certificates of one run may be used by a machine whose clock is a little behind. */
const BACKDATE_MS = 5 * 60_000;

/** 16 random bytes, positive and without leading zeros (RFC 5280 section 4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x3f) | 0x40;
  return encodeHex(bytes);
}

function validity(days: number | undefined, notBeforeAt = Date.now() - BACKDATE_MS) {
  const notAfter = days === undefined ? NO_END : new Date(notBeforeAt + days * DAY_MS);
  return { notBefore: new Date(notBeforeAt), notAfter };
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

const pemOf = (certificate: x509.X509Certificate) => `${certificate.toString('pem').trim()}\n`;

async function withKey(
  certificate: x509.X509Certificate,
  key: webcrypto.CryptoKey,
): Promise<CertificateWithKey> {
  return {
    certificatePem: pemOf(certificate),
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
    ...validity(options.days),
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

async function certify(
  authority: CertificateWithKey,
  options: IssueOptions,
  publicKey: webcrypto.CryptoKey,
): Promise<x509.X509Certificate> {
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
  ];
  if (options.role !== undefined) {
    const attributes = canonicalBytes({ attrs: { [ROLE_ATTRIBUTE]: options.role } });
    extensions.push(new x509.Extension(ATTRIBUTES_OID, false, Buffer.from(attributes)));
  }
  return x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    // Fabric tells clients, peers and administrators apart by this unit.
    subject: [{ OU: ['client'] }, { CN: [options.commonName] }],
    issuer: issuer.subjectName,
    ...validity(options.days, options.notBeforeAt),
    publicKey,
    signingKey: await importKey(authority.keyPem),
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions,
  });
}

/** A certificate of the authority for a client with a role, and its new key. */
export async function issueCertificate(
  authority: CertificateWithKey,
  options: IssueOptions,
): Promise<CertificateWithKey> {
  const keys = await newKeys();
  return withKey(await certify(authority, options, keys.publicKey), keys.privateKey);
}

/** PEM of another certificate for the key of this one. */
export async function renewCertificate(
  authority: CertificateWithKey,
  options: IssueOptions,
  certificatePem: string,
): Promise<string> {
  const { publicKey } = new x509.X509Certificate(certificatePem);
  const key = await publicKey.export(KEY_ALGORITHM, ['verify']);
  return pemOf(await certify(authority, options, key));
}
