// Claims of a token as text: paths into nested claims, lists of values, and texts that are fit to
// name somebody.
import { isObject } from '../../../chaincode/core/json.js';
import { utf8Size } from '../../../chaincode/core/shape.js';
import type { ClaimPath } from './auth-config.js';
import { MAX_CALLER_TEXT_BYTES } from './auth-limits.js';

export type Claims = Readonly<Record<string, unknown>>;

/** Invisible characters forge lines of logs and names that look like another's. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** Whether the text may stand as somebody's id or name: 1 to 256 bytes, nothing invisible. */
export function isFitName(text: unknown): text is string {
  if (typeof text !== 'string' || text === '' || INVISIBLE.test(text)) return false;
  return utf8Size(text) <= MAX_CALLER_TEXT_BYTES;
}

/** Value of the claim; undefined when it is not there. Nothing inherited is ever found. */
export function findClaim(claims: Claims, path: ClaimPath): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Texts of a list, or of one text with spaces between them; none for anything else. */
export function claimValues(claims: Claims, path: ClaimPath): readonly string[] {
  const value = findClaim(claims, path);
  if (typeof value === 'string') return value.split(' ').filter((part) => part !== '');
  if (!Array.isArray(value)) return [];
  return value.filter((part) => typeof part === 'string');
}

/** Names of members in a JSON value, at every depth. */
function countMembers(value: unknown): number {
  let count = 0;
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    const inner = Object.values(next);
    if (!Array.isArray(next)) count += inner.length;
    for (const part of inner) waiting.push(part);
  }
  return count;
}

/**
 * Reads a JSON object in which no member stands twice; undefined for anything else. Readers differ
 * on which of two they take (RFC 7519 section 4), and whoever signed may have meant the other.
 */
export function parseClaims(bytes: Uint8Array): Claims | undefined {
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  // Each colon outside of texts follows the name of one member.
  const colons = text.replace(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
  return colons === countMembers(value) ? value : undefined;
}
