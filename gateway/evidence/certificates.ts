// X.509 certificates (RFC 5280) as Fabric's organisations have them: keys of P-256, signed with
// SHA-256. Stricter than the programs that made them, so that Node and a page cannot differ.
import { decodeBase64, decodeUtf8, encodeHex, equalBytes } from '../../chaincode/core/bytes.js';
import { DerReader, type Element, explicit, malformed, parseEcdsaSignature, TAG } from './der.js';

export interface Certificate {
  /** What the issuer signed. */
  readonly signed: Uint8Array;
  /** r ‖ s. */
  readonly signature: Uint8Array;
  /** Lower-case hex without leading zeros. */
  readonly serial: string;
  /** DER of the distinguished names. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Values of the subject's organizational units. */
  readonly units: readonly string[];
  /** In ms since 1970, both included. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Uncompressed point of P-256. */
  readonly publicKey: Uint8Array;
  readonly isAuthority: boolean;
  /** Authorities that may stand below this one. */
  readonly pathLength?: number | undefined;
  /** Undefined when the certificate does not say what its key is for. */
  readonly usage?: { readonly signs: boolean; readonly issues: boolean } | undefined;
  /** What a Fabric CA says of its owner: bytes of JSON. */
  readonly attributes?: Uint8Array | undefined;
}

const WHAT = 'the certificate';
const MAX_SERIAL_BYTES = 32;
const UNIT = '55040b';
/** AlgorithmIdentifier of ecdsa-with-SHA256. */
const ECDSA_SHA256 = '300a06082a8648ce3d040302';
/** SubjectPublicKeyInfo of a key of P-256, up to its point. */
const P256_KEY = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';
const P256_KEY_BYTES = 91;

const EXTENSION = {
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  subjectAlternativeName: '551d11',
  extendedKeyUsage: '551d25',
  nameConstraints: '551d1e',
  attributes: '2a03040506070801',
} as const;
/** What may be marked critical: what is checked here, and what says nothing about endorsing. */
const KNOWN_CRITICAL: readonly string[] = [
  EXTENSION.basicConstraints,
  EXTENSION.keyUsage,
  EXTENSION.subjectAlternativeName,
  EXTENSION.extendedKeyUsage,
];

function readSerial(reader: DerReader): string {
  const bytes = reader.unsigned();
  if (bytes.length > MAX_SERIAL_BYTES) malformed(WHAT, 'has a serial number above 32 bytes');
  return encodeHex(bytes).replace(/^0+(?=.)/, '');
}

function asciiOf(content: Uint8Array): string {
  if (content.some((byte) => byte >= 0x80)) malformed(WHAT, 'has a text that is not ASCII');
  return decodeUtf8(content, WHAT);
}

function textOf({ tag, content }: Element): string {
  if (tag === TAG.utf8String) return decodeUtf8(content, 'a name in the certificate');
  if (tag === TAG.printableString || tag === TAG.ia5String) return asciiOf(content);
  return malformed(WHAT, 'has a name that is no UTF8String, PrintableString or IA5String');
}

interface Name {
  readonly whole: Uint8Array;
  /** Values of the organizational units in it. */
  readonly units: readonly string[];
}

function readName(reader: DerReader): Name {
  const { whole, content } = reader.take(TAG.sequence);
  const units: string[] = [];
  const sets = new DerReader(content, WHAT);
  while (!sets.done) {
    const attributes = sets.enter(TAG.set);
    do {
      const attribute = attributes.enter(TAG.sequence);
      const type = attribute.objectIdentifier();
      const value = textOf(attribute.next());
      attribute.end();
      if (type === UNIT) units.push(value);
    } while (!attributes.done);
  }
  return { whole, units };
}

const TIMES: Readonly<Record<number, RegExp>> = {
  [TAG.utcTime]: /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/,
  [TAG.generalizedTime]: /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/,
};

function readTime(reader: DerReader): number {
  const { tag, content } = reader.next();
  const parts = TIMES[tag]?.exec(asciiOf(content));
  if (parts == null) return malformed(WHAT, 'has a time in another form');
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as number[];
  const short = tag === TAG.utcTime;
  const full = short ? ((year as number) < 50 ? 2000 : 1900) + (year as number) : (year as number);
  const pad = (value: number | undefined, size = 2) => String(value).padStart(size, '0');
  const text = `${pad(full, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}.000Z`;
  const time = Date.parse(text);
  const isReal = !Number.isNaN(time) && new Date(time).toISOString() === text;
  return isReal ? time : malformed(WHAT, 'has a time that is none');
}

function readPublicKey(whole: Uint8Array): Uint8Array {
  const header = P256_KEY.length / 2;
  if (whole.length !== P256_KEY_BYTES || encodeHex(whole.subarray(0, header)) !== P256_KEY) {
    malformed(WHAT, 'has another key than one of P-256');
  }
  return whole.subarray(header - 1);
}

type Rights = Pick<Certificate, 'isAuthority' | 'pathLength' | 'usage' | 'attributes'>;

function readConstraints(value: Uint8Array): Pick<Rights, 'isAuthority' | 'pathLength'> {
  const reader = new DerReader(value, WHAT);
  const constraints = reader.enter(TAG.sequence);
  reader.end();
  const isAuthority = constraints.flag();
  if (constraints.done) return { isAuthority };
  const length = constraints.unsigned();
  constraints.end();
  if (!isAuthority || length.length > 1) malformed(WHAT, 'has a path length that cannot be');
  return { isAuthority, pathLength: length[0] as number };
}

function readUsage(value: Uint8Array): Rights['usage'] {
  const reader = new DerReader(value, WHAT);
  const [first = 0] = reader.bits(7);
  reader.end();
  return { signs: (first & 0x80) !== 0, issues: (first & 0x04) !== 0 };
}

function readExtensions(reader: DerReader): Rights {
  let rights: Rights = { isAuthority: false };
  const seen = new Set<string>();
  do {
    const extension = reader.enter(TAG.sequence);
    const name = extension.objectIdentifier();
    const critical = extension.flag();
    const value = extension.take(TAG.octetString).content;
    extension.end();
    if (seen.has(name)) malformed(WHAT, 'has an extension twice');
    seen.add(name);
    if (name === EXTENSION.nameConstraints || (critical && !KNOWN_CRITICAL.includes(name))) {
      malformed(WHAT, 'has an extension that binds and is not known here');
    }
    if (name === EXTENSION.basicConstraints) rights = { ...rights, ...readConstraints(value) };
    if (name === EXTENSION.keyUsage) rights = { ...rights, usage: readUsage(value) };
    if (name === EXTENSION.attributes) rights = { ...rights, attributes: value };
  } while (!reader.done);
  return rights;
}

function readRights(reader: DerReader): Rights {
  if (reader.done) return { isAuthority: false };
  const extensions = reader.enter(explicit(3));
  const list = extensions.enter(TAG.sequence);
  extensions.end();
  return readExtensions(list);
}

function readAlgorithm(reader: DerReader): void {
  if (encodeHex(reader.take(TAG.sequence).whole) !== ECDSA_SHA256) {
    malformed(WHAT, 'is signed otherwise than with ECDSA and SHA-256');
  }
}

function readVersion(reader: DerReader): void {
  const version = reader.enter(explicit(0));
  const number = version.unsigned();
  version.end();
  if (number.length !== 1 || number[0] !== 2) malformed(WHAT, 'is not of X.509 version 3');
}

/** Throws BAD_FORMAT; BAD_INPUT for text that is not UTF-8. */
export function parseCertificate(der: Uint8Array): Certificate {
  const outside = new DerReader(der, WHAT);
  const certificate = outside.enter(TAG.sequence);
  outside.end();
  const { whole: signed, content } = certificate.take(TAG.sequence);
  readAlgorithm(certificate);
  const signature = parseEcdsaSignature(certificate.bits(0), WHAT);
  certificate.end();
  const inside = new DerReader(content, WHAT);
  readVersion(inside);
  const serial = readSerial(inside);
  readAlgorithm(inside);
  const issuer = readName(inside).whole;
  const validity = inside.enter(TAG.sequence);
  const [notBefore, notAfter] = [readTime(validity), readTime(validity)];
  validity.end();
  const { whole: subject, units } = readName(inside);
  const publicKey = readPublicKey(inside.take(TAG.sequence).whole);
  const rights = readRights(inside);
  inside.end();
  return {
    ...{ signed, signature, serial, issuer, subject, units, notBefore, notAfter, publicKey },
    ...rights,
  };
}

const PEM = /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE-----\n$/;

/** DER in PEM as Fabric writes it: lines of 64 characters. Throws BAD_FORMAT, BAD_INPUT. */
export function derOfPem(pem: Uint8Array): Uint8Array {
  const body = PEM.exec(asciiOf(pem))?.[1] ?? malformed(WHAT, 'is not PEM as Fabric writes it');
  const base64 = body.replaceAll('\n', '');
  if (base64.match(/.{1,64}/g)?.join('\n') !== body) {
    malformed(WHAT, 'is not PEM as Fabric writes it');
  }
  return decodeBase64(base64, WHAT);
}

/** Whether the name of `authority` is the one that `certificate` gives for its issuer. */
export function isNamedIssuer(authority: Certificate, certificate: Certificate): boolean {
  return equalBytes(authority.subject, certificate.issuer);
}
