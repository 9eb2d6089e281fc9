// Certificate, key, client authorities and revocation list of one listener, read from their files
// and checked against each other before anybody is served with them.
import 'reflect-metadata';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { formatTime } from '../../chaincode/core/time.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
import { readSmallFile, whyUnread } from '../services/small-file.js';
import type { DatedCertificate } from './readiness.js';

export interface TlsPaths {
  readonly certificate: string;
  readonly key: string;
  /** Authorities of the certificates that clients show. */
  readonly clientAuthorities?: string | undefined;
  readonly revocationList?: string | undefined;
}

export interface TlsMaterial {
  readonly context: SecureContextOptions;
  /** By the end of their validity; the revocation list is among them. */
  readonly dated: readonly DatedCertificate[];
  /** From then on no client is let in, in ms since 1970; infinite without a revocation list. */
  readonly listEndsAt: number;
}

type Member = keyof TlsPaths;

/** What is wrong with a file, in words that name none of its content. */
export interface TlsFault {
  readonly member: Member;
  readonly text: string;
}

class Faults {
  readonly list: TlsFault[] = [];

  add(member: Member, text: string): undefined {
    this.list.push({ member, text });
    return undefined;
  }
}

const LISTS = /-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g;
const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function readPem(path: string, member: Member, faults: Faults): string | undefined {
  try {
    return Buffer.from(readSmallFile(path)).toString('utf8');
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return faults.add(member, `cannot be read: ${whyUnread(error)}`);
  }
}

async function readKey(path: string, faults: Faults): Promise<string | undefined> {
  const pem = readPem(path, 'key', faults);
  if (pem === undefined || process.platform === 'win32') return pem;
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) === 0) return pem;
  } catch (error) {
    // It may have been taken away since it was read.
    if (!isSystemError(error)) throw error;
    return faults.add('key', `cannot be read: ${systemErrorText(error)}`);
  }
  return faults.add('key', 'may be read by other users of this machine: chmod 600');
}

function parse<T>(
  member: Member,
  what: string,
  faults: Faults,
  act: () => T | undefined,
): T | undefined {
  try {
    return act() ?? faults.add(member, `holds no ${what}`);
  } catch {
    return faults.add(member, `holds no ${what} that can be read`);
  }
}

function parseCertificates(pem: string): X509Certificate[] | undefined {
  const found = pem.match(CERTIFICATES)?.map((one) => new X509Certificate(one));
  return found !== undefined && found.length > 0 ? found : undefined;
}

function checkDates(
  member: Member,
  { validFrom, validTo }: X509Certificate,
  now: number,
  faults: Faults,
): void {
  const [from, until] = [Date.parse(validFrom), Date.parse(validTo)];
  if (now > until) faults.add(member, `ended at ${formatTime(until)}`);
  if (now < from) faults.add(member, `begins at ${formatTime(from)} only`);
}

/** The end of the first of them to end. */
const endOf = (certificates: readonly X509Certificate[]) =>
  Math.min(...certificates.map(({ validTo }) => Date.parse(validTo)));

interface Parsed {
  readonly chain: readonly X509Certificate[] | undefined;
  readonly key: KeyObject | undefined;
  readonly authorities: readonly X509Certificate[] | undefined;
  readonly lists: readonly x509.X509Crl[] | undefined;
}

function parseLists(pem: string): x509.X509Crl[] | undefined {
  const texts = pem.match(LISTS) ?? [];
  // OpenSSL must take each of them too.
  for (const text of texts) createSecureContext({ crl: text });
  const lists = texts.map((text) => new x509.X509Crl(text));
  return lists.length > 0 ? lists : undefined;
}

const nameOf = (pem: X509Certificate) => new x509.X509Certificate(pem.raw).subject;

/** Each authority needs a list that is in date: OpenSSL refuses all its clients without. */
function checkLists(
  { lists, authorities = [] }: Pick<Parsed, 'lists' | 'authorities'>,
  now: number,
  faults: Faults,
): void {
  if (lists === undefined) return;
  for (const { nextUpdate } of lists) {
    const until = nextUpdate?.getTime() ?? Number.POSITIVE_INFINITY;
    if (now <= until) continue;
    faults.add('revocationList', `ended at ${formatTime(until)}: every client would be refused`);
  }
  const issuers = new Set(lists.map(({ issuer }) => issuer));
  if (authorities.every((authority) => issuers.has(nameOf(authority)))) return;
  const text = 'has no list of one of the client authorities: its clients would be refused';
  faults.add('revocationList', text);
}

function parseAll(texts: Partial<Record<Member, string>>, now: number, faults: Faults): Parsed {
  const { certificate, key, clientAuthorities, revocationList } = texts;
  const many = (member: Member, pem: string | undefined) =>
    pem === undefined
      ? undefined
      : parse(member, 'certificate', faults, () => parseCertificates(pem));
  const chain = many('certificate', certificate);
  if (chain?.[0] !== undefined) checkDates('certificate', chain[0], now, faults);
  const authorities = many('clientAuthorities', clientAuthorities);
  const lists =
    revocationList === undefined
      ? undefined
      : parse('revocationList', 'revocation list', faults, () => parseLists(revocationList));
  checkLists({ lists, authorities }, now, faults);
  return {
    chain,
    authorities,
    key:
      key === undefined
        ? undefined
        : parse('key', 'private key', faults, () => createPrivateKey(key)),
    lists,
  };
}

/** The end of the first of them to end. */
const endOfLists = (lists: Parsed['lists'] = []) =>
  Math.min(...lists.map(({ nextUpdate }) => nextUpdate?.getTime() ?? Number.POSITIVE_INFINITY));

function datedOf(listener: string, { chain, authorities, lists }: Parsed): DatedCertificate[] {
  const dated: DatedCertificate[] = [];
  if (chain !== undefined) dated.push({ name: `${listener} certificate`, until: endOf(chain) });
  if (authorities !== undefined) {
    dated.push({ name: `${listener} client authorities`, until: endOf(authorities) });
  }
  const until = endOfLists(lists);
  if (Number.isFinite(until)) dated.push({ name: `${listener} revocation list`, until });
  return dated;
}

/** Everything that is wrong with the files of a listener, or what it works with. */
export async function readTlsMaterial(
  listener: string,
  paths: TlsPaths,
  now: number,
): Promise<{ readonly material?: TlsMaterial; readonly faults: readonly TlsFault[] }> {
  const faults = new Faults();
  const texts: Partial<Record<Member, string>> = {};
  for (const member of ['certificate', 'key', 'clientAuthorities', 'revocationList'] as const) {
    const path = paths[member];
    if (path === undefined) continue;
    const text = await (member === 'key' ? readKey(path, faults) : readPem(path, member, faults));
    if (text !== undefined) texts[member] = text;
  }
  const parsed = parseAll(texts, now, faults);
  const { chain, key } = parsed;
  if (chain?.[0] !== undefined && key !== undefined && !chain[0].checkPrivateKey(key)) {
    faults.add('key', 'is not the key of the certificate');
  }
  if (faults.list.length > 0) return { faults: faults.list };
  const context: SecureContextOptions = {
    cert: texts.certificate,
    key: texts.key,
    ...(texts.clientAuthorities === undefined ? {} : { ca: texts.clientAuthorities }),
    ...(texts.revocationList === undefined ? {} : { crl: texts.revocationList.match(LISTS) ?? [] }),
  };
  parse('certificate', 'chain that TLS takes', faults, () => createSecureContext(context));
  if (faults.list.length > 0) return { faults: faults.list };
  const listEndsAt = endOfLists(parsed.lists);
  return { material: { context, dated: datedOf(listener, parsed), listEndsAt }, faults: [] };
}
