// Open inquiries of patients: that they were asked and by when an answer is due, never what.
import { ARCHIVE } from '../text/archive.js';
import type { Language } from '../text/languages.js';
import { element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import type { Inquiry } from './answers.js';
import { byDue, isAbsent } from './due.js';
import { cell, headed, type Loaded, partProblem, tableOf, workButton } from './parts.js';

export interface Inquiries extends Loaded<Inquiry> {
  readonly counts?: { readonly open: number; readonly overdue: number };
}

function rowView(inquiry: Inquiry, language: Language): HTMLElement {
  const texts = ARCHIVE[language].inquiries;
  const { id, state, overdue, askedAt, dueAt } = inquiry;
  const word = Object.hasOwn(texts.states, state) ? (texts.states[state] as string) : state;
  return element(
    'tr',
    { 'data-inquiry': id, 'data-overdue': overdue ? 'true' : 'false' },
    element(
      'th',
      { scope: 'row', 'data-label': texts.due },
      formatMoment(dueAt, language),
      element('br', {}),
      overdue ? mark('bad', texts.overdue) : mark('open', texts.inTime),
    ),
    cell(texts.asked, {}, formatMoment(askedAt, language)),
    cell(texts.state, {}, foreign(word)),
    cell(texts.number, {}, element('code', {}, id)),
  );
}

export function inquiriesSection(
  inquiries: Inquiries,
  { more, again }: { readonly more: () => void; readonly again: () => void },
  language: Language,
): HTMLElement {
  const texts = ARCHIVE[language].inquiries;
  const { rows, counts, isLoading, problem, next } = inquiries;
  if (isAbsent(inquiries)) {
    return headed(
      'inquiries',
      texts.title,
      element('p', { id: 'no-inquiries' }, texts.notAvailable),
    );
  }
  const heads = [texts.due, texts.asked, texts.state, texts.number];
  const sentence =
    counts && (counts.open === 0 ? texts.none : texts.sentence(counts.open, counts.overdue));
  const tone = (counts?.overdue ?? 0) > 0 ? 'bad' : 'open';
  return headed(
    'inquiries',
    texts.title,
    element('p', {}, texts.lead),
    sentence !== undefined &&
      element('p', { id: 'inquiry-counts' }, counts?.open === 0 ? sentence : mark(tone, sentence)),
    rows.length > 0 &&
      tableOf(
        { class: 'inquiries', caption: texts.title, hidesCaption: true, heads },
        byDue(rows).map((one) => rowView(one, language)),
      ),
    isLoading && element('p', { class: 'hint' }, ARCHIVE[language].loading),
    partProblem('inquiries', problem, language, again),
    next !== undefined &&
      workButton('inquiries-more', texts.more, isLoading, more, { class: 'no-print' }),
  );
}
