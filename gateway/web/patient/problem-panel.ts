// What kept the page from loading, and how to go on.
import { SESSION_ENDED } from '../session/api.js';
import type { Language } from '../text/language.js';
import { problemText, SESSION } from '../text/session.js';
import { type Child, element } from '../view/dom.js';

/** @param problem its code, undefined where there is none */
export function problemPanel(
  problem: string | undefined,
  again: () => void,
  language: Language,
): Child {
  if (problem === undefined) return undefined;
  const texts = SESSION[language];
  return element(
    'section',
    { class: 'panel is-open', id: 'problem' },
    element('p', {}, problemText(texts, problem)),
    element(
      'div',
      { class: 'actions' },
      element('button', { type: 'button', on: { click: again } }, texts.again),
      problem === SESSION_ENDED && element('a', { class: 'button', href: '/' }, texts.signIn),
    ),
  );
}
