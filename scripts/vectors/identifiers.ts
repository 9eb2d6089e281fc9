// Vectors of the normal form of patient identifiers (SPEC section 8), written from its rules.
import type { VectorCase } from './family.js';

export interface IdentifierCase extends VectorCase {
  readonly kind: 'identifier';
  readonly system: string;
  readonly value: string;
  readonly patientSystems: readonly object[];
}

const PATIENT_SYSTEMS = [
  { system: 'urn:mrn', form: 'upper' },
  { system: 'urn:card', form: 'digits', length: 9 },
  { system: 'urn:name', form: 'text', length: 2 },
];

const NORMAL: Readonly<Record<string, readonly [system: string, value: string]>> = {
  'system-not-registered': ['urn:hospital-a', 'p1'],
  'value-of-one-character': ['u', '0'],
  'value-of-256-bytes': ['urn:hospital-a', 'x'.repeat(256)],
  'value-chinese': ['urn:hospital-a', '住院号0042'],
  'value-with-an-ideographic-space-inside': ['urn:hospital-a', 'A\u300042'],
  'value-composed': ['urn:hospital-a', 'Ren\u00e9'],
  'upper-without-letters-of-case': ['urn:mrn', '甲-001'],
  'digits-of-the-length': ['urn:card', '012345678'],
  'length-counts-code-points': ['urn:name', '\u{20000}\u{20001}'],
};

/** Faults of system and value alike. */
const PARTS: Readonly<Record<string, string>> = {
  empty: '',
  '257-bytes': 'x'.repeat(257),
  '258-bytes-in-86-characters': '中'.repeat(86),
  'space-first': ' P1',
  'space-last': 'P1 ',
  'ideographic-space-last': 'P1\u3000',
  'no-break-space-first': '\u00a0P1',
  'thin-space-last': 'P1\u2009',
  'line-feed-last': 'P1\n',
  'tab-inside': 'P\t1',
  'nul-inside': 'P\x001',
  'delete-inside': 'P\x7f1',
  'next-line-inside': 'P\u00851',
  'zero-width-space': 'P\u200b1',
  'zero-width-joiner': 'P\u200d1',
  'soft-hyphen': 'P\u00ad1',
  'right-to-left-override': 'P\u202e1',
  'byte-order-mark': '\ufeffP1',
  'line-separator': 'P\u20281',
  'paragraph-separator': 'P\u20291',
  'tag-character': 'P\u{e0041}1',
  'decomposed-letter': 'Rene\u0301',
  'decomposed-hangul': '\u1100\u1161',
  'kelvin-sign': '\u212a',
  'compatibility-ideograph': '\uf900',
};

const FORMS: Readonly<Record<string, readonly [system: string, value: string]>> = {
  'lower-case-where-upper-is-registered': ['urn:mrn', 'MRn-1'],
  'letter-where-digits-are-registered': ['urn:card', 'A12345678'],
  'full-width-digits': ['urn:card', '０１２３４５６７８'],
  'digits-too-few': ['urn:card', '01234567'],
  'digits-too-many': ['urn:card', '0123456789'],
  'length-of-code-units': ['urn:name', '\u{20000}'],
};

export function identifierCases(): IdentifierCase[] {
  const one = (
    name: string,
    [system, value]: readonly [string, string],
    expect: VectorCase['expect'],
  ): IdentifierCase => ({
    name: `labels/identifier-${name}`,
    kind: 'identifier',
    system,
    value,
    patientSystems: PATIENT_SYSTEMS,
    expect,
  });
  const refused = { code: 'PATIENT_NOT_NORMAL', step: 'subject' };
  return [
    ...Object.entries(NORMAL).map(([name, pair]) => one(name, pair, 'ok')),
    ...Object.entries(PARTS).flatMap(([fault, part]) => [
      one(`value-${fault}`, ['urn:hospital-a', part], refused),
      one(`system-${fault}`, [part, 'P1'], refused),
    ]),
    ...Object.entries(FORMS).map(([fault, pair]) => one(fault, pair, refused)),
  ];
}
