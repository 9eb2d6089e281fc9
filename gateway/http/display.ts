// What patients are shown of those who opened their file, as each hospital decides. What is held
// back stays closed in the proof too, and reads there as withheld.
import { hkdfSync } from 'node:crypto';
import { sha256 } from '../../chaincode/core/hash.js';
import { object, text } from '../../chaincode/core/shape.js';

/**
 * `name`: who it was. `role`: role and unit alone, neither the person nor the device. `pseudonym`:
 * as `role`, and a sign by which the patient knows that the same person came again.
 */
export const DISPLAYS = ['name', 'role', 'pseudonym'] as const;
export type Display = (typeof DISPLAYS)[number];

const WITHHELD: Readonly<Record<Display, readonly string[]>> = {
  name: [],
  role: ['actor', 'client'],
  pseudonym: ['actor', 'client'],
};

/** Private members of an entry that patients are not shown. */
export const withheldFromPatients = (display: Display): readonly string[] => WITHHELD[display];

const INFO = 'chartseal/person-pseudonym/1\0';
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SIGN_BYTES = 5;
const SIGN = text({ min: 9, max: 9, pattern: /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/ });

/** Signs in the place of people, where the hospital shows no more. */
export const PERSON_SHAPE = object({ pseudonym: SIGN, 'onBehalfOf?': SIGN });

/**
 * The sign of one person to one patient: the same each time, another to every other patient, and
 * nothing that can be guessed back without the key.
 * @param key secret of the log
 * @param label of the patient
 */
export function personPseudonym(key: Uint8Array, label: Uint8Array, personId: string): string {
  const info = Buffer.concat([Buffer.from(INFO), sha256(Buffer.from(personId))]);
  const bytes = Buffer.from(hkdfSync('sha256', key, label, info, SIGN_BYTES));
  const bits = BigInt(`0x${bytes.toString('hex')}`);
  const letters = Array.from({ length: 8 }, (_none, at) => {
    return LETTERS[Number((bits >> BigInt(35 - 5 * at)) & 31n)];
  });
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}
