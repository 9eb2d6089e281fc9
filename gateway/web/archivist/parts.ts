// Small parts of the archivist's page that its sections share.

import { ARCHIVE } from '../text/archive.js';
import { faultText } from '../text/archive-causes.js';
import type { Language } from '../text/languages.js';
import { problemText, SESSION } from '../text/session.js';
import { type Child, element, foreign } from '../view/dom.js';
import { partsOf } from './scale.js';

/** What is loaded piece by piece: its rows, whether there are more, and what went wrong. */
export interface Loaded<Row> {
  readonly rows: readonly Row[];
  readonly next?: string | number | undefined;
  readonly isLoading: boolean;
  /** Code of what went wrong. */
  readonly problem?: string | undefined;
}

/** Said once, at the top of the page, and not in each part. */
export const UNAUTHENTICATED = 'UNAUTHENTICATED';

export const durationText = (ms: number, language: Language): string =>
  ARCHIVE[language].window.duration(partsOf(ms));

export const headed = (id: string, title: string, ...children: readonly Child[]): HTMLElement =>
  element(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title`, tabindex: -1 }, title),
    ...children,
  );

/** A button that stays where it is while it works: one that is disabled would lose the focus. */
export function workButton(
  id: string,
  text: string,
  isWorking: boolean,
  work: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElement {
  const click = () => {
    if (!isWorking) work();
  };
  return element(
    'button',
    {
      type: 'button',
      id,
      'aria-disabled': isWorking ? 'true' : undefined,
      ...attributes,
      on: { click },
    },
    text,
  );
}

/** What went wrong with asking the gateway, and what to do. */
export function troubleText(code: string, language: Language): string {
  const fault = faultText(code, language);
  if (fault === undefined) return problemText(SESSION[language], code);
  const between = language === 'en' ? ' ' : '';
  return `${fault.what}${between}${ARCHIVE[language].todo(fault.todo)}`;
}

/** A part that could not be loaded, with a way to try again; nothing for one that could. */
export function partProblem(
  id: string,
  problem: string | undefined,
  language: Language,
  again: () => void,
): Child {
  if (problem === undefined || problem === UNAUTHENTICATED) return undefined;
  const button = workButton(`${id}-again`, SESSION[language].again, false, again);
  return element(
    'div',
    { class: 'panel is-open', id: `${id}-problem` },
    element('p', {}, ARCHIVE[language].notLoaded(troubleText(problem, language))),
    element('div', { class: 'actions no-print' }, button),
  );
}

/** A cell that names its column where the columns stand below each other, on a phone. */
export const cell = (
  label: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Child[]
): HTMLElement => element('td', { 'data-label': label, ...attributes }, ...children);

export interface TableOptions {
  readonly class: string;
  readonly caption: string;
  /** Where a heading says the same already. */
  readonly hidesCaption?: boolean;
  readonly heads: readonly string[];
}

export function tableOf(options: TableOptions, rows: readonly HTMLElement[]): HTMLElement {
  const heads = options.heads.map((text) => element('th', { scope: 'col' }, text));
  return element(
    'table',
    { class: `rows ${options.class}` },
    element(
      'caption',
      options.hidesCaption === true ? { class: 'unseen' } : {},
      foreign(options.caption),
    ),
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...rows),
  );
}
