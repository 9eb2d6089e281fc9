// The 32-byte names of subjects, which reveal nothing, and the byte strings they are made of.
import { utf8 } from './bytes.js';
import { ChartsealError } from './errors.js';
import { hmacSha256, sha256 } from './hash.js';
import { isWellFormed } from './json.js';
import { HASH_BYTES } from './limits.js';

/**
 * `kind NUL part NUL …`. Only the last part may hold NUL, else two inputs could give one string;
 * and UTF-8 would put one replacement character for every lone surrogate.
 */
function labelInput(kind: string, parts: readonly string[]): Uint8Array {
  const text = [`chartseal/${kind}`, ...parts].join('\0');
  if (!isWellFormed(text) || parts.slice(0, -1).some((part) => part.includes('\0'))) {
    throw new ChartsealError('BAD_INPUT', 'this text cannot name a subject');
  }
  return utf8(text);
}

/** What the VRF turns into a patient's label: `"chartseal/patient\0" ‖ system ‖ "\0" ‖ value`. */
export function patientAlpha(system: string, value: string): Uint8Array {
  return labelInput('patient', [system, value]);
}

/** What HMAC or VRF turns into a record's label: `"chartseal/record\0" ‖ id`. */
export function recordAlpha(id: string): Uint8Array {
  return labelInput('record', [id]);
}

/** Label of the log itself; no secret. */
export function logLabel(origin: string): Uint8Array {
  return sha256(labelInput('log', [origin]));
}

/** Label of a record in a log registered with `recordLabels: "hmac"`. */
export function recordLabel(recordKey: Uint8Array, id: string): Uint8Array {
  return hmacSha256(recordKey, recordAlpha(id));
}

/** Pseudonym of a patient inside entries: 32 bytes. */
export function pseudonym(key: Uint8Array, system: string, value: string): Uint8Array {
  return hmacSha256(key, labelInput('pseudonym', [system, value]));
}

/** The label that a VRF output gives: its first 32 bytes. */
export function labelFromBeta(beta: Uint8Array): Uint8Array {
  return beta.slice(0, HASH_BYTES);
}
