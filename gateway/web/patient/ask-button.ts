// The button beside an entry that asks about it. Its event bubbles up to whoever holds the
// questions, so that the list need not know them.
import type { Language } from '../text/language.js';
import { QUESTIONS } from '../text/questions.js';
import { element } from '../view/dom.js';
import type { ShownEntry } from './access.js';

/** Of a CustomEvent whose detail is the entry. */
export const ASK_EVENT = 'chartseal-ask';

/** @param part of the page; an entry may stand in two of them */
export function askButton(part: string, entry: ShownEntry, language: Language): HTMLElement {
  const ask = (event: Event) =>
    event.currentTarget?.dispatchEvent(
      new CustomEvent<ShownEntry>(ASK_EVENT, { bubbles: true, detail: entry }),
    );
  return element(
    'div',
    { class: 'actions no-print' },
    element(
      'button',
      {
        type: 'button',
        id: `ask-${encodeURIComponent(part)}-${entry.sequence}`,
        'data-ask': entry.sequence,
        on: { click: ask },
      },
      QUESTIONS[language].askHere,
    ),
  );
}
