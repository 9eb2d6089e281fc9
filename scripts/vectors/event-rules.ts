// Receipts of accesses that say what kind of event it was and what was assumed, each just within a
// bound of SPEC 4 and just beyond it.
import { EvidenceLog } from '../../test/support/evidence-builder.js';
import { accessEntry } from '../../test/support/evidence-entries.js';
import { AT, changed, ENDORSED } from './made-entries.js';
import { bareReceipt, folder, type Ruling } from './rules.js';

const trust = 'events';
const log = new EvidenceLog({ seed: 22 });
const subject = log.patientLabel('P1');
const good = accessEntry({ origin: log.origin, at: AT, seed: 'event' });
const UNCHANGED: Ruling = { verdict: 'unchanged' };
const unread: Ruling = { verdict: 'not proven', failed: ['entry'], not: ['time'] };

function access(name: string, members: object, ruling: Ruling): void {
  const entry = changed(good, members);
  const index = log.append(ENDORSED, [{ act: 'access', subject, entry }]);
  bareReceipt(`event-${name}`, log.receipt(index), ruling, { trust });
}

/** Tokens, by what is there to see in them. */
const GOOD_TOKENS: Readonly<Record<string, string>> = {
  'of-a-system': 'http://dicom.nema.org/resources/ontology/DCM|110110',
  'without-a-system': '|R',
  'with-single-spaces': '|read the file',
  'of-256-bytes': `|${'x'.repeat(255)}`,
  'with-u-0085': 'sys\u0085tem|c\u0085',
  'with-u-200b': '|c\u200b',
};
const BAD_TOKENS: Readonly<Record<string, string>> = {
  'of-257-bytes': `|${'x'.repeat(256)}`,
  'of-86-characters-in-258-bytes': `|${'急'.repeat(85)}xx`,
  'without-a-bar': 'code',
  'with-two-bars': 'a|b|c',
  'without-a-code': 'system|',
  'with-two-spaces': '|a  b',
  'with-a-space-first': '| a',
  'with-a-space-last': '|a ',
  'with-a-space-in-the-system': 'a b|c',
  'with-a-tab': '|a\tb',
  'with-u-00a0': '|a\u00a0b',
  'with-u-180e-and-u-2028': '|a\u180e\u2028',
  'with-u-3000': 'a\u3000|b',
  'with-u-feff': '|a\ufeff',
};

const GOOD_WORDS: Readonly<Record<string, string>> = {
  'of-parts': 'outcome-success-2x',
  'of-64-characters': 'a'.repeat(64),
};
const BAD_WORDS: Readonly<Record<string, string>> = {
  'of-65-characters': 'a'.repeat(65),
  empty: '',
  'beginning-with-a-digit': '1a',
  'beginning-with-a-hyphen': '-a',
  'ending-with-a-hyphen': 'a-',
  'with-two-hyphens': 'a--b',
  'in-upper-case': 'Success',
};

export function addEventRules(): void {
  const kinds = (tokens: typeof GOOD_TOKENS, ruling: Ruling) => {
    for (const [name, type] of Object.entries(tokens)) {
      access(`kind-${name}`, { kind: { type } }, ruling);
    }
  };
  kinds(GOOD_TOKENS, UNCHANGED);
  kinds(BAD_TOKENS, unread);
  const subtypes = (count: number) => Array.from({ length: count }, (_, at) => `|${at}`);
  const kindOf = (count: number) => ({ kind: { type: '|R', subtypes: subtypes(count) } });
  access('of-16-subtypes', kindOf(16), UNCHANGED);
  access('of-17-subtypes', kindOf(17), unread);
  access('of-subtypes-alone', { kind: { subtypes: ['|R'] } }, unread);
  const assumed = (words: typeof GOOD_WORDS, ruling: Ruling) => {
    for (const [name, word] of Object.entries(words)) {
      access(`assumed-${name}`, { assumed: [word] }, ruling);
    }
  };
  assumed(GOOD_WORDS, UNCHANGED);
  assumed(BAD_WORDS, unread);
  const words = (count: number) => ({
    assumed: Array.from({ length: count }, (_, at) => `a${at}`),
  });
  access('with-32-words-assumed', words(32), UNCHANGED);
  access('with-33-words-assumed', words(33), unread);
  access('of-no-subtypes', kindOf(0), UNCHANGED);
  access('of-a-subtype-without-a-bar', { kind: { type: '|R', subtypes: ['R'] } }, unread);
  access('with-no-words-assumed', words(0), UNCHANGED);
  access('with-a-word-assumed-twice', { assumed: ['a', 'a'] }, UNCHANGED);
  folder.addTrust(trust, log.trustFile());
}
