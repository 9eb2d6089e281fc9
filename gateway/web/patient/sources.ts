// Which systems report to a list: what none of them reports cannot be seen in it.
import type { Language } from '../text/language.js';
import { PATIENT } from '../text/patient.js';
import { SIGNS } from '../text/signs.js';
import { type Child, element, foreign } from '../view/dom.js';
import { isAccess, type ShownEntry } from './access.js';

export function sourcesSection(entries: readonly ShownEntry[], language: Language): Child {
  const texts = PATIENT[language];
  // What is asked and answered here is reported by nobody.
  const reported = entries.filter(isAccess).flatMap(({ source }) => source?.system ?? []);
  const names = [...new Set(reported)].sort();
  if (names.length === 0) return undefined;
  return element(
    'section',
    {},
    element('h2', {}, texts.sources),
    element('p', {}, foreign(texts.sourcesText(names.join(SIGNS[language].comma)))),
  );
}
