// What was not anchored: each with its cause in words and what to do, and a way to try it again.
import { ARCHIVE } from '../text/archive.js';
import { causeText } from '../text/archive-causes.js';
import type { Language } from '../text/languages.js';
import { SIGNS } from '../text/signs.js';
import { type Child, cleanText, element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import type { Failed } from './answers.js';
import {
  cell,
  headed,
  type Loaded,
  partProblem,
  tableOf,
  troubleText,
  workButton,
} from './parts.js';
import { keyOf, openRows, type Retried } from './retried.js';

export interface FailedOptions {
  readonly loaded: Loaded<Failed>;
  /** As the overview counts them. */
  readonly count: number;
  readonly retried: ReadonlyMap<string, Retried>;
  readonly isRetryingAll: boolean;
  readonly retry: (failed: Failed) => void;
  readonly retryAll: () => void;
  readonly more: () => void;
  readonly again: () => void;
}

/** What it is to people: its path, its identifier, or its number. */
const nameOf = ({ path, record, id }: Failed): string => path ?? record ?? `#${id}`;

function causeView(
  code: string,
  message: string,
  hint: string | undefined,
  language: Language,
): Child[] {
  const texts = ARCHIVE[language].failed;
  const signs = SIGNS[language];
  const cause = causeText(code, language);
  const words = cause?.what ?? message;
  const todo = cause?.todo ?? hint;
  return [
    element('p', { class: 'cause' }, foreign(words)),
    todo !== undefined && element('p', {}, ARCHIVE[language].todo(todo)),
    element(
      'p',
      { class: 'hint' },
      ...(cause === undefined
        ? []
        : [`${texts.detail}${signs.colon}`, foreign(message, { lang: 'en', dir: 'ltr' })]),
      `${signs.open}${texts.code} `,
      foreign(code),
      signs.close,
    ),
  ];
}

/** What came of trying again, in words. */
function resultOf(retried: Retried, language: Language): Child {
  const texts = ARCHIVE[language].failed;
  if (retried === 'trying') return texts.retrying;
  if ('problem' in retried) {
    return mark('bad', texts.retryFailed(troubleText(retried.problem, language)));
  }
  return retried.state === 'accepted'
    ? mark('good', texts.accepted)
    : mark('bad', texts.refusedAgain);
}

function rowView(failed: Failed, options: FailedOptions, language: Language): HTMLElement {
  const texts = ARCHIVE[language].failed;
  const retried = options.retried.get(keyOf(failed));
  const answer = typeof retried === 'object' && 'state' in retried ? retried : undefined;
  const name = nameOf(failed);
  const { source, receivedAt, lastTriedAt, tries } = failed;
  const code = answer?.code ?? failed.code;
  const message = answer?.message ?? failed.message;
  const isDone = answer?.state === 'accepted';
  return element(
    'tr',
    { 'data-failed': keyOf(failed), 'data-state': answer?.state },
    element(
      'th',
      { scope: 'row' },
      element('span', { class: 'kind' }, texts.kinds[failed.kind]),
      element('br', {}),
      foreign(name),
      source !== undefined && element('p', { class: 'hint' }, foreign(texts.from(source))),
    ),
    cell(
      texts.cause,
      {},
      ...causeView(code, message, failed.hint, language),
      !isDone && element('p', { class: 'hint' }, texts.giveUp(failed.id)),
    ),
    cell(
      texts.when,
      {},
      `${texts.received} ${formatMoment(receivedAt, language)}`,
      lastTriedAt !== undefined &&
        element(
          'p',
          { class: 'hint' },
          `${texts.lastTried} ${formatMoment(lastTriedAt, language)}`,
        ),
    ),
    cell(texts.tries, {}, texts.triesText(answer?.state === 'refused' ? tries + 1 : tries)),
    cell(
      texts.action,
      { class: 'act' },
      retried !== undefined &&
        element('p', { id: `retried-${keyOf(failed)}`, tabindex: -1 }, resultOf(retried, language)),
      !isDone &&
        workButton(
          `retry-${keyOf(failed)}`,
          texts.retry,
          retried === 'trying',
          () => options.retry(failed),
          {
            'aria-label': texts.retryOf(cleanText(name)),
            class: 'no-print',
          },
        ),
    ),
  );
}

function table(options: FailedOptions, language: Language): HTMLElement {
  const texts = ARCHIVE[language].failed;
  const heads = [texts.what, texts.cause, texts.when, texts.tries, texts.action];
  const rows = options.loaded.rows.map((row) => rowView(row, options, language));
  return tableOf({ class: 'failed', caption: texts.title, hidesCaption: true, heads }, rows);
}

export function failedSection(options: FailedOptions, language: Language): HTMLElement {
  const texts = ARCHIVE[language].failed;
  const { loaded, count, retried, isRetryingAll, retryAll, more, again } = options;
  const { rows, next, isLoading, problem } = loaded;
  const waiting = openRows(rows, retried);
  const nothing = rows.length === 0 && !isLoading && problem === undefined;
  return headed(
    'failed',
    texts.title,
    nothing && element('p', {}, texts.none),
    rows.length > 0 && element('p', {}, texts.lead),
    waiting.length > 1 &&
      element(
        'div',
        { class: 'actions no-print' },
        workButton('retry-all', texts.retryAll(waiting.length), isRetryingAll, retryAll),
      ),
    rows.length > 0 && table(options, language),
    isLoading && element('p', { class: 'hint' }, texts.loading),
    partProblem('failed', problem, language, again),
    rows.length > 0 && count > rows.length && element('p', {}, texts.shown(rows.length, count)),
    next !== undefined &&
      workButton('failed-more', texts.more, isLoading, more, { class: 'no-print' }),
  );
}
