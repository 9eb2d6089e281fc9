// Whether a certificate is that of a peer of an organisation: from it up to a root that the trust
// file gives for that organisation, through intermediates that it gives.
import { decodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { verifyP256 } from '../../chaincode/core/platform/node.js';
import { type Certificate, isNamedIssuer, parseCertificate } from './certificates.js';

/** What the trust file says of one organisation, its certificates read. */
export interface Authorities {
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  /** Serial numbers in lower-case hex. */
  readonly revoked: ReadonlySet<string>;
}

/** A span of time in ms since 1970, both ends included. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

/** Above the endorser's certificate; organisations have one or two. */
const MAX_PATH = 8;
/** Units by which Fabric tells what an identity is; it must be exactly one of them. */
const ROLE_UNITS: readonly string[] = ['peer', 'client', 'admin', 'orderer'];

function readAuthority(base64: string): Certificate {
  const certificate = parseCertificate(decodeBase64(base64, 'the certificate'));
  if (!certificate.isAuthority || certificate.usage?.issues === false) {
    throw new ChartsealError('BAD_FORMAT', 'the certificate may not issue others');
  }
  return certificate;
}

/** Throws BAD_FORMAT or BAD_INPUT for a certificate that is not one of an authority. */
export function readAuthorities(organisation: {
  readonly roots: readonly string[];
  readonly intermediates: readonly string[];
  readonly revoked: readonly string[];
}): Authorities {
  return {
    roots: organisation.roots.map(readAuthority),
    intermediates: organisation.intermediates.map(readAuthority),
    revoked: new Set(organisation.revoked),
  };
}

/** Public keys of its authorities, hex, each once. */
export function authorityKeys({ roots, intermediates }: Authorities): string[] {
  const keys = [...roots, ...intermediates].map(({ publicKey }) => encodeHex(publicKey));
  return [...new Set(keys)];
}

/** Why this is no certificate of a peer; undefined when it is. */
export function peerFault(certificate: Certificate): string | undefined {
  if (certificate.isAuthority) return 'is one of an authority';
  if (certificate.usage?.signs === false) return 'is not for signing';
  const roles = certificate.units.filter((unit) => ROLE_UNITS.includes(unit));
  return roles.length > 0 && roles.every((role) => role === 'peer') ? undefined : "is not a peer's";
}

function isIssued(certificate: Certificate, authority: Certificate): boolean {
  const { signed, signature } = certificate;
  return verifyP256(authority.publicKey, signed, signature);
}

function meet(window: Window, { notBefore, notAfter }: Certificate): Window {
  return {
    from: Math.max(window.from, notBefore),
    until: Math.min(window.until, notAfter),
  };
}

/**
 * When the certificate leads to a root: one span for each path on which every certificate is in
 * date, whoever else is not. Revocation of the certificate itself is the caller's to look at.
 */
export function pathWindows(
  certificate: Certificate,
  { roots, intermediates, revoked }: Authorities,
): Window[] {
  const found: Window[] = [];
  const climb = (from: Certificate, window: Window, path: readonly Certificate[]): void => {
    const issues = (authority: Certificate) =>
      isNamedIssuer(authority, from) &&
      (authority.pathLength ?? MAX_PATH) >= path.length &&
      isIssued(from, authority);
    for (const root of roots) if (issues(root)) found.push(meet(window, root));
    if (path.length + 1 >= MAX_PATH) return;
    for (const one of intermediates) {
      if (path.includes(one) || revoked.has(one.serial) || !issues(one)) continue;
      climb(one, meet(window, one), [...path, one]);
    }
  };
  const { notBefore: from, notAfter: until } = certificate;
  climb(certificate, { from, until }, []);
  return found;
}
