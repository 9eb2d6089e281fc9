// What every verdict on the page rests on, above all of them: whether the trust file was compared,
// and whether anybody but the operator of the log vouches for it.
import type { Language } from '../text/language.js';
import { element } from '../view/dom.js';
import { mark } from '../view/mark.js';
import type { Desk } from './desk.js';
import { compareFingerprint } from './fingerprint.js';
import { reportHead } from './report.js';
import { verifyTexts } from './texts.js';

/** @param typed the fingerprint that somebody was told */
export function relianceView(
  desk: Desk,
  typed: string,
  language: Language,
): HTMLElement | undefined {
  const facts = desk.trust?.facts;
  if (facts === undefined || desk.finished === 0) return undefined;
  const texts = verifyTexts(language);
  const isAlone = facts.file.ordering === 'embedded';
  const isCompared = compareFingerprint(typed, facts.fingerprint).kind === 'equal';
  const link = element('a', { href: '#trust', class: 'no-print' }, texts.notComparedLink);
  return element(
    'div',
    { id: 'reliance' },
    !isCompared && element('p', {}, mark('open', texts.notCompared), ' ', link),
    isAlone && element('p', {}, mark('open', texts.singleOperator)),
  );
}

/** Whoever types goes on typing: only what says the same elsewhere is drawn anew. */
export function renewComparison(desk: Desk, typed: string, language: Language): void {
  document.getElementById('reliance')?.replaceWith(relianceView(desk, typed, language) ?? '');
  document.getElementById('report-head')?.replaceWith(reportHead(desk, typed, language));
}
