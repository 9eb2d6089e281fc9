// One thread for people: its state with icon and words, its deadline, and every step in order with
// the time and the text. What somebody wrote stays text, line by line.
import { INQUIRY_WORDS } from '../text/inquiry-words.js';
import type { Language } from '../text/language.js';
import { type Child, element, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import { isOpen, outcomeOf, type Thread, type ThreadStep, textOf } from './thread.js';

function stateText(thread: Thread, language: Language): string {
  const words = INQUIRY_WORDS[language];
  const { state } = thread;
  if (state !== 'answered') return words.states[state];
  const outcome = outcomeOf(thread);
  return outcome === undefined ? words.answered : words.outcomes[outcome];
}

/** State, and beside it that it is overdue. */
export function stateMarks(thread: Thread, language: Language): Child[] {
  const words = INQUIRY_WORDS[language];
  const state = mark(isOpen(thread) ? 'open' : 'good', stateText(thread, language));
  if (!thread.overdue) return [state];
  const overdue = words.overdue(formatMoment(thread.dueAt, language));
  return [state, ' ', element('span', { class: 'overdue' }, mark('bad', overdue))];
}

/** Id of the element of a step, by the hash of its leaf. */
export const stepId = (leafHash: string): string => `step-${leafHash.slice(0, 16)}`;

/**
 * Nothing for one that is answered, or overdue, which says it already, nor where nothing that is
 * shown says until when.
 */
export function dueText(thread: Thread, language: Language): Child {
  if (!isOpen(thread) || thread.overdue || thread.dueAt === '') return undefined;
  return element('p', {}, INQUIRY_WORDS[language].due(formatMoment(thread.dueAt, language)));
}

/** What somebody wrote, with its lines. */
export function saidText(text: string): HTMLElement {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line) => element('p', { class: 'said-line' }, foreign(line)));
  return element('blockquote', { class: 'said' }, ...lines);
}

function stepName(step: ThreadStep, language: Language): string {
  const words = INQUIRY_WORDS[language];
  if (step.act === 'inquiry') return step.appeal === true ? words.appealed : words.asked;
  if (step.status !== 'answered') return words.takenUp;
  return step.outcome === undefined ? words.answered : words.outcomes[step.outcome];
}

function byText({ actor }: ThreadStep, language: Language): Child[] {
  if (actor === undefined) return [];
  const name = actor.name ?? actor.id;
  return [element('span', { class: 'soft' }, ` · ${INQUIRY_WORDS[language].by} `, foreign(name))];
}

function stepView(
  thread: Thread,
  step: ThreadStep,
  isNew: boolean,
  newText: string,
  language: Language,
): HTMLElement {
  const words = INQUIRY_WORDS[language];
  const text = textOf(thread, step);
  const isTakenUp = step.act === 'answer' && step.status !== 'answered';
  return element(
    'li',
    { id: stepId(step.leafHash), tabindex: -1 },
    element('strong', {}, stepName(step, language)),
    ' · ',
    formatMoment(step.at, language),
    ...byText(step, language),
    isTakenUp &&
      step.dueAt !== undefined &&
      element('p', {}, words.newDue(formatMoment(step.dueAt, language))),
    text !== undefined && saidText(text),
    // Only what a person took up may say nothing.
    text === undefined && !isTakenUp && element('p', { class: 'soft' }, words.textWithheld),
    isNew && element('p', { class: 'hint' }, newText),
  );
}

/** @param fresh steps from this place of the chain on came after the list; they are told so */
export function stepsView(
  thread: Thread,
  language: Language,
  fresh: { readonly from: number; readonly text: string } = { from: Number.MAX_VALUE, text: '' },
): HTMLElement {
  const steps = thread.steps.map((step) =>
    stepView(thread, step, step.sequence >= fresh.from, fresh.text, language),
  );
  return element('ol', { class: 'thread', 'aria-label': INQUIRY_WORDS[language].steps }, ...steps);
}
