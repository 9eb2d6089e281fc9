import { expect } from 'chai';
import fc from 'fast-check';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isWellFormed } from '../../chaincode/core/json.js';
import { checkPatientIdentifier } from '../../chaincode/core/patient-id.js';
import type { PatientSystem } from '../../chaincode/core/registration.js';
import { expectCode } from '../support/expect-code.js';

const systems: PatientSystem[] = [
  { system: 'urn:mrn', form: 'upper' },
  { system: 'urn:card', form: 'digits', length: 9 },
  { system: 'urn:name', form: 'text', length: 2 },
];

const check = (system: string, value: string) => () =>
  checkPatientIdentifier({ system, value }, systems);

function isAccepted(system: string, value: string): boolean {
  try {
    check(system, value)();
    return true;
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'PATIENT_NOT_NORMAL') return false;
    throw error;
  }
}

describe('a patient identifier', () => {
  const accepted: [string, string, string][] = [
    ['of a system not registered', 'urn:hospital-a', 'p1'],
    ['with Chinese characters', 'urn:hospital-a', '住院号0042'],
    ['with a space inside', 'urn:hospital-a', 'A 42'],
    ['with an ideographic space inside', 'urn:hospital-a', 'A\u300042'],
    ['with a composed letter', 'urn:hospital-a', 'Ren\u00e9'],
    ['of 256 bytes', 'urn:hospital-a', 'x'.repeat(256)],
    ['of one character', 'u', '0'],
    ['in upper case', 'urn:mrn', 'MRN-001'],
    ['in upper case with letters that have no case', 'urn:mrn', '甲-001'],
    ['of digits', 'urn:card', '012345678'],
    ['of two code points in four units', 'urn:name', '\u{20000}\u{20001}'],
  ];
  for (const [name, system, value] of accepted) {
    it(`is accepted ${name}`, () => check(system, value)());
  }

  const refusedParts: Record<string, string> = {
    'nothing in it': '',
    '257 bytes': 'x'.repeat(257),
    '86 characters of 3 bytes': '中'.repeat(86),
    'a space first': ' ZQX-7731',
    'a space last': 'ZQX-7731 ',
    'an ideographic space last': 'ZQX-7731\u3000',
    'a no-break space first': '\u00a0ZQX-7731',
    'a thin space last': 'ZQX-7731\u2009',
    'a line feed last': 'ZQX-7731\n',
    'a tab inside': 'ZQX\t7731',
    'a NUL inside': 'ZQX\x007731',
    'a delete character': 'ZQX\x7f7731',
    'a control character of Latin-1': 'ZQX\u00857731',
    'a zero-width space': 'ZQX\u200b7731',
    'a zero-width joiner': 'ZQX\u200d7731',
    'a soft hyphen': 'ZQX\u00ad7731',
    'a right-to-left override': 'ZQX\u202e7731',
    'a byte order mark': '\ufeffZQX-7731',
    'a line separator': 'ZQX\u20287731',
    'a paragraph separator': 'ZQX\u20297731',
    'a tag character': 'ZQX\u{e0041}7731',
    'a lone surrogate': 'ZQX\ud8007731',
    'a decomposed letter': 'ZQX-Rene\u0301',
    'a decomposed Hangul syllable': 'ZQX\u1100\u1161',
    'the Kelvin sign': 'ZQX\u212a',
    'a compatibility ideograph': 'ZQX\uf900',
  };
  for (const [name, part] of Object.entries(refusedParts)) {
    it(`is refused with ${name}, as value and as system`, () => {
      expectCode(check('urn:hospital-a', part), 'PATIENT_NOT_NORMAL');
      expectCode(check(part, 'p1'), 'PATIENT_NOT_NORMAL');
      expect(check('urn:hospital-a', part)).to.not.throw(/ZQX|7731/);
    });
  }

  const refusedForms: [string, string, string][] = [
    ['a lower-case letter where upper case is registered', 'urn:mrn', 'ZQx-7731'],
    ['a letter where digits are registered', 'urn:card', 'ZQX773100'],
    ['full-width digits', 'urn:card', '０１２３４５６７８'],
    ['too few digits', 'urn:card', '01234567'],
    ['too many digits', 'urn:card', '0123456789'],
    ['the wrong number of code points', 'urn:name', '\u{20000}'],
  ];
  for (const [name, system, value] of refusedForms) {
    it(`is refused with ${name}`, () => {
      expectCode(check(system, value), 'PATIENT_NOT_NORMAL');
      expect(check(system, value)).to.not.throw(/ZQ|012345|０１２/);
    });
  }

  it('has one accepted spelling among all that a person would read as the same', () => {
    const text = fc.string({ unit: 'binary', maxLength: 12 });
    fc.assert(
      fc.property(text, (value) => {
        if (!isAccepted('urn:hospital-a', value)) return;
        expect(value).to.equal(value.normalize('NFC'));
        expect(value).to.equal(value.trim());
        expect(isWellFormed(value)).to.equal(true);
        expect(value).to.not.match(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        for (const other of [` ${value}`, `${value}\u3000`, `${value}\u200b`, `\ufeff${value}`]) {
          expect(isAccepted('urn:hospital-a', other)).to.equal(false);
        }
        const decomposed = value.normalize('NFD');
        if (decomposed !== value) expect(isAccepted('urn:hospital-a', decomposed)).to.equal(false);
      }),
      { numRuns: 500 },
    );
  });
});
