// Normal form of patient identifiers. One person, one text, one label: so every other spelling is
// refused instead of being corrected. Messages never hold the identifier.
import { ChartsealError } from './errors.js';
import type { PatientSystem } from './registration.js';
import { utf8Size } from './shape.js';

export interface PatientIdentifier {
  readonly system: string;
  readonly value: string;
}

const MAX_PART_BYTES = 256;
// Format characters and separators are invisible; a lone surrogate has no UTF-8.
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const SPACE_AT_END = /^\p{White_Space}|\p{White_Space}$/u;
const FORMS = {
  text: { pattern: /^/, rule: '' },
  upper: { pattern: /^[^a-z]*$/, rule: 'no lower-case letters' },
  digits: { pattern: /^[0-9]*$/, rule: 'digits only' },
} as const;

function refuse(part: string, rule: string): never {
  throw new ChartsealError('PATIENT_NOT_NORMAL', `${part} of the patient identifier: ${rule}`);
}

function checkGeneral(part: string, text: string): void {
  // First, because the rules after it look at characters and these are none.
  if (FORBIDDEN.test(text)) refuse(part, 'control or format characters are not allowed');
  const size = utf8Size(text);
  if (size < 1 || size > MAX_PART_BYTES) refuse(part, `1 to ${MAX_PART_BYTES} bytes of UTF-8`);
  if (SPACE_AT_END.test(text)) refuse(part, 'no space at its beginning or end');
  if (text.normalize('NFC') !== text) refuse(part, 'must be in Unicode normal form C');
}

/**
 * Throws PATIENT_NOT_NORMAL unless system and value are in normal form: 1 to 256 bytes each, NFC,
 * no characters of the categories Cc, Cf, Zl, Zp, Cs, no White_Space at either end, and the form
 * and length (in code points) that `systems` registers. A system not listed: the general rule.
 */
export function checkPatientIdentifier(
  patient: PatientIdentifier,
  systems: readonly PatientSystem[],
): void {
  checkGeneral('system', patient.system);
  checkGeneral('value', patient.value);
  const registered = systems.find(({ system }) => system === patient.system);
  if (registered === undefined) return;
  const { pattern, rule } = FORMS[registered.form];
  if (!pattern.test(patient.value)) refuse('value', rule);
  const { length } = registered;
  if (length !== undefined && [...patient.value].length !== length) {
    refuse('value', `exactly ${length} characters`);
  }
}
