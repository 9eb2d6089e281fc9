// The list of what patients asked: overdue ones told by icon and words, each with its deadline and
// the beginning of its text.

import type { Language } from '../text/language.js';
import { LIST_STATES, type ListState, OFFICER } from '../text/officer.js';
import { SIGNS } from '../text/signs.js';
import { type Child, element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import type { Thread } from './thread.js';
import { dueText, stateMarks } from './thread-view.js';

const EXCERPT = 140;

export interface InquiryCounts {
  readonly open: number;
  readonly overdue: number;
}

/** One page of GET /v1/inquiries. */
export interface ListPage {
  readonly inquiries: readonly Thread[];
  readonly next?: string;
  readonly counts: InquiryCounts;
}

export interface ListPanel {
  readonly state: ListState;
  readonly threads: readonly Thread[];
  readonly counts: InquiryCounts | undefined;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  /** What is not known to be empty is not said to be. */
  readonly isRead: boolean;
  readonly choose: (state: ListState) => void;
  readonly more: () => void;
}

/** Whole characters, on one line. */
function excerptOf(text: string): string {
  const characters = [...text.replace(/\s+/g, ' ')];
  return characters.length <= EXCERPT
    ? characters.join('')
    : `${characters.slice(0, EXCERPT).join('')}…`;
}

function rowView(thread: Thread, language: Language): HTMLElement {
  const texts = OFFICER[language];
  const moment = formatMoment(thread.askedAt, language);
  return element(
    'li',
    { class: 'panel', 'data-thread': thread.id, 'data-state': thread.state },
    element('p', {}, ...stateMarks(thread, language)),
    dueText(thread, language),
    thread.question !== undefined && element('p', {}, foreign(excerptOf(thread.question))),
    element('p', { class: 'soft' }, texts.askedAt(moment)),
    element(
      'a',
      {
        class: 'button',
        href: `#${thread.id}`,
        'aria-label': `${texts.open}${SIGNS[language].colon}${texts.askedAt(moment)}`,
      },
      texts.open,
    ),
  );
}

function countsView({ open, overdue }: InquiryCounts, language: Language): HTMLElement {
  const texts = OFFICER[language];
  if (open === 0) return mark('good', texts.noneOpen);
  return mark(overdue > 0 ? 'bad' : 'open', texts.counts(open, overdue));
}

function choice({ state, choose }: ListPanel, language: Language): HTMLElement {
  const texts = OFFICER[language];
  const buttons = LIST_STATES.map((one) =>
    element(
      'button',
      {
        type: 'button',
        class: 'plain',
        id: `show-${one}`,
        'aria-pressed': one === state ? 'true' : 'false',
        on: { click: () => choose(one) },
      },
      texts.lists[one],
    ),
  );
  return element(
    'div',
    { class: 'actions no-print', role: 'group', 'aria-label': texts.show },
    ...buttons,
  );
}

export function listView(panel: ListPanel, language: Language): Child[] {
  const texts = OFFICER[language];
  const { state, threads, counts, hasMore, isLoading, isRead, more } = panel;
  // The first sentence says already that nothing is open.
  const isSaid = state === 'open' && counts?.open === 0;
  const isEmpty = threads.length === 0 && isRead && !isSaid;
  return [
    element('h1', { id: 'title', tabindex: -1 }, texts.title),
    counts !== undefined &&
      element('p', { class: 'lead', id: 'counts' }, countsView(counts, language)),
    choice(panel, language),
    threads.length > 0 &&
      element('ul', { class: 'entries' }, ...threads.map((thread) => rowView(thread, language))),
    isEmpty && element('p', {}, texts.nothing[state]),
    isLoading && element('p', { id: 'loading' }, texts.loading),
    hasMore &&
      !isLoading &&
      element('button', { type: 'button', id: 'more', on: { click: more } }, texts.more),
  ];
}
