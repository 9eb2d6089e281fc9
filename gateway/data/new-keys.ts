// Keys of a new log, and of its authority where the data folder holds the ledger.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CertificateWithKey,
  createCertificateAuthority,
  issueCertificate,
} from '../pki/issue.js';
import type { LogSecrets } from '../services/log-context.js';
import { type DataKeys, KEY_BYTES, KEY_FILES, type LogKeys, secretsOf } from './keys.js';

type KeyTexts = Partial<Record<keyof typeof KEY_FILES, string>>;

async function writeKeyFiles(folder: string, texts: KeyTexts): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  for (const [name, text] of Object.entries(texts)) {
    const path = join(folder, KEY_FILES[name as keyof typeof KEY_FILES]);
    await writeFile(path, text, { mode: 0o600, flag: 'wx', flush: true });
  }
}

function newSecrets(): { readonly texts: { note: string; master: string }; secrets: LogSecrets } {
  const pem = { format: 'pem', type: 'pkcs8' } as const;
  const note = generateKeyPairSync('ed25519').privateKey.export(pem).toString();
  const masterKey = randomBytes(KEY_BYTES);
  const texts = { note, master: `${masterKey.toString('hex')}\n` };
  return { texts, secrets: secretsOf(note, masterKey) };
}

/** Makes the keys of a new log on a channel, where identities come from elsewhere. */
export async function createLogKeys(folder: string): Promise<LogKeys> {
  const { texts, secrets } = newSecrets();
  await writeKeyFiles(folder, texts);
  return { secrets };
}

/** Makes all keys of a new log in a folder that is not there yet. */
export async function createKeys(folder: string, mspId: string): Promise<DataKeys> {
  const { texts, secrets } = newSecrets();
  const ca = await createCertificateAuthority({ mspId, commonName: `ca.${mspId}` });
  const issue = (role: string): Promise<CertificateWithKey> =>
    issueCertificate(ca, { commonName: role, role });
  const admin = await issue('admin');
  const writer = await issue('writer');
  await writeKeyFiles(folder, {
    ...texts,
    caCertificate: ca.certificatePem,
    caKey: ca.keyPem,
    adminCertificate: admin.certificatePem,
    adminKey: admin.keyPem,
    writerCertificate: writer.certificatePem,
    writerKey: writer.keyPem,
  });
  return {
    secrets,
    caCertificate: ca.certificatePem,
    adminCertificate: admin.certificatePem,
    writerCertificate: writer.certificatePem,
    earlierCertificates: [],
  };
}
