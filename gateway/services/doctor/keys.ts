// The keys: there, for their owner alone, readable, and those with which this log was registered.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { encodeBase64, encodeHex } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { Registration } from '../../../chaincode/core/registration.js';
import { formatTime } from '../../../chaincode/core/time.js';
import { vrfPublicKey } from '../../../chaincode/core/vrf.js';
import type { DataConfig } from '../../data/config.js';
import {
  certificatesIn,
  deriveKeys,
  findKeyFile,
  KEY_FILES,
  parseMasterKey,
  parseNoteKey,
  SECRET_KEYS,
} from '../../data/keys.js';
import type { DataLayout } from '../../data/layout.js';
import { Membership, parseRoot } from '../../ledger/embedded/membership.js';
import { isSystemError, systemErrorText } from '../file-error.js';
import { type Finding, fault, notChecked, ok, quoted, warning } from './finding.js';

type KeyName = keyof typeof KEY_FILES;
const NAMES = Object.keys(KEY_FILES) as readonly KeyName[];
/** On a channel, authority and identities come from elsewhere. */
const CHANNEL_NAMES: readonly KeyName[] = ['note', 'master'];
const SECRETS: ReadonlySet<string> = new Set(SECRET_KEYS);
/** They are for rare acts, and may lie in a safe. */
const MAY_BE_AWAY: ReadonlySet<KeyName> = new Set<KeyName>(['caKey', 'adminKey']);
const WARNING_MS = 60 * 86_400_000;

const LOSS: Partial<Record<KeyName, string>> = {
  note: 'No checkpoint can be signed without it.',
  master: 'No label can be proven again without it: no histories, no receipts by record id.',
};

interface KeyTexts {
  readonly texts: Partial<Record<KeyName, string>>;
  readonly findings: readonly Finding[];
}

const restoreText = (folder: string) =>
  `put back the newest copy of ${quoted(folder)}; from a backup: move away what is damaged, then chartseal keys restore FILE --data ${quoted(dirname(folder))}`;

const checkName = (name: KeyName) => `keys/${KEY_FILES[name]}`;

/** One file; a finding when it cannot be used, or when others can. */
async function readOne(folder: string, name: KeyName): Promise<string | Finding | undefined> {
  const path = join(folder, KEY_FILES[name]);
  try {
    const stats = await stat(path);
    const isOpen = stats.isFile() && (stats.mode & 0o077) !== 0;
    if (SECRETS.has(name) && process.platform !== 'win32' && isOpen) {
      const sentence =
        'Other users of this machine may read it, so it may be known. No command works with it.';
      return fault(
        checkName(name),
        sentence,
        `chmod 600 ${quoted(path)}; ask who may have read it`,
      );
    }
    return findKeyFile(folder, name);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    const isTold = error instanceof ChartsealError;
    if (!isTold && !isSystemError(error)) throw error;
    if (isTold && error.code !== 'FILE_UNREADABLE') {
      return fault(checkName(name), 'It is damaged.', restoreText(folder));
    }
    const sentence = isTold
      ? `${error.message.replace(resolve(path), 'It')}.`
      : `It cannot be read: ${systemErrorText(error)}.`;
    return fault(
      checkName(name),
      sentence,
      `look at its rights and the disk: ls -lL ${quoted(path)}`,
    );
  }
}

async function readAll(folder: string, names: readonly KeyName[]): Promise<KeyTexts> {
  const texts: Partial<Record<KeyName, string>> = {};
  const findings: Finding[] = [];
  for (const name of names) {
    const found = await readOne(folder, name);
    if (typeof found === 'string') texts[name] = found;
    else if (found !== undefined) findings.push(found);
    else if (MAY_BE_AWAY.has(name)) {
      findings.push(ok(checkName(name), 'It is not here; daily work does not need it.'));
    } else {
      const sentence = `It is gone. ${LOSS[name] ?? 'No command works without it.'}`;
      findings.push(fault(checkName(name), sentence, restoreText(folder)));
    }
  }
  return { texts, findings };
}

/** What `parse` gives; undefined when the text is damaged. */
function attempt<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch {
    // Crypto has errors of many kinds for a damaged key; they all mean the same.
    return undefined;
  }
}

function secretFindings(folder: string, { texts }: KeyTexts): Finding[] {
  return NAMES.filter((name) => SECRETS.has(name)).flatMap((name) => {
    const text = texts[name];
    if (text === undefined) return [];
    const parse = name === 'master' ? parseMasterKey : createPrivateKey;
    if (attempt<unknown>(text, parse) !== undefined)
      return [ok(checkName(name), 'It is readable.')];
    const sentence = `It is damaged. ${LOSS[name] ?? ''}`.trim();
    return [fault(checkName(name), sentence, restoreText(folder))];
  });
}

/** Whether the log was registered with these keys; `registered` undefined when it is not known. */
function registrationFindings(
  folder: string,
  { texts }: KeyTexts,
  registered: Registration | undefined,
): Finding[] {
  const check = 'keys of the log';
  if (registered === undefined) {
    return [notChecked(check, 'The ledger could not be asked with which keys it was registered.')];
  }
  const note = attempt(texts.note, parseNoteKey);
  const derived = attempt(texts.master, (text) => deriveKeys(parseMasterKey(text)));
  if (note === undefined || derived === undefined) {
    return [notChecked(check, 'Note key or master key is missing or damaged, as said above.')];
  }
  const wrong: string[] = [];
  if (encodeBase64(note.notePublicKey) !== registered.noteKey) wrong.push(KEY_FILES.note);
  const sameVrf = encodeBase64(vrfPublicKey(derived.vrfKey)) === registered.vrfKey;
  const sameRecord = encodeHex(sha256(derived.recordKey)) === registered.recordKeyDigest;
  if (!sameVrf || !sameRecord) wrong.push(KEY_FILES.master);
  if (wrong.length === 0) return [ok(check, 'They are those with which the log was registered.')];
  const sentence = `${wrong.join(' and ')}: another key than the log was registered with. What it signs or labels, no verifier accepts: anchor nothing.`;
  return [fault(check, sentence, restoreText(folder))];
}

interface Issuer {
  readonly mspId: string;
  readonly caPem: string;
}

function strangeAuthority({ subject }: X509Certificate, mspId: string): string | undefined {
  if (subject.split('\n').includes(`O=${mspId}`)) return undefined;
  return 'It is the authority of another organisation than the one that config.json names.';
}

/** Whether a certificate is that of an authority which signed it itself. */
const isSound = (caPem: string) => attempt(caPem, parseRoot) !== undefined;

/** Why the ledger does not take a certificate; undefined when it does. */
function refusal(pem: string, { mspId, caPem }: Issuer, now: number): string | undefined {
  try {
    new Membership([{ mspId, roots: [caPem] }]).identify(mspId, pem, now);
    return undefined;
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return `The ledger refuses it: ${error.message}.`;
  }
}

function dateFinding(
  check: string,
  certificate: X509Certificate,
  folder: string,
  now: number,
): Finding {
  const from = Date.parse(certificate.validFrom);
  const until = Date.parse(certificate.validTo);
  const renew = `chartseal keys renew --data ${quoted(dirname(folder))}`;
  if (now > until) {
    return fault(check, `It ended at ${formatTime(until)}. The ledger refuses it.`, renew);
  }
  if (now < from) {
    const sentence = `It begins at ${formatTime(from)} only. The ledger refuses it until then.`;
    return fault(check, sentence, 'look at the clock of this machine: date -u');
  }
  const sentence = `It is in date until ${formatTime(until)}.`;
  return until - now < WARNING_MS ? warning(check, sentence, renew) : ok(check, sentence);
}

const CERTIFICATES = [
  ['caCertificate', 'caKey'],
  ['adminCertificate', 'adminKey'],
  ['writerCertificate', 'writerKey'],
] as const;

/** A certificate that can be used, whatever its dates and its issuer. */
function findCertificate(pem: string): X509Certificate | undefined {
  return attempt(pem, (text) => {
    const certificate = new X509Certificate(text);
    // A key that is no point of its curve is found only when it is asked for.
    return certificate.publicKey && certificate;
  });
}

function certificateFindings(
  folder: string,
  { texts }: KeyTexts,
  mspId: string,
  now: number,
): Finding[] {
  const caPem = texts.caCertificate && isSound(texts.caCertificate) && texts.caCertificate;
  return CERTIFICATES.flatMap(([name, keyName]) => {
    const text = texts[name];
    if (text === undefined) return [];
    const [pem] = certificatesIn(text);
    const check = checkName(name);
    const certificate = findCertificate(pem);
    if (certificate === undefined) {
      return [fault(check, 'It is damaged.', restoreText(folder))];
    }
    if (name === 'caCertificate' && !caPem) {
      const sentence = 'It is damaged: it is no authority that verifies under its own key.';
      return [fault(check, sentence, restoreText(folder))];
    }
    const dated =
      name === 'caCertificate'
        ? ok(check, 'It is readable. Its dates are not asked for: the log names it.')
        : dateFinding(check, certificate, folder, now);
    if (dated.status === 'fault') return [dated];
    const key = attempt(texts[keyName], createPrivateKey);
    if (key !== undefined && !certificate.checkPrivateKey(key)) {
      const sentence = `${KEY_FILES[keyName]} is not the key of this certificate.`;
      return [fault(check, sentence, restoreText(folder))];
    }
    const refused =
      name === 'caCertificate'
        ? strangeAuthority(certificate, mspId)
        : caPem && refusal(pem, { mspId, caPem }, now);
    return [refused ? fault(check, refused, restoreText(folder)) : dated];
  });
}

/** @param registered undefined when the ledger could not be asked */
export async function checkKeys(
  { keys }: DataLayout,
  { ledger, mspId }: Pick<DataConfig, 'ledger' | 'mspId'>,
  registered: Registration | undefined,
  now: number,
): Promise<readonly Finding[]> {
  const all = await readAll(keys, ledger === 'fabric' ? CHANNEL_NAMES : NAMES);
  return [
    ...all.findings,
    ...secretFindings(keys, all),
    ...certificateFindings(keys, all, mspId, now),
    ...registrationFindings(keys, all, registered),
  ];
}
