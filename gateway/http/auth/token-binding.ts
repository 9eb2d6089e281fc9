// Tokens that mean something only beside a client certificate (RFC 8705 section 3.1). A token that
// was stolen from its system is worth nothing to the thief.
import { encodeHex } from '../../../chaincode/core/bytes.js';
import { type Claims, findClaim } from './claims.js';
import { refuse } from './identity.js';

const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/** Fingerprint as Node writes it, `AB:CD:…`; undefined for a token that whoever has it may use. */
export function findBinding(claims: Claims): string | undefined {
  const confirmation = findClaim(claims, 'cnf');
  if (confirmation === undefined) return undefined;
  const isOnly =
    typeof confirmation === 'object' &&
    confirmation !== null &&
    Object.keys(confirmation).join() === 'x5t#S256';
  const thumbprint = isOnly ? (confirmation as Claims)['x5t#S256'] : undefined;
  if (typeof thumbprint !== 'string' || !THUMBPRINT.test(thumbprint)) {
    refuse('the token is bound in a way that is not supported');
  }
  const hex = encodeHex(Buffer.from(thumbprint, 'base64url')).toUpperCase();
  return hex.match(/../g)?.join(':');
}
