// Who may call: certificates in date that the root of an organisation issued, with the role that
// the certificate carries. Everything that is not plainly right is refused. Of a root no dates are
// asked for: the channel names it, and a trust anchor is no part of a path (RFC 5280 section 6.1).
import { X509Certificate } from 'node:crypto';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { parseJsonBytes } from '../../../chaincode/core/json.js';
import { checkShape, map, object, text } from '../../../chaincode/core/shape.js';
import { type Certificate, parseCertificate } from '../../evidence/certificates.js';

/** An organisation of the channel and the certificates of its authorities. */
export interface MspOptions {
  readonly mspId: string;
  /** Root certificates, PEM. */
  readonly roots: readonly string[];
}

type Validity = Pick<Certificate, 'notBefore' | 'notAfter'>;

interface Member {
  readonly identity: Identity;
  readonly validity: Validity;
}

const ONE_PEM =
  /^-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----(\r?\n)?$/;
const MAX_PEM_BYTES = 16 * 1024;
const MAX_CACHED = 1024;

const ATTRIBUTES = object({
  attrs: map(text({ min: 1, max: 256 }), text({ min: 0, max: 1024 }), { max: 64 }),
});

function refuse(reason: string, cause?: unknown): never {
  throw new ChartsealError('IDENTITY_REFUSED', `the certificate ${reason}`, { cause });
}

function readPem(pem: string): [X509Certificate, Certificate] {
  if (pem.length > MAX_PEM_BYTES || !ONE_PEM.test(pem)) refuse('is not one PEM certificate');
  try {
    const certificate = new X509Certificate(pem);
    return [certificate, parseCertificate(certificate.raw)];
  } catch (cause) {
    return refuse('cannot be read', cause);
  }
}

function isWithin({ notBefore, notAfter }: Validity, at: number): boolean {
  return notBefore <= at && at <= notAfter;
}

/** Attributes as Fabric puts them: JSON bytes in an extension; none without the extension. */
function readAttributes({ attributes }: Certificate): ReadonlyMap<string, string> {
  if (attributes === undefined) return new Map();
  try {
    const value = parseJsonBytes(attributes, 'attributes');
    checkShape(ATTRIBUTES, value, 'attributes');
    return new Map(Object.entries((value as { attrs: Record<string, string> }).attrs));
  } catch (cause) {
    return refuse('carries attributes that cannot be read', cause);
  }
}

function notSupported(): never {
  throw new ChartsealError('NOT_SUPPORTED', 'the contract asks only for MSP id and attributes');
}

/** The caller as the contract sees it. */
export class Identity {
  readonly #mspId: string;
  readonly #attributes: ReadonlyMap<string, string>;
  /** SHA-256 of the certificate's DER bytes. */
  readonly certificateDigest: Uint8Array;

  constructor(mspId: string, attributes: ReadonlyMap<string, string>, digest: Uint8Array) {
    this.#mspId = mspId;
    this.#attributes = attributes;
    this.certificateDigest = digest;
  }

  getMSPID(): string {
    return this.#mspId;
  }

  getAttributeValue(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  assertAttributeValue = notSupported;
  getID = notSupported;
  getIDBytes = notSupported;
}

export class Membership {
  readonly #roots = new Map<string, readonly X509Certificate[]>();
  readonly #members = new Map<string, Member>();

  /** Throws BAD_INPUT for organisations that cannot be told apart. */
  constructor(msps: readonly MspOptions[]) {
    const keys = new Map<string, string>();
    for (const { mspId, roots } of msps) {
      if (this.#roots.has(mspId)) {
        throw new ChartsealError('BAD_INPUT', 'an MSP id stands twice');
      }
      this.#roots.set(mspId, roots.map(parseRoot));
      for (const certificate of this.#roots.get(mspId) ?? []) {
        const key = certificate.publicKey.export({ type: 'spki', format: 'der' }).toString('hex');
        if ((keys.get(key) ?? mspId) !== mspId) {
          throw new ChartsealError('BAD_INPUT', 'two organisations have the same authority key');
        }
        keys.set(key, mspId);
      }
    }
  }

  /** The caller behind a certificate at a moment; throws IDENTITY_REFUSED. */
  identify(mspId: string, certificatePem: string, at: number): Identity {
    const cacheKey = `${mspId}\n${certificatePem}`;
    const member = this.#members.get(cacheKey) ?? this.#admit(mspId, certificatePem);
    if (!isWithin(member.validity, at)) refuse('is not in date');
    if (!this.#members.has(cacheKey)) {
      if (this.#members.size >= MAX_CACHED) this.#members.clear();
      this.#members.set(cacheKey, member);
    }
    return member.identity;
  }

  #admit(mspId: string, pem: string): Member {
    const roots = this.#roots.get(mspId);
    if (roots === undefined) {
      throw new ChartsealError(
        'IDENTITY_REFUSED',
        'the channel has no organisation of this MSP id',
      );
    }
    const [certificate, parsed] = readPem(pem);
    if (certificate.ca) refuse('is that of an authority');
    if (!roots.some((root) => isIssuedBy(certificate, root))) {
      refuse('was not issued by an authority of the organisation');
    }
    const attributes = readAttributes(parsed);
    const identity = new Identity(mspId, attributes, sha256(certificate.raw));
    const { notBefore, notAfter } = parsed;
    return { identity, validity: { notBefore, notAfter } };
  }
}

/** Throws IDENTITY_REFUSED unless it is that of an authority and signed by its own key. */
export function parseRoot(pem: string): X509Certificate {
  const [certificate] = readPem(pem);
  if (!certificate.ca) refuse('given as a root is not that of an authority');
  if (!isIssuedBy(certificate, certificate)) {
    refuse('given as a root does not verify under its own key: it was changed');
  }
  return certificate;
}

function isIssuedBy(certificate: X509Certificate, root: X509Certificate): boolean {
  try {
    return certificate.checkIssued(root) && certificate.verify(root.publicKey);
  } catch (cause) {
    // A key that is no point of its curve is found only when it is used.
    return refuse('cannot be verified', cause);
  }
}
