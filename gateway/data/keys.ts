// The secrets of one log below DATA/keys: note key, master key, authority and identities. The VRF,
// record and pseudonym keys are derived from the master key (HKDF-SHA-256, RFC 5869) and never lie
// on disk.
import { createPrivateKey, createPublicKey, hkdfSync, sign, X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { decodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseRoot } from '../ledger/embedded/membership.js';
import type { CertificateWithKey } from '../pki/issue.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
import { isFolder } from '../services/file-stats.js';
import type { LogSecrets } from '../services/log-context.js';
import { findOwnFile } from '../services/small-file.js';

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

type KeyName = keyof typeof KEY_FILES;
const CODES = { unreadable: 'FILE_UNREADABLE', damaged: 'KEY_UNREADABLE' } as const;

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

const wholePath = (folder: string, name: KeyName) => resolve(folder, KEY_FILES[name]);

/** Files that nobody but the owner may read. */
export const SECRET_KEYS = ['note', 'master', 'caKey', 'adminKey', 'writerKey'] as const;

/** Also of keys that this process does not use. One that was taken away to a safe is no fault. */
async function checkSecrets(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  for (const name of SECRET_KEYS) {
    const stats = await stat(wholePath(folder, name)).catch((cause: unknown) => {
      if (isSystemError(cause, 'ENOENT', 'ENOTDIR')) return undefined;
      throw unreadable(wholePath(folder, name), cause);
    });
    // What is no file is no key, and told as that by who reads it.
    if (stats?.isFile() === true && (stats.mode & 0o077) !== 0) {
      const text = `${wholePath(folder, name)} may be read by other users`;
      throw new ChartsealError('KEY_EXPOSED', text);
    }
  }
}

function unreadable(path: string, cause: unknown): unknown {
  if (!isSystemError(cause)) return cause;
  const text = `${path} cannot be read: ${systemErrorText(cause)}`;
  return new ChartsealError('FILE_UNREADABLE', text, { cause });
}

/** Undefined when it is gone. Throws FILE_UNREADABLE when the system does not let it be read. */
export function findKeyFile(folder: string, name: KeyName): string | undefined {
  const path = wholePath(folder, name);
  const bytes = findOwnFile(path, path, CODES);
  return bytes && Buffer.from(bytes).toString('utf8');
}

function readKeyFile(folder: string, name: KeyName): string {
  const text = findKeyFile(folder, name);
  if (text !== undefined) return text;
  const why = isFolder(folder) ? 'is gone' : 'is gone: what should be its folder is none';
  throw new ChartsealError('KEY_UNREADABLE', `${wholePath(folder, name)} ${why}`);
}

/** What `parse` gives. Throws KEY_UNREADABLE: crypto has errors of many kinds for a damaged key. */
function whole<T>(folder: string, name: KeyName, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const why = cause instanceof ChartsealError ? `: ${cause.message}` : '';
    const text = `${wholePath(folder, name)} is damaged${why}`;
    throw new ChartsealError('KEY_UNREADABLE', text, { cause });
  }
}

/** Note key and master key. Throws KEY_EXPOSED, KEY_UNREADABLE, FILE_UNREADABLE. */
export async function readLogKeys(folder: string): Promise<LogKeys> {
  await checkSecrets(folder);
  const texts = { master: readKeyFile(folder, 'master'), note: readKeyFile(folder, 'note') };
  const master = whole(folder, 'master', () => parseMasterKey(texts.master));
  return { secrets: whole(folder, 'note', () => secretsOf(texts.note, master)) };
}

/** Throws KEY_EXPOSED when others than the owner may read a secret, and as {@link readLogKeys}. */
export async function readKeys(folder: string): Promise<DataKeys> {
  const { secrets } = await readLogKeys(folder);
  const caCertificate = readKeyFile(folder, 'caCertificate');
  // Its signature is that of every proof's root: it must not change unseen.
  whole(folder, 'caCertificate', () => parseRoot(caCertificate));
  const admin = certificatesIn(readKeyFile(folder, 'adminCertificate'));
  const writer = certificatesIn(readKeyFile(folder, 'writerCertificate'));
  const [[adminCertificate], [writerCertificate]] = [admin, writer];
  whole(folder, 'writerCertificate', () => new X509Certificate(writerCertificate));
  const earlierCertificates = [...admin.slice(1), ...writer.slice(1)];
  return { secrets, caCertificate, adminCertificate, writerCertificate, earlierCertificates };
}

/** The keys that a folder with this ledger has. Throws as {@link readLogKeys}. */
export function readKeysFor(ledger: 'embedded' | 'fabric', folder: string): Promise<LogKeys> {
  return ledger === 'embedded' ? readKeys(folder) : readLogKeys(folder);
}

/** The authority with its key, which may lie elsewhere. Throws KEY_UNREADABLE. */
export function readAuthority(folder: string): CertificateWithKey {
  const certificatePem = readKeyFile(folder, 'caCertificate');
  return { certificatePem, keyPem: readKeyFile(folder, 'caKey') };
}

/** Text of a file of one certificate or several. Throws KEY_UNREADABLE. */
export function readCertificates(
  folder: string,
  name: 'adminCertificate' | 'writerCertificate',
): string {
  return readKeyFile(folder, name);
}
