// Search in the events of a long history: over all of them, whatever is drawn.
import type { HistoryEvent } from '../../evidence/history-events.js';
import { actionText, actText, purposeText } from '../text/codes.js';
import type { Language } from '../text/language.js';
import { categoryText, roleText } from '../text/patient.js';
import { element } from '../view/dom.js';
import { searchable, searchField } from '../view/search-field.js';
import { verifyTexts } from './texts.js';

/** Shorter lists are read at a glance. */
const FEW_EVENTS = 20;

const known = new WeakMap<HistoryEvent, { readonly language: Language; readonly text: string }>();

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function searchText({ entry, act, opened }: HistoryEvent, language: Language): string {
  const said = [actText(act ?? '', language), ...textsIn(opened)];
  if (entry?.act === 'access') {
    const { action, purpose, role, organisation, unit = '', category, records } = entry;
    said.push(actionText(action, language), purposeText(purpose, language));
    said.push(roleText(role, language), categoryText(category, language));
    said.push(role, organisation, unit, category, ...records);
  }
  return searchable(said.join('\n'));
}

/** Events that hold the text. */
export function eventsWith(
  events: readonly HistoryEvent[],
  search: string,
  language: Language,
): readonly HistoryEvent[] {
  const wanted = searchable(search).trim();
  if (wanted === '') return events;
  return events.filter((event) => {
    const found = known.get(event);
    const text = found?.language === language ? found.text : searchText(event, language);
    known.set(event, { language, text });
    return text.includes(wanted);
  });
}

export interface EventSearch {
  /** Of the file. */
  readonly name: string;
  readonly search: string;
}

export function eventSearch(
  events: readonly HistoryEvent[],
  { name, search }: EventSearch,
  set: (search: string) => void,
  language: Language,
): HTMLElement | undefined {
  if (events.length <= FEW_EVENTS) return undefined;
  const texts = verifyTexts(language).long;
  const id = `search-in-${encodeURIComponent(name)}`;
  const found = eventsWith(events, search, language).length;
  const figure = (number: number) => number.toLocaleString(language);
  const told = found === 0 ? texts.nothing : texts.found(figure(found), figure(events.length));
  return element(
    'form',
    { role: 'search', class: 'no-print', on: { submit: (event) => event.preventDefault() } },
    element('label', { for: id }, texts.search),
    searchField({ id, text: search, hint: `${id}-found`, search: set }),
    element(
      'p',
      { class: 'hint', role: 'status', id: `${id}-found` },
      search.trim() === '' ? texts.searchHint : told,
    ),
  );
}
