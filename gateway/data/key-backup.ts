// All keys of a log in one file, encrypted under a passphrase: scrypt (RFC 7914) makes the key,
// AES-256-GCM encrypts and binds everything else that the file says.
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { concat, decodeBase64, encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes, parseCanonical } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { HASH_BYTES, MAX_KEY_BACKUP_BYTES, MAX_ORIGIN_BYTES } from '../../chaincode/core/limits.js';
import {
  blob,
  checkShape,
  hex,
  integer,
  map,
  object,
  oneOf,
  text,
} from '../../chaincode/core/shape.js';
import { KEY_FILES } from './keys.js';

/** Which log the keys are of. */
export interface KeyBackupFacts {
  readonly origin: string;
  readonly mspId: string;
  readonly channel: string;
  /** 64 hex digits. */
  readonly logId: string;
}

export interface KeyBackup {
  readonly facts: KeyBackupFacts;
  /** Texts of key files by name. */
  readonly files: Readonly<Record<string, string>>;
}

const FORMAT = 'chartseal-keys/1';
const ANY_FORMAT = /^chartseal-keys\/[0-9]+$/;
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const SALT_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** 128 MiB of memory and about half a second for each guess of a passphrase. */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
/** What a file may ask of this machine: 1 GiB. */
const MAX_N = 2 ** 20;
const MAX_P = 4;

const FACTS = {
  origin: text({ min: 1, max: MAX_ORIGIN_BYTES }),
  mspId: text({ min: 1, max: 128 }),
  channel: text({ min: 1, max: 256 }),
  logId: hex(HASH_BYTES),
};
const SHAPE = object({
  format: oneOf([FORMAT]),
  ...FACTS,
  kdf: object({
    name: oneOf(['scrypt']),
    N: integer({ min: 2, max: MAX_N }),
    r: integer({ min: COST.r, max: COST.r }),
    p: integer({ min: 1, max: MAX_P }),
    salt: blob(SALT_BYTES),
  }),
  cipher: oneOf([CIPHER]),
  iv: blob(IV_BYTES),
  ciphertext: blob(),
  tag: blob(TAG_BYTES),
});
const NAME = text({ min: 1, max: 64, pattern: /^[a-z0-9.-]+$/ });
const CONTENT = object({ files: map(NAME, text({ min: 1, max: 64 * 1024 }), { max: 64 }) });

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** The file without what is encrypted. */
interface Header extends KeyBackupFacts {
  readonly format: string;
  readonly kdf: Cost & { readonly name: string; readonly salt: string };
  readonly cipher: string;
  readonly iv: string;
}

function refusal(reason: string, cause?: unknown): ChartsealError {
  return new ChartsealError('BACKUP_REFUSED', reason, { cause });
}

/** The same passphrase gives the same key however a keyboard composes its characters. */
function deriveKey(passphrase: string, salt: Uint8Array, { N, r, p }: Cost): Promise<Buffer> {
  const maxmem = 128 * r * (N + p + 2);
  return new Promise((resolve, reject) => {
    scrypt(utf8(passphrase.normalize('NFC')), salt, KEY_BYTES, { N, r, p, maxmem }, (cause, key) =>
      cause === null ? resolve(key) : reject(refusal('no key can be derived here', cause)),
    );
  });
}

/**
 * One line of canonical JSON with a line end.
 * @param cost of one guess of the passphrase
 */
export async function formatKeyBackup(
  { facts, files }: KeyBackup,
  passphrase: string,
  cost: Cost = COST,
): Promise<Uint8Array> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const { origin, mspId, channel, logId } = facts;
  const header: Header = {
    format: FORMAT,
    origin,
    mspId,
    channel,
    logId,
    kdf: { name: 'scrypt', ...cost, salt: encodeBase64(salt) },
    cipher: CIPHER,
    iv: encodeBase64(iv),
  };
  const cipher = createCipheriv(CIPHER, await deriveKey(passphrase, salt, cost), iv);
  cipher.setAAD(canonicalBytes(header));
  const ciphertext = concat(cipher.update(canonicalBytes({ files })), cipher.final());
  const sealed = {
    ...header,
    ciphertext: encodeBase64(ciphertext),
    tag: encodeBase64(cipher.getAuthTag()),
  };
  return concat(canonicalBytes(sealed), utf8('\n'));
}

function parseFile(bytes: Uint8Array): Header & { ciphertext: string; tag: string } {
  const line = bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  try {
    const value = parseCanonical(line, 'the backup', MAX_KEY_BACKUP_BYTES);
    const format = (value as JsonObject | null)?.['format'];
    if (typeof format === 'string' && format !== FORMAT && ANY_FORMAT.test(format)) {
      throw new ChartsealError('NEWER_VERSION', 'the backup was made by a newer Chartseal');
    }
    checkShape(SHAPE, value, 'the backup');
    return value as unknown as Header & { ciphertext: string; tag: string };
  } catch (error) {
    if (!(error instanceof ChartsealError) || error.code === 'NEWER_VERSION') throw error;
    throw refusal(`the file is damaged, or no backup of keys: ${error.message}`, error);
  }
}

function decrypt(
  { ciphertext, tag, ...header }: Header & { ciphertext: string; tag: string },
  key: Uint8Array,
): JsonValue {
  const iv = decodeBase64(header.iv, 'iv', IV_BYTES);
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(canonicalBytes(header));
  decipher.setAuthTag(decodeBase64(tag, 'tag', TAG_BYTES));
  let content: Uint8Array;
  try {
    const bytes = decodeBase64(ciphertext, 'ciphertext');
    content = concat(decipher.update(bytes), decipher.final());
  } catch (cause) {
    throw refusal('the passphrase is wrong, or the file is damaged', cause);
  }
  return parseCanonical(content, 'the keys');
}

function checkContent(content: JsonValue): void {
  try {
    checkShape(CONTENT, content, 'the keys');
  } catch (cause) {
    throw refusal('the backup holds something else than keys', cause);
  }
}

/** Inverse of {@link formatKeyBackup}. Throws BACKUP_REFUSED, NEWER_VERSION. */
export async function parseKeyBackup(bytes: Uint8Array, passphrase: string): Promise<KeyBackup> {
  const file = parseFile(bytes);
  const { N, r, p, salt } = file.kdf;
  // scrypt takes powers of two only (RFC 7914 section 2).
  if (!Number.isInteger(Math.log2(N)))
    throw refusal('the file is damaged: its kdf is not possible');
  const key = await deriveKey(passphrase, decodeBase64(salt, 'salt', SALT_BYTES), { N, r, p });
  const content = decrypt(file, key);
  checkContent(content);
  const { files } = content as unknown as Pick<KeyBackup, 'files'>;
  const known = new Set<string>(Object.values(KEY_FILES));
  // Names are paths: only ours may be written.
  if (!Object.keys(files).every((name) => known.has(name))) {
    throw new ChartsealError('NEWER_VERSION', 'the backup holds keys that are not known here');
  }
  const { origin, mspId, channel, logId } = file;
  return { facts: { origin, mspId, channel, logId }, files };
}
