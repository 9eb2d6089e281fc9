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

const holds = (one: Window, other: Window): boolean =>
  one.from <= other.from && one.until >= other.until;

/** With the window, and without those that lie within another; the same list if it does itself. */
function widen(windows: readonly Window[], window: Window): readonly Window[] {
  if (windows.some((one) => holds(one, window))) return windows;
  return [...windows.filter((one) => !holds(window, one)), window];
}

/** Where a climb has come to: a certificate, and when all on the way to it are in date. */
interface Place {
  readonly certificate: Certificate;
  readonly window: Window;
}

/**
 * When the certificate leads to a root: the widest spans in which every certificate of a path is
 * in date, whoever else is not. Revocation of the certificate itself is the caller's to look at.
 *
 * Climbs level by level, not path by path, which would be as many as there are orders of the
 * intermediates. A place that was come to lower down, with as wide a window, leads nowhere new;
 * so neither does one that comes back to itself.
 */
export function pathWindows(
  certificate: Certificate,
  { roots, intermediates, revoked }: Authorities,
): readonly Window[] {
  const usable = intermediates.filter(({ serial }) => !revoked.has(serial));
  const issuers = new Map<Certificate, readonly Certificate[]>();
  const issuersOf = (one: Certificate): readonly Certificate[] => {
    const known = issuers.get(one);
    if (known !== undefined) return known;
    const found = [...roots, ...usable].filter(
      (authority) => isNamedIssuer(authority, one) && isIssued(one, authority),
    );
    issuers.set(one, found);
    return found;
  };
  const isRoot = new Set(roots);
  const reached = new Map<Certificate, readonly Window[]>();
  const { notBefore: from, notAfter: until } = certificate;
  let level: Place[] = [{ certificate, window: { from, until } }];
  for (let below = 0; below < MAX_PATH && level.length > 0; below++) {
    const next: Place[] = [];
    for (const place of level) {
      for (const authority of issuersOf(place.certificate)) {
        if ((authority.pathLength ?? MAX_PATH) < below) continue;
        const window = meet(place.window, authority);
        const before = reached.get(authority) ?? [];
        const after = widen(before, window);
        if (after === before) continue;
        reached.set(authority, after);
        if (!isRoot.has(authority)) next.push({ certificate: authority, window });
      }
    }
    level = next;
  }
  const found = roots.flatMap((root) => reached.get(root) ?? []);
  return found.reduce<readonly Window[]>(widen, []);
}
