// A patient on the command line: SYSTEM|VALUE, the form in which FHIR writes tokens.
import { ChartsealError } from '../chaincode/core/errors.js';
import type { PatientIdentifier } from '../chaincode/core/patient-id.js';

/** Splits at the last `|`. Throws USAGE. */
export function parsePatient(text: string): PatientIdentifier {
  const at = text.lastIndexOf('|');
  if (at <= 0 || at === text.length - 1) {
    throw new ChartsealError('USAGE', "a patient is given as 'SYSTEM|VALUE'");
  }
  return { system: text.slice(0, at), value: text.slice(at + 1) };
}
