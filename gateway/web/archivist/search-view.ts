// The search for records: by identifier or digest, by the file itself, by date; and what it found.
import { ARCHIVE } from '../text/archive.js';
import type { Language } from '../text/languages.js';
import { chosenFiles, type TakenFile, takeDrops } from '../verify/intake.js';
import { type Child, cleanText, element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import type { Condition, FoundRecord, RecordVersion } from './answers.js';
import { cell, headed, type Loaded, partProblem, tableOf, workButton } from './parts.js';
import { type Query, type QueryFault, queryOfDates, queryOfText } from './query.js';
import { dayText } from './window-view.js';

/** What stands in the fields; kept apart from them, for they are made anew. */
export interface Typed {
  text: string;
  from: string;
  to: string;
}

/** What was asked last, and what came of it. */
export interface Search {
  readonly query?: Query;
  readonly fault?: QueryFault | 'no-file' | undefined;
  /** Name of the file whose digest was asked for. */
  readonly fileName?: string | undefined;
  readonly tookFirst?: boolean;
  readonly found?: Loaded<FoundRecord>;
}

export interface SearchOptions {
  readonly typed: Typed;
  readonly search: Search;
  readonly ask: (asked: Query | QueryFault) => void;
  readonly take: (taken: Promise<readonly TakenFile[]> | readonly TakenFile[]) => void;
  readonly more: () => void;
  readonly again: () => void;
  readonly open: (record: FoundRecord) => void;
}

const CONDITIONS = ['destroyed', 'sealed', 'held', 'lent'] as const;

/** Whether a version is waiting, anchored or proven. */
export function stateMark({ state }: RecordVersion, language: Language): HTMLElement {
  const text = ARCHIVE[language].search.states[state];
  return mark(state === 'accepted' ? 'open' : 'good', text);
}

export function conditionMarks(condition: Condition, language: Language): HTMLElement {
  const texts = ARCHIVE[language].search;
  const marks = CONDITIONS.filter((name) => condition[name]).map((name) =>
    element('li', { 'data-condition': name }, mark('open', texts.conditions[name])),
  );
  if (marks.length === 0) return element('span', {}, texts.normal);
  return element('ul', { class: 'plain-list' }, ...marks);
}

function textForm({ typed, ask }: SearchOptions, language: Language): HTMLElement {
  const texts = ARCHIVE[language].search;
  const field = element('input', {
    id: 'search-text',
    type: 'search',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 4096,
    'aria-describedby': 'search-hint',
    on: {
      input: () => {
        typed.text = field.value;
      },
    },
  });
  field.value = typed.text;
  const submit = (event: Event) => {
    event.preventDefault();
    ask(queryOfText(field.value));
  };
  return element(
    'form',
    { role: 'search', on: { submit } },
    element('label', { for: 'search-text' }, texts.text),
    element(
      'div',
      { class: 'beside' },
      field,
      element('button', { type: 'submit', id: 'search-go', class: 'main' }, texts.search),
    ),
    element('p', { class: 'hint', id: 'search-hint' }, texts.textHint),
  );
}

function dateForm({ typed, ask }: SearchOptions, language: Language): HTMLElement {
  const texts = ARCHIVE[language].search;
  const day = (name: 'from' | 'to') => {
    const field = element('input', {
      id: `search-${name}`,
      type: 'date',
      max: '9999-12-31',
      'aria-describedby': 'date-hint',
      on: {
        input: () => {
          typed[name] = field.value;
        },
      },
    });
    field.value = typed[name];
    return field;
  };
  const [from, to] = [day('from'), day('to')];
  const submit = (event: Event) => {
    event.preventDefault();
    ask(queryOfDates(from.value, to.value));
  };
  const labelled = (field: HTMLElement, text: string) =>
    element('div', {}, element('label', { for: field.id }, text), field);
  return element(
    'form',
    // What is wrong is said in the page's language, not in the browser's.
    { novalidate: true, on: { submit } },
    element(
      'div',
      { class: 'beside' },
      labelled(from, texts.from),
      labelled(to, texts.to),
      element('button', { type: 'submit', id: 'search-date' }, texts.byDate),
    ),
    element('p', { class: 'hint', id: 'date-hint' }, texts.dateHint),
  );
}

function dropZone({ take, search }: SearchOptions, language: Language): HTMLElement {
  const texts = ARCHIVE[language].search;
  const input = element('input', {
    type: 'file',
    id: 'search-file-input',
    class: 'unseen',
    tabindex: -1,
    'aria-label': texts.choose,
    on: { change: () => take(chosenFiles(input.files)) },
  });
  const zone = element(
    'div',
    { class: 'drop', id: 'search-drop' },
    element('p', {}, texts.file),
    workButton('search-file', texts.choose, false, () => input.click()),
    input,
    element('p', { class: 'hint' }, texts.fileHint),
    search.tookFirst === true && element('p', {}, texts.oneFile),
    element('div', { id: 'hashing' }),
  );
  takeDrops(zone, take);
  return zone;
}

/** What was asked, in words. */
function askedText(query: Query, language: Language): string {
  const { foundFor } = ARCHIVE[language].search;
  if (query.by === 'id') return foundFor.id(query.id, '');
  if (query.by === 'digest') return foundFor.digest(query.digest, '');
  return foundFor.date(dayText(query.from, language), dayText(query.to, language));
}

/** What came of it, in words. */
export function foundText({ rows, next }: Loaded<FoundRecord>, query: Query, language: Language) {
  const texts = ARCHIVE[language].search;
  if (rows.length === 0 && next !== undefined) return texts.goOn;
  return rows.length === 0 ? texts.nothing[query.by] : texts.found(rows.length, next === undefined);
}

function rowView(
  record: FoundRecord,
  open: (record: FoundRecord) => void,
  at: number,
  language: Language,
): HTMLElement {
  const texts = ARCHIVE[language].search;
  const { id, name, version, versions, condition } = record;
  return element(
    'tr',
    { 'data-record': id },
    element(
      'th',
      { scope: 'row' },
      foreign(id),
      name !== undefined && name !== id && element('p', { class: 'hint' }, foreign(name)),
    ),
    cell(texts.version, {}, texts.versionOf(version, versions)),
    cell(texts.anchoredAt, {}, formatMoment(record.at, language)),
    cell(texts.state, {}, stateMark(record, language)),
    cell(texts.condition, {}, conditionMarks(condition, language)),
    cell(
      texts.open,
      { class: 'act' },
      workButton(`open-${at}`, texts.open, false, () => open(record), {
        'aria-label': texts.openOf(cleanText(id)),
        class: 'no-print',
      }),
    ),
  );
}

function results(options: SearchOptions, language: Language): Child[] {
  const texts = ARCHIVE[language].search;
  const { search, ask, more, again, open, typed } = options;
  const { query, found, fault, fileName } = search;
  if (fault !== undefined) {
    const text = fault === 'no-file' ? texts.noFile : texts.faults[fault];
    return [element('p', { id: 'search-fault', role: 'alert' }, mark('open', text))];
  }
  if (query === undefined || found === undefined) return [];
  const { rows, isLoading, problem, next } = found;
  const heads = [
    texts.record,
    texts.version,
    texts.anchoredAt,
    texts.state,
    texts.condition,
    texts.open,
  ];
  const isDone = problem === undefined && !(isLoading && rows.length === 0);
  const other = query.by === 'digest' && fileName === undefined && rows.length === 0 && isDone;
  return [
    element('h3', { id: 'found-title', tabindex: -1 }, foreign(askedText(query, language))),
    fileName !== undefined && element('p', {}, foreign(texts.hashed(fileName))),
    isDone && element('p', { id: 'found' }, foundText(found, query, language)),
    other &&
      workButton('as-identifier', texts.asIdentifier, false, () =>
        ask(queryOfText(typed.text, true)),
      ),
    rows.length > 0 &&
      tableOf(
        { class: 'found', caption: askedText(query, language), hidesCaption: true, heads },
        rows.map((row, at) => rowView(row, open, at, language)),
      ),
    isLoading && element('p', { class: 'hint' }, texts.searching),
    partProblem('found', problem, language, again),
    next !== undefined &&
      workButton('found-more', texts.more, isLoading, more, { class: 'no-print' }),
  ];
}

export function searchSection(options: SearchOptions, language: Language): HTMLElement {
  const texts = ARCHIVE[language].search;
  const section = headed(
    'search',
    texts.title,
    element(
      'div',
      { class: 'no-print' },
      textForm(options, language),
      dropZone(options, language),
      dateForm(options, language),
    ),
    element('div', { id: 'results' }, ...results(options, language)),
  );
  // On paper a search that was not made is nothing.
  section.classList.toggle('no-print', options.search.query === undefined);
  return section;
}
