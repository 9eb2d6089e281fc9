// The header Chartseal-Patient: a patient beside a document that is sent as it is, so that no
// identifier stands in a URL.
import type { PatientIdentifier } from '../../chaincode/core/patient-id.js';
import { text } from '../../chaincode/core/shape.js';
import type { ApiRequest, Parameter } from './route.js';

const NAME = 'Chartseal-Patient';

/** Bytes of one well-formed code point beyond ASCII, percent-encoded. */
const BEYOND_ASCII = (() => {
  const digit = '[0-9A-Fa-f]';
  const more = `%[89ABab]${digit}`;
  return [
    // From U+00A1 on: before it are controls, and the space that does not break.
    `%[Cc]2%(?:[Aa][1-9A-Fa-f]|[Bb]${digit})`,
    `%(?:[Cc][3-9A-Fa-f]|[Dd]${digit})${more}`,
    `%[Ee]0%[ABab]${digit}${more}`,
    `%[Ee](?:[1-9A-Ca-c]|[EFef])(?:${more}){2}`,
    `%[Ee][Dd]%[89]${digit}${more}`,
    `%[Ff]0%(?:9|[ABab])${digit}(?:${more}){2}`,
    `%[Ff][1-3](?:${more}){3}`,
    `%[Ff]4%8${digit}(?:${more}){2}`,
  ].join('|');
})();

/** SYSTEM|VALUE: visible ASCII stands as it is, everything else, `%` and `|` too, encoded. */
const PATTERN = (() => {
  const encoded = '%(?:2[1-9A-Fa-f]|[3-6][0-9A-Fa-f]|7[0-9A-Ea-e])';
  const visible = `[\\x21-\\x24\\x26-\\x7b\\x7d\\x7e]|${encoded}|${BEYOND_ASCII}`;
  const part = `(?:${visible})(?:(?:${visible}|%20){0,254}(?:${visible}))?`;
  return new RegExp(`^${part}\\|${part}$`);
})();

export const PATIENT_HEADER: Parameter = {
  in: 'header',
  name: NAME,
  description: 'SYSTEM|VALUE, each percent-encoded UTF-8.',
  onlyWith: 'application/octet-stream',
  shape: text({ min: 3, max: 2048, pattern: PATTERN }),
};

/** Its normal form is checked elsewhere. */
export function patientOfHeader({ values }: ApiRequest): PatientIdentifier | undefined {
  const given = values[NAME];
  if (given === undefined) return undefined;
  const [system = '', value = ''] = String(given).split('|').map(decodeURIComponent);
  return { system, value };
}
