// P-256 keys made on this machine, and requests for their certificates: a key never leaves the
// place where it was made.
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, sign, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** Certificate and private key, PEM (PKCS #8). */
export interface CertificateWithKey {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A new key, and the request (PKCS #10) for its certificate, PEM. */
export interface CertificateRequest {
  readonly requestPem: string;
  readonly keyPem: string;
}

export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
export const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** Order of P-256: Fabric refuses a signature whose s is in the upper half. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_BYTES = 32;

export function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
}

export async function keyToPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
}

export const certificateToPem = (certificate: x509.X509Certificate): string =>
  `${certificate.toString('pem').trim()}\n`;

/** @param commonName the name under which a certificate authority knows the identity */
export async function newCertificateRequest(commonName: string): Promise<CertificateRequest> {
  const keys = await newKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
  });
  return {
    requestPem: `${request.toString('pem').trim()}\n`,
    keyPem: await keyToPem(keys.privateKey),
  };
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const positive = (bytes[0] as number) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
  return Buffer.concat([Buffer.of(2, positive.length), positive]);
}

/** ECDSA with SHA-256, DER, s in the lower half. */
export function signLowS(keyPem: string, data: Uint8Array): Uint8Array {
  const raw = sign('sha256', data, { key: keyPem, dsaEncoding: 'ieee-p1363' });
  const r = BigInt(`0x${raw.subarray(0, HALF_BYTES).toString('hex')}`);
  const s = BigInt(`0x${raw.subarray(HALF_BYTES).toString('hex')}`);
  const body = Buffer.concat([derInteger(r), derInteger(s > ORDER / 2n ? ORDER - s : s)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

export function isKeyOf(keyPem: string, certificatePem: string): boolean {
  const spki = { format: 'der', type: 'spki' } as const;
  const own = createPublicKey(keyPem).export(spki);
  return own.equals(new X509Certificate(certificatePem).publicKey.export(spki));
}

export interface CertificateFacts {
  /** Lower-case hex without leading zeros. */
  readonly serial: string;
  /** Key identifier of its authority, lower-case hex; absent in some. */
  readonly authorityKeyId?: string;
  readonly commonName: string;
  /** ms since 1970. */
  readonly notBeforeAt: number;
  readonly notAfterAt: number;
}

export function certificateFacts(certificatePem: string): CertificateFacts {
  const certificate = new x509.X509Certificate(certificatePem);
  const authority = certificate.getExtension(x509.AuthorityKeyIdentifierExtension);
  return {
    serial: certificate.serialNumber.toLowerCase().replace(/^0+/, ''),
    ...(authority?.keyId === undefined ? {} : { authorityKeyId: authority.keyId.toLowerCase() }),
    commonName: certificate.subjectName.getField('CN')[0] ?? '',
    notBeforeAt: certificate.notBefore.getTime(),
    notAfterAt: certificate.notAfter.getTime(),
  };
}
