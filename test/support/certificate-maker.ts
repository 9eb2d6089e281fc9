// Certificates byte by byte, the same in every run: with fixed keys and RFC 6979 signatures, and
// with every fault that no honest authority would issue.
import { p256 } from '@noble/curves/nist.js';
import { concat, encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';

export interface P256Key {
  readonly secret: Uint8Array;
  /** Uncompressed point. */
  readonly publicKey: Uint8Array;
}

export function p256Key(seed: string): P256Key {
  const secret = sha256(utf8(`key of ${seed}`));
  return { secret, publicKey: p256.getPublicKey(secret, false) };
}

export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  const { length } = content;
  if (length < 0x80) return concat(Uint8Array.of(tag, length), content);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concat(Uint8Array.of(tag, ...size), content);
}

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
export const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);

/** An INTEGER of at least 0. */
export function unsigned(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = start === -1 ? Uint8Array.of(0) : bytes.subarray(start);
  return der(0x02, (short[0] as number) >= 0x80 ? concat(Uint8Array.of(0), short) : short);
}

/** DER of an ECDSA signature. */
export function ecdsaDer(signature: Uint8Array): Uint8Array {
  return sequence(unsigned(signature.subarray(0, 32)), unsigned(signature.subarray(32)));
}

export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** r ‖ s, low S, the same for the same message. */
export function sign(key: P256Key, message: Uint8Array): Uint8Array {
  return p256.sign(message, key.secret, { prehash: true, lowS: true });
}

/** The other signature that ECDSA takes for the same message. */
export function highS(signature: Uint8Array): Uint8Array {
  const s = ORDER - BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
  return concat(signature.subarray(0, 32), hex(s.toString(16).padStart(64, '0')));
}

export const OID = {
  organisation: '55040a',
  unit: '55040b',
  commonName: '550403',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  nameConstraints: '551d1e',
  subjectAlternativeName: '551d11',
} as const;

const oid = (name: string) => der(0x06, hex(name));

export function extension(name: string, value: Uint8Array, critical = false): Uint8Array {
  const marked = critical ? [hex('0101ff')] : [];
  return sequence(oid(name), ...marked, der(0x04, value));
}

export interface NameOptions {
  readonly organisation: string;
  readonly commonName: string;
  readonly units?: readonly string[];
  /** Tag of the texts; UTF8String when left out. */
  readonly textTag?: number;
}

export function makeName({ organisation, commonName, units = [], textTag = 0x0c }: NameOptions) {
  const attribute = (type: string, value: string) =>
    der(0x31, sequence(oid(type), der(textTag, utf8(value))));
  return sequence(
    attribute(OID.organisation, organisation),
    ...units.map((unit) => attribute(OID.unit, unit)),
    attribute(OID.commonName, commonName),
  );
}

export interface CertificateOptions {
  readonly subject: Uint8Array;
  readonly key: P256Key;
  readonly issuer: { readonly subject: Uint8Array; readonly key: P256Key };
  /** Content of the INTEGER. */
  readonly serial?: Uint8Array;
  /** UTCTime. */
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** Instead of the two times. */
  readonly validity?: Uint8Array;
  /** Extensions one by one; those of {@link authority} or {@link endEntity}. */
  readonly extensions: readonly Uint8Array[];
  readonly version?: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKeyInfo?: Uint8Array;
  /** AlgorithmIdentifier, inside and outside. */
  readonly algorithm?: Uint8Array;
  readonly highS?: boolean;
}

/** @param pathLength content of its INTEGER */
export function basicConstraints(isAuthority: boolean, pathLength?: number): Uint8Array {
  const length = pathLength === undefined ? [] : [der(0x02, Uint8Array.of(pathLength))];
  const value = sequence(...(isAuthority ? [hex('0101ff')] : []), ...length);
  return extension(OID.basicConstraints, value, true);
}

/** @param bits content of the BIT STRING */
export const keyUsage = (bits: string): Uint8Array =>
  extension(OID.keyUsage, der(0x03, hex(bits)), true);

export const authority = (pathLength?: number): Uint8Array[] => [
  basicConstraints(true, pathLength),
  keyUsage('0106'),
];
export const endEntity = (): Uint8Array[] => [basicConstraints(false), keyUsage('0780')];

const ECDSA_SHA256 = hex('300a06082a8648ce3d040302');
const P256_HEADER = hex('3059301306072a8648ce3d020106082a8648ce3d030107034200');

export function makeCertificate(options: CertificateOptions): Uint8Array {
  const { subject, key, issuer, extensions } = options;
  const time = (text: string) => der(0x17, utf8(text));
  const notBefore = time(options.notBefore ?? '260101000000Z');
  const notAfter = time(options.notAfter ?? '360101000000Z');
  const algorithm = options.algorithm ?? ECDSA_SHA256;
  const signed = sequence(
    der(0xa0, options.version ?? hex('020102')),
    der(
      0x02,
      options.serial ?? sha256(concat(subject, key.publicKey)).subarray(1, 16).fill(0x41, 0, 1),
    ),
    algorithm,
    issuer.subject,
    options.validity ?? sequence(notBefore, notAfter),
    subject,
    options.publicKeyInfo ?? concat(P256_HEADER, key.publicKey),
    ...(extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))]),
  );
  const low = sign(issuer.key, signed);
  const signature = ecdsaDer(options.highS ? highS(low) : low);
  return sequence(signed, algorithm, der(0x03, Uint8Array.of(0), signature));
}

/** As Fabric writes it. */
export function pemOf(certificate: Uint8Array): string {
  const lines = encodeBase64(certificate).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
