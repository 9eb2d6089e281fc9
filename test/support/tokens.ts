// Tokens made by hand: what an issuer would sign, and what nobody should take.
import { createHmac, createSign, type KeyObject, sign } from 'node:crypto';

export type Part = Readonly<Record<string, unknown>> | string;

const part = (value: Part) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Header and payload as a JWS signs them; texts are taken as they are. */
export const signingInput = (header: Part, payload: Part): string =>
  `${part(header)}.${part(payload)}`;

/** ECDSA P-256 with SHA-256, or RSA PKCS #1 v1.5 with SHA-256, as the key is. */
export function signToken(header: Part, payload: Part, key: KeyObject): string {
  const input = signingInput(header, payload);
  const signature =
    key.asymmetricKeyType === 'rsa'
      ? createSign('sha256').update(input).sign(key)
      : sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** HMAC with SHA-256 under any bytes: those of a public key, for instance. */
export function macToken(header: Part, payload: Part, secret: string | Buffer): string {
  const input = signingInput(header, payload);
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

export const headerOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
