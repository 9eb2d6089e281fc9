// Which configured system shows a client certificate. Only certificates that TLS has verified come
// here: against the authorities of the listener, its revocation lists and the purpose.
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Caller } from '../caller.js';
import type { CertificateMatch, SystemConfig } from './auth-config.js';
import { refuse, standing } from './identity.js';

const FINGERPRINT = /^[0-9a-f]{64}$/;
/** As a certificate has it: no wildcard, and no dot at its head, which would match below it. */
const HOST_NAME = /^(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/;

const plainHex = (text: string) => text.replaceAll(':', '').toLowerCase();

/** What the match looks for, in one form; undefined when nothing could ever match it. */
export function systemKey(match: CertificateMatch): string | undefined {
  if ('sha256' in match) {
    const hex = plainHex(match.sha256);
    return FINGERPRINT.test(hex) ? `sha256:${hex}` : undefined;
  }
  if ('commonName' in match) {
    return match.commonName === '' ? undefined : `commonName:${match.commonName}`;
  }
  const name = match.dnsName.toLowerCase();
  return HOST_NAME.test(name) ? `dnsName:${name}` : undefined;
}

/** The one common name; undefined when there are several. */
function commonName(certificate: X509Certificate): string | undefined {
  const { subject } = certificate.toLegacyObject();
  const name: unknown = subject?.CN;
  return typeof name === 'string' ? name : undefined;
}

function isMatch(match: CertificateMatch, certificate: X509Certificate): boolean {
  if ('sha256' in match) return plainHex(certificate.fingerprint256) === plainHex(match.sha256);
  if ('commonName' in match) return commonName(certificate) === match.commonName;
  const exactly = { subject: 'never', wildcards: false, partialWildcards: false } as const;
  return certificate.checkHost(match.dnsName, exactly) !== undefined;
}

/** @throws UNAUTHENTICATED when the certificate is not in date, or not of exactly one system */
export function callerOfCertificate(
  certificate: X509Certificate,
  systems: readonly SystemConfig[],
  ownOrganisation: string,
  now: number,
): Caller {
  // TLS looked when the connection was made, and connections live long.
  if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) {
    refuse('the client certificate is not in date');
  }
  const [system, another] = systems.filter(({ certificate: match }) => isMatch(match, certificate));
  if (system === undefined) refuse('the client certificate is of no system that is known here');
  if (another !== undefined) refuse('the client certificate is of more than one system');
  const { id, organisation, roles, sources } = system;
  return {
    kind: 'system',
    id,
    ...standing(organisation, ownOrganisation, roles),
    ...(sources === undefined ? {} : { sources }),
  };
}

const ofSockets = new WeakMap<TLSSocket, X509Certificate>();

/** The client's certificate when TLS has verified it; undefined when there is none. */
export function verifiedCertificate(socket: TLSSocket): X509Certificate | undefined {
  if (!socket.authorized) return undefined;
  let certificate = ofSockets.get(socket);
  if (certificate === undefined) {
    certificate = socket.getPeerX509Certificate();
    if (certificate !== undefined) ofSockets.set(socket, certificate);
  }
  return certificate;
}
