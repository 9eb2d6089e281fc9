// Where a gateway far away is asked, and with which credentials: from what a person typed.
import { decodeUtf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isLoopback } from '../http/auth/loopback.js';
import { readSmallFile } from '../services/small-file.js';
import type { GatewayAddress } from './connection.js';

export interface AddressOptions {
  /** `https://host`, with a path where the gateway lies below one. */
  readonly url: string;
  /** Files: a bearer token, or PEM of a client certificate and its key. */
  readonly tokenFile?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** PEM file of the authorities to believe, instead of those of this machine. */
  readonly authority?: string;
}

function usage(message: string): never {
  throw new ChartsealError('USAGE', message);
}

function checkUrl(url: string, isTlsWanted: boolean): void {
  if (!URL.canParse(url)) usage('--url is no URL');
  const { protocol, username, password, search, hash, hostname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') usage('--url begins with https://');
  if (username !== '' || password !== '') usage('--url holds no name and no password');
  if (search !== '' || hash !== '') usage('--url ends with its path');
  if (protocol === 'https:') return;
  // Whoever listens on the way would have the token.
  if (!isLoopback(hostname)) usage('http:// is for this machine alone; use https://');
  if (isTlsWanted) usage('--certificate, --key and --authority go with https://');
}

function readPem(path: string, what: string): string {
  const pem = decodeUtf8(readSmallFile(path), what);
  return pem.includes('-----BEGIN ') ? pem : usage(`${what} is no PEM`);
}

const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

function readToken(path: string): string {
  const token = decodeUtf8(readSmallFile(path), 'the token file').trim();
  return TOKEN.test(token) ? token : usage('the token file holds no bearer token');
}

/** Throws USAGE, and the codes of files that cannot be read. */
export function readAddress(options: AddressOptions): GatewayAddress {
  const { url, tokenFile, certificate, key, authority } = options;
  checkUrl(url, certificate !== undefined || key !== undefined || authority !== undefined);
  if ((certificate === undefined) !== (key === undefined)) {
    usage('--certificate and --key go together');
  }
  const tls = {
    ...(authority === undefined ? {} : { ca: readPem(authority, '--authority') }),
    ...(certificate === undefined ? {} : { cert: readPem(certificate, '--certificate') }),
    ...(key === undefined ? {} : { key: readPem(key, '--key') }),
  };
  return {
    url,
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
    ...(tokenFile === undefined ? {} : { token: readToken(tokenFile) }),
  };
}
