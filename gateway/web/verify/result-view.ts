// The results: a count of each verdict, then one card a bundle with its words, facts and steps.
import type { Language } from '../text/language.js';
import { SIGNS } from '../text/signs.js';
import { type Child, element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import type { Item } from './desk.js';
import { eventSearch, eventsWith } from './event-search.js';
import { eventTable } from './event-table.js';
import { historyFacts, receiptFacts } from './facts.js';
import { statementList, stepTable } from './step-list.js';
import { findingText, verifyTexts } from './texts.js';
import { isListed, type Verdict, verdictOf } from './verdict.js';

/** What the reader opened, kept while the page is drawn again. */
export interface ViewState {
  /** Names of bundles whose details are open. */
  readonly open: Set<string>;
  /** While it is printed everything is open, whoever opened it. */
  isOnPaper: boolean;
  /** Rows of events shown, by name of the bundle. */
  readonly rows: Map<string, number>;
  /** What is searched for in the events, by name of the bundle. */
  readonly searches: Map<string, string>;
  /** Cards shown. */
  cards: number;
  readonly draw: () => void;
}

const CARDS = 50;
const TONE_ORDER = { bad: 0, open: 1, good: 2 } as const;

function details(item: Item, view: ViewState, language: Language): Child[] {
  const { outcome } = item;
  const texts = verifyTexts(language);
  if (outcome === undefined || !('result' in outcome || 'message' in outcome)) return [];
  if (outcome.kind === 'unreadable') {
    return [element('p', { class: 'soft', lang: 'en' }, foreign(outcome.message))];
  }
  const facts =
    outcome.kind === 'history'
      ? historyFacts(outcome.result, language)
      : receiptFacts(outcome.result, item.digest, language);
  const { result } = outcome;
  const isOpen = view.open.has(item.name);
  const folded = element(
    'details',
    { open: isOpen || view.isOnPaper },
    element('summary', {}, texts.stepsTitle),
    stepTable(result.steps, language),
    statementList(result.statements, language),
  );
  if (view.isOnPaper && !isOpen) folded.dataset['onPaper'] = '';
  folded.addEventListener('toggle', () => {
    if ('onPaper' in folded.dataset) return;
    if (folded.open) view.open.add(item.name);
    else view.open.delete(item.name);
  });
  return [facts, folded];
}

function events({ name, outcome }: Item, view: ViewState, language: Language): Child {
  if (outcome?.kind !== 'history' || !isListed(outcome.result)) return undefined;
  if (outcome.result.events.length === 0) return undefined;
  const { events } = outcome.result;
  const search = view.searches.get(name) ?? '';
  const more = (rows: number) => {
    view.rows.set(name, rows);
    view.draw();
  };
  return element(
    'div',
    {},
    eventSearch(
      events,
      { name, search },
      (typed) => {
        view.searches.set(name, typed);
        view.rows.delete(name);
        view.draw();
      },
      language,
    ),
    eventTable(eventsWith(events, search, language), language, view.rows.get(name) ?? 0, more),
  );
}

/** Verdicts that say that something failed, and not what. */
const WITHOUT_REASON: ReadonlySet<Verdict['name']> = new Set([
  'notProven',
  'incomplete',
  'notChecked',
]);

/** What failed, in sight: the steps themselves are folded. */
function reasons({ outcome }: Item, { name }: Verdict, language: Language): Child {
  if (outcome?.kind !== 'receipt' && outcome?.kind !== 'history') return undefined;
  const failed = outcome.result.steps.filter(({ status }) => status === 'FAILED');
  if (failed.length === 0 || !WITHOUT_REASON.has(name)) return undefined;
  const items = failed.map(({ sentence }) => element('li', {}, findingText(sentence, language)));
  return element('ul', { class: 'reasons' }, ...items);
}

function card(item: Item, verdict: Verdict, view: ViewState, language: Language): HTMLElement {
  const texts = verifyTexts(language);
  const { tone, name, sentence } = verdict;
  const { outcome } = item;
  const labelOnly = outcome?.kind === 'history' && / of this label; /.test(outcome.result.summary);
  return element(
    'article',
    { class: `panel is-${tone}`, 'data-verdict': name },
    element('h3', { class: 'verdict' }, mark(tone, texts.verdicts[name])),
    element('p', { class: 'file' }, foreign(item.name)),
    element('p', { class: 'sentence' }, sentence, labelOnly && ` ${texts.sentences.labelOnly}`),
    reasons(item, verdict, language),
    events(item, view, language),
    ...details(item, view, language),
  );
}

function summaryList(verdicts: readonly Verdict[], language: Language): Child {
  const texts = verifyTexts(language);
  const counts = new Map<string, { verdict: Verdict; count: number }>();
  for (const verdict of verdicts) {
    const count = (counts.get(verdict.name)?.count ?? 0) + 1;
    counts.set(verdict.name, { verdict, count });
  }
  const items = [...counts.values()]
    .sort((a, b) => TONE_ORDER[a.verdict.tone] - TONE_ORDER[b.verdict.tone])
    .map(({ verdict, count }) =>
      element(
        'li',
        {},
        mark(verdict.tone, `${texts.verdicts[verdict.name]}${SIGNS[language].colon}${count}`),
      ),
    );
  return element('ul', { class: 'summary', 'aria-label': texts.summary }, ...items);
}

/** The gravest first; a long list is shown in parts. */
export function resultView(
  items: readonly Item[],
  view: ViewState,
  language: Language,
): HTMLElement {
  const texts = verifyTexts(language);
  const judged = items.flatMap((item) =>
    item.outcome === undefined ? [] : [{ item, verdict: verdictOf(item.outcome, texts) }],
  );
  const ordered = judged.sort((a, b) => TONE_ORDER[a.verdict.tone] - TONE_ORDER[b.verdict.tone]);
  const shown = ordered.slice(0, Math.max(view.cards, CARDS));
  const left = Math.min(CARDS, ordered.length - shown.length);
  const more = () => {
    view.cards = shown.length + left;
    view.draw();
  };
  return element(
    'div',
    { class: 'results' },
    judged.length > 1 &&
      summaryList(
        judged.map(({ verdict }) => verdict),
        language,
      ),
    ...shown.map(({ item, verdict }) => card(item, verdict, view, language)),
    left > 0 &&
      element(
        'button',
        { type: 'button', class: 'no-print', on: { click: more } },
        texts.more(left),
      ),
  );
}
