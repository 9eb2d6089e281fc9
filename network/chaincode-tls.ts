// Mutual TLS between an organisation's peer and its contract service, from an authority of its own:
// whoever holds a certificate of that authority may speak as the peer, so it issues two and its key
// is forgotten.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import {
  type CertificateWithKey,
  certificateToPem,
  KEY_ALGORITHM,
  keyToPem,
  newKeys,
  SIGNING_ALGORITHM,
} from './ca-keys.js';
import { writeWhole } from './files.js';

const DAY_MS = 86_400_000;
const DAYS = 3650;
const BACKDATE_MS = 5 * 60_000;

/** Paths of PEM files. */
export interface ServiceTls {
  readonly root: string;
  readonly server: CertificateFiles;
  /** With which the peer calls. */
  readonly client: CertificateFiles;
}

interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

type Keys = Awaited<ReturnType<typeof newKeys>>;

const SUBJECTS = { root: 'contract service', server: 'localhost', client: 'peer' } as const;

const newSerial = (): string => `4${randomBytes(16).toString('hex').slice(1)}`;

const validity = (now: number) => ({
  notBefore: new Date(now - BACKDATE_MS),
  notAfter: new Date(now + DAYS * DAY_MS),
});

function newRoot(keys: Keys, organisation: string): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ O: [organisation] }, { CN: [SUBJECTS.root] }],
    ...validity(Date.now()),
    keys,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
}

async function issue(
  root: x509.X509Certificate,
  rootKeys: Keys,
  use: 'server' | 'client',
): Promise<CertificateWithKey> {
  const keys = await newKeys();
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const names = new x509.SubjectAlternativeNameExtension([
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: [{ CN: [SUBJECTS[use]] }],
    issuer: root.subjectName,
    ...validity(Date.now()),
    publicKey: keys.publicKey,
    signingKey: rootKeys.privateKey,
    signingAlgorithm: { ...KEY_ALGORITHM, ...SIGNING_ALGORITHM },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([use === 'server' ? serverAuth : clientAuth]),
      ...(use === 'server' ? [names] : []),
    ],
  });
  return { certificatePem: certificateToPem(certificate), keyPem: await keyToPem(keys.privateKey) };
}

function filesIn(folder: string): ServiceTls {
  const pair = (name: string) => ({
    certificate: join(folder, `${name}.pem`),
    key: join(folder, `${name}.key`),
  });
  return { root: join(folder, 'root.pem'), server: pair('server'), client: pair('client') };
}

/** Makes what is not there; the root is written last, so that a half is made anew. */
export async function ensureServiceTls(folder: string, organisation: string): Promise<ServiceTls> {
  const files = filesIn(folder);
  if (existsSync(files.root)) return files;
  const keys = await newKeys();
  const root = await newRoot(keys, organisation);
  for (const use of ['server', 'client'] as const) {
    const { certificatePem, keyPem } = await issue(root, keys, use);
    await writeWhole(files[use].key, keyPem);
    await writeWhole(files[use].certificate, certificatePem);
  }
  await writeWhole(files.root, certificateToPem(root));
  return files;
}

/** What a peer needs to call the service at this port. */
export async function serviceConnection(port: number, tls: ServiceTls): Promise<string> {
  const text = (path: string) => readFile(path, 'utf8');
  return JSON.stringify({
    address: `localhost:${port}`,
    domain: 'localhost',
    dial_timeout: '10s',
    tls_required: true,
    client_auth_required: true,
    root_cert: await text(tls.root),
    client_cert: await text(tls.client.certificate),
    client_key: await text(tls.client.key),
  });
}

/** The port in what {@link serviceConnection} made. */
export function portOf(connection: string): number {
  const { address } = JSON.parse(connection) as { address: string };
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
