// Checks of one JWT (RFC 7519, RFC 9068, RFC 8725): form, signature, issuer, audience, times, type.
// What was refused is told in general words; nothing of a token ever stands in a message.
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { DEFAULT_ALGORITHMS, type IssuerConfig } from './auth-config.js';
import { DEFAULT_CLOCK_TOLERANCE_SECONDS, MAX_CLAIM_SECONDS } from './auth-limits.js';
import { type Claims, findClaim, parseClaims } from './claims.js';
import { refuse } from './identity.js';

/** Three parts of base64url; a JWT of five would be encrypted, one of another kind unsigned. */
const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+$/;
/** Not those of ID tokens for others, of logout and of DPoP proofs, all signed by the same key. */
const TYPE = /^(?:application\/)?(?:jwt|at\+jwt)$/i;

const REASONS: Readonly<Record<string, string>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: "the token's algorithm is not allowed",
  ERR_JOSE_NOT_SUPPORTED: 'the token asks for something that is not supported',
  ERR_JWKS_NO_MATCHING_KEY: 'the token is signed with a key that its issuer does not have',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'the token does not say which key signed it',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: "the token's signature is wrong",
  ERR_JWT_EXPIRED: 'the token has expired',
};
const CLAIM_REASONS: Readonly<Record<string, string>> = {
  aud: 'the token is for another audience',
  exp: 'the token has no time of expiry',
  iat: "the token's time of issue is missing or wrong",
  nbf: 'the token is not valid yet',
  sub: 'the token has no subject',
};
const MALFORMED = 'the token is malformed';

/** A token's own word on who issued it, before anything of it has been checked. */
export function claimedIssuer(token: string): string {
  const [, header = '', payload = ''] = COMPACT.exec(token) ?? refuse(MALFORMED);
  const claims = parseClaims(Buffer.from(payload, 'base64url'));
  const isHeader = parseClaims(Buffer.from(header, 'base64url')) !== undefined;
  if (claims === undefined || !isHeader) refuse(MALFORMED);
  const issuer = findClaim(claims, 'iss');
  return typeof issuer === 'string' ? issuer : refuse('the token has no issuer');
}

function refuseFor(error: unknown): never {
  if (error instanceof ChartsealError) throw error;
  if (error instanceof errors.JWTClaimValidationFailed) {
    refuse(CLAIM_REASONS[error.claim] ?? 'a claim of the token is missing or wrong', error);
  }
  const reason = error instanceof errors.JOSEError ? REASONS[error.code] : undefined;
  refuse(reason ?? MALFORMED, error);
}

/** @param type as the header has it: any JSON, because nothing before looked at it */
function isAccessType(type: unknown): boolean {
  return type === undefined || (typeof type === 'string' && TYPE.test(type));
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= MAX_CLAIM_SECONDS;
}

export interface CheckedToken {
  readonly claims: Claims;
  /** In ms since 1970; tolerance and the greatest age are in it. */
  readonly expiresAt: number;
}

/**
 * @param now in ms since 1970
 * @throws UNAUTHENTICATED saying which check failed; IDENTITY_PROVIDER_UNREACHABLE from `find`
 */
export async function checkToken(
  token: string,
  issuer: IssuerConfig,
  find: JWTVerifyGetKey,
  now: number,
): Promise<CheckedToken> {
  const tolerance = issuer.clockToleranceSeconds ?? DEFAULT_CLOCK_TOLERANCE_SECONDS;
  const { maxTokenAgeSeconds: maxAge } = issuer;
  const { payload, protectedHeader } = await jwtVerify(token, find, {
    algorithms: [...(issuer.algorithms ?? DEFAULT_ALGORITHMS)],
    issuer: issuer.issuer,
    audience: typeof issuer.audience === 'string' ? issuer.audience : [...issuer.audience],
    requiredClaims: ['exp', 'sub'],
    clockTolerance: tolerance,
    currentDate: new Date(now),
    ...(maxAge === undefined ? {} : { maxTokenAge: maxAge }),
  }).catch(refuseFor);
  if (!isAccessType(protectedHeader.typ)) refuse('the token is of another type');
  // Numbers beyond every calendar: 1e400 is read as infinity, and would never end.
  const { exp, iat = 0, nbf = 0 } = payload;
  if (!isTime(exp) || !isTime(iat) || !isTime(nbf)) refuse('a time in the token is wrong');
  if (iat > now / 1000 + tolerance) refuse('the token is issued in the future');
  const ends = maxAge === undefined ? exp : Math.min(exp, iat + maxAge);
  return { claims: payload, expiresAt: (ends + tolerance) * 1000 };
}
