// Which entries of a list are shown: those that hold a text, and those of one purpose.
import { purposeText } from '../text/codes.js';
import type { Language } from '../text/language.js';
import { categoryText, PATIENT, roleText } from '../text/patient.js';
import { element } from '../view/dom.js';
import { searchable, searchField } from '../view/search-field.js';
import { isAccess, type ShownEntry } from './access.js';
import { otherText } from './entries.js';

export interface Filter {
  readonly text: string;
  /** Code; empty for every one. */
  readonly purpose: string;
}

export const isFiltering = ({ text, purpose }: Filter): boolean =>
  text.trim() !== '' || purpose !== '';

export const NO_FILTER: Filter = { text: '', purpose: '' };

/** What a reader sees of an entry, as one text to search in. */
function searchText(entry: ShownEntry, language: Language): string {
  const { actor, role = '', organisation, unit, purpose = '', records = [], category = '' } = entry;
  const parts = [
    actor?.id,
    actor?.name,
    actor?.onBehalfOf?.name,
    entry.person?.pseudonym,
    entry.person?.onBehalfOf,
    role,
    roleText(role, language),
    organisation,
    unit,
    purposeText(purpose, language),
    category,
    categoryText(category, language),
    entry.justification,
    ...records,
    isAccess(entry) ? undefined : otherText(entry, language),
  ];
  return searchable(parts.filter((part) => part !== undefined).join('\n'));
}

const known = new WeakMap<ShownEntry, { readonly language: Language; readonly text: string }>();

/** Made once for each entry: a search walks over all of them. */
function knownSearchText(entry: ShownEntry, language: Language): string {
  const found = known.get(entry);
  if (found?.language === language) return found.text;
  const text = searchText(entry, language);
  known.set(entry, { language, text });
  return text;
}

/** Entries that are no access are never filtered away by a purpose that they cannot have. */
export function isOfFilter(
  entry: ShownEntry,
  { text, purpose }: Filter,
  language: Language,
): boolean {
  if (purpose !== '' && isAccess(entry) && entry.purpose !== purpose) return false;
  const wanted = searchable(text).trim();
  return wanted === '' || knownSearchText(entry, language).includes(wanted);
}

/** @param partText that not all is searched, where it is not */
export function filterSection(
  entries: readonly ShownEntry[],
  fitting: number,
  filter: Filter,
  set: (filter: Filter) => void,
  language: Language,
  partText?: string,
): HTMLElement {
  const texts = PATIENT[language];
  const purposes = [...new Set(entries.flatMap(({ purpose }) => purpose ?? []))].sort();
  const search = searchField({
    id: 'search',
    text: filter.text,
    hint: 'search-hint',
    search: (text) => set({ ...filter, text }),
  });
  const options = ['', ...purposes].map((code) =>
    element(
      'option',
      { value: code, selected: code === filter.purpose },
      code === '' ? texts.everyPurpose : purposeText(code, language),
    ),
  );
  const choice = element(
    'select',
    { id: 'purpose', on: { change: () => set({ ...filter, purpose: choice.value }) } },
    ...options,
  );
  const found = fitting === 0 ? texts.nothingFits : texts.showing(fitting, entries.length);
  const missing = partText === undefined ? '' : ` ${partText}`;
  return element(
    'form',
    { class: 'no-print filter', role: 'search', on: { submit: (event) => event.preventDefault() } },
    element('label', { for: 'search' }, texts.filter),
    search,
    element('p', { class: 'hint', id: 'search-hint' }, texts.filterHint),
    element('label', { for: 'purpose' }, texts.purpose),
    choice,
    element('p', { class: 'hint', role: 'status', id: 'found' }, found + missing),
  );
}
