// Private members: an entry holds a commitment to the value, the opening lies beside the entry
// and travels only when it may be shown.
import { decodeBase64, encodeBase64 } from './bytes.js';
import { canonicalBytes } from './canonical-json.js';
import { ChartsealError } from './errors.js';
import { TAG_PRIVATE_MEMBER, taggedHash } from './hash.js';
import type { JsonValue } from './json.js';
import { OPENING_SALT_BYTES } from './limits.js';
import { anything, blob, map, object, text } from './shape.js';

/** What shows a private member, in its JSON form. */
export interface Opening {
  /** Base64 of 16 random bytes. */
  readonly salt: string;
  readonly value: JsonValue;
}

export const OPENING_SHAPE = object({ salt: blob(OPENING_SALT_BYTES), value: anything() });
/** Openings of one entry by member; which members and values fit is for core/entry to say. */
export const OPENINGS_SHAPE = map(text({ min: 1, max: 32 }), OPENING_SHAPE, { max: 8 });

/**
 * SHA-256(0x05 ‖ salt 16 ‖ RFC 8785 JSON of the value): 32 bytes. The salt has a fixed size, so
 * the three parts cannot shift. Throws BAD_INPUT.
 */
export function commitMember(salt: Uint8Array, value: JsonValue): Uint8Array {
  if (salt.length !== OPENING_SALT_BYTES) {
    throw new ChartsealError('BAD_INPUT', `salt of an opening is not ${OPENING_SALT_BYTES} bytes`);
  }
  return taggedHash(TAG_PRIVATE_MEMBER, salt, canonicalBytes(value));
}

/** Whether the opening is what the base64 commitment was made of; throws BAD_INPUT on its form. */
export function checkOpening(commitment: string, opening: Opening): boolean {
  const salt = decodeBase64(opening.salt, 'salt of an opening', OPENING_SALT_BYTES);
  return encodeBase64(commitMember(salt, opening.value)) === commitment;
}
