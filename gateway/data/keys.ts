// The secrets of one log below DATA/keys: note key, master key, authority and identities. The VRF,
// record and pseudonym keys are derived from the master key (HKDF-SHA-256, RFC 5869) and never lie
// on disk.
import { createPrivateKey, createPublicKey, hkdfSync, sign } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { CertificateWithKey } from '../pki/issue.js';
import { isSystemError } from '../services/file-error.js';
import type { LogSecrets } from '../services/log-context.js';

export const KEY_BYTES = 32;
const INFO = {
  vrfKey: 'chartseal/vrf-key/1',
  recordKey: 'chartseal/record-key/1',
  pseudonymKey: 'chartseal/pseudonym-key/1',
} as const;

/** Names of the files, for good: a backup of keys holds them by these names. */
export const KEY_FILES = {
  note: 'note-key.pem',
  master: 'master-key.hex',
  caCertificate: 'ca-certificate.pem',
  caKey: 'ca-key.pem',
  adminCertificate: 'admin-certificate.pem',
  adminKey: 'admin-key.pem',
  writerCertificate: 'writer-certificate.pem',
  writerKey: 'writer-key.pem',
} as const;

/** What a process of the hospital works with, whatever the ledger is. */
export interface LogKeys {
  readonly secrets: LogSecrets;
}

/** Where the folder holds the ledger, it holds authority and identities too. */
export interface DataKeys extends LogKeys {
  /** PEM of the organisation's authority. */
  readonly caCertificate: string;
  readonly adminCertificate: string;
  readonly writerCertificate: string;
  /** Certificates that were renewed, PEM: blocks of their time name them. */
  readonly earlierCertificates: readonly string[];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----(?:\r?\n)?/g;

/** Certificates of a file in their order: the one in use, then those before it. */
export function certificatesIn(text: string): readonly [inUse: string, ...earlier: string[]] {
  const [inUse = text, ...earlier] = text.match(CERTIFICATE) ?? [];
  return [inUse, ...earlier];
}

function derive(masterKey: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(), info, KEY_BYTES));
}

/** The keys that follow from the master key. */
export function deriveKeys(masterKey: Uint8Array) {
  return {
    vrfKey: derive(masterKey, INFO.vrfKey),
    recordKey: derive(masterKey, INFO.recordKey),
    pseudonymKey: derive(masterKey, INFO.pseudonymKey),
  };
}

/** The note key as it is used. Throws what Node's crypto throws for a damaged one. */
export function parseNoteKey(pem: string) {
  const noteKey = createPrivateKey(pem);
  // The raw key is the end of its SubjectPublicKeyInfo (RFC 8410 section 4).
  const spki = createPublicKey(noteKey).export({ format: 'der', type: 'spki' });
  return {
    notePublicKey: new Uint8Array(spki.subarray(-KEY_BYTES)),
    signNote: (message: Uint8Array) => sign(null, message, noteKey),
  };
}

/** Throws BAD_INPUT. */
export function parseMasterKey(text: string): Uint8Array {
  return decodeHex(text.trim(), KEY_FILES.master, KEY_BYTES);
}

/** Of PEM and key. Throws what Node's crypto throws for a damaged one. */
export function secretsOf(notePem: string, masterKey: Uint8Array): LogSecrets {
  return { ...deriveKeys(masterKey), ...parseNoteKey(notePem) };
}

/** Files that nobody but the owner may read. */
export const SECRET_KEYS = ['note', 'master', 'caKey', 'adminKey', 'writerKey'] as const;

/** Also of keys that this process does not use. One that was taken away to a safe is no fault. */
async function checkSecrets(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  for (const name of SECRET_KEYS) {
    const stats = await stat(join(folder, KEY_FILES[name])).catch((cause: unknown) => {
      if (isSystemError(cause, 'ENOENT')) return undefined;
      throw unreadable(name, cause);
    });
    if (stats !== undefined && (stats.mode & 0o077) !== 0) {
      throw new ChartsealError('KEY_EXPOSED', `${KEY_FILES[name]} may be read by other users`);
    }
  }
}

function unreadable(name: keyof typeof KEY_FILES, cause: unknown): ChartsealError {
  return new ChartsealError('KEY_UNREADABLE', `${KEY_FILES[name]} cannot be read`, { cause });
}

async function readKeyFile(folder: string, name: keyof typeof KEY_FILES): Promise<string> {
  try {
    return await readFile(join(folder, KEY_FILES[name]), 'utf8');
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

/** Note key and master key. Throws KEY_EXPOSED, KEY_UNREADABLE. */
export async function readLogKeys(folder: string): Promise<LogKeys> {
  await checkSecrets(folder);
  const master = await readKeyFile(folder, 'master');
  const note = await readKeyFile(folder, 'note');
  try {
    return { secrets: secretsOf(note, parseMasterKey(master)) };
  } catch (cause) {
    throw new ChartsealError('KEY_UNREADABLE', 'a key is damaged', { cause });
  }
}

/** Throws KEY_EXPOSED when others than the owner may read a secret, KEY_UNREADABLE. */
export async function readKeys(folder: string): Promise<DataKeys> {
  const { secrets } = await readLogKeys(folder);
  const caCertificate = await readKeyFile(folder, 'caCertificate');
  const admin = certificatesIn(await readKeyFile(folder, 'adminCertificate'));
  const writer = certificatesIn(await readKeyFile(folder, 'writerCertificate'));
  const [[adminCertificate], [writerCertificate]] = [admin, writer];
  const earlierCertificates = [...admin.slice(1), ...writer.slice(1)];
  return { secrets, caCertificate, adminCertificate, writerCertificate, earlierCertificates };
}

/** The keys that a folder with this ledger has. Throws KEY_EXPOSED, KEY_UNREADABLE. */
export function readKeysFor(ledger: 'embedded' | 'fabric', folder: string): Promise<LogKeys> {
  return ledger === 'embedded' ? readKeys(folder) : readLogKeys(folder);
}

/** The authority with its key, which may lie elsewhere. Throws KEY_UNREADABLE. */
export async function readAuthority(folder: string): Promise<CertificateWithKey> {
  const certificatePem = await readKeyFile(folder, 'caCertificate');
  return { certificatePem, keyPem: await readKeyFile(folder, 'caKey') };
}

/** Text of a file of one certificate or several. Throws KEY_UNREADABLE. */
export function readCertificates(folder: string, name: 'adminCertificate' | 'writerCertificate') {
  return readKeyFile(folder, name);
}
