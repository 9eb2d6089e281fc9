// The top of the archivist's page: what there is to know in one sentence, and the figures.
import { ARCHIVE } from '../text/archive.js';
import { causeText } from '../text/archive-causes.js';
import type { Language } from '../text/languages.js';
import { SIGNS } from '../text/signs.js';
import { type Child, element, fact } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import type { Overview } from './answers.js';
import {
  failedCount,
  isCounting,
  type Judgement,
  judge,
  type Place,
  TONES,
  toneOf,
} from './judge.js';
import { judgementText } from './judgement-text.js';
import { headed } from './parts.js';

const PLACES: Readonly<Partial<Record<Judgement['kind'], Place>>> = {
  failed: 'failed',
  'not-kept': 'failed',
  'fixity-damage': 'fixity',
  'fixity-unended': 'fixity',
  'fixity-unread': 'fixity',
  'fixity-never': 'fixity',
  overdue: 'inquiries',
};

function adviceCode(judgement: Judgement): string | undefined {
  if ('code' in judgement) return judgement.code;
  return judgement.kind === 'ledger-away' ? 'LEDGER_UNAVAILABLE' : undefined;
}

function advice(judgement: Judgement, language: Language): Child {
  const code = adviceCode(judgement);
  if (code === undefined) return undefined;
  const cause = causeText(code, language) ?? causeText('UNEXPECTED', language);
  const texts = ARCHIVE[language];
  return cause && element('p', { class: 'advice' }, texts.todo(cause.todo));
}

const linkTo = (place: Place, language: Language): Child =>
  element('a', { href: `#${place}`, class: 'no-print' }, ARCHIVE[language].goTo[place]);

function judgementLine(
  judgement: Judgement,
  places: readonly Place[],
  language: Language,
): Child[] {
  const place = places.find((one) => one === PLACES[judgement.kind]);
  return [
    mark(TONES[judgement.kind], judgementText(judgement, language)),
    ...(place === undefined ? [] : [' ', linkTo(place, language)]),
    advice(judgement, language),
  ];
}

/** The gravest judgement alone, as is told to those who do not see the page. */
export const headline = (overview: Overview, isStale: boolean, language: Language): string => {
  const [first] = judge(overview, isStale);
  return first === undefined ? '' : judgementText(first, language);
};

export interface SummaryOptions {
  /** It could not be read anew. */
  readonly isStale: boolean;
  /** Sections that this reader has. */
  readonly places: readonly Place[];
}

export function summaryPanel(
  overview: Overview,
  { isStale, places }: SummaryOptions,
  language: Language,
): HTMLElement {
  const judgements = judge(overview, isStale);
  const [first, ...others] = judgements as [Judgement, ...Judgement[]];
  const texts = ARCHIVE[language];
  const tone = toneOf(judgements);
  const items = others.map((one) =>
    element('li', { 'data-finding': one.kind }, ...judgementLine(one, places, language)),
  );
  return element(
    'section',
    { class: `panel is-${tone}`, id: 'state', 'data-finding': first.kind, 'data-tone': tone },
    element('p', { class: 'lead', id: 'summary' }, ...judgementLine(first, places, language)),
    items.length > 0 && element('h2', { class: 'small' }, texts.also),
    items.length > 0 && element('ul', { class: 'findings' }, ...items),
  );
}

export function figuresSection(overview: Overview, language: Language): HTMLElement {
  const texts = ARCHIVE[language].figures;
  const { entries, records, accessEvents, waiting, failed, countedTo } = overview;
  const waits = [
    texts.waitingText(waiting.count),
    ...(waiting.oldestAt === undefined
      ? []
      : [texts.waitingSince(formatMoment(waiting.oldestAt, language))]),
  ].join(SIGNS[language].comma);
  return headed(
    'figures',
    texts.title,
    isCounting(overview) &&
      element(
        'div',
        { id: 'counting' },
        element('label', { for: 'counted' }, texts.counting(countedTo, entries.accepted)),
        element('progress', { id: 'counted', max: entries.accepted, value: countedTo }),
      ),
    element(
      'dl',
      { class: 'facts' },
      ...fact(texts.anchored, texts.anchoredText(records.records, records.versions, accessEvents)),
      ...fact(texts.waiting, waiting.count === 0 ? texts.nothingWaits : mark('open', waits)),
      ...fact(
        texts.failed,
        failedCount(overview) === 0
          ? texts.nothingFailed
          : mark('bad', texts.failedText(failed.events, failed.records, failed.files)),
      ),
      ...fact(texts.proven, texts.provenText(entries.proven, entries.accepted)),
    ),
  );
}
