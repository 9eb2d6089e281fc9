// What stands around the entries of a list: the first sentence, what signs are worth, how much of
// the list is there.
import type { Language } from '../text/language.js';
import { PATIENT } from '../text/patient.js';
import { PIECES } from '../text/pieces.js';
import { type Child, element, foreign } from '../view/dom.js';
import { formatMoment } from '../view/moment.js';
import { isByPerson } from './access.js';
import type { Patient } from './check.js';
import { type Filter, isFiltering } from './filter.js';
import { type LoadedList, MOST_ENTRIES } from './list-loader.js';
import { SUMMARY_DAYS, summarise } from './summary.js';

/** The first sentence: what there is to know, before any list. */
export function leadView(
  { entries, asOf = '', next }: LoadedList,
  patient: Patient | undefined,
  language: Language,
): Child[] {
  const texts = PATIENT[language];
  const summary = summarise(entries, asOf);
  const hasOpened = entries.some(isByPerson);
  const isAll =
    next === undefined ||
    Date.parse(entries.at(-1)?.at ?? asOf) < Date.parse(asOf) - SUMMARY_DAYS * 86_400_000;
  let sentence = texts.summary(summary, isAll);
  if (!hasOpened && next === undefined) sentence = texts.nobody;
  else if (summary.accesses === 0) sentence = isAll ? texts.nobodyRecently : texts.nobodyLoaded;
  return [
    patient !== undefined &&
      element('p', { class: 'soft' }, foreign(texts.file(patient.value, patient.system))),
    element('p', { class: 'lead', id: 'summary' }, sentence),
    element('p', { class: 'soft' }, texts.upTo(formatMoment(asOf, language))),
  ];
}

/** What signs are worth, where there are some. */
export function signsSection({ entries }: LoadedList, language: Language): Child {
  const texts = PATIENT[language];
  if (entries.every(({ person }) => person === undefined)) return undefined;
  return element(
    'section',
    { id: 'signs' },
    element('h2', {}, texts.signsTitle),
    element('p', {}, texts.signs),
  );
}

/** What a search did not walk over. */
export function notSearched(
  { entries, count, next, isLoading }: LoadedList,
  filter: Filter,
  language: Language,
): string | undefined {
  if (next === undefined || !isFiltering(filter)) return undefined;
  const say = isLoading ? PIECES[language].searchingAll : PIECES[language].searchedPart;
  return say(entries.length.toLocaleString(language), count.toLocaleString(language));
}

/** How much of the list is loaded. @param load up to so many entries */
export function moreSection(
  { entries, count, next, isLoading }: LoadedList,
  moreEntries: number,
  load: (upTo: number) => void,
  language: Language,
): Child {
  if (next === undefined) return undefined;
  const texts = PATIENT[language];
  const figure = (number: number) => number.toLocaleString(language);
  const loaded = element('span', {}, texts.loadedOf(entries.length, count));
  if (entries.length >= MOST_ENTRIES) {
    const most = element('span', {}, PIECES[language].most(figure(MOST_ENTRIES)));
    return element('div', { class: 'actions' }, loaded, most);
  }
  const button = (id: string, text: string, upTo: number) =>
    element(
      'button',
      {
        type: 'button',
        id,
        // One that is disabled would lose the focus.
        'aria-disabled': isLoading ? 'true' : undefined,
        on: { click: () => load(upTo) },
      },
      text,
    );
  return element(
    'div',
    { class: 'actions' },
    loaded,
    button('more', texts.more, entries.length + moreEntries),
    button('load-all', PIECES[language].all(figure(Math.min(count, MOST_ENTRIES))), MOST_ENTRIES),
  );
}
